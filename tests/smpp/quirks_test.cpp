// What peers do and the specification does not know: each costs the PDU at most, never the session,
// unless it is no SMPP at all. What a module has to bear alone is tested with it: ids in
// message_id_test, receipts in receipt_test, alphabets in text_test, headers in udh_test.
#include "smpp/udh.hpp"
#include "tests/smpp/session_script.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using namespace smpp_test;
using smpp::command_id;
using smpp::command_status;
using smpp::role;
using smpp::tag;

smpp::session_options lenient(role one) {
  auto options = as(one);
  options.leniency = smpp::leniency::lenient;
  return options;
}

/// The octets with a longer body, and a command_length that says so.
smpp::byte_buffer with_body(smpp::byte_buffer octets, std::string_view more) {
  const auto added = smpp::as_bytes(more);
  octets.insert(octets.end(), added.begin(), added.end());
  octets[3] = static_cast<std::uint8_t>(octets.size());
  return octets;
}

smpp::submit_sm_resp id(std::string_view text) {
  smpp::submit_sm_resp pdu;
  pdu.message_id = text;
  return pdu;
}

/// The deliver_sm that an ESME was given, and answered.
smpp::deliver_sm take_delivery(scripted_session& esme) {
  auto request = esme.take_one<smpp::request_received>();
  EXPECT_TRUE(esme.core.reply(request.head.sequence, smpp::deliver_sm_resp()));
  esme.expect_sent(command_id::deliver_sm_resp, request.head.sequence);
  return std::get<smpp::deliver_sm>(request.pdu);
}

// Responses.

TEST(Quirk, ADeliverSmRespHasAMessageId) {
  for (const auto& said : {std::string("12AB"), std::string(64, 'x')}) {
    scripted_session smsc(as(role::smsc));
    bind_smsc(smsc);
    const auto sequence = smsc.core.send(smpp::deliver_sm(), smsc.now, 7).value();
    smpp::deliver_sm_resp response;
    response.message_id = said;
    smsc.receive(response, sequence);
    EXPECT_EQ(smsc.take_one<smpp::response_received>().cookie, 7U);
  }
}

TEST(Quirk, ASubmitIsTakenWithoutAMessageId) {
  for (const auto body : {""sv, "\0"sv}) {
    scripted_session esme;
    bind_esme(esme);
    const auto sequence = esme.core.send(smpp::submit_sm(), esme.now).value();
    auto octets = samples::encoded(smpp::submit_sm_resp(), sequence);
    octets.resize(smpp::header_octets);
    esme.receive_octets(with_body(octets, body));
    const auto response = esme.take_one<smpp::response_received>();
    EXPECT_EQ(response.status, command_status::ok);
    EXPECT_TRUE(std::get<smpp::submit_sm_resp>(response.pdu).message_id.empty());
  }
}

TEST(Quirk, AStatusIsInNoSpecification) {
  for (const auto number : {0x34U, 0x402U, 0x10000U, 0xFFFFFFFFU}) {
    scripted_session esme;
    bind_esme(esme);
    const auto sequence = esme.core.send(smpp::submit_sm(), esme.now).value();
    const auto status = static_cast<command_status>(number);
    esme.receive(id(""), sequence, status);
    EXPECT_EQ(esme.take_one<smpp::response_received>().status, status);
  }
}

TEST(Quirk, AResponseComesTwice) {
  scripted_session esme;
  bind_esme(esme);
  const auto sequence = esme.core.send(smpp::submit_sm(), esme.now).value();
  esme.receive(id("first"), sequence);
  const auto response = esme.take_one<smpp::response_received>();
  EXPECT_EQ(std::get<smpp::submit_sm_resp>(response.pdu).message_id, "first");
  esme.receive(id("second"), sequence);
  std::ignore = esme.take_one<smpp::irregularity>();
  EXPECT_FALSE(esme.core.finished());
}

// Enquiries.

TEST(Quirk, AnEnquiryHasABody) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.receive_octets(with_body(samples::encoded(smpp::enquire_link(), 9), "\0"sv));
  smsc.expect_sent(command_id::enquire_link_resp, 9);
  EXPECT_TRUE(smsc.events.empty());
}

TEST(Quirk, AnEnquiryIsAnsweredWithABody) {
  scripted_session esme;
  bind_esme(esme);
  esme.advance_to_deadline();
  const auto enquiry = esme.sent().at(0).head;
  ASSERT_EQ(enquiry.id, command_id::enquire_link);
  esme.receive_octets(
      with_body(samples::encoded(smpp::enquire_link_resp(), enquiry.sequence), "\0"sv));
  esme.advance(esme.core.options().response_timeout);
  EXPECT_FALSE(esme.core.finished());
}

// Sequence numbers.

TEST(Quirk, ASequenceNumberIsOutOfRange) {
  for (const auto sequence : {0U, 0x80000000U, 0xFFFFFFFFU}) {
    scripted_session smsc(as(role::smsc));
    bind_smsc(smsc);
    smsc.receive(smpp::submit_sm(), sequence);
    EXPECT_EQ(smsc.take_one<smpp::request_received>().head.sequence, sequence);
    EXPECT_TRUE(smsc.core.reply(sequence, id("x")));
    smsc.expect_sent(command_id::submit_sm_resp, sequence);
  }
}

TEST(Quirk, ASequenceNumberIsUsedForEveryRequest) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  for (int i = 0; i < 3; ++i)
    smsc.receive(smpp::submit_sm(), 1);
  EXPECT_EQ(smsc.take<smpp::request_received>().size(), 3U);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(smsc.core.reply(1, id("x")));
  EXPECT_EQ(smsc.sent().size(), 3U);
}

// Bodies.

TEST(Quirk, AParameterBelongsToAnotherPduOrHasAnotherLength) {
  scripted_session esme;  // strict: none of it is against the form of a PDU
  bind_esme(esme);
  smpp::deliver_sm pdu;
  pdu.tlvs.add_u8(tag::sc_interface_version, 0x34);
  pdu.tlvs.add_u16(tag::message_state, 2);
  pdu.tlvs.add(tag::receipted_message_id, smpp::as_bytes("(null)"));
  pdu.tlvs.add(static_cast<tag>(0x060D), smpp::as_bytes(""));
  pdu.tlvs.add(static_cast<tag>(0x96EC), smpp::as_bytes("vendor"));
  esme.receive(pdu, 5);
  const auto got = take_delivery(esme);
  EXPECT_EQ(got, pdu);
  EXPECT_EQ(got.tlvs.find_u8(tag::message_state), std::nullopt);
  EXPECT_EQ(got.tlvs.find_text(tag::receipted_message_id), "(null)");
}

TEST(Quirk, ANulStandsInOrBehindTheShortMessage) {
  scripted_session esme;
  bind_esme(esme);
  smpp::deliver_sm pdu;
  pdu.short_message = "in\0side"sv;
  esme.receive(pdu, 5);
  EXPECT_EQ(take_delivery(esme).short_message, "in\0side"sv);
  esme.receive_octets(with_body(samples::encoded(pdu, 6), "\0"sv));
  EXPECT_EQ(take_delivery(esme).short_message, "in\0side"sv);
}

// Such as a service_type of seven characters. A strict session says which field it is.
TEST(Quirk, AFieldIsLongerThanItMayBe) {
  auto octets = samples::encoded(smpp::deliver_sm(), 5);
  octets.erase(octets.begin() + smpp::header_octets);  // the empty service_type
  const auto service = smpp::as_bytes("SERVICE\0"sv);
  octets.insert(octets.begin() + smpp::header_octets, service.begin(), service.end());
  octets[3] = static_cast<std::uint8_t>(octets.size());
  scripted_session tolerant(lenient(role::esme));
  bind_esme(tolerant);
  tolerant.receive_octets(octets);
  EXPECT_EQ(take_delivery(tolerant).service_type, "SERVICE");
  scripted_session strict;
  bind_esme(strict);
  strict.receive_octets(octets);
  std::ignore = strict.take_one<smpp::irregularity>();
  strict.expect_sent(command_id::deliver_sm_resp, 5, command_status::invsertyp);
  EXPECT_FALSE(strict.core.finished());
}

TEST(Quirk, AShortMessageHas255Octets) {
  smpp::deliver_sm pdu;
  pdu.short_message = std::string(254, 'x');
  auto octets = samples::encoded(pdu, 5);
  octets[octets.size() - 255] = 255;
  octets.push_back('y');
  octets[2] = static_cast<std::uint8_t>(octets.size() >> 8U);
  octets[3] = static_cast<std::uint8_t>(octets.size());
  scripted_session tolerant(lenient(role::esme));
  bind_esme(tolerant);
  tolerant.receive_octets(octets);
  EXPECT_EQ(take_delivery(tolerant).short_message.size(), 255U);
  scripted_session strict;
  bind_esme(strict);
  strict.receive_octets(octets);
  std::ignore = strict.take_one<smpp::irregularity>();
  strict.expect_sent(command_id::deliver_sm_resp, 5, command_status::invmsglen);
}

TEST(Quirk, TheUdhIndicatorIsSetWithoutAHeader) {
  for (const auto text : {"Hello"sv, ""sv, "id:1 stat:DELIVRD"sv, "\xFF"sv, "\x05\x00\x03"sv})
    EXPECT_FALSE(smpp::parse_udh(smpp::as_bytes(text))) << text;
}

// What is not SMPP.

TEST(Quirk, SomebodyElseConnects) {
  const std::vector<std::string_view> openings{
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n"sv,
      "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\x5A\xA5\x5A\xA5\x5A"sv,  // TLS
      "SSH-2.0-OpenSSH_9.2p1\r\n"sv,
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C"sv,  // a balancer
      "EHLO there.example\r\n"sv,
  };
  for (const auto opening : openings) {
    scripted_session smsc(as(role::smsc));
    smsc.receive_octets(smpp::as_bytes(opening));
    EXPECT_EQ(smsc.take_one<smpp::closed>().reason, smpp::close_reason::framing_lost) << opening;
    EXPECT_EQ(smsc.sent().size(), 1U) << "a generic_nack, and no more";
  }
}

TEST(Quirk, SomebodySaysAsGoodAsNothing) {
  scripted_session smsc(as(role::smsc));
  smsc.receive_octets(smpp::as_bytes("\r\n"sv));
  EXPECT_TRUE(smsc.events.empty());
  smsc.advance_to_deadline();
  EXPECT_EQ(smsc.take_one<smpp::closed>().reason, smpp::close_reason::session_init);
}

}  // namespace
