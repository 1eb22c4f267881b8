#include "smpp/tlv.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace {

using samples::from_hex;
using samples::to_hex;
using smpp::tag;
using smpp::tlv_list;

tlv_list from_wire(std::string_view hex) {
  tlv_list list;
  EXPECT_TRUE(list.assign_wire(samples::exact(from_hex(hex)))) << hex;
  return list;
}

std::vector<std::pair<unsigned, std::string>> entries(const tlv_list& list) {
  std::vector<std::pair<unsigned, std::string>> all;
  for (auto one = list.begin(); one != tlv_list::end(); one++)
    all.emplace_back(static_cast<unsigned>((*one).tag), to_hex((*one).value));
  return all;
}

TEST(TlvList, WritesTagLengthValue) {
  tlv_list list;
  list.add_u8(tag::message_state, 2);
  list.add_u16(tag::user_message_reference, 0x1234);
  list.add_u32(tag::qos_time_to_live, 60);
  list.add_text(tag::receipted_message_id, "a1");
  list.add(tag::alert_on_message_delivery, {});
  EXPECT_EQ(to_hex(list.wire()),
            "0427000102"
            "020400021234"
            "001700040000003C"
            "001E0003613100"
            "130C0000");
}

TEST(TlvList, KeepsUnknownOnesAndTheirOrderOctetForOctet) {
  const auto* const wire = "1401000200FF FFFF0000 00000001AA 0204000212340427000102";
  EXPECT_EQ(to_hex(from_wire(wire).wire()), to_hex(from_hex(wire)));
  EXPECT_EQ(entries(from_wire(wire)),
            (std::vector<std::pair<unsigned, std::string>>{
                {0x1401, "00FF"}, {0xFFFF, ""}, {0, "AA"}, {0x204, "1234"}, {0x427, "02"}}));
}

TEST(TlvList, RefusesWhatIsNotWholeAndStaysAsItWas) {
  const auto wire = from_hex("0204 0002 1234 0427 0001 02 1401 0000");
  const std::set<std::size_t> whole{0, 6, 11, 15};
  for (std::size_t size = 0; size <= wire.size(); ++size) {
    auto list = from_wire("130C0000");
    const samples::exact part(smpp::byte_view(wire).first(size));
    EXPECT_EQ(list.assign_wire(part), whole.contains(size)) << size;
    EXPECT_EQ(to_hex(list.wire()) == "130C0000", !whole.contains(size)) << size;
  }
  tlv_list list;
  EXPECT_FALSE(list.assign_wire(from_hex("0424 FFFF 00")));
}

TEST(TlvList, OfDuplicatesTheLastCounts) {
  const auto list = from_wire("0204000211110204000222220427000105");
  EXPECT_EQ(list.find_u16(tag::user_message_reference), 0x2222);
  EXPECT_EQ(entries(list).size(), 3U);
}

TEST(TlvList, FindsNumbersOfTheRightLengthOnly) {
  const auto list = from_wire("0427000103 02040002ABCD 001700040102030404240000");
  EXPECT_EQ(list.find_u8(tag::message_state), 3);
  EXPECT_EQ(list.find_u16(tag::user_message_reference), 0xABCD);
  EXPECT_EQ(list.find_u32(tag::qos_time_to_live), 0x01020304U);
  EXPECT_FALSE(list.find_u8(tag::user_message_reference));
  EXPECT_FALSE(list.find_u16(tag::message_state));
  EXPECT_FALSE(list.find_u32(tag::user_message_reference));
  EXPECT_FALSE(list.find_u8(tag::message_payload));
  EXPECT_FALSE(list.find_u8(tag::dest_addr_subunit));
  ASSERT_TRUE(list.find(tag::message_payload));
  EXPECT_TRUE(list.find(tag::message_payload)->empty());
  EXPECT_FALSE(list.find(tag::dest_addr_subunit));
}

TEST(TlvList, TextMayLackItsNul) {
  EXPECT_EQ(from_wire("001E0003613100").find_text(tag::receipted_message_id), "a1");
  EXPECT_EQ(from_wire("001E00026131").find_text(tag::receipted_message_id), "a1");
  EXPECT_EQ(from_wire("001E0004610062 00").find_text(tag::receipted_message_id), "a");
  EXPECT_EQ(from_wire("001E0000").find_text(tag::receipted_message_id), "");
  EXPECT_FALSE(tlv_list{}.find_text(tag::receipted_message_id));
}

TEST(TlvList, RemovesEveryOneWithTheTag) {
  auto list = from_wire("020400021111 0427000105 02040000 1401000109");
  list.remove(tag::user_message_reference);
  EXPECT_EQ(to_hex(list.wire()), "04270001051401000109");
  list.remove(tag::user_message_reference);
  EXPECT_EQ(entries(list).size(), 2U);
  list.clear();
  EXPECT_TRUE(list.empty());
  EXPECT_TRUE(list.begin() == tlv_list::end());
}

TEST(TlvList, TheLongestValueHas65535Octets) {
  tlv_list list;
  list.add(tag::message_payload, smpp::byte_buffer(65535, 1));
  list.add(tag::message_payload, smpp::byte_buffer(65536, 2));
  tlv_list back;
  ASSERT_TRUE(back.assign_wire(list.wire()));
  EXPECT_EQ(entries(back).size(), 2U);
  EXPECT_EQ(back.find(tag::message_payload)->size(), 65535U);
  EXPECT_EQ(back, list);
}

TEST(Tags, AreAscendingWithUniqueNames) {
  const auto known = smpp::known_tags();
  EXPECT_TRUE(std::ranges::is_sorted(known, std::ranges::less{}, &smpp::tag_facts::tag));
  std::set<std::string_view> names;
  for (const auto& one : known) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_LE(one.length_min, one.length_max) << one.name;
    ASSERT_EQ(smpp::find_facts(one.tag), &one);
  }
  EXPECT_EQ(known.size(), 64U);
}

// SMPP 3.4, 5.3.2, written a second time: those with a tag, a length or a range that others lack.
TEST(Tags, HaveTheNumbersAndLengthsOfTheSpecification) {
  using row = std::tuple<unsigned, const char*, unsigned, unsigned>;
  constexpr std::array<row, 20> table{{{0x0005, "dest_addr_subunit", 1, 1},
                                       {0x0008, "dest_telematics_id", 2, 2},
                                       {0x0010, "source_telematics_id", 1, 2},
                                       {0x0017, "qos_time_to_live", 4, 4},
                                       {0x001D, "additional_status_info_text", 1, 256},
                                       {0x001E, "receipted_message_id", 1, 65},
                                       {0x0202, "source_subaddress", 2, 23},
                                       {0x020C, "sar_msg_ref_num", 2, 2},
                                       {0x020E, "sar_total_segments", 1, 1},
                                       {0x020F, "sar_segment_seqnum", 1, 1},
                                       {0x0210, "sc_interface_version", 1, 1},
                                       {0x0303, "callback_num_atag", 0, 65},
                                       {0x0381, "callback_num", 4, 19},
                                       {0x0423, "network_error_code", 3, 3},
                                       {0x0424, "message_payload", 0, 65535},
                                       {0x0427, "message_state", 1, 1},
                                       {0x0501, "ussd_service_op", 1, 1},
                                       {0x1203, "sms_signal", 2, 2},
                                       {0x130C, "alert_on_message_delivery", 0, 1},
                                       {0x1383, "its_session_info", 2, 2}}};
  for (const auto& [number, name, shortest, longest] : table) {
    const auto* const found = smpp::find_facts(static_cast<tag>(number));
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->name, name);
    EXPECT_EQ(found->length_min, shortest) << name;
    EXPECT_EQ(found->length_max, longest) << name;
  }
}

TEST(TlvList, FindsALengthThatATagDoesNotAllow) {
  smpp::tlv_list list;
  EXPECT_EQ(list.find_bad_length(), nullptr);
  list.add(static_cast<tag>(0x1401), smpp::as_bytes("unknown ones have any"));
  list.add_u8(tag::source_telematics_id, 1);
  list.add_u16(tag::source_telematics_id, 1);
  EXPECT_EQ(list.find_bad_length(), nullptr);
  list.add_u32(tag::user_message_reference, 1);
  EXPECT_EQ(list.find_bad_length()->name, "user_message_reference");
  list.clear();
  list.add(tag::callback_num, smpp::as_bytes("abc"));
  EXPECT_EQ(list.find_bad_length()->name, "callback_num");
}

TEST(Tags, OthersAreUnknown) {
  for (const unsigned number : {0x0000U, 0x0001U, 0x0100U, 0x1400U, 0x3FFFU, 0xFFFFU})
    EXPECT_EQ(smpp::find_facts(static_cast<tag>(number)), nullptr) << number;
}

}  // namespace
