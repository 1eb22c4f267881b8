#include "smpp/gsm7.hpp"

#include "smpp/ucs2.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace smpp {
namespace {

using table = std::array<char16_t, 128>;  // by septet; 0 where there is no character

struct cell {
  std::uint8_t septet;
  char16_t character;
};

// 3GPP TS 23.038, 6.2.1.
constexpr table default_alphabet{
    u'@',   0x00A3, u'$',   0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC,  // 00
    0x00F2, 0x00C7, u'\n',  0x00D8, 0x00F8, u'\r',  0x00C5, 0x00E5,
    0x0394, u'_',   0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8,  // 10
    0x03A3, 0x0398, 0x039E, 0,      0x00C6, 0x00E6, 0x00DF, 0x00C9,
    u' ',   u'!',   u'"',   u'#',   0x00A4, u'%',   u'&',   u'\'',  // 20
    u'(',   u')',   u'*',   u'+',   u',',   u'-',   u'.',   u'/',
    u'0',   u'1',   u'2',   u'3',   u'4',   u'5',   u'6',   u'7',  // 30
    u'8',   u'9',   u':',   u';',   u'<',   u'=',   u'>',   u'?',
    0x00A1, u'A',   u'B',   u'C',   u'D',   u'E',   u'F',   u'G',  // 40
    u'H',   u'I',   u'J',   u'K',   u'L',   u'M',   u'N',   u'O',
    u'P',   u'Q',   u'R',   u'S',   u'T',   u'U',   u'V',   u'W',  // 50
    u'X',   u'Y',   u'Z',   0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
    0x00BF, u'a',   u'b',   u'c',   u'd',   u'e',   u'f',   u'g',  // 60
    u'h',   u'i',   u'j',   u'k',   u'l',   u'm',   u'n',   u'o',
    u'p',   u'q',   u'r',   u's',   u't',   u'u',   u'v',   u'w',  // 70
    u'x',   u'y',   u'z',   0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
};

template <std::size_t Count>
constexpr table with(table changed, const std::array<cell, Count>& cells) {
  for (const auto& [septet, character] : cells)
    changed[septet] = character;
  return changed;
}

// The locking shift tables (A.3), as what differs from the default alphabet. Spanish has none.
constexpr table turkish_locking = with(default_alphabet, std::to_array<cell>({{0x04, 0x20AC},
                                                                              {0x07, 0x0131},
                                                                              {0x0B, 0x011E},
                                                                              {0x0C, 0x011F},
                                                                              {0x1C, 0x015E},
                                                                              {0x1D, 0x015F},
                                                                              {0x40, 0x0130},
                                                                              {0x60, 0x00E7}}));

constexpr table portuguese_locking =
    with(default_alphabet,
         std::to_array<cell>(
             {{0x04, 0x00EA}, {0x06, 0x00FA}, {0x07, 0x00ED}, {0x08, 0x00F3}, {0x09, 0x00E7},
              {0x0B, 0x00D4}, {0x0C, 0x00F4}, {0x0E, 0x00C1}, {0x0F, 0x00E1}, {0x12, 0x00AA},
              {0x13, 0x00C7}, {0x14, 0x00C0}, {0x15, 0x221E}, {0x16, u'^'},   {0x17, u'\\'},
              {0x18, 0x20AC}, {0x19, 0x00D3}, {0x1A, u'|'},   {0x1C, 0x00C2}, {0x1D, 0x00E2},
              {0x1E, 0x00CA}, {0x24, 0x00BA}, {0x40, 0x00CD}, {0x5B, 0x00C3}, {0x5C, 0x00D5},
              {0x5D, 0x00DA}, {0x60, u'~'},   {0x7B, 0x00E3}, {0x7C, 0x00F5}, {0x7D, u'`'}}));

// The extension table (6.2.1.1); every single shift table (A.2) holds it too and adds to it.
constexpr table default_extension = with(table{}, std::to_array<cell>({{0x0A, u'\f'},
                                                                       {0x14, u'^'},
                                                                       {0x28, u'{'},
                                                                       {0x29, u'}'},
                                                                       {0x2F, u'\\'},
                                                                       {0x3C, u'['},
                                                                       {0x3D, u'~'},
                                                                       {0x3E, u']'},
                                                                       {0x40, u'|'},
                                                                       {0x65, 0x20AC}}));

constexpr table turkish_single = with(default_extension, std::to_array<cell>({{0x47, 0x011E},
                                                                              {0x49, 0x0130},
                                                                              {0x53, 0x015E},
                                                                              {0x63, 0x00E7},
                                                                              {0x67, 0x011F},
                                                                              {0x69, 0x0131},
                                                                              {0x73, 0x015F}}));

constexpr table spanish_single = with(default_extension, std::to_array<cell>({{0x09, 0x00E7},
                                                                              {0x41, 0x00C1},
                                                                              {0x49, 0x00CD},
                                                                              {0x4F, 0x00D3},
                                                                              {0x55, 0x00DA},
                                                                              {0x61, 0x00E1},
                                                                              {0x69, 0x00ED},
                                                                              {0x6F, 0x00F3},
                                                                              {0x75, 0x00FA}}));

constexpr table portuguese_single =
    with(default_extension,
         std::to_array<cell>({{0x05, 0x00EA}, {0x09, 0x00E7}, {0x0B, 0x00D4}, {0x0C, 0x00F4},
                              {0x0E, 0x00C1}, {0x0F, 0x00E1}, {0x12, 0x03A6}, {0x13, 0x0393},
                              {0x15, 0x03A9}, {0x16, 0x03A0}, {0x17, 0x03A8}, {0x18, 0x03A3},
                              {0x19, 0x0398}, {0x1F, 0x00CA}, {0x41, 0x00C0}, {0x49, 0x00CD},
                              {0x4F, 0x00D3}, {0x55, 0x00DA}, {0x5B, 0x00C3}, {0x5C, 0x00D5},
                              {0x61, 0x00C2}, {0x69, 0x00ED}, {0x6F, 0x00F3}, {0x75, 0x00FA},
                              {0x7B, 0x00E3}, {0x7C, 0x00F5}, {0x7F, 0x00E2}}));

const table& locking_table(gsm7_language language) {
  switch (language) {
    case gsm7_language::turkish: return turkish_locking;
    case gsm7_language::portuguese: return portuguese_locking;
    case gsm7_language::standard:
    case gsm7_language::spanish: break;
  }
  return default_alphabet;
}

const table& single_table(gsm7_language language) {
  switch (language) {
    case gsm7_language::turkish: return turkish_single;
    case gsm7_language::spanish: return spanish_single;
    case gsm7_language::portuguese: return portuguese_single;
    case gsm7_language::standard: break;
  }
  return default_extension;
}

// Most of ASCII does.
bool stands_at_its_own_number(const table& in, char character) {
  const auto number = static_cast<std::uint8_t>(character);
  return number != 0 && number < in.size() && in[number] == number;
}

std::optional<std::uint8_t> find_septet(const table& in, char32_t character) {
  if (character == 0) return std::nullopt;  // the mark of an empty cell
  const auto* const found = std::find(in.begin(), in.end(), character);
  if (found == in.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - in.begin());
}

char32_t character_of(const table& in, std::uint8_t septet) {
  return septet < in.size() ? in[septet] : replacement_character;
}

std::size_t septets_in(std::size_t octets, unsigned fill_bits) {
  return octets == 0 ? 0 : (octets * 8 - fill_bits) / 7;
}

}  // namespace

std::optional<byte_buffer> gsm7_encode(std::string_view utf8) { return gsm7_encode(utf8, {}); }

std::optional<byte_buffer> gsm7_encode(std::string_view utf8, gsm7_tables tables) {
  const table& locking = locking_table(tables.locking);
  const table& single = single_table(tables.single);
  byte_buffer septets;
  septets.reserve(utf8.size());
  while (!utf8.empty()) {
    if (stands_at_its_own_number(locking, utf8.front())) {
      septets.push_back(static_cast<std::uint8_t>(utf8.front()));
      utf8.remove_prefix(1);
      continue;
    }
    const auto character = next_code_point(utf8);
    if (!character) return std::nullopt;
    if (const auto plain = find_septet(locking, *character)) {
      septets.push_back(*plain);
    } else if (const auto escaped = find_septet(single, *character)) {
      septets.push_back(gsm7_escape);
      septets.push_back(*escaped);
    } else {
      return std::nullopt;
    }
  }
  return septets;
}

std::string gsm7_decode(byte_view septets, gsm7_tables tables) {
  const table& locking = locking_table(tables.locking);
  const table& single = single_table(tables.single);
  std::string utf8;
  utf8.reserve(septets.size());
  for (std::size_t at = 0; at < septets.size(); ++at) {
    if (septets[at] != gsm7_escape) {
      append_utf8(utf8, character_of(locking, septets[at]));
      continue;
    }
    if (++at == septets.size()) break;
    if (septets[at] == gsm7_escape) {
      utf8 += ' ';
      continue;
    }
    const char32_t escaped = character_of(single, septets[at]);
    append_utf8(utf8, escaped != 0 ? escaped : character_of(locking, septets[at]));
  }
  return utf8;
}

byte_buffer gsm7_pack(byte_view septets, unsigned fill_bits, gsm7_padding padding) {
  byte_buffer packed;
  packed.reserve((septets.size() * 7 + fill_bits + 7) / 8);
  unsigned bits = 0;
  unsigned held = fill_bits;  // how many of the low bits of `bits` wait to go out
  const auto put = [&](std::uint8_t septet) {
    bits |= (septet & 0x7FU) << held;
    held += 7;
    if (held < 8) return;
    packed.push_back(static_cast<std::uint8_t>(bits & 0xFFU));
    bits >>= 8U;
    held -= 8;
  };
  std::for_each(septets.begin(), septets.end(), put);
  const bool room_for_a_septet = held == 1 && !septets.empty();
  if (room_for_a_septet && padding == gsm7_padding::carriage_return) put('\r');
  if (held > 0 && !septets.empty()) packed.push_back(static_cast<std::uint8_t>(bits));
  return packed;
}

byte_buffer gsm7_unpack(byte_view packed, std::size_t count, unsigned fill_bits) {
  count = std::min(count, septets_in(packed.size(), fill_bits));
  byte_buffer septets(count);
  std::size_t bit = fill_bits;
  for (auto& septet : septets) {
    const std::size_t octet = bit / 8;
    unsigned pair = packed[octet];
    if (octet + 1 < packed.size()) pair |= static_cast<unsigned>(packed[octet + 1]) << 8U;
    septet = static_cast<std::uint8_t>(pair >> bit % 8 & 0x7FU);
    bit += 7;
  }
  return septets;
}

byte_buffer gsm7_unpack_all(byte_view packed, unsigned fill_bits) {
  byte_buffer septets = gsm7_unpack(packed, septets_in(packed.size(), fill_bits), fill_bits);
  const bool ends_with_octet = septets.size() * 7 + fill_bits == packed.size() * 8;
  if (ends_with_octet && !septets.empty() && septets.back() == '\r') septets.pop_back();
  return septets;
}

}  // namespace smpp
