#include "smpp/text.hpp"

#include "smpp/ucs2.hpp"

#include <utility>

namespace smpp {
namespace {

enum class character_set : std::uint8_t { gsm7, ascii, latin1, cyrillic, hebrew, ucs2, binary };

// SMPP 3.4, 5.2.19: the values below 0x10.
character_set smpp_character_set(std::uint8_t data_coding) {
  switch (data_coding) {
    case data_coding_default: return character_set::gsm7;
    case data_coding_ascii: return character_set::ascii;
    case data_coding_latin1: return character_set::latin1;
    case 0x06: return character_set::cyrillic;
    case 0x07: return character_set::hebrew;
    case data_coding_ucs2: return character_set::ucs2;
    default: return character_set::binary;
  }
}

// 3GPP TS 23.038, 4: the general groups 00xx and 01xx; bit 5 is compression, bits 3 and 2 the
// alphabet.
character_set general_character_set(std::uint8_t data_coding) {
  constexpr std::uint8_t compressed = 0x20;
  if ((data_coding & compressed) != 0) return character_set::binary;
  switch (data_coding >> 2U & 3U) {
    case 0: return character_set::gsm7;
    case 2: return character_set::ucs2;
    default: return character_set::binary;
  }
}

character_set character_set_of(std::uint8_t data_coding) {
  if (data_coding < 0x10) return smpp_character_set(data_coding);
  if (data_coding < 0x80) return general_character_set(data_coding);
  if (data_coding < 0xC0) return character_set::binary;  // reserved
  if (data_coding < 0xE0) return character_set::gsm7;    // message waiting: discard, store
  if (data_coding < 0xF0) return character_set::ucs2;    // message waiting: store, UCS-2
  constexpr std::uint8_t eight_bit = 0x04;               // message class
  return (data_coding & eight_bit) != 0 ? character_set::binary : character_set::gsm7;
}

std::optional<byte_buffer> encode_octets(std::string_view utf8, char32_t last) {
  byte_buffer octets;
  octets.reserve(utf8.size());
  while (!utf8.empty()) {
    const auto character = next_code_point(utf8);
    if (!character || *character > last) return std::nullopt;
    octets.push_back(static_cast<std::uint8_t>(*character));
  }
  return octets;
}

char32_t from_ascii(std::uint8_t octet) { return octet < 0x80 ? octet : replacement_character; }
char32_t from_latin1(std::uint8_t octet) { return octet; }

char32_t from_cyrillic(std::uint8_t octet) {  // ISO 8859-5
  if (octet <= 0xA0 || octet == 0xAD) return octet;
  if (octet == 0xF0) return 0x2116;
  if (octet == 0xFD) return 0x00A7;
  return octet + 0x0360U;
}

char32_t from_hebrew(std::uint8_t octet) {  // ISO 8859-8
  if (octet == 0xAA) return 0x00D7;
  if (octet == 0xBA) return 0x00F7;
  if (octet <= 0xBE && octet != 0xA1) return octet;
  if (octet == 0xDF) return 0x2017;
  if (octet >= 0xE0 && octet <= 0xFA) return octet + 0x04F0U;
  if (octet == 0xFD || octet == 0xFE) return octet + 0x1F11U;  // direction marks
  return replacement_character;
}

template <class ToCharacter>
std::string decode_each(byte_view octets, ToCharacter to_character) {
  std::string utf8;
  utf8.reserve(octets.size());
  for (const std::uint8_t octet : octets)
    append_utf8(utf8, to_character(octet));
  return utf8;
}

std::string to_hex(byte_view octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) {
    hex += digits[octet >> 4U];
    hex += digits[octet & 0x0FU];
  }
  return hex;
}

}  // namespace

alphabet alphabet_of(std::uint8_t data_coding) {
  switch (character_set_of(data_coding)) {
    case character_set::gsm7: return alphabet::gsm7;
    case character_set::ucs2: return alphabet::ucs2;
    default: return alphabet::octets;
  }
}

// The low nibble of a message waiting indication says of what; the groups from C0 on say how.
std::uint8_t as_ucs2(std::uint8_t data_coding) {
  if (alphabet_of(data_coding) != alphabet::gsm7 || data_coding == data_coding_default)
    return alphabet_of(data_coding) == alphabet::ucs2 ? data_coding : data_coding_ucs2;
  if (data_coding < 0x80) return data_coding | 0x08U;
  if (data_coding < 0xF0) return 0xE0U | (data_coding & 0x0FU);
  return 0x18U | (data_coding & 0x03U);
}

std::uint8_t as_gsm7(std::uint8_t data_coding) {
  if (alphabet_of(data_coding) != alphabet::ucs2 || data_coding == data_coding_ucs2)
    return alphabet_of(data_coding) == alphabet::gsm7 ? data_coding : data_coding_default;
  if (data_coding < 0x80) return data_coding & 0xF3U;
  return 0xD0U | (data_coding & 0x0FU);
}

std::optional<encoded_text> encode_text(std::string_view utf8) {
  if (auto septets = gsm7_encode(utf8)) {
    return encoded_text{data_coding_default, std::move(*septets)};
  }
  if (auto units = ucs2_encode(utf8)) return encoded_text{data_coding_ucs2, std::move(*units)};
  return std::nullopt;
}

std::optional<byte_buffer> encode_text(std::string_view utf8, std::uint8_t data_coding) {
  switch (character_set_of(data_coding)) {
    case character_set::gsm7: return gsm7_encode(utf8);
    case character_set::ascii: return encode_octets(utf8, 0x7F);
    case character_set::latin1: return encode_octets(utf8, 0xFF);
    case character_set::ucs2: return ucs2_encode(utf8);
    default: return std::nullopt;
  }
}

std::string decode_text(std::uint8_t data_coding, byte_view octets) {
  switch (character_set_of(data_coding)) {
    case character_set::gsm7: return gsm7_decode(octets);
    case character_set::ascii: return decode_each(octets, from_ascii);
    case character_set::latin1: return decode_each(octets, from_latin1);
    case character_set::cyrillic: return decode_each(octets, from_cyrillic);
    case character_set::hebrew: return decode_each(octets, from_hebrew);
    case character_set::ucs2: return ucs2_decode(octets);
    case character_set::binary: break;
  }
  return to_hex(octets);
}

std::string decode_text(const encoded_text& text) {
  if (alphabet_of(text.data_coding) == alphabet::gsm7) return gsm7_decode(text.octets, text.tables);
  return decode_text(text.data_coding, text.octets);
}

encoded_text canonical_text(encoded_text text) {
  switch (character_set_of(text.data_coding)) {
    case character_set::binary:
    case character_set::ucs2: return text;
    case character_set::gsm7:
      if (text.tables == gsm7_tables{}) return text;
      break;
    default: break;
  }
  const auto utf8 = decode_text(text);
  if (auto septets = gsm7_encode(utf8)) return {as_gsm7(text.data_coding), std::move(*septets)};
  return {as_ucs2(text.data_coding), ucs2_encode(utf8).value()};  // what is decoded is valid UTF-8
}

}  // namespace smpp
