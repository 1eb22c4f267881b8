#include "daemon/gateway/number.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace smppd {

namespace {

constexpr std::size_t digits_max = 15;  // E.164
constexpr std::size_t international_min = 7;
constexpr std::size_t short_code_min = 3;
constexpr std::size_t alphanumeric_max = 11;
constexpr std::uint8_t ton_international = 1, ton_alphanumeric = 5, npi_isdn = 1;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_filler(char c) { return std::string_view(" -.()").find(c) != std::string_view::npos; }

struct number {
  std::string digits;
  bool international{false};  // it was written with + or 00
};

// Empty where something is neither digit nor filler.
std::optional<number> read_number(std::string_view written) {
  number found;
  if (written.starts_with('+')) {
    found.international = true;
    written.remove_prefix(1);
  }
  for (const char c : written) {
    if (is_digit(c)) {
      found.digits += c;
    } else if (!is_filler(c)) {
      return std::nullopt;
    }
  }
  if (!found.international && found.digits.starts_with("00")) {
    found.international = true;
    found.digits.erase(0, 2);
  }
  return found;
}

}  // namespace

std::optional<address> parse_recipient(std::string_view written, std::string& why) {
  auto found = read_number(written);
  if (!found) {
    why = fmt::format("'{}' is not a phone number; write it like +4791234567", written);
  } else if (found->digits.size() < international_min) {
    why = fmt::format("'{}' is too short for an international number; write it like +4791234567",
                      written);
  } else if (found->digits.size() > digits_max) {
    why = fmt::format("'{}' has more than 15 digits; write it like +4791234567", written);
  } else if (found->digits.front() == '0') {
    why = fmt::format("'{}' has no country code; write it like +4791234567", written);
  } else {
    return address{ton_international, npi_isdn, std::move(found->digits)};
  }
  return std::nullopt;
}

std::optional<address> parse_sender(std::string_view written, std::string& why) {
  if (auto found = read_number(written); found && !found->digits.empty()) {
    const auto size = found->digits.size();
    if (size >= short_code_min && size <= digits_max) {
      const bool whole = found->international || size >= international_min;
      return address{whole ? ton_international : std::uint8_t{0}, npi_isdn,
                     std::move(found->digits)};
    }
    why = fmt::format("the sender '{}' has {} digits; a number has 3 to 15", written, size);
    return std::nullopt;
  }
  const bool allowed = std::ranges::all_of(written, [](char c) {
    return is_digit(c) || is_letter(c) ||
           std::string_view(" .-_&").find(c) != std::string_view::npos;
  });
  if (written.empty() || written.size() > alphanumeric_max || !allowed) {
    why = fmt::format(
        "the sender '{}' is neither a number nor 1 to 11 letters, digits, spaces and . - _ &",
        written);
    return std::nullopt;
  }
  return address{ton_alphanumeric, 0, std::string(written)};
}

std::string routing_digits(std::string_view written) {
  std::string digits;
  std::ranges::copy_if(written, std::back_inserter(digits), is_digit);
  if (!written.starts_with('+') && digits.starts_with("00")) digits.erase(0, 2);
  return digits;
}

}  // namespace smppd
