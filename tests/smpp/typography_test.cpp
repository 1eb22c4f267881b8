#include "smpp/typography.hpp"

#include "smpp/gsm7.hpp"
#include "smpp/ucs2.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using smpp::replace_typography;

TEST(Typography, OfAWordProcessorIsReplaced) {
  EXPECT_EQ(replace_typography("\u201CIt\u2019s\u00A0here\u201D \u2013 now\u2026"),
            "\"It's here\" - now...");
  EXPECT_EQ(replace_typography("\u2022 one\u2003two\u200B\u2014\uFEFFthree\u2122"),
            "* one two-threeTM");
  EXPECT_EQ(replace_typography("\u00ABoui\u00BB \u2039a\u203A `b\u00B4"), "\"oui\" <a> 'b'");
  EXPECT_EQ(replace_typography("\uFB01n e\uFB03cient, \u0153uvre"), "fin efficient, oeuvre");
  EXPECT_EQ(replace_typography("\uFF21\uFF22\uFF23\uFF01\u3000\uFF5E"), "ABC! ~");
  EXPECT_EQ(replace_typography("\u00A9 2026\tShop\u00AE \u00BD"), "(C) 2026 Shop(R) 1/2");
}

TEST(Typography, StaysWhereAnotherCharacterNeedsUcs2) {
  for (const std::string text : {"\u201C\u043F\u0440\u0438\u0432\u0435\u0442\u201D",
                                 "it\u2019s \U0001F600", "\u2019\u00EA", "\u2019\xFF"}) {
    EXPECT_EQ(replace_typography(text), text);
  }
}

TEST(Typography, GsmTextIsNotTouched) {
  for (const std::string text : {"", "plain", "\u20AC [\u00E9] \u00A1\u00BF"})
    EXPECT_EQ(replace_typography(text), text);
}

TEST(Typography, EveryReplacementIsInGsm7) {
  for (char32_t character = 1; character <= 0xFFFF; ++character) {
    std::string one;
    smpp::append_utf8(one, character);
    const auto replaced = replace_typography(one);
    if (replaced != one) {
      EXPECT_TRUE(smpp::gsm7_encode(replaced)) << std::hex << unsigned{character};
    }
  }
}

}  // namespace
