// Exact octets, written by hand from SMPP 3.4, chapter 4, both ways.
#include "smpp/codec.hpp"
#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using samples::to_hex;
using smpp::command_status;
using smpp::tag;

template <class Pdu>
void expect_both_ways(const Pdu& pdu, std::string_view hex,
                      command_status status = command_status::ok) {
  SCOPED_TRACE(Pdu::name);
  const auto octets = samples::from_hex(hex);
  EXPECT_EQ(to_hex(samples::encoded(pdu, 0x01020304, status)), to_hex(octets));
  const samples::exact block(octets);
  const smpp::byte_view view = block;
  const auto head = smpp::decode_header(view);
  EXPECT_EQ(head,
            (smpp::header{static_cast<std::uint32_t>(octets.size()), Pdu::id, status, 0x01020304}));
  smpp::any_pdu back;
  EXPECT_FALSE(smpp::decode(head, view.subspan(16), smpp::leniency::strict, back));
  ASSERT_TRUE(std::holds_alternative<Pdu>(back));
  EXPECT_TRUE(std::get<Pdu>(back) == pdu);
}

template <class Sm>
Sm short_message() {
  Sm pdu;
  pdu.service_type = "CMT";
  pdu.source_addr_ton = 5;
  pdu.source_addr = "ACME";
  pdu.dest_addr_ton = 1;
  pdu.dest_addr_npi = 1;
  pdu.destination_addr = "46701";
  pdu.esm_class = 0x40;
  pdu.protocol_id = 0x7F;
  pdu.priority_flag = 2;
  pdu.registered_delivery = 1;
  pdu.data_coding = 8;
  pdu.short_message = std::string_view("\0h\0i", 4);
  return pdu;
}

TEST(PduTable, Binds) {
  smpp::bind_transceiver bind;
  bind.system_id = "SMPP3TEST";
  bind.password = "secret08";
  bind.system_type = "SUBMIT1";
  bind.interface_version = 0x34;
  bind.addr_ton = 1;
  bind.addr_npi = 2;
  bind.address_range = "^46";
  expect_both_ways(bind,
                   "00000032 00000009 00000000 01020304"
                   "534D505033544553 5400 7365637265743038 00 5355424D495431 00"
                   "34 01 02 5E343600");
  expect_both_ways(smpp::bind_transmitter{},
                   "00000017 00000002 00000000 01020304 00 00 00 34 00 00 00");
  expect_both_ways(smpp::bind_receiver{},
                   "00000017 00000001 00000000 01020304 00 00 00 34 00 00 00");
}

// The example of SMPP 3.4, 3.2.2: its interface_version is 0.
TEST(PduTable, TheBindOfTheSpecification) {
  const auto octets = samples::from_hex(
      "0000002F000000020000000000000001 534D5050335445535400 7365637265743038 00"
      "5355424D49543100 00 01 01 00");
  smpp::any_pdu pdu;
  ASSERT_FALSE(smpp::decode(smpp::decode_header(octets), smpp::byte_view(octets).subspan(16),
                            smpp::leniency::strict, pdu));
  const auto& bind = std::get<smpp::bind_transmitter>(pdu);
  EXPECT_EQ(bind.system_id, "SMPP3TEST");
  EXPECT_EQ(bind.password, "secret08");
  EXPECT_EQ(bind.system_type, "SUBMIT1");
  EXPECT_EQ(bind.interface_version, 0);
  EXPECT_EQ(to_hex(samples::encoded(bind)), to_hex(octets));
}

TEST(PduTable, BindResponsesAndOutbind) {
  smpp::bind_transmitter_resp resp;
  resp.system_id = "smsc";
  resp.tlvs.add_u8(tag::sc_interface_version, 0x34);
  expect_both_ways(resp, "0000001A 80000002 00000000 01020304 736D736300 0210000134");
  expect_both_ways(smpp::bind_receiver_resp{}, "00000011 80000001 00000000 01020304 00");
  expect_both_ways(smpp::bind_transceiver_resp{}, "00000010 80000009 0000000E 01020304",
                   command_status::invpaswd);
  smpp::outbind out;
  out.system_id = "smsc";
  out.password = "pw";
  expect_both_ways(out, "00000018 0000000B 00000000 01020304 736D736300 707700");
}

TEST(PduTable, HeaderOnly) {
  expect_both_ways(smpp::unbind{}, "00000010 00000006 00000000 01020304");
  expect_both_ways(smpp::unbind_resp{}, "00000010 80000006 00000000 01020304");
  expect_both_ways(smpp::enquire_link{}, "00000010 00000015 00000000 01020304");
  expect_both_ways(smpp::enquire_link_resp{}, "00000010 80000015 00000000 01020304");
  expect_both_ways(smpp::generic_nack{}, "00000010 80000000 00000003 01020304",
                   command_status::invcmdid);
  expect_both_ways(smpp::cancel_sm_resp{}, "00000010 80000008 00000011 01020304",
                   command_status::cancelfail);
  expect_both_ways(smpp::replace_sm_resp{}, "00000010 80000007 00000013 01020304",
                   command_status::replacefail);
}

TEST(PduTable, SubmitSmAndDeliverSm) {
  const std::string body =
      "434D5400 0500 41434D4500 0101 343637303100 40 7F 02 00 00 01 00 08 00 04 00680069";
  expect_both_ways(short_message<smpp::submit_sm>(), "00000031 00000004 00000000 01020304" + body);
  expect_both_ways(short_message<smpp::deliver_sm>(), "00000031 00000005 00000000 01020304" + body);
}

TEST(PduTable, SubmitSmWithTimesAndPayload) {
  smpp::submit_sm pdu;
  pdu.destination_addr = "1";
  pdu.schedule_delivery_time = "020610233429000R";
  pdu.validity_period = "261121091530000+";
  pdu.replace_if_present_flag = 1;
  pdu.sm_default_msg_id = 3;
  pdu.tlvs.add(tag::message_payload, smpp::as_bytes("hi"));
  pdu.tlvs.add_u16(tag::user_message_reference, 0xBEEF);
  expect_both_ways(pdu,
                   "0000004E 00000004 00000000 01020304 00 0000 00 0000 3100 00 00 00"
                   "30323036313032333334323930303052 00 32363131323130393135333030303 02B 00"
                   "00 01 00 03 00 0424 0002 6869 0204 0002 BEEF");
}

TEST(PduTable, SmResponses) {
  smpp::submit_sm_resp submit;
  submit.message_id = "id-1";
  expect_both_ways(submit, "00000015 80000004 00000000 01020304 69642D3100");
  expect_both_ways(smpp::submit_sm_resp{}, "00000010 80000004 00000058 01020304",
                   command_status::throttled);
  expect_both_ways(smpp::deliver_sm_resp{}, "00000011 80000005 00000000 01020304 00");
  expect_both_ways(smpp::deliver_sm_resp{}, "00000011 80000005 00000064 01020304 00",
                   command_status::x_t_appn);
  smpp::data_sm_resp data;
  data.message_id = "7";
  data.tlvs.add_u8(tag::delivery_failure_reason, 1);
  expect_both_ways(data, "00000017 80000103 000000FE 01020304 3700 0425000101",
                   command_status::deliveryfailure);
}

TEST(PduTable, DataSm) {
  smpp::data_sm pdu;
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "10";
  pdu.dest_addr_ton = 3;
  pdu.dest_addr_npi = 4;
  pdu.destination_addr = "20";
  pdu.esm_class = 5;
  pdu.registered_delivery = 6;
  pdu.data_coding = 7;
  pdu.tlvs.add(tag::message_payload, smpp::as_bytes("x"));
  expect_both_ways(pdu,
                   "00000023 00000103 00000000 01020304 00 0102 313000 0304 323000 05 06 07"
                   "0424 0001 78");
}

TEST(PduTable, QueryCancelReplace) {
  smpp::query_sm query;
  query.message_id = "9";
  query.source_addr_ton = 1;
  query.source_addr_npi = 2;
  query.source_addr = "46";
  expect_both_ways(query, "00000017 00000003 00000000 01020304 3900 0102 343600");
  smpp::query_sm_resp state;
  state.message_id = "9";
  state.final_date = "261121091530000+";
  state.message_state = 2;
  state.error_code = 0xFE;
  expect_both_ways(state,
                   "00000025 80000003 00000000 01020304 3900"
                   "3236313132313039313533303030302B 00 02 FE");
  smpp::cancel_sm cancel;
  cancel.service_type = "S";
  cancel.message_id = "9";
  cancel.source_addr = "4";
  cancel.dest_addr_npi = 1;
  cancel.destination_addr = "5";
  expect_both_ways(cancel, "0000001C 00000008 00000000 01020304 5300 3900 0000 3400 0001 3500");
  smpp::replace_sm replace;
  replace.message_id = "9";
  replace.source_addr = "4";
  replace.registered_delivery = 1;
  replace.sm_default_msg_id = 2;
  replace.short_message = "new";
  expect_both_ways(replace,
                   "0000001E 00000007 00000000 01020304 3900 0000 3400 00 00 01 02 03 6E6577");
}

TEST(PduTable, SubmitMulti) {
  smpp::submit_multi pdu;
  pdu.source_addr = "4";
  pdu.dest_address_list = {{smpp::dest_address::kind::number, 1, 2, "55"},
                           {smpp::dest_address::kind::distribution_list, 0, 0, "list"}};
  pdu.short_message = "m";
  expect_both_ways(pdu,
                   "0000002D 00000021 00000000 01020304 00 0000 3400 02 01 01 02 353500"
                   "02 6C69737400 00 00 00 00 00 00 00 00 00 01 6D");
  smpp::submit_multi_resp resp;
  resp.message_id = "9";
  resp.unsuccess_list = {{1, 2, "55", 0x0B}};
  expect_both_ways(resp, "0000001C 80000021 00000000 01020304 3900 01 01 02 353500 0000000B");
}

TEST(PduTable, AlertNotification) {
  smpp::alert_notification pdu;
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "46";
  pdu.esme_addr_ton = 3;
  pdu.esme_addr_npi = 4;
  pdu.esme_addr = "12";
  pdu.tlvs.add_u8(tag::ms_availability_status, 0);
  expect_both_ways(pdu, "0000001F 00000102 00000000 01020304 0102 343600 0304 313200 0422000100");
}

// SMPP 5.0, 4.4 to 4.6.
TEST(PduTable, Broadcasts) {
  smpp::broadcast_sm pdu;
  pdu.service_type = "CBS";
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "46";
  pdu.message_id = "9";
  pdu.priority_flag = 3;
  pdu.validity_period = "000001000000000R";
  pdu.replace_if_present_flag = 1;
  pdu.data_coding = 8;
  pdu.sm_default_msg_id = 4;
  pdu.tlvs.add(tag::broadcast_area_identifier, smpp::as_bytes("x"));
  pdu.tlvs.add_u16(tag::broadcast_rep_num, 0x0102);
  expect_both_ways(pdu,
                   "0000003C 00000111 00000000 01020304 43425300 0102 343600 3900 03 00"
                   "3030303030313030303030303030305200 01 08 04 0606 0001 78 0604 0002 0102");
  smpp::broadcast_sm_resp resp;
  resp.message_id = "9";
  resp.tlvs.add(tag::broadcast_error_status, samples::from_hex("0000000B"));
  expect_both_ways(resp, "0000001A 80000111 00000000 01020304 3900 0607 0004 0000000B");
}

TEST(PduTable, QueryAndCancelBroadcast) {
  smpp::query_broadcast_sm query;
  query.message_id = "9";
  query.source_addr_ton = 1;
  query.source_addr_npi = 2;
  query.source_addr = "46";
  query.tlvs.add_u16(tag::user_message_reference, 0xBEEF);
  expect_both_ways(query, "0000001D 00000112 00000000 01020304 3900 0102 343600 0204 0002 BEEF");
  smpp::query_broadcast_sm_resp state;
  state.message_id = "9";
  state.tlvs.add_u8(tag::message_state, 2);
  state.tlvs.add_u8(tag::broadcast_area_success, 100);
  expect_both_ways(state, "0000001C 80000112 00000000 01020304 3900 0427 0001 02 0608 0001 64");
  smpp::cancel_broadcast_sm cancel;
  cancel.service_type = "CBS";
  cancel.message_id = "9";
  cancel.source_addr_ton = 1;
  cancel.source_addr_npi = 2;
  cancel.source_addr = "46";
  cancel.tlvs.add(tag::broadcast_content_type, samples::from_hex("010010"));
  expect_both_ways(cancel,
                   "00000022 00000113 00000000 01020304 43425300 3900 0102 343600"
                   "0601 0003 010010");
  expect_both_ways(smpp::cancel_broadcast_sm_resp{}, "00000010 80000113 00000000 01020304");
}

}  // namespace
