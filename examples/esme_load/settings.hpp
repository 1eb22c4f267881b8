// What load is put on whom.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "endpoint.hpp"

struct settings {
  endpoint connect;
  std::string system_id{"load"}, password;
  std::uint32_t binds{1}, window{100};
  std::uint64_t count{0};           // messages; 0: no limit
  std::chrono::seconds seconds{0};  // of sending; 0: no limit
  std::uint64_t rate{0};            // messages a second on all binds together; 0: no limit
  bool receipts{false}, reconnect{false}, quiet{false};
  std::string source{"load"};
  std::uint64_t destination{4790000000};  // the first; the serial number is added
  std::uint64_t destinations{1'000'000};  // then the first again
  std::string text{"message #{n}"};
  std::uint64_t first_serial{1};
  std::chrono::seconds idle_timeout{30};
  std::string acked_file;
};

/// Nothing: `--help` was asked for, and answered. Throws boost::program_options::error.
[[nodiscard]] std::optional<settings> parse_settings(int argc, const char* const* argv);
