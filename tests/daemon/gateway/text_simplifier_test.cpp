#include "daemon/gateway/text_simplifier.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

text_config allowing(bool smart_replacement, bool transliterate) {
  text_config settings;
  settings.smart_replacement = smart_replacement;
  settings.transliterate = transliterate;
  return settings;
}

constexpr auto quoted = "\u201CIt\u2019s here\u201D";
constexpr auto russian = "\u041F\u0440\u0438\u0432\u0435\u0442!";

TEST(TextSimplifier, DoesNothingUnlessAllowed) {
  const text_simplifier simplify(allowing(false, false));
  EXPECT_EQ(simplify(quoted), quoted);
  EXPECT_EQ(simplify(russian), russian);
}

TEST(TextSimplifier, ReplacesTypographicCharacters) {
  const text_simplifier simplify(allowing(true, false));
  EXPECT_EQ(simplify(quoted), "\"It's here\"");
  EXPECT_EQ(simplify(russian), russian);
}

TEST(TextSimplifier, Transliterates) {
  const text_simplifier simplify(allowing(false, true));
  EXPECT_EQ(simplify(russian), "Privet!");
  EXPECT_EQ(simplify("\u0395\u03BB\u03BB\u03AC\u03B4\u03B1"), "Ellada");
  EXPECT_EQ(simplify("za\u017C\u00F3\u0142\u0107"), "zazolc");
  EXPECT_EQ(simplify(quoted), "\"It's here\"");
}

TEST(TextSimplifier, KeepsTheLettersThatGsm7Has) {
  const text_simplifier simplify(allowing(true, true));
  EXPECT_EQ(simplify("\u00E9t\u00E9, \u00F1, \u20AC, \u00E5 and \u0161"),
            "\u00E9t\u00E9, \u00F1, \u20AC, \u00E5 and s");
  EXPECT_EQ(simplify("\u03A9"), "\u03A9") << "which is in GSM 7-bit by itself";
}

TEST(TextSimplifier, LeavesWhatNeedsUcs2InAnyCase) {
  const text_simplifier simplify(allowing(true, true));
  const std::string text = "\u201C\u041F\u201D \U0001F600";
  EXPECT_EQ(simplify(text), text);
  EXPECT_EQ(simplify("\u0160\xFF"), "\u0160\xFF") << "not UTF-8";
}

}  // namespace
}  // namespace smppd
