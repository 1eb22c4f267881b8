#include "daemon/command_line.hpp"

#include "daemon/esme/receipt_style.hpp"
#include "daemon/suggestion.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace smppd {
namespace {

namespace po = boost::program_options;

using parsed = boost::system::result<command, usage_error>;

// One command: what it is called, what it takes, and the struct that it becomes.
struct command_form {
  std::string_view words;
  std::string_view positional;  // the option that a bare word stands for; empty: none
  std::string_view meaning;
  void (*add_options)(po::options_description&);
  parsed (*make)(const po::variables_map&);
};

std::string text(const po::variables_map& given, const char* option) {
  return given.count(option) == 0 ? std::string() : given[option].as<std::string>();
}
std::string config_path(const po::variables_map& given) { return text(given, "config"); }

void config_option(po::options_description& to) {
  to.add_options()("config",
                   po::value<std::string>()->default_value(default_config_path)->value_name("FILE"),
                   "the configuration");
}

void no_options(po::options_description& /*to*/) {}

void name_options(po::options_description& to) {
  to.add_options()("name", po::value<std::string>()->required()->value_name("NAME"),
                   "of the account");
  config_option(to);
}

void account_option(po::options_description& to) {
  to.add_options()("account", po::value<std::string>()->required()->value_name("NAME"),
                   "whose it is");
}

void account_options(po::options_description& to) {
  account_option(to);
  config_option(to);
}

void key_id_options(po::options_description& to) {
  to.add_options()("key-id", po::value<std::string>()->required()->value_name("KEYID"),
                   "the eight characters after smppd_live_");
  config_option(to);
}

void system_id_option(po::options_description& to) {
  to.add_options()("system-id", po::value<std::string>()->required()->value_name("ID"),
                   "what the application binds as, at most 15 octets");
}

void system_id_options(po::options_description& to) {
  system_id_option(to);
  config_option(to);
}

void password_options(po::options_description& to) {
  to.add_options()("password-file", po::value<std::string>()->value_name("FILE"),
                   "the password is its first line; without it, that of standard input")(
      "generate", po::bool_switch(), "make a password and print it");
}

void login_password_options(po::options_description& to) {
  system_id_option(to);
  password_options(to);
  config_option(to);
}

void login_add_options(po::options_description& to) {
  account_option(to);
  system_id_option(to);
  password_options(to);
  to.add_options()("binds-max", po::value<std::int64_t>()->default_value(0)->value_name("N"),
                   "binds at once; 0: what the configuration says");
  config_option(to);
}

void login_set_options(po::options_description& to) {
  system_id_option(to);
  to.add_options()("receipt-format", po::value<std::string>()->value_name("TEXT"),
                   "the text of its receipts, with {id} {sub} {dlvrd} {submit_date} {done_date} "
                   "{stat} {err} {text}; \"\": the standard")(
      "receipt-error", po::value<std::vector<std::string>>()->value_name("KEY=TEXT"),
      "what err: says, by the carrier's error, our reason or \"default\"; may be repeated; \"\": "
      "none")("message-id-form", po::value<std::string>()->value_name("FORM"),
              "hex or decimal: how it is shown message ids");
  config_option(to);
}

constexpr std::int64_t login_binds_max = 10'000;

boost::system::result<password_choice, usage_error> password_of(const po::variables_map& given) {
  const auto file = text(given, "password-file");
  const bool generate = given["generate"].as<bool>();
  if (generate && !file.empty()) {
    return usage_error{"--generate and --password-file exclude each other; keep one"};
  }
  if (generate) return password_choice{password_source::generated, {}};
  if (!file.empty()) return password_choice{password_source::file, file};
  return password_choice{};
}

parsed make_login_add(const po::variables_map& given) {
  auto password = password_of(given);
  if (!password) return password.error();
  const auto binds_max = given["binds-max"].as<std::int64_t>();
  if (binds_max < 0 || binds_max > login_binds_max)
    return usage_error{fmt::format("--binds-max is a number from 0 to {}", login_binds_max)};
  return command(administration_command(login_add{config_path(given), text(given, "account"),
                                                  text(given, "system-id"), std::move(*password),
                                                  static_cast<std::uint32_t>(binds_max)}));
}

parsed make_login_password(const po::variables_map& given) {
  auto password = password_of(given);
  if (!password) return password.error();
  return command(administration_command(
      login_password{config_path(given), text(given, "system-id"), std::move(*password)}));
}

parsed make_login_set(const po::variables_map& given) {
  login_set wanted{config_path(given), text(given, "system-id"), {}, {}, {}};
  if (given.count("receipt-format") != 0) {
    wanted.receipt_format = text(given, "receipt-format");
    if (const auto mistake = mistake_in_receipt_format(*wanted.receipt_format); !mistake.empty())
      return usage_error{"--receipt-format: " + mistake};
  }
  if (given.count("receipt-error") != 0) {
    const auto& errors = given["receipt-error"].as<std::vector<std::string>>();
    wanted.receipt_errors = fmt::format("{}", fmt::join(errors, ","));
    if (const auto mistake = mistake_in_receipt_errors(*wanted.receipt_errors); !mistake.empty())
      return usage_error{"--receipt-error: " + mistake};
  }
  if (const auto form = text(given, "message-id-form"); !form.empty()) {
    if (form != "hex" && form != "decimal")
      return usage_error{"--message-id-form is hex or decimal"};
    wanted.id_form =
        form == "hex" ? store::message_id_form::hexadecimal : store::message_id_form::decimal;
  }
  return command(administration_command(std::move(wanted)));
}

// A command of which nothing but the configuration is asked.
template <class Command>
parsed make_plain(const po::variables_map& given) {
  return command(Command{config_path(given)});
}
template <class Command>
parsed make_listing(const po::variables_map& given) {
  return command(administration_command(Command{config_path(given)}));
}
template <class Command, auto& Option>
parsed make_about(const po::variables_map& given) {
  return command(administration_command(Command{config_path(given), text(given, Option)}));
}

constexpr char name_option[] = "name";
constexpr char account_name[] = "account";
constexpr char key_id_option[] = "key-id";
constexpr char system_id_name[] = "system-id";

constexpr std::array<command_form, 18> forms{{
    {"run", "", "runs the daemon", config_option, make_plain<run_command>},
    {"check", "", "checks the configuration and ends", config_option, make_plain<check_command>},
    {"status", "", "asks the running daemon how it is", config_option, make_plain<status_command>},
    {"account add", "name", "adds a customer", name_options, make_about<account_add, name_option>},
    {"account list", "", "lists customers", config_option, make_listing<account_list>},
    {"account disable", "name", "its keys and logins work no more", name_options,
     make_about<account_disable, name_option>},
    {"account enable", "name", "they work again", name_options,
     make_about<account_enable, name_option>},
    {"key add", "", "adds an API key and prints it, once", account_options,
     make_about<key_add, account_name>},
    {"key list", "", "lists API keys", config_option, make_listing<key_list>},
    {"key revoke", "key-id", "an API key works no more", key_id_options,
     make_about<key_revoke, key_id_option>},
    {"login add", "", "lets an application bind over SMPP", login_add_options, make_login_add},
    {"login list", "", "lists SMPP logins", config_option, make_listing<login_list>},
    {"login disable", "system-id", "an SMPP login works no more", system_id_options,
     make_about<login_disable, system_id_name>},
    {"login enable", "system-id", "it works again", system_id_options,
     make_about<login_enable, system_id_name>},
    {"login password", "system-id", "changes the password of an SMPP login", login_password_options,
     make_login_password},
    {"login set", "system-id", "says how an application gets receipts and ids; alone it shows that",
     login_set_options, make_login_set},
    {"version", "", "prints the version", no_options,
     [](const po::variables_map&) -> parsed { return command(version_command{}); }},
    {"help", "topic", "explains a command",
     [](po::options_description& to) {
       to.add_options()("topic", po::value<std::vector<std::string>>()->value_name("COMMAND"), "");
     },
     [](const po::variables_map& given) -> parsed {
       if (given.count("topic") == 0) return command(help_command{});
       const auto& words = given["topic"].as<std::vector<std::string>>();
       return command(help_command{fmt::format("{}", fmt::join(words, " "))});
     }},
}};

std::size_t words_in(const command_form& form) {
  return 1 + static_cast<std::size_t>(std::count(form.words.begin(), form.words.end(), ' '));
}

const command_form* find_form(std::string_view words) {
  const auto* found = std::find_if(forms.begin(), forms.end(),
                                   [&](const command_form& form) { return form.words == words; });
  return found == forms.end() ? nullptr : found;
}

// The second words of the commands that begin with `first`.
std::vector<std::string_view> second_words(std::string_view first) {
  std::vector<std::string_view> words;
  for (const auto& form : forms) {
    const auto space = form.words.find(' ');
    if (space != std::string_view::npos && form.words.substr(0, space) == first) {
      words.push_back(form.words.substr(space + 1));
    }
  }
  return words;
}

std::vector<std::string_view> first_words() {
  std::vector<std::string_view> words;
  for (const auto& form : forms) {
    const auto first = form.words.substr(0, form.words.find(' '));
    if (words.empty() || words.back() != first) words.push_back(first);
  }
  return words;
}

usage_error unknown_command(std::span<const std::string> arguments) {
  const std::string_view first = arguments[0];
  const auto seconds = second_words(first);
  if (seconds.empty()) {
    return {fmt::format("there is no command '{}'; {}", first, suggestion(first, first_words()))};
  }
  if (arguments.size() < 2 || arguments[1].starts_with('-')) {
    return {fmt::format("say what to do: smppd {} {}", first, fmt::join(seconds, "|"))};
  }
  return {fmt::format("there is no command '{} {}'; {}", first, arguments[1],
                      suggestion(arguments[1], seconds))};
}

std::vector<std::string_view> option_names(const po::options_description& options) {
  std::vector<std::string_view> names;
  for (const auto& option : options.options())
    names.push_back(option->long_name());
  return names;
}

std::string without_dashes(const std::string& option) {
  return option.substr(std::min(option.find_first_not_of('-'), option.size()));
}

// Program_options' own words begin in the middle of a sentence and do not say what to do.
usage_error explained(const command_form& form, const po::options_description& options,
                      const po::error& mistake) {
  std::string what = mistake.what();
  if (const auto* unknown = dynamic_cast<const po::unknown_option*>(&mistake)) {
    const auto name = without_dashes(unknown->get_option_name());
    what =
        fmt::format("there is no option --{}; {}", name, suggestion(name, option_names(options)));
  } else if (const auto* missing = dynamic_cast<const po::required_option*>(&mistake)) {
    const auto name = without_dashes(missing->get_option_name());
    what = name == form.positional ? fmt::format("say which {}", name)
                                   : fmt::format("--{} is missing", name);
  } else if (dynamic_cast<const po::too_many_positional_options_error*>(&mistake) != nullptr) {
    what = "there is a word too many";
  }
  return {fmt::format("{}\n`smppd help {}` shows what it takes", what, form.words)};
}

parsed parse_options(const command_form& form, std::span<const std::string> arguments) {
  po::options_description options;
  form.add_options(options);
  po::positional_options_description positional;
  if (!form.positional.empty()) {
    positional.add(std::string(form.positional).c_str(), form.words == "help" ? -1 : 1);
  }
  try {
    constexpr auto style =
        po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::variables_map given;
    po::store(po::command_line_parser({arguments.begin(), arguments.end()})
                  .options(options)
                  .positional(positional)
                  .style(style)
                  .run(),
              given);
    po::notify(given);
    return form.make(given);
  } catch (const po::error& mistake) {
    return explained(form, options, mistake);
  }
}

std::string synopsis(const command_form& form) {
  auto line = fmt::format("smppd {}", form.words);
  po::options_description options;
  form.add_options(options);
  for (const auto& option : options.options()) {
    const auto& name = option->long_name();
    const auto parameter = option->format_parameter();  // "FILE (=its default)"
    const auto value = parameter.substr(0, parameter.find(" ("));
    const bool needed = option->semantic()->is_required();
    if (name == form.positional) {
      line += needed ? " " + value : " [" + value + "]";
    } else {
      const auto written = fmt::format("--{}{}{}", name, value.empty() ? "" : " ", value);
      line += needed ? " " + written : " [" + written + "]";
    }
  }
  return line;
}

}  // namespace

boost::system::result<command, usage_error> parse_command_line(
    std::span<const std::string> arguments) {
  if (arguments.empty()) return usage_error{"say what to do; `smppd help` lists the commands"};
  const auto& first = arguments[0];
  if (first == "--help" || first == "-h") return command(help_command{});
  if (first == "--version" || first == "-V") return command(version_command{});
  const command_form* form = find_form(first);
  if (form == nullptr && arguments.size() > 1) form = find_form(first + " " + arguments[1]);
  if (form == nullptr) return unknown_command(arguments);
  const auto rest = arguments.subspan(words_in(*form));
  if (form->words == "help" && !rest.empty() && !rest[0].starts_with('-') &&
      find_form(fmt::format("{}", fmt::join(rest, " "))) == nullptr &&
      (rest.size() > 1 || second_words(rest[0]).empty())) {
    return unknown_command(rest);
  }
  for (const auto& argument : rest) {
    if (argument == "--help" || argument == "-h") {
      return command(help_command{std::string(form->words)});
    }
  }
  return parse_options(*form, rest);
}

std::string help_text(std::string_view topic) {
  if (const auto* form = find_form(topic)) {
    po::options_description options;
    form->add_options(options);
    std::string explained;
    for (const auto& option : options.options()) {
      explained += fmt::format("  --{:<16}{}\n", option->long_name(), option->description());
    }
    return fmt::format("{}\n  {}\n{}", synopsis(*form), form->meaning, explained);
  }
  std::string text = "smppd, an SMPP gateway\n\n";
  for (const auto& form : forms) {
    const bool wanted = topic.empty() || form.words.starts_with(fmt::format("{} ", topic));
    if (wanted) text += fmt::format("{}\n    {}\n", synopsis(form), form.meaning);
  }
  return text + fmt::format("\nWithout --config the configuration is {}.\n", default_config_path);
}

}  // namespace smppd
