// The commands against a real store, as somebody types them.
#include "daemon/administration.hpp"

#include "daemon/credentials.hpp"
#include "store/sqlite/sqlite.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace smppd {
namespace {

using namespace std::chrono_literals;

constexpr store::wall_time noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + 12h};

class Administration : public testing::Test {
 protected:
  Administration() : database_(open()) {
    std::ofstream(folder_.file("smppd.toml"))
        << "[store]\npath = \"" << folder_.file("test.db") << "\"\n";
  }

  // What is typed after `smppd`. Sets out_ and err_, returns the exit status.
  int type(const std::string& line, const std::string& input = {}) {
    std::istringstream words(line);
    const std::vector<std::string> arguments{std::istream_iterator<std::string>(words), {}};
    const auto wanted = parse_command_line(arguments);
    EXPECT_TRUE(wanted.has_value()) << line << ": " << wanted.error().what;
    std::istringstream in(input);
    std::ostringstream out, err;
    const auto status =
        administer(std::get<administration_command>(*wanted), *database_, noon, {in, out, err});
    out_ = out.str();
    err_ = err.str();
    return status;
  }

  store::directory directory() {
    auto reader = database_->make_reader().value();
    return reader->load_directory().value();
  }

  std::unique_ptr<store::database> open() {
    store::sqlite_options options;
    options.path = folder_.file("test.db");
    options.synchronous = store::synchronous::off;
    return store::open_sqlite(options);
  }

  tests::temporary_directory folder_;
  std::unique_ptr<store::database> database_;
  std::string out_, err_;
};

TEST_F(Administration, AddsAndListsAndDisablesAccounts) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("account add zeta"), 0) << err_;
  EXPECT_EQ(type("account disable zeta"), 0) << err_;
  EXPECT_EQ(type("account list"), 0) << err_;
  EXPECT_EQ(out_,
            "ACCOUNT  STATE     KEYS  LOGINS\n"
            "acme     active    0     0\n"
            "zeta     disabled  0     0\n");
}

TEST_F(Administration, RefusesAnAccountThatIsThereOrHasNoProperName) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("account add acme"), 1);
  EXPECT_EQ(err_, "smppd: there is an account 'acme' already\n");
  EXPECT_EQ(type("account add a/b"), 1);
  EXPECT_EQ(err_,
            "smppd: 'a/b' is not a name; use at most 64 letters and digits, then also . _ -\n");
  EXPECT_EQ(directory().accounts.size(), 1U);
}

TEST_F(Administration, PrintsAKeyOnceAndStoresOnlyItsHash) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("key add --account acme"), 0) << err_;
  ASSERT_TRUE(out_.ends_with('\n'));
  const auto text = out_.substr(0, out_.size() - 1);
  const auto key = parse_key(text);
  ASSERT_TRUE(key.has_value()) << out_;
  const auto stored = directory().keys.at(0);
  EXPECT_EQ(stored.key_id, key->key_id);
  EXPECT_EQ(stored.created_at, noon);
  EXPECT_TRUE(secret_matches(key->secret, stored.secret_hash));
  EXPECT_EQ(type("key list"), 0) << err_;
  EXPECT_EQ(out_, "KEY       ACCOUNT  STATE   CREATED\n" + stored.key_id +
                      "  acme     active  2026-01-02 12:00Z\n");
}

TEST_F(Administration, RevokesAKeyByItsIdOrItsWholeText) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("key add --account acme"), 0) << err_;
  const auto first = out_.substr(0, out_.size() - 1);
  EXPECT_EQ(type("key add --account acme"), 0) << err_;
  const std::string second(parse_key(out_.substr(0, out_.size() - 1)).value().key_id);
  EXPECT_EQ(type("key revoke " + first), 0) << err_;
  EXPECT_EQ(type("key revoke " + second), 0) << err_;
  for (const auto& key : directory().keys)
    EXPECT_FALSE(key.active) << key.key_id;
  EXPECT_EQ(type("key revoke nosuchid"), 1);
  EXPECT_EQ(err_, "smppd: there is no key 'nosuchid'; `smppd key list` shows them\n");
}

TEST_F(Administration, AKeyNeedsItsAccount) {
  EXPECT_EQ(type("key add --account acme"), 1);
  EXPECT_EQ(err_,
            "smppd: there is no account 'acme'; `smppd account list` shows them, `smppd account "
            "add acme` adds it\n");
}

TEST_F(Administration, AddsALoginWhosePasswordIsTyped) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("login add --account acme --system-id app --binds-max 2", "s3cret\n"), 0) << err_;
  const auto login = directory().logins.at(0);
  EXPECT_EQ(login.system_id, "app");
  EXPECT_EQ(login.binds_max, 2U);
  EXPECT_TRUE(password_matches(login.password_hash, "s3cret"));
  EXPECT_EQ(type("login list"), 0) << err_;
  EXPECT_EQ(out_,
            "SYSTEM_ID  ACCOUNT  STATE   BINDS  IDS  RECEIPTS\n"
            "app        acme     active  2      hex  standard\n");
}

TEST_F(Administration, SaysHowALoginGetsReceiptsAndIds) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("login add --account acme --system-id app --generate"), 0) << err_;
  EXPECT_EQ(type("login set app --receipt-format {id}/{stat} --receipt-error default=9 "
                 "--receipt-error expired=7 --message-id-form decimal"),
            0)
      << err_;
  EXPECT_EQ(err_, "login 'app' changed\n");
  EXPECT_EQ(directory().logins.at(0).receipt_format, "{id}/{stat}");
  EXPECT_EQ(directory().logins.at(0).receipt_errors, "default=9,expired=7");
  EXPECT_EQ(directory().logins.at(0).id_form, store::message_id_form::decimal);
  EXPECT_EQ(type("login set app"), 0) << err_;
  EXPECT_EQ(out_,
            "RECEIPT-FORMAT   {id}/{stat}\n"
            "RECEIPT-ERROR    default=9,expired=7\n"
            "MESSAGE-ID-FORM  decimal\n");
}

TEST_F(Administration, LeavesAloneWhatIsNotSetOfALogin) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("login add --account acme --system-id app --generate"), 0) << err_;
  EXPECT_EQ(type("login set app --receipt-error default=9"), 0) << err_;
  EXPECT_EQ(type("login set app --message-id-form decimal"), 0) << err_;
  EXPECT_EQ(type("login set app --message-id-form hex"), 0) << err_;
  EXPECT_EQ(directory().logins.at(0).receipt_errors, "default=9");
  EXPECT_EQ(directory().logins.at(0).id_form, store::message_id_form::hexadecimal);
  EXPECT_EQ(type("login set nobody --message-id-form hex"), 1);
  EXPECT_EQ(err_, "smppd: there is no login 'nobody'; `smppd login list` shows them\n");
}

TEST_F(Administration, AddsALoginWhosePasswordIsInAFileOrGenerated) {
  std::ofstream(folder_.file("password")) << "fromfile\r\n";
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(
      type("login add --account acme --system-id a --password-file " + folder_.file("password")), 0)
      << err_;
  EXPECT_TRUE(password_matches(directory().logins.at(0).password_hash, "fromfile"));
  EXPECT_EQ(type("login add --account acme --system-id b --generate"), 0) << err_;
  ASSERT_EQ(out_.size(), password_octets_max + 1) << out_;
  EXPECT_TRUE(password_matches(directory().logins.at(1).password_hash,
                               out_.substr(0, password_octets_max)));
}

TEST_F(Administration, RefusesPasswordsThatSmppCannotCarry) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("login add --account acme --system-id app", "123456789\n"), 1);
  EXPECT_EQ(err_,
            "smppd: the password has 9 octets and SMPP carries at most 8; choose a shorter one, or "
            "--generate\n");
  EXPECT_EQ(type("login add --account acme --system-id app", ""), 1);
  EXPECT_EQ(err_, "smppd: the password is empty; give one, or --generate\n");
  EXPECT_EQ(
      type("login add --account acme --system-id app --password-file " + folder_.file("missing")),
      1);
  EXPECT_EQ(err_, "smppd: no password can be read from '" + folder_.file("missing") +
                      "'; put it into the first line\n");
  EXPECT_EQ(type("login add --account acme --system-id 0123456789abcdef", "pw\n"), 1);
  EXPECT_EQ(err_, "smppd: the system_id has 16 octets; SMPP carries 1 to 15\n");
  EXPECT_TRUE(directory().logins.empty());
}

TEST_F(Administration, ChangesAndDisablesALogin) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  EXPECT_EQ(type("login add --account acme --system-id app", "old\n"), 0) << err_;
  EXPECT_EQ(type("login add --account acme --system-id app", "pw\n"), 1);
  EXPECT_EQ(err_,
            "smppd: there is a login 'app' already; `smppd login password app` changes its "
            "password\n");
  EXPECT_EQ(type("login password app", "new\n"), 0) << err_;
  EXPECT_TRUE(password_matches(directory().logins.at(0).password_hash, "new"));
  EXPECT_EQ(type("login disable app"), 0) << err_;
  EXPECT_FALSE(directory().logins.at(0).active);
  EXPECT_EQ(type("login disable nobody"), 1);
  EXPECT_EQ(err_, "smppd: there is no login 'nobody'; `smppd login list` shows them\n");
}

// `smppd account list --config ...`: the configuration says where the store is.
int list_accounts(const std::string& config_path, std::ostream& out, std::ostream& err) {
  std::istringstream in;
  return administer(account_list{config_path}, noon, {in, out, err});
}

TEST_F(Administration, FindsTheStoreByTheConfigurationWhileAnotherHasItOpen) {
  EXPECT_EQ(type("account add acme"), 0) << err_;
  std::ostringstream out, err;
  EXPECT_EQ(list_accounts(folder_.file("smppd.toml"), out, err), 0) << err.str();
  EXPECT_NE(out.str().find("acme"), std::string::npos) << out.str();
}

TEST_F(Administration, ABadConfigurationIsPrinted) {
  std::ofstream(folder_.file("bad.toml")) << "[stor]\n";
  std::ostringstream out, err;
  EXPECT_EQ(list_accounts(folder_.file("bad.toml"), out, err), 1);
  EXPECT_EQ(err.str(), folder_.file("bad.toml") + ":1:2: stor: unknown; did you mean 'store'?\n");
}

TEST_F(Administration, AStoreThatCannotBeOpenedIsExplained) {
  std::ofstream(folder_.file("away.toml"))
      << "[store]\npath = \"" << folder_.file("missing/test.db") << "\"\n";
  std::ostringstream out, err;
  EXPECT_EQ(list_accounts(folder_.file("away.toml"), out, err), 1);
  EXPECT_EQ(err.str(), "smppd: " + folder_.file("missing/test.db") +
                           ": The directory of the database does not exist.\n");
}

}  // namespace
}  // namespace smppd
