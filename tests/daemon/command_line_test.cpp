#include "daemon/command_line.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace smppd {
namespace {

boost::system::result<command, usage_error> parse(const std::string& line) {
  std::istringstream words(line);
  const std::vector<std::string> arguments{std::istream_iterator<std::string>(words), {}};
  return parse_command_line(arguments);
}

template <class Command>
Command parsed(const std::string& line) {
  const auto outcome = parse(line);
  if (!outcome) {
    ADD_FAILURE() << line << ": " << outcome.error().what;
    return {};
  }
  if (!std::holds_alternative<Command>(*outcome)) {
    ADD_FAILURE() << line << ": another command";
    return {};
  }
  return std::get<Command>(*outcome);
}

template <class Command>
Command administered(const std::string& line) {
  const auto outcome = parsed<administration_command>(line);
  if (!std::holds_alternative<Command>(outcome)) {
    ADD_FAILURE() << line << ": another command";
    return {};
  }
  return std::get<Command>(outcome);
}

std::string complaint(const std::string& line) {
  const auto outcome = parse(line);
  return outcome ? "none" : outcome.error().what;
}

TEST(CommandLine, TheConfigurationHasADefault) {
  EXPECT_EQ(parsed<run_command>("run").config_path, "/etc/smppd/smppd.toml");
  EXPECT_EQ(parsed<run_command>("run --config a.toml").config_path, "a.toml");
  EXPECT_EQ(parsed<check_command>("check --config=a.toml").config_path, "a.toml");
  EXPECT_EQ(parsed<status_command>("status").config_path, "/etc/smppd/smppd.toml");
  EXPECT_EQ(administered<key_list>("key list --config a.toml").config_path, "a.toml");
}

TEST(CommandLine, Accounts) {
  EXPECT_EQ(administered<account_add>("account add acme").name, "acme");
  EXPECT_EQ(administered<account_add>("account add --config c acme").config_path, "c");
  EXPECT_EQ(administered<account_disable>("account disable acme").name, "acme");
  administered<account_list>("account list");
}

TEST(CommandLine, Keys) {
  EXPECT_EQ(administered<key_add>("key add --account acme").account, "acme");
  EXPECT_EQ(administered<key_revoke>("key revoke abcd1234").key_id, "abcd1234");
}

TEST(CommandLine, Logins) {
  const auto added =
      administered<login_add>("login add --account acme --system-id app --binds-max 3");
  EXPECT_EQ(added.account, "acme");
  EXPECT_EQ(added.system_id, "app");
  EXPECT_EQ(added.binds_max, 3U);
  EXPECT_EQ(added.password.from, password_source::standard_input);
  EXPECT_EQ(administered<login_add>("login add --account a --system-id b --generate").password.from,
            password_source::generated);
  const auto changed = administered<login_password>("login password app --password-file f");
  EXPECT_EQ(changed.system_id, "app");
  EXPECT_EQ(changed.password.from, password_source::file);
  EXPECT_EQ(changed.password.file, "f");
  EXPECT_EQ(administered<login_disable>("login disable app").system_id, "app");
  administered<login_list>("login list");
}

TEST(CommandLine, HelpAndVersionAreUnderstoodEverywhere) {
  parsed<version_command>("version");
  parsed<version_command>("--version");
  EXPECT_EQ(parsed<help_command>("help").topic, "");
  EXPECT_EQ(parsed<help_command>("--help").topic, "");
  EXPECT_EQ(parsed<help_command>("help key add").topic, "key add");
  EXPECT_EQ(parsed<help_command>("key add --help").topic, "key add");
  EXPECT_EQ(parsed<help_command>("run -h").topic, "run");
}

TEST(CommandLine, MistakesAreExplained) {
  EXPECT_EQ(complaint(""), "say what to do; `smppd help` lists the commands");
  EXPECT_EQ(complaint("rnu"), "there is no command 'rnu'; did you mean 'run'?");
  EXPECT_EQ(complaint("key"), "say what to do: smppd key add|list|revoke");
  EXPECT_EQ(complaint("key --config x"), "say what to do: smppd key add|list|revoke");
  EXPECT_EQ(complaint("account ad"), "there is no command 'account ad'; did you mean 'add'?");
  EXPECT_EQ(complaint("run --confg x"),
            "there is no option --confg; did you mean 'config'?\n"
            "`smppd help run` shows what it takes");
  EXPECT_EQ(complaint("run --conf x"),
            "there is no option --conf; did you mean 'config'?\n"
            "`smppd help run` shows what it takes");
  EXPECT_EQ(complaint("run now"), "there is a word too many\n`smppd help run` shows what it takes");
  EXPECT_EQ(complaint("key add"), "--account is missing\n`smppd help key add` shows what it takes");
  EXPECT_EQ(complaint("account add"),
            "say which name\n`smppd help account add` shows what it takes");
  EXPECT_EQ(complaint("login add --account a --system-id b --generate --password-file c"),
            "--generate and --password-file exclude each other; keep one");
  EXPECT_NE(complaint("login add --account a --system-id b --binds-max many"), "none");
  EXPECT_NE(complaint("run --config"), "none");
}

TEST(CommandLine, SaysHowALoginIsSet) {
  const auto set = administered<login_set>(
      "login set app --receipt-format {id}{stat} --receipt-error default=0 --receipt-error 21b=1");
  EXPECT_EQ(set.system_id, "app");
  EXPECT_EQ(set.receipt_format, "{id}{stat}");
  EXPECT_EQ(set.receipt_errors, "default=0,21b=1");
  EXPECT_FALSE(set.id_form);
  EXPECT_EQ(administered<login_set>("login set app --message-id-form decimal").id_form,
            store::message_id_form::decimal);
  EXPECT_EQ(complaint("login set app --message-id-form octal"),
            "--message-id-form is hex or decimal");
  EXPECT_EQ(complaint("login set app --receipt-format {id}"),
            "--receipt-format: the format needs {id} and {stat}; without them it says nothing");
  EXPECT_NE(complaint("login set app --receipt-error default"), "none");
}

TEST(CommandLine, ResetsALogin) {
  const std::vector<std::string> typed{"login",           "set", "app", "--receipt-format", "",
                                       "--receipt-error", ""};
  const auto parsed = parse_command_line(typed);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().what;
  const auto& set = std::get<login_set>(std::get<administration_command>(*parsed));
  EXPECT_EQ(set.receipt_format, "");
  EXPECT_EQ(set.receipt_errors, "");
}

TEST(CommandLine, HelpNamesEveryCommandAndItsOptions) {
  const auto all = help_text();
  for (const auto* line :
       {"smppd run [--config FILE]\n", "smppd account add NAME [--config FILE]\n",
        "smppd key revoke KEYID [--config FILE]\n",
        "smppd key add --account NAME [--config FILE]\n",
        "smppd login password ID [--password-file FILE] [--generate] [--config FILE]\n",
        "smppd version\n", "smppd help [COMMAND]\n"}) {
    EXPECT_NE(all.find(line), std::string::npos) << line << "in\n" << all;
  }
  const auto one = help_text("login add");
  EXPECT_NE(one.find("--binds-max"), std::string::npos) << one;
  EXPECT_EQ(one.find("smppd run"), std::string::npos) << one;
  EXPECT_NE(help_text("key").find("smppd key list"), std::string::npos);
  EXPECT_EQ(help_text("key").find("smppd run"), std::string::npos);
}

}  // namespace
}  // namespace smppd
