// UCS-2 as SMPP carries it, big-endian with surrogate pairs (so UTF-16BE), and the UTF-8 beside it.
#pragma once

#include "smpp/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace smpp {

/// What stands in a text for octets that mean nothing.
inline constexpr char32_t replacement_character = 0xFFFD;

/// Takes the first code point off `rest`. `std::nullopt`, with `rest` as it was, when `rest` is
/// empty or does not begin with one: a stray or missing continuation octet, an overlong form, a
/// surrogate or a value beyond U+10FFFF.
[[nodiscard]] std::optional<char32_t> next_code_point(std::string_view& rest);

/// Appends `code_point` as UTF-8. A surrogate, or a value beyond U+10FFFF, becomes U+FFFD.
void append_utf8(std::string& utf8, char32_t code_point);

/// `utf8` in UTF-16BE; `std::nullopt` when it is not valid UTF-8.
[[nodiscard]] std::optional<byte_buffer> ucs2_encode(std::string_view utf8);

/// UTF-16BE as UTF-8. Never fails: an unpaired surrogate is U+FFFD, an odd last octet is ignored.
[[nodiscard]] std::string ucs2_decode(byte_view octets);

}  // namespace smpp
