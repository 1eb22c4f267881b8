// Text and data_coding (SMPP 3.4, 5.2.19; the GSM groups of 3GPP TS 23.038, 4): which alphabet a
// value names, how text gets into octets and how octets become text for people.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/gsm7.hpp"

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

/// A text in one alphabet, without a header and no peer's in particular: septets stand one to an
/// octet, and data_coding 0 is the GSM 7-bit default alphabet.
struct encoded_text {
  std::uint8_t data_coding{};
  byte_buffer octets{};
  gsm7_tables tables{};  ///< of GSM 7-bit text: those that its user data header names

  bool operator==(const encoded_text&) const = default;
};

/// The data_coding that says of UCS-2 what `data_coding` says of its alphabet: message class,
/// message waiting and automatic deletion stay. Message waiting "discard" knows no UCS-2 and
/// becomes "store" (3GPP TS 23.038, 4).
[[nodiscard]] std::uint8_t as_ucs2(std::uint8_t data_coding);
/// Likewise of GSM 7-bit.
[[nodiscard]] std::uint8_t as_gsm7(std::uint8_t data_coding);

/// GSM 7-bit (data_coding 0) when every character is in it, else UCS-2 (8). `std::nullopt` only for
/// text that is not valid UTF-8.
[[nodiscard]] std::optional<encoded_text> encode_text(std::string_view utf8);

/// `utf8` in the alphabet that `data_coding` names: the septets of the default tables, ASCII,
/// Latin-1 or UCS-2. `std::nullopt` when that alphabet lacks a character, when `data_coding` is
/// none of these, or when `utf8` is not valid UTF-8.
[[nodiscard]] std::optional<byte_buffer> encode_text(std::string_view utf8,
                                                     std::uint8_t data_coding);

/// `octets`, without a user data header, as UTF-8 for people to read. Never fails: what a character
/// set lacks is U+FFFD; binary data and character sets unknown here are lower-case hex.
[[nodiscard]] std::string decode_text(std::uint8_t data_coding, byte_view octets);

/// Likewise, in the text's own tables.
[[nodiscard]] std::string decode_text(const encoded_text& text);

/// The same text as everybody reads it: GSM 7-bit in the default tables where that has every
/// character, else UCS-2. A message class stays, and so does whatever is no text.
[[nodiscard]] encoded_text canonical_text(encoded_text text);

}  // namespace smpp
