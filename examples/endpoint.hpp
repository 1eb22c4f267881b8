// HOST:PORT on a command line.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

struct endpoint {
  std::string host;
  std::uint16_t port{};

  /// Read by Boost.Program_options; an IPv6 address stands in brackets.
  friend std::istream& operator>>(std::istream& from, endpoint& into) {
    std::string written;
    from >> written;
    const auto colon = written.rfind(':');
    const std::string_view digits =
        std::string_view(written).substr(std::min(colon, written.size()));
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data() + (digits.empty() ? 0 : 1), end, into.port);
    if (read.ec != std::errc() || read.ptr != end) from.setstate(std::ios::failbit);
    into.host = written.substr(0, colon);
    if (into.host.starts_with('[') && into.host.ends_with(']'))
      into.host = into.host.substr(1, into.host.size() - 2);
    return from;
  }
  friend std::ostream& operator<<(std::ostream& to, const endpoint& what) {
    return to << fmt::format("{}:{}", what.host, what.port);
  }
};
