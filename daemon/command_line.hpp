// What `smppd ...` on a command line asks for. Parsing only: nothing is opened, read or done here.
#pragma once

#include "store/records.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace smppd {

inline constexpr const char* default_config_path = "/etc/smppd/smppd.toml";

enum class password_source : std::uint8_t { standard_input, file, generated };
struct password_choice {
  password_source from{password_source::standard_input};
  std::string file;  // of password_source::file; "-" is standard input
};

struct run_command {
  std::string config_path;
};
struct check_command {
  std::string config_path;
};
struct account_add {
  std::string config_path, name;
};
struct account_list {
  std::string config_path;
};
struct account_disable {
  std::string config_path, name;
};
struct account_enable {
  std::string config_path, name;
};
struct key_add {
  std::string config_path, account;
};
struct key_list {
  std::string config_path;
};
struct key_revoke {
  std::string config_path, key_id;
};
struct login_add {
  std::string config_path, account, system_id;
  password_choice password;
  std::uint32_t binds_max{};  // 0: the configuration's
};
struct login_list {
  std::string config_path;
};
struct login_disable {
  std::string config_path, system_id;
};
struct login_enable {
  std::string config_path, system_id;
};
struct login_password {
  std::string config_path, system_id;
  password_choice password;
};
struct login_set {
  std::string config_path, system_id;
  // What is absent stays as it is; with nothing at all they are shown.
  std::optional<std::string> receipt_format, receipt_errors;  // empty: as everybody's
  std::optional<store::message_id_form> id_form;
};
struct status_command {
  std::string config_path;
};
struct version_command {};
struct help_command {
  std::string topic;  // "": all; "key add": one
};

/// What is done to the store by daemon/administration.hpp.
using administration_command =
    std::variant<account_add, account_list, account_disable, account_enable, key_add, key_list,
                 key_revoke, login_add, login_list, login_disable, login_enable, login_password,
                 login_set>;

using command = std::variant<run_command, check_command, administration_command, status_command,
                             version_command, help_command>;

/// Sentences for standard error: what is wrong and what to do. The exit status is 2.
struct usage_error {
  std::string what;
};
inline constexpr int exit_status_usage = 2;

/// `arguments` without the program's name.
[[nodiscard]] boost::system::result<command, usage_error> parse_command_line(
    std::span<const std::string> arguments);

/// For `smppd help`, or one command of it.
[[nodiscard]] std::string help_text(std::string_view topic = {});

}  // namespace smppd
