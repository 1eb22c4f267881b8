// Phone numbers and senders as callers write them, and as SMPP addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smppd {

/// An SMPP address (SMPP 3.4, 5.2.5 to 5.2.7).
struct address {
  std::uint8_t ton{}, npi{};
  std::string digits;  // or the text of an alphanumeric sender
  bool operator==(const address&) const = default;
};

/// "+47 912 34 567", "004791234567" or "4791234567": 7 to 15 digits in international form, TON 1,
/// NPI 1. Spaces, dashes, dots and parentheses between the digits are ignored. Empty: it cannot be
/// a number; `why` then says so in a sentence.
[[nodiscard]] std::optional<address> parse_recipient(std::string_view written, std::string& why);

/// A number as above (3 to 15 digits: a short code is one, TON 0 below 7 digits), or up to 11
/// letters, digits, spaces and . - _ & of which one is not a digit (TON 5, NPI 0).
[[nodiscard]] std::optional<address> parse_sender(std::string_view written, std::string& why);

/// The digits by which a destination is routed: without +, 00 or anything that is not a digit.
[[nodiscard]] std::string routing_digits(std::string_view written);

}  // namespace smppd
