#include "daemon/administration.hpp"

#include "daemon/config/load.hpp"
#include "daemon/config/name.hpp"
#include "daemon/credentials.hpp"
#include "daemon/terminal.hpp"
#include "daemon/text_table.hpp"
#include "store/error.hpp"
#include "store/sqlite/sqlite.hpp"

#include <boost/system/system_error.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smppd {
namespace {

// What the person at the terminal is told. A command line tool ends at its first failure, so an
// exception is the shortest way out; it does not leave this file.
struct refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
T need(store::result<T> outcome, std::string_view what) {
  if (outcome) {
    if constexpr (std::is_void_v<T>)
      return;
    else
      return std::move(*outcome);
  }
  throw refusal(fmt::format("{}: {}", what, outcome.error().message()));
}

std::string printed(store::wall_time time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%d %H:%M}Z", fmt::gmtime(whole.time_since_epoch().count()));
}
std::string printed(bool active) { return active ? "active" : "disabled"; }
std::string printed(store::message_id_form form) {
  return form == store::message_id_form::decimal ? "decimal" : "hex";
}
std::string_view switched(bool on) { return on ? "enabled" : "disabled"; }

class administration {
 public:
  administration(store::database& database, store::wall_time now, terminal console)
      : now_(now),
        console_(console),
        writer_(need(database.make_writer(), "the database")),
        directory_(
            need(need(database.make_reader(), "the database")->load_directory(), "the database")) {}

  void operator()(const account_add& command) {
    if (!is_name(command.name)) {
      throw refusal(
          fmt::format("'{}' is not a name; use at most 64 letters and digits, then also "
                      ". _ -",
                      command.name));
    }
    auto added = writer_->create_account(command.name);
    if (!added && added.error() == store::error::already_exists) {
      throw refusal(fmt::format("there is an account '{}' already", command.name));
    }
    need(std::move(added), "the account");
    console_.err << fmt::format(
        "account '{0}' added; `smppd key add --account {0}` or `smppd login "
        "add --account {0} --system-id ID` lets it in\n",
        command.name);
  }

  void operator()(const account_list& /*command*/) {
    std::vector<std::vector<std::string>> rows{{"ACCOUNT", "STATE", "KEYS", "LOGINS"}};
    for (const auto& account : directory_.accounts) {
      const auto owned = [&](const auto& thing) { return thing.account == account.id; };
      const auto& [keys, logins] = std::tie(directory_.keys, directory_.logins);
      rows.push_back({account.name, printed(account.active),
                      std::to_string(std::count_if(keys.begin(), keys.end(), owned)),
                      std::to_string(std::count_if(logins.begin(), logins.end(), owned))});
    }
    console_.out << text_table(rows);
  }

  void operator()(const account_disable& command) { switch_account(command.name, false); }
  void operator()(const account_enable& command) { switch_account(command.name, true); }

  void operator()(const key_add& command) {
    const auto account = get_account(command.account);
    const auto generated = generate_key();
    store::api_key key;
    key.account = account.id;
    key.key_id = generated.key_id;
    key.secret_hash = generated.secret_hash;
    key.created_at = now_;
    need(writer_->create_key(key), "the key");
    console_.out << generated.text << '\n';
    console_.err << "keep it well: it cannot be shown again\n";
  }

  void operator()(const key_list& /*command*/) {
    std::vector<std::vector<std::string>> rows{{"KEY", "ACCOUNT", "STATE", "CREATED"}};
    for (const auto& key : directory_.keys) {
      rows.push_back(
          {key.key_id, name_of(key.account), printed(key.active), printed(key.created_at)});
    }
    console_.out << text_table(rows);
  }

  void operator()(const key_revoke& command) {
    // People paste the whole key; its secret is of no use here.
    const auto whole = parse_key(command.key_id);
    const std::string key_id(whole ? whole->key_id : std::string_view(command.key_id));
    auto revoked = writer_->deactivate_key(key_id);
    if (!revoked && revoked.error() == store::error::not_found) {
      throw refusal(fmt::format("there is no key '{}'; `smppd key list` shows them", key_id));
    }
    need(std::move(revoked), "the key");
    console_.err << fmt::format("key '{}' revoked\n", key_id);
  }

  void operator()(const login_add& command) {
    const auto& system_id = command.system_id;
    if (system_id.empty() || system_id.size() > system_id_octets_max) {
      throw refusal(fmt::format("the system_id has {} octets; SMPP carries 1 to {}",
                                system_id.size(), system_id_octets_max));
    }
    store::login login;
    login.account = get_account(command.account).id;
    login.system_id = system_id;
    login.binds_max = command.binds_max;
    const auto password = choose_password(command.password);
    login.password_hash = hash_password(password);
    auto added = writer_->create_login(login);
    if (!added && added.error() == store::error::already_exists) {
      throw refusal(
          fmt::format("there is a login '{0}' already; `smppd login password {0}` "
                      "changes its password",
                      system_id));
    }
    need(std::move(added), "the login");
    show_generated(command.password, password);
    console_.err << fmt::format("login '{}' added\n", system_id);
  }

  void operator()(const login_list& /*command*/) {
    std::vector<std::vector<std::string>> rows{
        {"SYSTEM_ID", "ACCOUNT", "STATE", "BINDS", "IDS", "RECEIPTS"}};
    for (const auto& login : directory_.logins) {
      const bool standard = login.receipt_format.empty() && login.receipt_errors.empty();
      rows.push_back({login.system_id, name_of(login.account), printed(login.active),
                      login.binds_max == 0 ? "default" : std::to_string(login.binds_max),
                      printed(login.id_form), standard ? "standard" : "own"});
    }
    console_.out << text_table(rows);
  }

  void operator()(const login_disable& command) { switch_login(command.system_id, false); }
  void operator()(const login_enable& command) { switch_login(command.system_id, true); }

  void operator()(const login_password& command) {
    auto login = get_login(command.system_id);
    const auto password = choose_password(command.password);
    login.password_hash = hash_password(password);
    need(writer_->update_login(login), "the login");
    show_generated(command.password, password);
    console_.err << fmt::format("password of login '{}' changed; binds that stand keep standing\n",
                                command.system_id);
  }

  void operator()(const login_set& command) {
    auto login = get_login(command.system_id);
    const auto& [config, system_id, format, errors, form] = command;
    if (!format && !errors && !form) return show(login);
    if (format) login.receipt_format = *format;
    if (errors) login.receipt_errors = *errors;
    if (form) login.id_form = *form;
    need(writer_->update_login(login), "the login");
    console_.err << fmt::format("login '{}' changed\n", system_id);
  }

 private:
  void show(const store::login& login) {
    const auto shown = [](const std::string& text) { return text.empty() ? "standard" : text; };
    console_.out << text_table({{"RECEIPT-FORMAT", shown(login.receipt_format)},
                                {"RECEIPT-ERROR", shown(login.receipt_errors)},
                                {"MESSAGE-ID-FORM", printed(login.id_form)}});
  }
  void switch_account(const std::string& name, bool on) {
    auto account = get_account(name);
    account.active = on;
    need(writer_->update_account(account), "the account");
    console_.err << fmt::format("account '{}' {}\n", name, switched(on));
  }
  void switch_login(const std::string& system_id, bool on) {
    auto login = get_login(system_id);
    login.active = on;
    need(writer_->update_login(login), "the login");
    console_.err << fmt::format("login '{}' {}\n", system_id, switched(on));
  }
  [[nodiscard]] store::account get_account(std::string_view name) const {
    const auto& accounts = directory_.accounts;
    const auto found = std::find_if(accounts.begin(), accounts.end(),
                                    [&](const auto& account) { return account.name == name; });
    if (found != accounts.end()) return *found;
    throw refusal(
        fmt::format("there is no account '{0}'; `smppd account list` shows them, `smppd "
                    "account add {0}` adds it",
                    name));
  }

  [[nodiscard]] store::login get_login(std::string_view system_id) const {
    const auto& logins = directory_.logins;
    const auto found = std::find_if(logins.begin(), logins.end(), [&](const auto& login) {
      return login.system_id == system_id;
    });
    if (found != logins.end()) return *found;
    throw refusal(fmt::format("there is no login '{}'; `smppd login list` shows them", system_id));
  }

  [[nodiscard]] std::string name_of(std::int64_t account) const {
    for (const auto& known : directory_.accounts) {
      if (known.id == account) return known.name;
    }
    return "?";
  }

  [[nodiscard]] std::string choose_password(const password_choice& choice) const {
    std::string password;
    if (choice.from == password_source::generated) return generate_password();
    if (choice.from == password_source::file && choice.file != "-") {
      std::ifstream file(choice.file);
      if (!std::getline(file, password)) {
        throw refusal(fmt::format("no password can be read from '{}'; put it into the first line",
                                  choice.file));
      }
    } else {
      password = read_password(console_);
    }
    if (password.ends_with('\r')) password.pop_back();
    if (password.empty()) throw refusal("the password is empty; give one, or --generate");
    if (password.size() > password_octets_max) {
      throw refusal(
          fmt::format("the password has {} octets and SMPP carries at most {}; choose a "
                      "shorter one, or --generate",
                      password.size(), password_octets_max));
    }
    return password;
  }

  void show_generated(const password_choice& choice, std::string_view password) {
    if (choice.from == password_source::generated) console_.out << password << '\n';
  }

  store::wall_time now_;
  terminal console_;
  std::unique_ptr<store::writer> writer_;
  store::directory directory_;
};

}  // namespace

int administer(const administration_command& wanted, store::database& database,
               store::wall_time now, terminal console) try {
  std::visit(administration(database, now, console), wanted);
  return 0;
} catch (const refusal& why) {
  console.err << fmt::format("smppd: {}\n", why.what());
  return 1;
}

int administer(const administration_command& wanted, store::wall_time now, terminal console) try {
  const auto& path =
      std::visit([](const auto& any) -> const std::string& { return any.config_path; }, wanted);
  const auto loaded = load_config(path);
  for (const auto& problem : loaded.problems)
    console.err << to_string(problem) << '\n';
  if (!loaded.value) return 1;
  store::sqlite_options options;
  options.path = loaded.value->store.path;
  options.busy_timeout = loaded.value->store.busy_timeout;
  become_owner_of(std::filesystem::path(options.path).parent_path());
  const auto database = store::open_sqlite(options);
  return administer(wanted, *database, now, console);
} catch (const boost::system::system_error& failure) {
  // Its text is "path: what is wrong [category:number]"; the number is nothing for people.
  const std::string_view text = failure.what();
  const bool rights =
      failure.code() == store::error::not_writable || failure.code() == store::error::cannot_open;
  console.err << fmt::format("smppd: {}{}\n", text.substr(0, text.rfind(" [")),
                             rights ? " Run this as the user that smppd runs as." : "");
  return 1;
}

}  // namespace smppd
