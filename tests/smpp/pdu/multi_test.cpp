#include "smpp/pdu/multi.hpp"

#include "smpp/codec.hpp"
#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using smpp::command_status;
using smpp::dest_address;
using smpp::error;

using list = std::vector<dest_address>;

/// A submit_multi with these octets as its list.
std::optional<smpp::decode_error> read_destinations(std::string_view hex, list& into) {
  const auto octets = samples::from_hex("00 0000 00" + std::string(hex) + "00000000000000000000");
  const samples::exact block(octets);
  smpp::submit_multi pdu;
  auto failure = smpp::decode_body(block, smpp::leniency::strict, pdu);
  into = pdu.dest_address_list;
  return failure;
}

TEST(DestAddresses, HasFrom1To254) {
  for (const std::size_t count : {0U, 1U, 254U, 255U}) {
    const list many(count, dest_address{.destination_addr = "1"});
    EXPECT_EQ(smpp::dest_addresses.fits(many), count == 1 || count == 254) << count;
  }
  list back;
  EXPECT_EQ(read_destinations("00", back)->status, command_status::invnumdests);
  std::string many = "FF";
  for (int i = 0; i < 255; ++i)
    many += "02 3100";
  EXPECT_EQ(read_destinations(many, back)->status, command_status::invnumdests);
  many.replace(0, 2, "FE");
  many.resize(many.size() - 7);
  EXPECT_FALSE(read_destinations(many, back));
  EXPECT_EQ(back.size(), 254U);
}

TEST(DestAddresses, TheFlagIsOneOrTwo) {
  list back;
  EXPECT_EQ(read_destinations("01 00 3100", back)->status, command_status::invdestflag);
  EXPECT_EQ(read_destinations("01 03 3100", back)->status, command_status::invdestflag);
  EXPECT_FALSE(read_destinations("01 02 3100", back));
  const list bad{{static_cast<dest_address::kind>(3), 0, 0, "1"}};
  EXPECT_FALSE(smpp::dest_addresses.fits(bad));
  smpp::submit_multi pdu;
  pdu.dest_address_list = bad;
  smpp::byte_buffer octets;
  EXPECT_EQ(smpp::encode(octets, pdu, 1).error(), error::bad_list);
}

TEST(DestAddresses, NamesHaveTheirOwnStatusAndWholeEntriesStay) {
  std::string long_one(42, '3');
  long_one += "00";
  list back;
  EXPECT_EQ(read_destinations("02 02 3100 01 0000" + long_one, back)->status,
            command_status::invdstadr);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back.front().destination_addr, "1");
  EXPECT_EQ(read_destinations("01 02" + long_one, back)->status, command_status::invdlname);
  EXPECT_TRUE(back.empty());
  EXPECT_FALSE(smpp::dest_addresses.fits({{.destination_addr = std::string(21, '3')}}));
}

TEST(UnsuccessSmes, HasFrom0To255) {
  for (const std::size_t count : {0U, 255U, 256U}) {
    const std::vector<smpp::unsuccess_sme> many(count);
    EXPECT_EQ(smpp::unsuccess_smes.fits(many), count < 256) << count;
  }
  EXPECT_FALSE(smpp::unsuccess_smes.fits({{.destination_addr = std::string(21, '3')}}));
}

TEST(UnsuccessSmes, OfATruncatedListTheWholeEntriesStay) {
  const auto octets = samples::from_hex("3900 02 0102 353500 0000000B 0102 353500 0000");
  smpp::submit_multi_resp resp;
  const auto failure = smpp::decode_body(samples::exact(octets), smpp::leniency::lenient, resp);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->field, "unsuccess_sme");
  EXPECT_EQ(resp.message_id, "9");
  EXPECT_EQ(resp.unsuccess_list.size(), 1U);
}

}  // namespace
