// Text and data_coding (SMPP 3.4, 5.2.19; the GSM groups of 3GPP TS 23.038, 4): which alphabet a
// value names, how text gets into octets and how octets become text for people.
#pragma once

#include "smpp/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smpp {

inline constexpr std::uint8_t data_coding_default = 0x00;  ///< GSM 7-bit, one septet to an octet
inline constexpr std::uint8_t data_coding_ascii = 0x01;
inline constexpr std::uint8_t data_coding_latin1 = 0x03;
inline constexpr std::uint8_t data_coding_binary = 0x04;
inline constexpr std::uint8_t data_coding_ucs2 = 0x08;

/// How a message of some data_coding is counted against the 140 octets of a short message.
enum class alphabet : std::uint8_t {
  gsm7,    ///< septets
  octets,  ///< octets: binary, and every 8-bit character set, ASCII and Latin-1 among them
  ucs2,    ///< 16-bit units
};

/// Values that are reserved, and compressed text, count as octets.
[[nodiscard]] alphabet alphabet_of(std::uint8_t data_coding);

struct encoded_text {
  std::uint8_t data_coding{};
  byte_buffer octets{};

  bool operator==(const encoded_text&) const = default;
};

/// GSM 7-bit (data_coding 0) when every character is in it, else UCS-2 (8). `std::nullopt` only for
/// text that is not valid UTF-8.
[[nodiscard]] std::optional<encoded_text> encode_text(std::string_view utf8);

/// `octets`, without a user data header, as UTF-8 for people to read. Never fails: what a character
/// set lacks is U+FFFD; binary data and character sets unknown here are lower-case hex.
[[nodiscard]] std::string decode_text(std::uint8_t data_coding, byte_view octets);

}  // namespace smpp
