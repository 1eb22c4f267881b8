#include "smpp/typography.hpp"

#include "smpp/gsm7.hpp"
#include "smpp/ucs2.hpp"

#include <algorithm>
#include <array>

namespace smpp {
namespace {

// From first to last, each becomes `plain`.
struct replacement {
  char32_t first;
  char32_t last;
  std::string_view plain;
};

constexpr auto replacements = std::to_array<replacement>({
    // Latin-1: spaces, quotation marks, fractions, signs.
    {0x0009, 0x0009, " "},
    {0x0060, 0x0060, "'"},
    {0x0085, 0x0085, "\n"},
    {0x00A0, 0x00A0, " "},
    {0x00A6, 0x00A6, "|"},
    {0x00A9, 0x00A9, "(C)"},
    {0x00AA, 0x00AA, "a"},
    {0x00AB, 0x00AB, "\""},
    {0x00AD, 0x00AD, ""},
    {0x00AE, 0x00AE, "(R)"},
    {0x00B2, 0x00B2, "2"},
    {0x00B3, 0x00B3, "3"},
    {0x00B4, 0x00B4, "'"},
    {0x00B7, 0x00B7, "."},
    {0x00B9, 0x00B9, "1"},
    {0x00BA, 0x00BA, "o"},
    {0x00BB, 0x00BB, "\""},
    {0x00BC, 0x00BC, "1/4"},
    {0x00BD, 0x00BD, "1/2"},
    {0x00BE, 0x00BE, "3/4"},
    {0x00D7, 0x00D7, "x"},
    {0x00F7, 0x00F7, "/"},
    // Ligatures of Latin, modifier letters.
    {0x0132, 0x0132, "IJ"},
    {0x0133, 0x0133, "ij"},
    {0x0152, 0x0152, "OE"},
    {0x0153, 0x0153, "oe"},
    {0x02B9, 0x02B9, "'"},
    {0x02BA, 0x02BA, "\""},
    {0x02BB, 0x02BF, "'"},
    {0x02C6, 0x02C6, "^"},
    {0x02C8, 0x02C8, "'"},
    {0x02CA, 0x02CB, "'"},
    {0x02DC, 0x02DC, "~"},
    // Spaces and what has no width.
    {0x1680, 0x1680, " "},
    {0x180E, 0x180E, ""},
    {0x2000, 0x200A, " "},
    {0x200B, 0x200F, ""},
    // Dashes, quotation marks, bullets, ellipses, directions, primes.
    {0x2010, 0x2015, "-"},
    {0x2016, 0x2016, "||"},
    {0x2018, 0x201B, "'"},
    {0x201C, 0x201F, "\""},
    {0x2022, 0x2023, "*"},
    {0x2024, 0x2024, "."},
    {0x2025, 0x2025, ".."},
    {0x2026, 0x2026, "..."},
    {0x2027, 0x2027, "-"},
    {0x2028, 0x2029, "\n"},
    {0x202A, 0x202E, ""},
    {0x202F, 0x202F, " "},
    {0x2032, 0x2032, "'"},
    {0x2033, 0x2033, "\""},
    {0x2034, 0x2034, "'''"},
    {0x2035, 0x2035, "'"},
    {0x2036, 0x2036, "\""},
    {0x2039, 0x2039, "<"},
    {0x203A, 0x203A, ">"},
    {0x203C, 0x203C, "!!"},
    {0x2043, 0x2043, "-"},
    {0x2044, 0x2044, "/"},
    {0x2047, 0x2047, "??"},
    {0x2048, 0x2048, "?!"},
    {0x2049, 0x2049, "!?"},
    {0x204E, 0x204E, "*"},
    {0x2052, 0x2052, "%"},
    {0x205F, 0x205F, " "},
    {0x2060, 0x2064, ""},
    {0x2066, 0x206F, ""},
    // Signs, arrows, operators, shapes.
    {0x2116, 0x2116, "No"},
    {0x2120, 0x2120, "SM"},
    {0x2122, 0x2122, "TM"},
    {0x2190, 0x2190, "<-"},
    {0x2192, 0x2192, "->"},
    {0x2194, 0x2194, "<->"},
    {0x21D0, 0x21D0, "<="},
    {0x21D2, 0x21D2, "=>"},
    {0x2212, 0x2212, "-"},
    {0x2215, 0x2215, "/"},
    {0x2216, 0x2216, "\\"},
    {0x2217, 0x2217, "*"},
    {0x2219, 0x2219, "*"},
    {0x2223, 0x2223, "|"},
    {0x2236, 0x2236, ":"},
    {0x223C, 0x223C, "~"},
    {0x2264, 0x2264, "<="},
    {0x2265, 0x2265, ">="},
    {0x22C5, 0x22C5, "."},
    {0x25AA, 0x25AB, "*"},
    {0x25B6, 0x25B6, ">"},
    {0x25BA, 0x25BA, ">"},
    {0x25CB, 0x25CB, "*"},
    {0x25CF, 0x25CF, "*"},
    {0x25E6, 0x25E6, "*"},
    // Long dashes; East Asian punctuation.
    {0x2E3A, 0x2E3A, "--"},
    {0x2E3B, 0x2E3B, "---"},
    {0x3000, 0x3000, " "},
    {0x301D, 0x301F, "\""},
    {0x30FB, 0x30FB, "*"},
    // Ligatures of print.
    {0xFB00, 0xFB00, "ff"},
    {0xFB01, 0xFB01, "fi"},
    {0xFB02, 0xFB02, "fl"},
    {0xFB03, 0xFB03, "ffi"},
    {0xFB04, 0xFB04, "ffl"},
    {0xFB05, 0xFB06, "st"},
    // Variation selectors, small forms, half-width and full-width signs.
    {0xFE00, 0xFE0F, ""},
    {0xFE50, 0xFE50, ","},
    {0xFE52, 0xFE52, "."},
    {0xFE54, 0xFE54, ";"},
    {0xFE55, 0xFE55, ":"},
    {0xFE56, 0xFE56, "?"},
    {0xFE57, 0xFE57, "!"},
    {0xFE58, 0xFE58, "-"},
    {0xFE59, 0xFE59, "("},
    {0xFE5A, 0xFE5A, ")"},
    {0xFE63, 0xFE63, "-"},
    {0xFEFF, 0xFEFF, ""},
    {0xFF61, 0xFF61, "."},
    {0xFFE0, 0xFFE0, "c"},
    {0xFFE1, 0xFFE1, "\u00A3"},
    {0xFFE5, 0xFFE5, "\u00A5"},
});

constexpr bool is_in_order() {
  return std::ranges::is_sorted(replacements, {}, &replacement::first) &&
         std::ranges::all_of(replacements, [](const auto& one) { return one.first <= one.last; });
}
static_assert(is_in_order(), "found by binary search");

const replacement* find_replacement(char32_t character) {
  const auto* const found =
      std::ranges::lower_bound(replacements, character, {}, &replacement::last);
  return found != replacements.end() && found->first <= character ? &*found : nullptr;
}

// U+FF01 to U+FF5E are the wide twins of U+0021 to U+007E.
char32_t narrow(char32_t character) {
  return character >= 0xFF01 && character <= 0xFF5E ? character - 0xFEE0 : character;
}

}  // namespace

std::string replace_typography(std::string_view utf8) {
  if (gsm7_encode(utf8)) return std::string(utf8);
  std::string plain;
  plain.reserve(utf8.size());
  std::string_view rest = utf8;
  while (const auto character = next_code_point(rest)) {
    const char32_t narrowed = narrow(*character);
    if (const auto* const found = find_replacement(narrowed)) {
      plain += found->plain;
    } else {
      append_utf8(plain, narrowed);
    }
  }
  const bool serves = rest.empty() && gsm7_encode(plain).has_value();
  return serves ? plain : std::string(utf8);
}

}  // namespace smpp
