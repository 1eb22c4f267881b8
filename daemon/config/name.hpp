// The names of carriers and accounts, which stand in logs, metrics, keys and on command lines.
#pragma once

#include <algorithm>
#include <string_view>

namespace smppd {

/// Letters, digits and, after the first, . _ - too; at most 64.
[[nodiscard]] constexpr bool is_name(std::string_view text) noexcept {
  const auto alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !text.empty() && text.size() <= 64 && alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

}  // namespace smppd
