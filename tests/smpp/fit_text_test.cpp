#include "smpp/fit_text.hpp"

#include "smpp/gsm7.hpp"
#include "smpp/reassembler.hpp"
#include "smpp/ucs2.hpp"
#include "smpp/udh.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace {

using smpp::byte_buffer;
using smpp::byte_view;
using smpp::concatenation;
using smpp::default_alphabet;
using smpp::encoded_text;
using smpp::fit_text;
using smpp::gsm7_language;
using smpp::gsm7_tables;
using smpp::text_conventions;

text_conventions takes(std::vector<gsm7_language> languages) {
  text_conventions peer;
  peer.national_languages = std::move(languages);
  return peer;
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t n = 0; n < times; ++n)
    all += text;
  return all;
}

encoded_text encode(std::string_view utf8, const text_conventions& peer,
                    concatenation how = concatenation::udh8) {
  return smpp::encode_text(utf8, how, peer).value();
}

// National languages.

TEST(FitText, UsesTheTablesOfALanguageWhereTheySaveAPart) {
  const auto text = repeat("a", 100) + "\u015F";
  const auto fitted = encode(text, takes({gsm7_language::turkish}));
  EXPECT_EQ(fitted.data_coding, 0);
  EXPECT_EQ(fitted.tables, (gsm7_tables{gsm7_language::standard, gsm7_language::turkish}));
  EXPECT_EQ(smpp::decode_text(fitted), text);
}

TEST(FitText, StaysInUcs2WhereThatNeedsNoMoreParts) {
  EXPECT_EQ(encode("\u015Fa", takes({gsm7_language::turkish})).data_coding, 8);
  EXPECT_EQ(encode("", takes({gsm7_language::turkish})), (encoded_text{0, {}}));
}

TEST(FitText, TakesTheLockingTableWhereTheEscapesCostAPart) {
  // 100 of them are 200 septets behind escapes.
  const auto fitted = encode(repeat("\u015F", 100), takes({gsm7_language::turkish}));
  EXPECT_EQ(fitted.tables, (gsm7_tables{gsm7_language::turkish, gsm7_language::standard}));
}

TEST(FitText, TakesBothTablesWhereItNeedsThem) {
  const auto text = repeat("\u00E3", 100) + "\u0393";  // the second is in the single table only
  const auto fitted = encode(text, takes({gsm7_language::portuguese}));
  EXPECT_EQ(fitted.tables, (gsm7_tables{gsm7_language::portuguese, gsm7_language::portuguese}));
}

TEST(FitText, SpanishHasASingleShiftTableOnly) {
  const auto fitted = encode(repeat("a", 100) + "\u00E1", takes({gsm7_language::spanish}));
  EXPECT_EQ(fitted.tables, (gsm7_tables{gsm7_language::standard, gsm7_language::spanish}));
}

TEST(FitText, ChoosesAmongTheLanguagesOfThePeer) {
  const auto text = repeat("a", 100) + "\u00E3\u00F5";
  EXPECT_EQ(encode(text, takes({gsm7_language::turkish, gsm7_language::spanish})).data_coding, 8);
  EXPECT_EQ(encode(text, takes({gsm7_language::turkish, gsm7_language::portuguese})).tables.single,
            gsm7_language::portuguese);
}

TEST(FitText, NeedsNoTablesForWhatTheDefaultOnesHave) {
  EXPECT_EQ(encode(repeat("a", 100), takes({gsm7_language::turkish})).tables, gsm7_tables{});
  const encoded_text wide{8, smpp::ucs2_encode(repeat("a", 100)).value()};
  EXPECT_EQ(fit_text(wide, concatenation::udh8, takes({gsm7_language::turkish})),
            (encoded_text{0, byte_buffer(100, 'a')}))
      << "which an application sent as UCS-2";
}

TEST(FitText, KeepsTheMessageClass) {
  const encoded_text flash{0x18, smpp::ucs2_encode(repeat("a", 100) + "\u015F").value()};
  EXPECT_EQ(fit_text(flash, concatenation::udh8, takes({gsm7_language::turkish})).data_coding,
            0x10);
}

TEST(FitText, HasNoTablesBesideSarTlvsOrInAPayload) {
  const auto turkish = takes({gsm7_language::turkish});
  const auto text = repeat("a", 200) + "\u015F";
  EXPECT_EQ(encode(text, turkish, concatenation::udh8).data_coding, 0);
  EXPECT_EQ(encode(text, turkish, concatenation::sar).data_coding, 8);
  EXPECT_EQ(encode(text, turkish, concatenation::payload).data_coding, 8);
  EXPECT_EQ(encode(repeat("a", 100) + "\u015F", turkish, concatenation::sar).data_coding, 0)
      << "one part needs no TLVs";
}

// The default alphabet.

TEST(FitText, WhatThePeersDefaultAlphabetLacksGoesInUcs2) {
  text_conventions latin1 = takes({gsm7_language::turkish});
  latin1.default_alphabet = default_alphabet::latin1;
  EXPECT_EQ(encode("\u00E9", latin1).data_coding, 0);
  EXPECT_EQ(encode("\u20AC", latin1), (encoded_text{8, {0x20, 0xAC}}));
  const encoded_text flash{0xF0, smpp::gsm7_encode("\u20AC").value()};
  EXPECT_EQ(fit_text(flash, concatenation::udh8, latin1), flash) << "which says what it is";
  EXPECT_EQ(encode(repeat("a", 100) + "\u015F", latin1).data_coding, 8)
      << "data_coding 0 does not mean septets there";
}

TEST(FitText, LeavesWhatIsNoText) {
  text_conventions peer = takes({gsm7_language::turkish});
  peer.default_alphabet = default_alphabet::ascii;
  peer.gsm7_packed = true;
  const encoded_text binary{4, byte_buffer(300, 0x80)};
  EXPECT_EQ(fit_text(binary, concatenation::udh8, peer), binary);
}

// There and back, whatever the text, the tables, the packing and the size of the parts.

class Journey {
 public:
  explicit Journey(unsigned seed) : random_(seed) {}

  void run() {
    const text_conventions peer = any_peer();
    const auto how = one_of<concatenation>(
        {concatenation::udh8, concatenation::udh16, concatenation::sar, concatenation::payload});
    const std::string text = any_text();
    const auto fitted = smpp::encode_text(text, how, peer).value();
    const auto parts = smpp::split(fitted, how, static_cast<std::uint16_t>(random_()), peer);
    ASSERT_EQ(parts.user_data.size(), smpp::count_parts(fitted, how, peer));
    if (parts.user_data.empty()) return;
    for (const auto& part : parts.user_data) {
      if (how != concatenation::payload) expect_to_fit(part, parts, peer);
    }
    EXPECT_EQ(put_together(parts, peer), text);
  }

 private:
  template <class Value>
  Value one_of(const std::vector<Value>& values) {
    return values[random_() % values.size()];
  }

  text_conventions any_peer() {
    text_conventions peer;
    peer.default_alphabet =
        one_of<default_alphabet>({default_alphabet::gsm7, default_alphabet::gsm7,
                                  default_alphabet::latin1, default_alphabet::ascii});
    peer.gsm7_packed = random_() % 2 == 0;
    for (const auto language :
         {gsm7_language::turkish, gsm7_language::spanish, gsm7_language::portuguese}) {
      if (random_() % 2 == 0) peer.national_languages.push_back(language);
    }
    return peer;
  }

  // Mostly of one kind, so that every alphabet has its turn.
  std::string any_text() {
    static const std::vector<std::u32string> kinds{
        U"abc @$_\u00E9\n\r",
        U"a[]{}\u20AC",
        U"a\u015F\u0131\u011E\u00E7",
        U"a\u00E1\u00F3\u00CD\u20AC",
        U"a\u00E3\u00F5\u03A9\u0393^",
        U"\u043F\u0440\u0438",
        U"a\U0001F600",
    };
    const auto& usual = one_of(kinds);
    const auto& other = one_of(kinds);
    const bool pure = random_() % 2 == 0;
    std::string text;
    for (auto left = random_() % 500; left > 0; --left) {
      const auto& from = pure || random_() % 20 != 0 ? usual : other;
      smpp::append_utf8(text, from[random_() % from.size()]);
    }
    // A carriage return at the very end may be read as the padding of packed septets.
    while (text.ends_with('\r'))
      text.pop_back();
    return text;
  }

  static smpp::user_data_header header_of(byte_view part, const smpp::message_parts& of) {
    return of.has_header ? smpp::parse_udh(part).value() : smpp::user_data_header{};
  }

  // On the air: 140 octets, where septets are packed behind the header.
  static void expect_to_fit(byte_view part, const smpp::message_parts& of,
                            const text_conventions& peer) {
    const auto header = header_of(part, of);
    auto text = smpp::read_text(of.data_coding, part.subspan(header.octets), header, peer);
    if (of.data_coding == 0) {
      auto septets = smpp::gsm7_encode(smpp::decode_text(text), text.tables);
      ASSERT_TRUE(septets);
      text.octets = smpp::gsm7_pack(*septets, smpp::gsm7_fill_bits(header.octets));
    }
    const std::size_t room_for_sar = of.has_header || of.user_data.size() == 1 ? 0 : 6;
    EXPECT_LE(header.octets + text.octets.size() + room_for_sar, 140U);
    if (peer.gsm7_packed) {
      EXPECT_LE(
          part.size() + room_for_sar,
          of.data_coding == 0 && peer.default_alphabet != default_alphabet::gsm7 ? 160U : 140U);
    }
  }

  static std::string put_together(const smpp::message_parts& parts, const text_conventions& peer) {
    smpp::reassembler waiting({});
    std::string whole;
    std::uint8_t sequence = 0;
    for (const auto& part : parts.user_data) {
      const auto header = header_of(part, parts);
      ++sequence;
      if (header.concatenation) {
        EXPECT_EQ(header.concatenation->sequence, sequence);
      }
      const auto text =
          smpp::read_text(parts.data_coding, byte_view(part).subspan(header.octets), header, peer);
      expect_whole_characters(text);
      const smpp::part_key key{"a", "b", 1, static_cast<std::uint8_t>(parts.user_data.size())};
      const auto outcome = waiting.add(key, sequence, text.octets, sequence, {});
      if (const auto* complete = std::get_if<smpp::message_complete>(&outcome))
        whole = smpp::decode_text(encoded_text{text.data_coding, complete->octets, text.tables});
    }
    return whole;
  }

  // Decoding part by part finds no half of a pair.
  static void expect_whole_characters(const encoded_text& part) {
    EXPECT_EQ(smpp::decode_text(part).find("\uFFFD"), std::string::npos);
    if (smpp::alphabet_of(part.data_coding) != smpp::alphabet::gsm7) return;
    EXPECT_EQ(smpp::gsm7_encode(smpp::decode_text(part), part.tables), part.octets);
  }

  std::mt19937 random_;
};

TEST(FitText, ComesBackAsItWasWhateverThePeer) {
  for (unsigned seed = 0; seed < 4000; ++seed) {
    SCOPED_TRACE(seed);
    Journey(seed).run();
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
