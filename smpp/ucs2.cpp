#include "smpp/ucs2.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace smpp {
namespace {

constexpr char32_t code_point_max = 0x10FFFF;

constexpr bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }
constexpr bool is_surrogate(char32_t unit) { return unit >= 0xD800 && unit <= 0xDFFF; }

struct lead_octet {
  std::size_t octets;  // of the whole sequence; 0 when no sequence begins so
  char32_t bits;       // of the code point
};

constexpr lead_octet read_lead(std::uint8_t octet) {
  if (octet < 0x80) return {1, octet};
  if (octet >= 0xC2 && octet <= 0xDF) return {2, octet & 0x1FU};
  if (octet >= 0xE0 && octet <= 0xEF) return {3, octet & 0x0FU};
  if (octet >= 0xF0 && octet <= 0xF4) return {4, octet & 0x07U};
  return {0, 0};
}

void put_unit(byte_buffer& octets, char32_t unit) {
  octets.push_back(static_cast<std::uint8_t>(unit >> 8U));
  octets.push_back(static_cast<std::uint8_t>(unit & 0xFFU));
}

char32_t unit_at(byte_view octets, std::size_t at) {
  return static_cast<char32_t>(octets[at] << 8U | octets[at + 1]);
}

}  // namespace

std::optional<char32_t> next_code_point(std::string_view& rest) {
  const byte_view octets = as_bytes(rest);
  if (octets.empty()) return std::nullopt;
  const auto [size, bits] = read_lead(octets[0]);
  if (size == 0 || size > octets.size()) return std::nullopt;
  char32_t code_point = bits;
  for (const std::uint8_t octet : octets.subspan(1, size - 1)) {
    if ((octet & 0xC0U) != 0x80U) return std::nullopt;
    code_point = code_point << 6U | (octet & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (code_point < least[size] || code_point > code_point_max) return std::nullopt;
  if (is_surrogate(code_point)) return std::nullopt;
  rest.remove_prefix(size);
  return code_point;
}

void append_utf8(std::string& utf8, char32_t code_point) {
  if (code_point > code_point_max || is_surrogate(code_point)) code_point = replacement_character;
  if (code_point < 0x80) {
    utf8 += static_cast<char>(code_point);
    return;
  }
  const auto continuation = [&](unsigned shift) {
    utf8 += static_cast<char>(0x80U | (code_point >> shift & 0x3FU));
  };
  if (code_point < 0x800) {
    utf8 += static_cast<char>(0xC0U | code_point >> 6U);
  } else if (code_point < 0x10000) {
    utf8 += static_cast<char>(0xE0U | code_point >> 12U);
    continuation(6);
  } else {
    utf8 += static_cast<char>(0xF0U | code_point >> 18U);
    continuation(12);
    continuation(6);
  }
  continuation(0);
}

std::optional<byte_buffer> ucs2_encode(std::string_view utf8) {
  byte_buffer octets;
  octets.reserve(utf8.size() * 2);
  while (!utf8.empty()) {
    const auto code_point = next_code_point(utf8);
    if (!code_point) return std::nullopt;
    if (*code_point < 0x10000) {
      put_unit(octets, *code_point);
    } else {
      put_unit(octets, 0xD800 + ((*code_point - 0x10000) >> 10U));
      put_unit(octets, 0xDC00 + (*code_point & 0x3FFU));
    }
  }
  return octets;
}

std::string ucs2_decode(byte_view octets) {
  std::string utf8;
  utf8.reserve(octets.size());
  for (std::size_t at = 0; at + 1 < octets.size(); at += 2) {
    char32_t code_point = unit_at(octets, at);
    if (is_high_surrogate(code_point) && at + 3 < octets.size()) {
      const char32_t low = unit_at(octets, at + 2);
      if (is_low_surrogate(low)) {
        code_point = 0x10000 + ((code_point - 0xD800) << 10U) + (low - 0xDC00);
        at += 2;
      }
    }
    append_utf8(utf8, code_point);  // makes U+FFFD of a surrogate left alone
  }
  return utf8;
}

}  // namespace smpp
