#include "smpp/gsm7.hpp"

#include "smpp/ucs2.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

namespace {

using smpp::byte_buffer;
using smpp::byte_view;
using smpp::gsm7_language;
using smpp::gsm7_padding;
using smpp::gsm7_tables;

std::string utf8_of(char32_t character) {
  std::string utf8;
  smpp::append_utf8(utf8, character);
  return utf8;
}

byte_buffer from_hex(std::string_view hex) {
  byte_buffer octets;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    octets.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16)));
  }
  return octets;
}

byte_buffer septets_of(std::string_view utf8) {
  auto septets = smpp::gsm7_encode(utf8);
  EXPECT_TRUE(septets) << utf8;
  return septets.value_or(byte_buffer{});
}

// 3GPP TS 23.038, 6.2.1, written a second time and by number.
constexpr std::array<char32_t, 128> default_alphabet{
    0x40,  0xA3, 0x24, 0xA5,  0xE8, 0xE9,  0xF9,  0xEC,  0xF2,  0xC7,  0x0A,  0xD8,  0xF8,
    0x0D,  0xC5, 0xE5, 0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398,
    0x39E, 0,    0xC6, 0xE6,  0xDF, 0xC9,  0x20,  0x21,  0x22,  0x23,  0xA4,  0x25,  0x26,
    0x27,  0x28, 0x29, 0x2A,  0x2B, 0x2C,  0x2D,  0x2E,  0x2F,  0x30,  0x31,  0x32,  0x33,
    0x34,  0x35, 0x36, 0x37,  0x38, 0x39,  0x3A,  0x3B,  0x3C,  0x3D,  0x3E,  0x3F,  0xA1,
    0x41,  0x42, 0x43, 0x44,  0x45, 0x46,  0x47,  0x48,  0x49,  0x4A,  0x4B,  0x4C,  0x4D,
    0x4E,  0x4F, 0x50, 0x51,  0x52, 0x53,  0x54,  0x55,  0x56,  0x57,  0x58,  0x59,  0x5A,
    0xC4,  0xD6, 0xD1, 0xDC,  0xA7, 0xBF,  0x61,  0x62,  0x63,  0x64,  0x65,  0x66,  0x67,
    0x68,  0x69, 0x6A, 0x6B,  0x6C, 0x6D,  0x6E,  0x6F,  0x70,  0x71,  0x72,  0x73,  0x74,
    0x75,  0x76, 0x77, 0x78,  0x79, 0x7A,  0xE4,  0xF6,  0xF1,  0xFC,  0xE0};

using cells = std::map<std::uint8_t, char32_t>;

const cells default_extension{{0x0A, 0x0C}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2F, '\\'},
                              {0x3C, '['},  {0x3D, '~'}, {0x3E, ']'}, {0x40, '|'}, {0x65, 0x20AC}};

cells with_default_extension(cells more) {
  more.insert(default_extension.begin(), default_extension.end());
  return more;
}

struct national_table {
  gsm7_language language;
  cells single;   // the complete single shift table
  cells locking;  // what differs from the default alphabet
};

const std::vector<national_table> national_tables{
    {gsm7_language::standard, default_extension, {}},
    {gsm7_language::turkish,
     with_default_extension({{0x47, 0x11E},
                             {0x49, 0x130},
                             {0x53, 0x15E},
                             {0x63, 0xE7},
                             {0x67, 0x11F},
                             {0x69, 0x131},
                             {0x73, 0x15F}}),
     {{0x04, 0x20AC},
      {0x07, 0x131},
      {0x0B, 0x11E},
      {0x0C, 0x11F},
      {0x1C, 0x15E},
      {0x1D, 0x15F},
      {0x40, 0x130},
      {0x60, 0xE7}}},
    {gsm7_language::spanish,
     with_default_extension({{0x09, 0xE7},
                             {0x41, 0xC1},
                             {0x49, 0xCD},
                             {0x4F, 0xD3},
                             {0x55, 0xDA},
                             {0x61, 0xE1},
                             {0x69, 0xED},
                             {0x6F, 0xF3},
                             {0x75, 0xFA}}),
     {}},
    {gsm7_language::portuguese,
     with_default_extension(
         {{0x05, 0xEA},  {0x09, 0xE7},  {0x0B, 0xD4},  {0x0C, 0xF4},  {0x0E, 0xC1},  {0x0F, 0xE1},
          {0x12, 0x3A6}, {0x13, 0x393}, {0x15, 0x3A9}, {0x16, 0x3A0}, {0x17, 0x3A8}, {0x18, 0x3A3},
          {0x19, 0x398}, {0x1F, 0xCA},  {0x41, 0xC0},  {0x49, 0xCD},  {0x4F, 0xD3},  {0x55, 0xDA},
          {0x5B, 0xC3},  {0x5C, 0xD5},  {0x61, 0xC2},  {0x69, 0xED},  {0x6F, 0xF3},  {0x75, 0xFA},
          {0x7B, 0xE3},  {0x7C, 0xF5},  {0x7F, 0xE2}}),
     {{0x04, 0xEA},   {0x06, 0xFA}, {0x07, 0xED}, {0x08, 0xF3},   {0x09, 0xE7}, {0x0B, 0xD4},
      {0x0C, 0xF4},   {0x0E, 0xC1}, {0x0F, 0xE1}, {0x12, 0xAA},   {0x13, 0xC7}, {0x14, 0xC0},
      {0x15, 0x221E}, {0x16, '^'},  {0x17, '\\'}, {0x18, 0x20AC}, {0x19, 0xD3}, {0x1A, '|'},
      {0x1C, 0xC2},   {0x1D, 0xE2}, {0x1E, 0xCA}, {0x24, 0xBA},   {0x40, 0xCD}, {0x5B, 0xC3},
      {0x5C, 0xD5},   {0x5D, 0xDA}, {0x60, '~'},  {0x7B, 0xE3},   {0x7C, 0xF5}, {0x7D, '`'}}}};

TEST(Gsm7, EverySeptetOfTheDefaultAlphabetRoundTrips) {
  for (unsigned septet = 0; septet < 128; ++septet) {
    if (septet == smpp::gsm7_escape) continue;
    const byte_buffer octets{static_cast<std::uint8_t>(septet)};
    const std::string utf8 = utf8_of(default_alphabet[septet]);
    EXPECT_EQ(smpp::gsm7_decode(octets), utf8) << septet;
    EXPECT_EQ(smpp::gsm7_encode(utf8), octets) << septet;
  }
}

TEST(Gsm7, EveryExtensionCharacterIsTwoSeptetsAndRoundTrips) {
  for (const auto& [septet, character] : default_extension) {
    const byte_buffer octets{smpp::gsm7_escape, septet};
    EXPECT_EQ(smpp::gsm7_decode(octets), utf8_of(character));
    EXPECT_EQ(smpp::gsm7_encode(utf8_of(character)), octets);
  }
}

TEST(Gsm7, EverySeptetOfEveryLockingTableRoundTrips) {
  for (const auto& national : national_tables) {
    for (unsigned n = 0; n < 128; ++n) {
      if (n == smpp::gsm7_escape) continue;
      const auto septet = static_cast<std::uint8_t>(n);
      const auto differs = national.locking.find(septet);
      const char32_t expected =
          differs == national.locking.end() ? default_alphabet[n] : differs->second;
      const gsm7_tables tables{national.language, gsm7_language::standard};
      const byte_buffer octets{septet};
      EXPECT_EQ(smpp::gsm7_decode(octets, tables), utf8_of(expected)) << n;
      EXPECT_EQ(smpp::gsm7_encode(utf8_of(expected), tables), octets) << n;
    }
  }
}

TEST(Gsm7, EverySeptetOfEverySingleShiftTableDecodesByTheFallbackRule) {
  for (const auto& national : national_tables) {
    for (unsigned n = 0; n < 128; ++n) {
      const auto septet = static_cast<std::uint8_t>(n);
      const auto own = national.single.find(septet);
      const char32_t fallback = septet == smpp::gsm7_escape ? U' ' : default_alphabet[n];
      const char32_t expected = own == national.single.end() ? fallback : own->second;
      const gsm7_tables tables{gsm7_language::standard, national.language};
      const byte_buffer octets{smpp::gsm7_escape, septet};
      EXPECT_EQ(smpp::gsm7_decode(octets, tables), utf8_of(expected)) << n;
    }
  }
}

TEST(Gsm7, SingleShiftIsUsedOnlyForWhatTheAlphabetLacks) {
  const gsm7_tables spanish{gsm7_language::spanish, gsm7_language::spanish};
  EXPECT_EQ(smpp::gsm7_encode("\u00E1", spanish), (byte_buffer{0x1B, 0x61}));
  EXPECT_EQ(smpp::gsm7_encode("\u00E9", spanish), (byte_buffer{0x05}));
  EXPECT_EQ(smpp::gsm7_encode("\u00E1"), std::nullopt);
}

TEST(Gsm7, AnUnknownLanguageIsReadWithTheDefaultTables) {
  const auto urdu = static_cast<gsm7_language>(13);
  EXPECT_EQ(smpp::gsm7_decode(byte_buffer{0x1B, 0x65, 0x04}, {urdu, urdu}), "\u20AC\u00E8");
}

TEST(Gsm7, CharactersOutsideTheAlphabetDoNotEncode) {
  for (const auto* utf8 : {"\u00E7", "\u0430", "\u4E2D", "\U0001F600", "`", "\t", "abc\u2019"}) {
    EXPECT_EQ(smpp::gsm7_encode(utf8), std::nullopt) << utf8;
  }
  EXPECT_EQ(smpp::gsm7_encode(std::string_view("\0", 1)), std::nullopt);
  EXPECT_EQ(smpp::gsm7_encode("\x1B"), std::nullopt);
}

TEST(Gsm7, InvalidUtf8DoesNotEncode) {
  for (const auto* bad : {"\xFF", "a\xC3", "\xC0\x80", "\xED\xA0\x80", "\x80"}) {
    EXPECT_EQ(smpp::gsm7_encode(bad), std::nullopt);
  }
}

TEST(Gsm7, NothingEncodesAndDecodesToNothing) {
  EXPECT_EQ(smpp::gsm7_encode(""), byte_buffer{});
  EXPECT_EQ(smpp::gsm7_decode({}), "");
}

TEST(Gsm7, OddEscapesNeverFailToDecode) {
  EXPECT_EQ(smpp::gsm7_decode(byte_buffer{'a', 0x1B}), "a");
  EXPECT_EQ(smpp::gsm7_decode(byte_buffer{'a', 0x1B, 0x1B, 'b'}), "a b");
  EXPECT_EQ(smpp::gsm7_decode(byte_buffer{0x1B, 0x1B, 0x1B}), " ");
  EXPECT_EQ(smpp::gsm7_decode(byte_buffer{0x1B, 'b'}), "b");
}

TEST(Gsm7, AnOctetThatIsNoSeptetIsReplaced) {
  EXPECT_EQ(smpp::gsm7_decode(byte_buffer{'a', 0x80, 'b', 0xFF}), "a\uFFFDb\uFFFD");
  EXPECT_EQ(smpp::gsm7_decode(byte_buffer{0x1B, 0xE4}), "\uFFFD");
}

struct packing {
  std::string_view text;
  unsigned udh_octets;
  gsm7_padding padding;
  std::string_view packed;
};

const std::vector<packing> packings{
    {"hellohello", 0, gsm7_padding::zero, "E8329BFD4697D9EC37"},
    {"test text", 0, gsm7_padding::zero, "F4F29C0EA297F174"},
    {"abcdefg", 0, gsm7_padding::zero, "61F1985C369F01"},
    {"abcdefg", 0, gsm7_padding::carriage_return, "61F1985C369F1B"},
    {"AAAAAAAA", 0, gsm7_padding::carriage_return, "C16030180C0683"},
    {"A", 6, gsm7_padding::carriage_return, "82"},
    {" this is a second testmessage. end here.", 6, gsm7_padding::zero,
     "4074747A0E4ACF4161D0BC3C7EBBC9207A794E6F97E7F3F0B9EC0295DD6410BA2C2FBB00"},
    {"", 0, gsm7_padding::carriage_return, ""},
    {"", 6, gsm7_padding::carriage_return, ""},
};

TEST(Gsm7Packing, KnownVectorsPack) {
  for (const auto& [text, udh_octets, padding, packed] : packings) {
    const unsigned fill = udh_octets == 0 ? 0 : smpp::gsm7_fill_bits(udh_octets);
    EXPECT_EQ(smpp::gsm7_pack(septets_of(text), fill, padding), from_hex(packed)) << text;
  }
}

TEST(Gsm7Packing, KnownVectorsUnpack) {
  for (const auto& [text, udh_octets, padding, packed] : packings) {
    const unsigned fill = smpp::gsm7_fill_bits(udh_octets);
    const byte_buffer septets = septets_of(text);
    EXPECT_EQ(smpp::gsm7_unpack(from_hex(packed), septets.size(), fill), septets) << text;
  }
}

TEST(Gsm7Packing, FillBitsReachTheNextSeptet) {
  const std::array<unsigned, 15> expected{0, 6, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3, 2, 1, 0};
  for (std::size_t octets = 0; octets < expected.size(); ++octets) {
    EXPECT_EQ(smpp::gsm7_fill_bits(octets), expected[octets]) << octets;
    EXPECT_EQ((octets * 8 + smpp::gsm7_fill_bits(octets)) % 7, 0U) << octets;
  }
}

// The straightforward packing, a bit at a time.
byte_buffer pack_by_bits(byte_view septets, unsigned fill_bits) {
  byte_buffer packed((septets.size() * 7 + fill_bits + 7) / 8);
  std::size_t to = fill_bits;
  for (const unsigned septet : septets) {
    for (unsigned bit = 0; bit < 7; ++bit, ++to) {
      const unsigned set = (septet >> bit & 1U) << to % 8;
      packed[to / 8] = static_cast<std::uint8_t>(packed[to / 8] | set);
    }
  }
  return packed;
}

TEST(Gsm7Packing, EveryLengthAndFillAgreesWithPackingByBitsAndUnpacks) {
  for (unsigned fill = 0; fill < 7; ++fill) {
    byte_buffer septets;
    for (unsigned length = 1; length <= 160; ++length) {
      septets.push_back(static_cast<std::uint8_t>(length * 37U % 128));
      const byte_buffer packed = smpp::gsm7_pack(septets, fill, gsm7_padding::zero);
      EXPECT_EQ(packed, pack_by_bits(septets, fill)) << length << " after " << fill;
      EXPECT_EQ(smpp::gsm7_unpack(packed, length, fill), septets);
    }
  }
}

TEST(Gsm7Packing, PaddingIsNotReadAsACharacter) {
  for (unsigned fill = 0; fill < 7; ++fill) {
    for (std::size_t length = 1; length <= 40; ++length) {
      const byte_buffer septets(length, 'A');
      EXPECT_EQ(smpp::gsm7_unpack_all(smpp::gsm7_pack(septets, fill), fill), septets) << length;
    }
  }
}

TEST(Gsm7Packing, AFullLastOctetMayEndInAnAtSign) {
  const byte_buffer septets = septets_of("1234567@");
  EXPECT_EQ(smpp::gsm7_unpack_all(smpp::gsm7_pack(septets)), septets);
}

TEST(Gsm7Packing, UnpackingGivesNoMoreThanThereIs) {
  EXPECT_EQ(smpp::gsm7_unpack(byte_buffer{0xC1}, 10), (byte_buffer{'A'}));
  EXPECT_EQ(smpp::gsm7_unpack(byte_buffer{0xC1}, 10, 6), byte_buffer{});
  EXPECT_EQ(smpp::gsm7_unpack({}, 10, 3), byte_buffer{});
  EXPECT_EQ(smpp::gsm7_unpack_all({}, 3), byte_buffer{});
}

TEST(Gsm7Packing, OnlySevenBitsOfAnOctetArePacked) {
  EXPECT_EQ(smpp::gsm7_pack(byte_buffer{0xC1, 0xC1}), smpp::gsm7_pack(byte_buffer{0x41, 0x41}));
}

}  // namespace
