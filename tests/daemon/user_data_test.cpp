// See also bridge_test.cpp, where whole PDUs go through the same functions.
#include "daemon/user_data.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smppd {
namespace {

using smpp::byte_buffer;

user_data of(const byte_buffer& octets, std::uint8_t data_coding = 0) {
  return {octets, data_coding};
}

user_data part_of(const byte_buffer& octets, std::uint8_t data_coding = 0) {
  return {octets, data_coding, true, true};
}

smpp::text_conventions latin1() {
  smpp::text_conventions peer;
  peer.default_alphabet = smpp::default_alphabet::latin1;
  return peer;
}

TEST(Cut, CountsAndMakesTheSameParts) {
  for (const std::size_t length : {0U, 160U, 161U, 306U, 307U}) {
    const byte_buffer text(length, 'x');
    smpp::message_parts parts;
    const auto made = cut(of(text), {}, 1, &parts);
    EXPECT_EQ(made, cut(of(text), {}, 1, nullptr)) << length;
    EXPECT_EQ(parts.user_data.size(), made == 1 ? 0 : made) << length;
    EXPECT_EQ(parts.has_header, made > 1) << length;
  }
}

TEST(Cut, RefusesWhatNeedsTooManyParts) {
  const byte_buffer text(153 * 256, 'x');
  carrier_config packs;
  packs.text.gsm7_packed = true;
  for (const auto& carrier : {carrier_config{}, packs}) {
    smpp::message_parts parts;
    EXPECT_EQ(cut(of(text), carrier, 1, &parts), 0U);
    EXPECT_TRUE(parts.user_data.empty());
    EXPECT_EQ(cut(of(text), carrier, 1, nullptr), 0U);
  }
}

TEST(Cut, LeavesBinaryAsItIsWhateverTheCarrierDoesToText) {
  carrier_config carrier;
  carrier.text = latin1();
  carrier.text.gsm7_packed = true;
  const byte_buffer binary(300, 0x80);
  smpp::message_parts parts;
  EXPECT_EQ(cut(of(binary, 4), carrier, 1, &parts), 3U);
  EXPECT_EQ(parts.data_coding, 4);
  EXPECT_EQ(parts.user_data, smpp::split(4, binary, smpp::concatenation::udh8, 1));
}

TEST(UserData, OfACarrierNeedsReadingWhereItIsNotCanonical) {
  const byte_buffer plain{'a'};
  const byte_buffer turkish{0x03, 0x24, 0x01, 0x01, 'a'};
  const byte_buffer broken{0x7F, 'a'};
  EXPECT_FALSE(must_be_read(of(plain), {}));
  EXPECT_TRUE(must_be_read(of(plain), latin1()));
  EXPECT_TRUE(must_be_read(part_of(turkish), {}));
  EXPECT_FALSE(must_be_read(of(turkish), {})) << "it has no header";
  EXPECT_FALSE(must_be_read(part_of(broken), {}));
}

TEST(UserData, OfAPartBecomesLongerOnlyWhereItCameFromACarrier) {
  const byte_buffer octets{0x05, 0x00, 0x03, 0x01, 0x02, 0x01, 0xEA};
  EXPECT_EQ(read_from_esme(part_of(octets), latin1()).data_coding, 3);
  EXPECT_EQ(read_from_esme(part_of(octets), latin1()).octets, octets);
  const byte_buffer wide{0x05, 0x00, 0x03, 0x01, 0x02, 0x01, 0x00, 0xEA};
  EXPECT_EQ(read_from_carrier(part_of(octets), latin1()).data_coding, 8);
  EXPECT_EQ(read_from_carrier(part_of(octets), latin1()).octets, wide);
}

TEST(ReadFromEsme, KeepsThePartThatWouldBeTooLongOnTheAir) {
  byte_buffer part{5, 0, 3, 1, 2, 1};
  part.resize(6 + 153, '{');  // two septets each
  const auto kept = read_from_esme(part_of(part), latin1());
  EXPECT_EQ(kept.data_coding, smpp::data_coding_latin1);
  EXPECT_EQ(kept.octets, part);
  part.assign({5, 0, 3, 1, 2, 1});
  part.resize(6 + 153, 'a');
  EXPECT_EQ(read_from_esme(part_of(part), latin1()).data_coding, smpp::data_coding_default);
}

}  // namespace
}  // namespace smppd
