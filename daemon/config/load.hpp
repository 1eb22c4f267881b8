// Reads smppd.toml into a `config`. Finds every mistake in one pass and says where it is, what is
// wrong and what would be right.
#pragma once

#include "daemon/config/config.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smppd {

struct config_problem {
  std::string file;  // as it was named
  unsigned line{};   // from 1; 0: it concerns the file as a whole
  unsigned column{};
  std::string key;   // such as carrier[0].port; may be empty
  std::string what;  // what is wrong, and what would be right
};

/// `smppd.toml:12:7: carrier[0].port: 99999 is not a port; use a number from 1 to 65535`
[[nodiscard]] std::string to_string(const config_problem& problem);

struct loaded_config {
  std::optional<config> value;           // where there is no problem
  std::vector<config_problem> problems;  // in the order of their lines
};

/// Reads `file`, and the files that its keys name. Never throws for what they contain.
[[nodiscard]] loaded_config load_config(const std::filesystem::path& file);

/// The same for text that is in memory already; `file` is what problems call it, and its folder is
/// where relative password files are looked for.
[[nodiscard]] loaded_config parse_config(std::string_view text, const std::filesystem::path& file);

/// A key that smppd.toml may contain.
struct known_key {
  std::string_view table, name, meaning;
  bool required{};
};
[[nodiscard]] std::vector<known_key> known_keys();

/// The keys whose values differ, such as `log.level` or `carrier[acme].window`. A carrier, route or
/// inbound rule that came or went is named as a whole.
[[nodiscard]] std::vector<std::string> changed_keys(const config& before, const config& after);

}  // namespace smppd
