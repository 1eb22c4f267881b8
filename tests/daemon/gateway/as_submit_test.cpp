#include "daemon/gateway/as_submit.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

using smpp::command_status;
using smpp::tag;

smpp::data_sm sample() {
  smpp::data_sm pdu;
  pdu.service_type = "CMT";
  pdu.source_addr_ton = 5;
  pdu.source_addr = "Shop";
  pdu.dest_addr_ton = 1;
  pdu.dest_addr_npi = 1;
  pdu.destination_addr = "4791234567";
  pdu.esm_class = 0x40;
  pdu.registered_delivery = 1;
  pdu.data_coding = 8;
  pdu.tlvs.add_text(tag::message_payload, "Hello");
  pdu.tlvs.add_u16(tag::user_message_reference, 7);
  return pdu;
}

command_status refused_with(const smpp::data_sm& pdu) {
  const auto made = as_submit(pdu);
  const auto* const status = std::get_if<command_status>(&made);
  return status != nullptr ? *status : command_status::ok;
}

TEST(DataSmAsSubmit, SaysTheSame) {
  const auto made = std::get<smpp::submit_sm>(as_submit(sample()));
  EXPECT_EQ(made.service_type, "CMT");
  EXPECT_EQ(made.source_addr_ton, 5);
  EXPECT_EQ(made.source_addr, "Shop");
  EXPECT_EQ(made.dest_addr_ton, 1);
  EXPECT_EQ(made.dest_addr_npi, 1);
  EXPECT_EQ(made.destination_addr, "4791234567");
  EXPECT_EQ(made.esm_class, 0x40);
  EXPECT_EQ(made.registered_delivery, 1);
  EXPECT_EQ(made.data_coding, 8);
  EXPECT_TRUE(made.short_message.empty());
  EXPECT_TRUE(made.tlvs.find(tag::message_payload));
  EXPECT_EQ(made.tlvs.find_u16(tag::user_message_reference), 7);
}

TEST(DataSmAsSubmit, IsRefusedWhereItsAddressesAreTooLong) {
  auto pdu = sample();
  pdu.source_addr = std::string(20, '1');
  pdu.destination_addr = std::string(20, '2');
  EXPECT_EQ(refused_with(pdu), command_status::ok);
  pdu.destination_addr = std::string(21, '2');
  EXPECT_EQ(refused_with(pdu), command_status::invdstadr);
  pdu.source_addr = std::string(21, '1');
  EXPECT_EQ(refused_with(pdu), command_status::invsrcadr);
}

TEST(DataSmAsSubmit, IsRefusedWhereItWaitsForTheDelivery) {
  auto pdu = sample();
  pdu.esm_class = 0x02;
  EXPECT_EQ(refused_with(pdu), command_status::invesmclass);
  for (const auto mode : {0x00, 0x01, 0x03}) {
    pdu.esm_class = static_cast<std::uint8_t>(mode);
    EXPECT_EQ(refused_with(pdu), command_status::ok) << mode;
  }
}

TEST(DataSmAsSubmit, HasItsTimeToLiveAsValidityAndNothingThatOnlyDataSmHas) {
  auto pdu = sample();
  pdu.tlvs.add_u32(tag::qos_time_to_live, 3600);
  pdu.tlvs.add_u8(tag::set_dpf, 1);
  const auto made = std::get<smpp::submit_sm>(as_submit(pdu));
  EXPECT_EQ(made.validity_period, "000000010000000R");
  EXPECT_FALSE(made.tlvs.find(tag::qos_time_to_live));
  EXPECT_FALSE(made.tlvs.find(tag::set_dpf));
  auto endless = sample();
  endless.tlvs.add_u32(tag::qos_time_to_live, 0xFFFFFFFF);
  EXPECT_EQ(std::get<smpp::submit_sm>(as_submit(endless)).validity_period, "000031000000000R");
}

TEST(SubmitMultiAsSubmit, SaysTheSameToNobodyYet) {
  smpp::submit_multi pdu;
  pdu.service_type = "CMT";
  pdu.source_addr = "Shop";
  pdu.esm_class = 0x40;
  pdu.protocol_id = 1;
  pdu.priority_flag = 2;
  pdu.schedule_delivery_time = "000000010000000R";
  pdu.validity_period = "000000020000000R";
  pdu.registered_delivery = 1;
  pdu.data_coding = 8;
  pdu.short_message = "Hello";
  pdu.tlvs.add_u16(tag::user_message_reference, 7);
  const auto made = as_submit(pdu);
  EXPECT_EQ(made.service_type, "CMT");
  EXPECT_EQ(made.source_addr, "Shop");
  EXPECT_EQ(made.esm_class, 0x40);
  EXPECT_EQ(made.protocol_id, 1);
  EXPECT_EQ(made.priority_flag, 2);
  EXPECT_EQ(made.schedule_delivery_time, "000000010000000R");
  EXPECT_EQ(made.validity_period, "000000020000000R");
  EXPECT_EQ(made.registered_delivery, 1);
  EXPECT_EQ(made.data_coding, 8);
  EXPECT_EQ(made.short_message, "Hello");
  EXPECT_EQ(made.tlvs.find_u16(tag::user_message_reference), 7);
  EXPECT_TRUE(made.destination_addr.empty());
}

}  // namespace
}  // namespace smppd
