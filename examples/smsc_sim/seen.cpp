#include "seen.hpp"

#include <functional>

bool seen::first_time(std::string_view destination, std::string_view octets) {
  if (const auto number = find_number(octets)) return numbers_.insert(*number).second;
  const std::hash<std::string_view> hash;
  constexpr std::uint64_t spread = 0x9E3779B97F4A7C15;
  return hashes_.insert(hash(octets) ^ (hash(destination) * spread)).second;
}

std::optional<std::uint64_t> seen::find_number(std::string_view octets) {
  constexpr int digits_max = 18;
  std::uint64_t number = 0;
  int digits = -1;  // the "#" is still to come
  for (const char c : octets) {
    if (c == '\0') continue;
    if (digits >= 0 && c >= '0' && c <= '9') {
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
      if (++digits > digits_max) return std::nullopt;
    } else if (digits > 0) {
      return number;
    } else {
      digits = c == '#' ? 0 : -1;
    }
  }
  if (digits > 0) return number;
  return std::nullopt;
}
