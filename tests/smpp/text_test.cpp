#include "smpp/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using smpp::alphabet;
using smpp::byte_buffer;
using smpp::decode_text;
using smpp::encode_text;
using smpp::encoded_text;

TEST(Text, WhatFitsTheGsmAlphabetIsSentInIt) {
  EXPECT_EQ(encode_text("a@\u20AC"), (encoded_text{0, {0x61, 0x00, 0x1B, 0x65}}));
  EXPECT_EQ(encode_text(""), (encoded_text{0, {}}));
}

TEST(Text, OneOtherCharacterMakesItUcs2) {
  EXPECT_EQ(encode_text("a\u0430"), (encoded_text{8, {0x00, 0x61, 0x04, 0x30}}));
  EXPECT_EQ(encode_text("\U0001F600"), (encoded_text{8, {0xD8, 0x3D, 0xDE, 0x00}}));
}

TEST(Text, OnlyInvalidUtf8DoesNotEncode) {
  EXPECT_EQ(encode_text("abc\xFF"), std::nullopt);
  EXPECT_EQ(encode_text("\u0430\xD0"), std::nullopt);
}

TEST(Text, EncodedTextDecodesToItself) {
  for (const std::string text :
       {"", "hello [\u20AC]", "na\u00EFve", "\u4F60\u597D", "\U0001F600!"}) {
    const auto encoded = encode_text(text).value();
    EXPECT_EQ(decode_text(encoded.data_coding, encoded.octets), text);
  }
}

// What each data_coding is, by number.
alphabet expected_alphabet(unsigned data_coding) {
  if (data_coding == 0x00) return alphabet::gsm7;
  if (data_coding == 0x08) return alphabet::ucs2;
  if (data_coding < 0x10) return alphabet::octets;
  if (data_coding < 0x80) {
    const unsigned low = data_coding & 0x3CU;
    if (low <= 0x03 || (low >= 0x10 && low <= 0x13)) return alphabet::gsm7;
    if ((low >= 0x08 && low <= 0x0B) || (low >= 0x18 && low <= 0x1B)) return alphabet::ucs2;
    return alphabet::octets;
  }
  if (data_coding < 0xC0) return alphabet::octets;
  if (data_coding < 0xE0) return alphabet::gsm7;
  if (data_coding < 0xF0) return alphabet::ucs2;
  const bool eight_bit = (data_coding >= 0xF4 && data_coding <= 0xF7) || data_coding >= 0xFC;
  return eight_bit ? alphabet::octets : alphabet::gsm7;
}

TEST(Text, EveryDataCodingHasItsAlphabet) {
  for (unsigned n = 0; n < 256; ++n) {
    const auto data_coding = static_cast<std::uint8_t>(n);
    EXPECT_EQ(smpp::alphabet_of(data_coding), expected_alphabet(n)) << n;
  }
}

struct decoding {
  std::uint8_t data_coding;
  byte_buffer octets;
  std::string_view text;
};

TEST(Text, OctetsDecodeByTheirDataCoding) {
  const std::vector<decoding> decodings{
      {0x00, {0x48, 0x00, 0x1B, 0x65}, "H@\u20AC"},
      {0x01, {0x48, 0x40, 0xE9}, "H@\uFFFD"},
      {0x02, {0x00, 0xAB, 0xFF}, "00abff"},
      {0x03, {0x48, 0xE9, 0xFF}, "H\u00E9\u00FF"},
      {0x04, {0x12, 0x34}, "1234"},
      {0x05, {0x41}, "41"},
      {0x06,
       {0x41, 0xA1, 0xBF, 0xD0, 0xEF, 0xF0, 0xFD, 0xFF},
       "A\u0401\u041F\u0430\u044F\u2116\u00A7\u045F"},
      {0x07,
       {0x41, 0xE0, 0xFA, 0xAA, 0xBA, 0xDF, 0xFD, 0xA1, 0xFB},
       "A\u05D0\u05EA\u00D7\u00F7\u2017\u200E\uFFFD\uFFFD"},
      {0x08, {0x04, 0x30, 0xD8, 0x3D, 0xDE, 0x00}, "\u0430\U0001F600"},
      {0x0F, {0x41}, "41"},
      {0x10, {0x00}, "@"},
      {0x14, {0xAA}, "aa"},
      {0x18, {0x04, 0x30}, "\u0430"},
      {0x20, {0xC1}, "c1"},
      {0x80, {0xC1}, "c1"},
      {0xC8, {0x00}, "@"},
      {0xD0, {0x00}, "@"},
      {0xE0, {0x04, 0x30}, "\u0430"},
      {0xF0, {0x00}, "@"},
      {0xF5, {0x00}, "00"},
      {0xFF, {}, ""},
  };
  for (const auto& [data_coding, octets, text] : decodings) {
    EXPECT_EQ(decode_text(data_coding, octets), text) << unsigned{data_coding};
  }
}

TEST(Text, EveryOctetOfEveryDataCodingDecodesToValidUtf8) {
  byte_buffer all;
  for (unsigned n = 0; n < 256; ++n)
    all.push_back(static_cast<std::uint8_t>(n));
  for (unsigned n = 0; n < 256; ++n) {
    EXPECT_TRUE(encode_text(decode_text(static_cast<std::uint8_t>(n), all))) << n;
  }
}

// One given alphabet.

TEST(Text, IsEncodedInTheAlphabetThatDataCodingNames) {
  EXPECT_EQ(encode_text("a@\u00E9", 0x00), (byte_buffer{0x61, 0x00, 0x05}));
  EXPECT_EQ(encode_text("a@", 0xF1), (byte_buffer{0x61, 0x00}));
  EXPECT_EQ(encode_text("a@", 0x01), (byte_buffer{0x61, 0x40}));
  EXPECT_EQ(encode_text("a@\u00E9\u00FF", 0x03), (byte_buffer{0x61, 0x40, 0xE9, 0xFF}));
  EXPECT_EQ(encode_text("a\U0001F600", 0x18), (byte_buffer{0x00, 0x61, 0xD8, 0x3D, 0xDE, 0x00}));
}

TEST(Text, IsNotEncodedInAnAlphabetThatLacksACharacter) {
  EXPECT_EQ(encode_text("\u0430", 0x00), std::nullopt);
  EXPECT_EQ(encode_text("\u00E9", 0x01), std::nullopt);
  EXPECT_EQ(encode_text("\u20AC", 0x03), std::nullopt);
  EXPECT_EQ(encode_text("\xE9", 0x03), std::nullopt) << "it is not UTF-8";
  EXPECT_EQ(encode_text("a", 0x04), std::nullopt) << "binary is no text";
}

TEST(Text, DataCodingKeepsItsMeaningInTheOtherAlphabet) {
  struct twins {
    unsigned gsm7, ucs2;
  };
  for (const auto& [gsm7, ucs2] : {twins{0x00, 0x08}, twins{0x11, 0x19}, twins{0x52, 0x5A},
                                   twins{0xD9, 0xE9}, twins{0x40, 0x48}}) {
    EXPECT_EQ(smpp::as_ucs2(static_cast<std::uint8_t>(gsm7)), ucs2) << gsm7;
    EXPECT_EQ(smpp::as_gsm7(static_cast<std::uint8_t>(ucs2)), gsm7) << ucs2;
  }
  EXPECT_EQ(smpp::as_ucs2(0xF2), 0x1A) << "the class stays";
  EXPECT_EQ(smpp::as_ucs2(0xC9), 0xE9) << "there is no discard in UCS-2";
  EXPECT_EQ(smpp::as_ucs2(0x03), 0x08);
  EXPECT_EQ(smpp::as_gsm7(0x03), 0x00);
}

TEST(Text, EveryDataCodingHasATwinOfEachAlphabet) {
  for (unsigned n = 0; n < 256; ++n) {
    const auto data_coding = static_cast<std::uint8_t>(n);
    EXPECT_EQ(smpp::alphabet_of(smpp::as_ucs2(data_coding)), alphabet::ucs2) << n;
    EXPECT_EQ(smpp::alphabet_of(smpp::as_gsm7(data_coding)), alphabet::gsm7) << n;
  }
}

// The canonical form.

TEST(CanonicalText, IsGsm7InTheDefaultTablesOrUcs2) {
  using smpp::canonical_text;
  const smpp::gsm7_tables turkish{smpp::gsm7_language::standard, smpp::gsm7_language::turkish};
  EXPECT_EQ(canonical_text({3, {0x61, 0xE9}}), (encoded_text{0, {0x61, 0x05}}));
  EXPECT_EQ(canonical_text({1, {0x40}}), (encoded_text{0, {0x00}}));
  EXPECT_EQ(canonical_text({3, {0xEA}}), (encoded_text{8, {0x00, 0xEA}}));
  EXPECT_EQ(canonical_text({0, {0x61}, turkish}), (encoded_text{0, {0x61}}));
  EXPECT_EQ(canonical_text({0xF1, {0x1B, 0x73}, turkish}), (encoded_text{0x19, {0x01, 0x5F}}));
}

TEST(CanonicalText, LeavesWhatEverybodyReadsAndWhatIsNoText) {
  for (const std::uint8_t data_coding : byte_buffer{0x00, 0x02, 0x04, 0x08, 0xF1, 0xF5, 0x18}) {
    const encoded_text text{data_coding, {0x00, 0x80}};
    EXPECT_EQ(smpp::canonical_text(text), text) << unsigned{data_coding};
  }
}

}  // namespace
