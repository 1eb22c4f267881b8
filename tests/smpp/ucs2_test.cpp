#include "smpp/ucs2.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using smpp::byte_buffer;
using smpp::ucs2_decode;
using smpp::ucs2_encode;

struct pair {
  std::string_view utf8;
  byte_buffer octets;
};

const std::vector<pair> pairs{
    {"", {}},
    {"A", {0x00, 0x41}},
    {"\u00E9", {0x00, 0xE9}},
    {"\u20AC", {0x20, 0xAC}},
    {"\uD7FF\uE000\uFFFF", {0xD7, 0xFF, 0xE0, 0x00, 0xFF, 0xFF}},
    {"\u0643\u0644", {0x06, 0x43, 0x06, 0x44}},
    {"\U00010000", {0xD8, 0x00, 0xDC, 0x00}},
    {"\U0001F600", {0xD8, 0x3D, 0xDE, 0x00}},
    {"\U0010FFFF", {0xDB, 0xFF, 0xDF, 0xFF}},
};

TEST(Ucs2, TextEncodesBigEndianWithSurrogatePairs) {
  for (const auto& [utf8, octets] : pairs)
    EXPECT_EQ(ucs2_encode(utf8), octets) << utf8;
}

TEST(Ucs2, OctetsDecode) {
  for (const auto& [utf8, octets] : pairs)
    EXPECT_EQ(ucs2_decode(octets), utf8);
}

TEST(Ucs2, InvalidUtf8DoesNotEncode) {
  const std::vector<std::string> invalid{
      "\x80",              // continuation without a lead
      "\xC3",              // cut short
      "\xE2\x82",          //
      "\xF0\x9F\x98",      //
      "\xC3(",             // lead without its continuation
      "\xC0\xAF",          // overlong, two octets
      "\xC1\xBF",          //
      "\xE0\x9F\xBF",      // overlong, three
      "\xF0\x8F\xBF\xBF",  // overlong, four
      "\xED\xA0\x80",      // surrogates
      "\xED\xBF\xBF",      //
      "\xF4\x90\x80\x80",  // beyond U+10FFFF
      "\xF5\x80\x80\x80",  //
      "\xFE",              //
      "fine\xFF",          //
  };
  for (const auto& utf8 : invalid)
    EXPECT_EQ(ucs2_encode(utf8), std::nullopt);
}

TEST(Ucs2, EveryCodePointRoundTrips) {
  for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    if (code_point == 0xD800) code_point = 0xE000;
    std::string utf8;
    smpp::append_utf8(utf8, code_point);
    std::string_view rest = utf8;
    ASSERT_EQ(smpp::next_code_point(rest), code_point);
    ASSERT_TRUE(rest.empty());
    ASSERT_EQ(ucs2_decode(ucs2_encode(utf8).value()), utf8);
  }
}

TEST(Ucs2, AnUnpairedSurrogateIsReplaced) {
  EXPECT_EQ(ucs2_decode(byte_buffer{0xD8, 0x3D}), "\uFFFD");
  EXPECT_EQ(ucs2_decode(byte_buffer{0xDE, 0x00, 0x00, 0x41}), "\uFFFDA");
  EXPECT_EQ(ucs2_decode(byte_buffer{0xD8, 0x3D, 0x00, 0x41}), "\uFFFDA");
  EXPECT_EQ(ucs2_decode(byte_buffer{0xD8, 0x3D, 0xD8, 0x3D, 0xDE, 0x00}), "\uFFFD\U0001F600");
}

TEST(Ucs2, AnOddLastOctetIsIgnored) {
  EXPECT_EQ(ucs2_decode(byte_buffer{0x00}), "");
  EXPECT_EQ(ucs2_decode(byte_buffer{0x00, 0x41, 0x00}), "A");
  EXPECT_EQ(ucs2_decode(byte_buffer{0xD8, 0x3D, 0xDE}), "\uFFFD");
}

TEST(Ucs2, NoCodePointIsTakenFromNothingOrFromBadUtf8) {
  std::string_view rest;
  EXPECT_EQ(smpp::next_code_point(rest), std::nullopt);
  rest = "\xC3(";
  EXPECT_EQ(smpp::next_code_point(rest), std::nullopt);
  EXPECT_EQ(rest, "\xC3(");
}

TEST(Ucs2, WhatIsNoCharacterIsAppendedAsTheReplacement) {
  std::string utf8;
  smpp::append_utf8(utf8, 0xD800);
  smpp::append_utf8(utf8, 0x110000);
  EXPECT_EQ(utf8, "\uFFFD\uFFFD");
}

}  // namespace
