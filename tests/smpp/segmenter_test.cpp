#include "smpp/segmenter.hpp"

#include "smpp/gsm7.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using smpp::byte_buffer;
using smpp::byte_view;
using smpp::concatenation;
using smpp::count_parts;
using smpp::split;

constexpr std::uint8_t gsm = 0;
constexpr std::uint8_t binary = 4;
constexpr std::uint8_t ucs2 = 8;

// The plain way: whole characters one after the other, a new part when the next does not fit.
std::vector<byte_buffer> characters(std::uint8_t data_coding, byte_view octets) {
  std::vector<byte_buffer> result;
  for (std::size_t at = 0; at < octets.size();) {
    std::size_t size = 1;
    if (data_coding == gsm && octets[at] == smpp::gsm7_escape) size = 2;
    if (data_coding == ucs2) {
      const bool high = octets[at] >= 0xD8 && octets[at] <= 0xDB;
      const bool pair =
          high && at + 3 < octets.size() && octets[at + 2] >= 0xDC && octets[at + 2] <= 0xDF;
      size = pair ? 4 : 2;
    }
    size = std::min(size, octets.size() - at);
    const byte_view one = octets.subspan(at, size);
    result.emplace_back(one.begin(), one.end());
    at += size;
  }
  return result;
}

std::vector<byte_buffer> split_plainly(std::uint8_t data_coding, byte_view octets,
                                       concatenation how) {
  const bool narrow = how != concatenation::udh16;
  const std::size_t alone = data_coding == gsm ? 160 : 140;
  std::size_t limit = narrow ? 134 : 133;
  if (data_coding == gsm) limit = narrow ? 153 : 152;
  if (data_coding == ucs2) limit = narrow ? 134 : 132;
  if (octets.size() <= alone) limit = alone;
  std::vector<byte_buffer> parts(1);
  for (const auto& character : characters(data_coding, octets)) {
    if (parts.back().size() + character.size() > limit) parts.emplace_back();
    parts.back().insert(parts.back().end(), character.begin(), character.end());
  }
  return parts;
}

std::vector<byte_buffer> without_headers(std::vector<byte_buffer> parts, concatenation how) {
  if (parts.size() == 1 || how == concatenation::sar) return parts;
  for (auto& part : parts) {
    const auto header = smpp::parse_udh(part);
    EXPECT_TRUE(header);
    part.erase(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(header->octets));
  }
  return parts;
}

void expect_plain_split(std::uint8_t data_coding, const byte_buffer& octets) {
  for (const auto how : {concatenation::udh8, concatenation::udh16, concatenation::sar}) {
    const auto parts = split(data_coding, octets, how, 0x1234);
    const auto expected = split_plainly(data_coding, octets, how);
    ASSERT_EQ(without_headers(parts, how), expected) << octets.size();
    ASSERT_EQ(count_parts(data_coding, octets, how), parts.size()) << octets.size();
    const std::size_t part_octets_max = data_coding == gsm ? 160 : 140;
    for (const auto& part : parts)
      ASSERT_LE(part.size(), part_octets_max);
  }
}

struct limit {
  std::uint8_t data_coding;
  concatenation how;
  std::size_t unit_octets;
  std::size_t alone;
  std::size_t part;
};

const std::vector<limit> limits{
    {gsm, concatenation::udh8, 1, 160, 153},    {gsm, concatenation::udh16, 1, 160, 152},
    {binary, concatenation::udh8, 1, 140, 134}, {binary, concatenation::udh16, 1, 140, 133},
    {ucs2, concatenation::udh8, 2, 70, 67},     {ucs2, concatenation::udh16, 2, 70, 66},
    {gsm, concatenation::sar, 1, 160, 153},     {binary, concatenation::sar, 1, 140, 134},
    {ucs2, concatenation::sar, 2, 70, 67},
};

std::size_t count_units(const limit& row, std::size_t units) {
  return count_parts(row.data_coding, byte_buffer(units * row.unit_octets, 'a'), row.how);
}

TEST(Segmenter, PartsHoldWhatTheTableSays) {
  for (const auto& row : limits) {
    std::vector<std::size_t> parts;
    for (const std::size_t units : {std::size_t{0}, row.alone, row.alone + 1, 2 * row.part,
                                    2 * row.part + 1, 255 * row.part}) {
      parts.push_back(count_units(row, units));
    }
    EXPECT_EQ(parts, (std::vector<std::size_t>{1, 1, 2, 2, 3, 255}));
  }
}

TEST(Segmenter, MoreThan255PartsAreRefused) {
  for (const auto& row : limits) {
    const byte_buffer most(255 * row.part * row.unit_octets, 'a');
    EXPECT_EQ(split(row.data_coding, most, row.how, 1).size(), 255U);
    const byte_buffer over((255 * row.part + 1) * row.unit_octets, 'a');
    EXPECT_EQ(count_parts(row.data_coding, over, row.how), 0U);
    EXPECT_TRUE(split(row.data_coding, over, row.how, 1).empty());
  }
}

TEST(Segmenter, OnePartIsTheMessageItself) {
  const byte_buffer octets(160, 'a');
  EXPECT_EQ(split(gsm, octets, concatenation::udh8, 7), std::vector<byte_buffer>{octets});
  EXPECT_EQ(split(gsm, {}, concatenation::udh8, 7), std::vector<byte_buffer>{byte_buffer{}});
}

TEST(Segmenter, EachOfSeveralPartsBeginsWithItsHeader) {
  const auto narrow = split(gsm, byte_buffer(161, 'a'), concatenation::udh8, 0x12AB);
  ASSERT_EQ(narrow.size(), 2U);
  byte_buffer first{0x05, 0x00, 0x03, 0xAB, 0x02, 0x01};
  first.resize(6 + 153, 'a');
  byte_buffer second{0x05, 0x00, 0x03, 0xAB, 0x02, 0x02};
  second.resize(6 + 8, 'a');
  EXPECT_EQ(narrow[0], first);
  EXPECT_EQ(narrow[1], second);

  const auto wide = split(binary, byte_buffer(141, 0xEE), concatenation::udh16, 0x12AB);
  ASSERT_EQ(wide.size(), 2U);
  byte_buffer last{0x06, 0x08, 0x04, 0x12, 0xAB, 0x02, 0x02};
  last.resize(7 + 8, 0xEE);
  EXPECT_EQ(wide[1], last);
}

// The sar_ TLVs say where they belong; the octets are those of the message.
TEST(Segmenter, PartsWithSarHaveRoomForAHeaderAndNone) {
  const auto parts = split(gsm, byte_buffer(307, 'a'), concatenation::sar, 0x12AB);
  EXPECT_EQ(parts,
            (std::vector{byte_buffer(153, 'a'), byte_buffer(153, 'a'), byte_buffer(1, 'a')}));
}

TEST(Segmenter, APayloadIsOnePartHoweverLong) {
  for (const auto data_coding : {gsm, binary, ucs2}) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{161}, smpp::payload_max}) {
      const byte_buffer octets(length, smpp::gsm7_escape);
      EXPECT_EQ(count_parts(data_coding, octets, concatenation::payload), 1U);
      EXPECT_EQ(split(data_coding, octets, concatenation::payload, 7),
                std::vector<byte_buffer>{octets});
    }
  }
}

TEST(Segmenter, APayloadThatATlvCannotHoldIsRefused) {
  const byte_buffer octets(smpp::payload_max + 1, 'a');
  EXPECT_EQ(count_parts(gsm, octets, concatenation::payload), 0U);
  EXPECT_TRUE(split(gsm, octets, concatenation::payload, 7).empty());
}

TEST(Segmenter, PlainMessagesOfEveryLengthSplitLikeTheReference) {
  for (std::size_t length = 0; length <= 500; ++length) {
    expect_plain_split(gsm, byte_buffer(length, 'a'));
    expect_plain_split(binary, byte_buffer(length, 0x1B));
    expect_plain_split(ucs2, byte_buffer(length, 0x04));
  }
}

TEST(Segmenter, AnEscapedCharacterIsNeverCut) {
  for (std::size_t length = 140; length <= 340; ++length) {
    for (std::size_t at = 140; at + 1 < length; ++at) {
      byte_buffer septets(length, 'a');
      septets[at] = smpp::gsm7_escape;
      septets[at + 1] = 0x65;
      expect_plain_split(gsm, septets);
    }
  }
}

TEST(Segmenter, RowsOfEscapesArePairedFromTheStart) {
  for (std::size_t lead = 0; lead <= 4; ++lead) {
    for (std::size_t length = 150; length <= 330; ++length) {
      byte_buffer septets(length, smpp::gsm7_escape);
      std::fill_n(septets.begin(), lead, std::uint8_t{'a'});
      expect_plain_split(gsm, septets);
    }
  }
}

TEST(Segmenter, ASurrogatePairIsNeverCut) {
  for (std::size_t units = 66; units <= 140; ++units) {
    for (std::size_t at = 60; at + 1 < units; ++at) {
      byte_buffer octets(units * 2, 0x04);
      octets[2 * at] = 0xD8;
      octets[2 * at + 2] = 0xDC;
      expect_plain_split(ucs2, octets);
    }
  }
}

TEST(Segmenter, AHighSurrogateAloneDoesNotMoveTheCut) {
  byte_buffer octets(142, 0x04);
  octets[132] = 0xD8;  // the last unit of the first part, with no low surrogate after it
  const auto parts = split(ucs2, octets, concatenation::udh8, 1);
  EXPECT_EQ(parts.at(0).size(), 6U + 134U);
}

TEST(Segmenter, RandomMessagesSplitLikeTheReference) {
  std::mt19937 random(20260131);  // NOLINT(cert-msc51-cpp): the same in every run
  const auto below = [&](unsigned end) { return static_cast<std::uint8_t>(random() % end); };
  for (int round = 0; round < 2000; ++round) {
    byte_buffer septets(random() % 700);
    for (auto& septet : septets)
      septet = below(3) == 0 ? smpp::gsm7_escape : below(128);
    expect_plain_split(gsm, septets);
    byte_buffer units(random() % 350 * 2);
    for (std::size_t at = 0; at < units.size(); at += 2) {
      units[at] = static_cast<std::uint8_t>(0xD7 + below(10));
    }
    expect_plain_split(ucs2, units);
  }
}

TEST(Segmenter, AnEmojiMessageOf255PartsCountsTheRoomLostAtTheCuts) {
  byte_buffer emoji;
  for (int n = 0; n < 33 * 255; ++n)
    emoji.insert(emoji.end(), {0xD8, 0x3D, 0xDE, 0x00});
  EXPECT_EQ(count_parts(ucs2, emoji, concatenation::udh8), 255U);  // 66 of 67 units in each
  emoji.insert(emoji.end(), {0x00, 0x41});
  EXPECT_EQ(count_parts(ucs2, emoji, concatenation::udh8), 255U);
  emoji.insert(emoji.end(), {0x00, 0x41});
  EXPECT_EQ(count_parts(ucs2, emoji, concatenation::udh8), 0U);
}

TEST(Segmenter, TheMessageClassGroupsAreCountedByTheirAlphabet) {
  const byte_buffer octets(160, 'a');
  EXPECT_EQ(count_parts(0xF0, octets, concatenation::udh8), 1U);
  EXPECT_EQ(count_parts(0xF5, octets, concatenation::udh8), 2U);
  EXPECT_EQ(count_parts(0x18, octets, concatenation::udh8), 2U);
}

// National tables.

const smpp::gsm7_tables one_table{smpp::gsm7_language::standard, smpp::gsm7_language::spanish};
const smpp::gsm7_tables two_tables{smpp::gsm7_language::turkish, smpp::gsm7_language::turkish};

smpp::encoded_text septets_in(smpp::gsm7_tables tables, std::size_t count) {
  return {gsm, byte_buffer(count, 'a'), tables};
}

TEST(NationalTables, TakeTheirRoomFromEveryPart) {
  struct room {
    smpp::gsm7_tables tables;
    concatenation how;
    std::size_t alone, of_several;
  };
  for (const auto& [tables, how, alone, of_several] :
       {room{{}, concatenation::udh8, 160, 153}, room{{}, concatenation::udh16, 160, 152},
        room{one_table, concatenation::udh8, 155, 149},
        room{one_table, concatenation::udh16, 155, 148},
        room{two_tables, concatenation::udh8, 152, 146},
        room{two_tables, concatenation::udh16, 152, 145}}) {
    EXPECT_EQ(count_parts(septets_in(tables, alone), how), 1U);
    EXPECT_EQ(count_parts(septets_in(tables, alone + 1), how), 2U);
    EXPECT_EQ(count_parts(septets_in(tables, 2 * of_several), how), 2U);
    EXPECT_EQ(count_parts(septets_in(tables, 2 * of_several + 1), how), 3U);
    EXPECT_EQ(count_parts(septets_in(tables, 255 * of_several), how), 255U);
    EXPECT_EQ(count_parts(septets_in(tables, 255 * of_several + 1), how), 0U);
  }
}

TEST(NationalTables, AreNamedInEveryPart) {
  const auto parts = split(septets_in(two_tables, 300), concatenation::udh8, 7);
  EXPECT_TRUE(parts.has_header);
  ASSERT_EQ(parts.user_data.size(), 3U);
  for (std::uint8_t n = 0; n < 3; ++n) {
    const auto header = smpp::parse_udh(parts.user_data[n]).value();
    EXPECT_EQ(header.concatenation,
              (smpp::concatenation_element{7, 3, static_cast<std::uint8_t>(n + 1)}));
    EXPECT_EQ(header.single_shift, 1);
    EXPECT_EQ(header.locking_shift, 1);
  }
}

TEST(NationalTables, AreNamedInAnOnlyOrEmptyPart) {
  for (const std::size_t length : {0U, 5U}) {
    const auto parts = split(septets_in(one_table, length), concatenation::udh8, 7);
    EXPECT_TRUE(parts.has_header);
    ASSERT_EQ(parts.user_data.size(), 1U);
    byte_buffer expected{0x03, 0x24, 0x01, 0x02};
    expected.insert(expected.end(), length, 'a');
    EXPECT_EQ(parts.user_data[0], expected);
  }
}

TEST(NationalTables, OfSeveralPartsHaveNoPlaceBesideSarTlvs) {
  EXPECT_EQ(count_parts(septets_in(one_table, 155), concatenation::sar), 1U);
  EXPECT_EQ(count_parts(septets_in(one_table, 156), concatenation::sar), 0U);
  EXPECT_TRUE(split(septets_in(one_table, 156), concatenation::sar, 1).user_data.empty());
  EXPECT_EQ(split(septets_in({}, 307), concatenation::sar, 1).user_data.size(), 3U);
  EXPECT_FALSE(split(septets_in({}, 307), concatenation::sar, 1).has_header);
}

// Peers that write otherwise.

TEST(PackedParts, HoldAsManySeptetsAndFillBits) {
  smpp::text_conventions packs;
  packs.gsm7_packed = true;
  auto parts = split(septets_in({}, 160), concatenation::udh8, 7, packs);
  ASSERT_EQ(parts.user_data.size(), 1U);
  EXPECT_FALSE(parts.has_header);
  EXPECT_EQ(parts.user_data[0].size(), 140U);
  parts = split(septets_in({}, 306), concatenation::udh8, 7, packs);
  ASSERT_EQ(parts.user_data.size(), 2U);
  for (const auto& part : parts.user_data) {
    EXPECT_EQ(part.size(), 140U);
    EXPECT_EQ(part[6] & 1U, 0U) << "a fill bit after six octets of header";
    EXPECT_EQ(smpp::gsm7_unpack_all(byte_view(part).subspan(6), 1), byte_buffer(153, 'a'));
  }
}

TEST(PackedParts, DoNotEndInACarriageReturnThatReadsAsPadding) {
  byte_buffer septets(200, 'a');
  septets[152] = '\r';  // the 153rd septet would fill the first part's last octet
  const smpp::encoded_text text{gsm, septets};
  EXPECT_EQ(split(text, concatenation::udh8, 7).user_data[0].size(), 6U + 153U);
  smpp::text_conventions packs;
  packs.gsm7_packed = true;
  byte_buffer whole;
  for (const auto& part : split(text, concatenation::udh8, 7, packs).user_data) {
    const auto read = smpp::gsm7_unpack_all(byte_view(part).subspan(6), 1);
    whole.insert(whole.end(), read.begin(), read.end());
  }
  EXPECT_EQ(whole, septets);
}

TEST(Latin1Parts, AreCutAsSeptetsAre) {
  smpp::text_conventions latin1;
  latin1.default_alphabet = smpp::default_alphabet::latin1;
  smpp::encoded_text text{gsm, {}};
  for (int n = 0; n < 100; ++n)
    text.octets.insert(text.octets.end(), {smpp::gsm7_escape, 0x3C});  // [
  const auto parts = split(text, concatenation::udh8, 7, latin1);
  ASSERT_EQ(parts.user_data.size(), 2U) << "the network will need 200 septets";
  EXPECT_EQ(parts.user_data[0].size(), 6U + 76U);
  EXPECT_EQ(parts.user_data[0].back(), '[');
}

}  // namespace
