#include "smpp/session_core.hpp"

#include "tests/smpp/samples.hpp"
#include "tests/smpp/session_script.hpp"

#include <gtest/gtest.h>

namespace smpp {
namespace {

using namespace std::chrono_literals;
using samples::encoded;
using samples::from_hex;
using smpp_test::as;
using smpp_test::bind_esme;
using smpp_test::bind_smsc;
using smpp_test::scripted_session;

submit_sm a_message() {
  submit_sm pdu;
  pdu.destination_addr = "4670";
  pdu.short_message = "hi";
  return pdu;
}

submit_sm_resp an_id(const char* id) {
  submit_sm_resp pdu;
  pdu.message_id = id;
  return pdu;
}

std::uint32_t submit(scripted_session& esme, std::uint64_t cookie = 0) {
  return esme.core.send(a_message(), esme.now, cookie).value();
}

// Binding, as an ESME.

TEST(SessionCore, AnEsmeIsBoundWhenItsBindIsAccepted) {
  scripted_session esme;
  bind_receiver bind;
  bind.system_id = "me";
  EXPECT_EQ(esme.core.send(bind, esme.now).value(), 1U);
  const auto sent = esme.sent();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(std::get<bind_receiver>(sent[0].pdu).system_id.view(), "me");

  bind_receiver_resp answer;
  answer.system_id = "smsc";
  answer.tlvs.add_u8(tag::sc_interface_version, 0x34);
  esme.receive(answer, 1);

  const auto event = esme.take_one<bound>();
  EXPECT_EQ(event.state, bind_state::bound_rx);
  EXPECT_EQ(event.peer_system_id, "smsc");
  EXPECT_EQ(event.peer_version, 0x34);
  EXPECT_EQ(esme.core.state(), bind_state::bound_rx);
}

TEST(SessionCore, ARefusedBindLeavesTheSessionOpen) {
  scripted_session esme;
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  esme.receive(bind_transceiver_resp{}, 1, command_status::invpaswd);
  EXPECT_EQ(esme.take_one<bind_refused>().status, command_status::invpaswd);
  EXPECT_EQ(esme.core.state(), bind_state::open);
  EXPECT_TRUE(esme.core.send(bind_transmitter{}, esme.now));
}

TEST(SessionCore, ANackRefusesABind) {
  scripted_session esme;
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  esme.receive(generic_nack{}, 1, command_status::ok);
  EXPECT_EQ(esme.take_one<bind_refused>().status, command_status::bindfail);
}

TEST(SessionCore, ASecondBindIsNotSentWhileTheFirstIsUndecided) {
  scripted_session esme;
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  EXPECT_EQ(esme.core.send(bind_transceiver{}, esme.now).error(),
            make_error_code(error::wrong_state));
}

TEST(SessionCore, ABindWithoutAnswerEndsTheSession) {
  scripted_session esme;
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  esme.advance_to_deadline();
  EXPECT_EQ(esme.take_one<closed>().reason, close_reason::no_answer);
}

TEST(SessionCore, ABindResponseWithABadBodyBindsAllTheSame) {
  scripted_session esme;
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  esme.receive_octets(from_hex("00000016 80000009 00000000 00000001 736D736300 02"));
  ASSERT_EQ(esme.events.size(), 2U);
  EXPECT_EQ(std::get<bound>(esme.events[0]).peer_system_id, "smsc");
  EXPECT_TRUE(std::holds_alternative<irregularity>(esme.events[1]));
}

TEST(SessionCore, AnOutbindIsReportedAndAnsweredWithABind) {
  scripted_session esme;
  esme.receive(outbind{}, 9);
  EXPECT_TRUE(std::holds_alternative<outbind>(esme.take_one<request_received>().pdu));
  EXPECT_TRUE(esme.sent().empty());
  EXPECT_TRUE(esme.core.send(bind_receiver{}, esme.now));
}

// Binding, as an SMSC.

TEST(SessionCore, AnSmscReportsABindAndAcceptsIt) {
  auto options = as(role::smsc);
  options.system_id = "a name that is too long for the field";
  scripted_session smsc(options);
  bind_transmitter bind;
  bind.system_id = "esme";
  smsc.receive(bind, 77);
  const auto request = smsc.take_one<request_received>();
  EXPECT_EQ(std::get<bind_transmitter>(request.pdu).system_id.view(), "esme");
  EXPECT_EQ(smsc.core.state(), bind_state::open);

  smsc.core.accept_bind(77);
  EXPECT_EQ(smsc.core.state(), bind_state::bound_tx);
  const auto sent = smsc.sent();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].head.sequence, 77U);
  const auto& answer = std::get<bind_transmitter_resp>(sent[0].pdu);
  EXPECT_EQ(answer.system_id.view(), "a name that is ");
  EXPECT_EQ(answer.tlvs.find_u8(tag::sc_interface_version), 0x34);
}

TEST(SessionCore, NothingIsDecodedWhileABindIsUndecided) {
  scripted_session smsc(as(role::smsc));
  smsc.receive(bind_transceiver{}, 1);
  std::ignore = smsc.take_one<request_received>();
  EXPECT_FALSE(smsc.core.wants_input());
  smsc.receive(a_message(), 2);
  EXPECT_TRUE(smsc.events.empty());

  smsc.core.accept_bind(1);
  smsc.poll();
  EXPECT_TRUE(std::holds_alternative<submit_sm>(smsc.take_one<request_received>().pdu));
}

TEST(SessionCore, ARejectedBindIsAnsweredWithoutBody) {
  scripted_session smsc(as(role::smsc));
  smsc.receive(bind_transceiver{}, 5);
  smsc.core.reject_bind(5, command_status::invpaswd);
  smsc.expect_sent(command_id::bind_transceiver_resp, 5, command_status::invpaswd);
  EXPECT_EQ(smsc.core.state(), bind_state::open);
  EXPECT_TRUE(smsc.core.wants_input());
}

TEST(SessionCore, AnErrorReplyToABindRejectsIt) {
  scripted_session smsc(as(role::smsc));
  smsc.receive(bind_receiver{}, 5);
  smsc.core.reply_error(command_id::bind_receiver, 5, command_status::invsysid);
  smsc.expect_sent(command_id::bind_receiver_resp, 5, command_status::invsysid);
  EXPECT_TRUE(smsc.core.wants_input());
}

TEST(SessionCore, ASecondBindIsRefusedAndTheFirstStays) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.receive(bind_receiver{}, 2);
  smsc.expect_sent(command_id::bind_receiver_resp, 2, command_status::alybnd);
  EXPECT_EQ(smsc.core.state(), bind_state::bound_trx);
}

TEST(SessionCore, WhoDoesNotBindInTimeIsClosed) {
  scripted_session smsc(as(role::smsc));
  smsc.advance(9s);
  smsc.receive(enquire_link{}, 1);
  smsc.expect_sent(command_id::enquire_link_resp, 1);
  smsc.advance_to_deadline();
  EXPECT_EQ(smsc.now, steady_time(1h) + 10s);
  EXPECT_EQ(smsc.take_one<closed>().reason, close_reason::session_init);
}

// TLVs and versions.

TEST(SessionCore, AnOlderPeerGetsNoTlvs) {
  scripted_session smsc(as(role::smsc));
  bind_receiver old;
  old.interface_version = 0x33;
  smsc.receive(old, 1);
  smsc.core.accept_bind(1);
  EXPECT_FALSE(smsc.core.peer_takes_tlvs());
  EXPECT_TRUE(std::get<bind_receiver_resp>(smsc.sent().at(0).pdu).tlvs.empty());

  auto pdu = samples::make<deliver_sm>(samples::fill::typical);
  ASSERT_TRUE(smsc.core.send(pdu, smsc.now));
  pdu.tlvs.clear();
  EXPECT_EQ(std::get<deliver_sm>(smsc.sent().at(0).pdu), pdu);
}

TEST(SessionCore, ATextInATlvIsNotSentToAnOlderPeer) {
  scripted_session esme;
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  esme.receive(bind_transceiver_resp{}, 1);
  auto pdu = a_message();
  pdu.tlvs.add(tag::message_payload, as_bytes("text"));
  EXPECT_EQ(esme.core.send(pdu, esme.now).error(), make_error_code(error::no_tlvs));
  EXPECT_EQ(esme.core.in_flight(), 0U);
}

TEST(SessionCore, APeerThatDoesNotSayItsVersionMayBeToldToTakeTlvs) {
  session_options options;
  options.tlvs = tlv_policy::always;
  scripted_session esme(options);
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  esme.receive(bind_transceiver_resp{}, 1);
  EXPECT_TRUE(esme.core.peer_takes_tlvs());
}

// Requests of ours.

TEST(SessionCore, AResponseComesWithItsCookie) {
  scripted_session esme;
  bind_esme(esme);
  const auto sequence = submit(esme, 42);
  EXPECT_EQ(esme.core.in_flight(), 1U);
  esme.now += 5ms;
  esme.receive(an_id("abc"), sequence);
  const auto response = esme.take_one<response_received>();
  EXPECT_EQ(response.cookie, 42U);
  EXPECT_EQ(response.sequence, sequence);
  EXPECT_EQ(response.status, command_status::ok);
  EXPECT_FALSE(response.late);
  EXPECT_EQ(response.round_trip, 5ms);
  EXPECT_EQ(std::get<submit_sm_resp>(response.pdu).message_id.view(), "abc");
  EXPECT_EQ(esme.core.in_flight(), 0U);
}

TEST(SessionCore, ResponsesMayComeInAnyOrder) {
  session_options options;
  options.window_max = 3;
  scripted_session esme(options);
  bind_esme(esme);
  const auto first = submit(esme, 1);
  const auto second = submit(esme, 2);
  const auto third = submit(esme, 3);
  for (const auto sequence : {second, third, first})
    esme.receive(an_id("x"), sequence);
  const auto responses = esme.take<response_received>();
  ASSERT_EQ(responses.size(), 3U);
  EXPECT_EQ(responses[0].cookie, 2U);
  EXPECT_EQ(responses[1].cookie, 3U);
  EXPECT_EQ(responses[2].cookie, 1U);
}

TEST(SessionCore, AFullWindowRefusesUntilAResponseComes) {
  session_options options;
  options.window_max = 2;
  scripted_session esme(options);
  bind_esme(esme);
  const auto first = submit(esme);
  submit(esme);
  EXPECT_FALSE(esme.core.can_send());
  EXPECT_EQ(esme.core.send(a_message(), esme.now).error(), make_error_code(error::window_full));
  esme.receive(an_id("x"), first);
  EXPECT_TRUE(esme.core.can_send());
  EXPECT_TRUE(esme.core.send(a_message(), esme.now));
}

TEST(SessionCore, ANackCompletesItsRequest) {
  scripted_session esme;
  bind_esme(esme);
  const auto sequence = submit(esme, 7);
  esme.receive(generic_nack{}, sequence, command_status::invcmdid);
  const auto response = esme.take_one<response_received>();
  EXPECT_EQ(response.cookie, 7U);
  EXPECT_EQ(response.status, command_status::invcmdid);
  EXPECT_TRUE(std::holds_alternative<submit_sm_resp>(response.pdu));
}

TEST(SessionCore, ANackNeverMeansOk) {
  scripted_session esme;
  bind_esme(esme);
  esme.receive(generic_nack{}, submit(esme), command_status::ok);
  EXPECT_EQ(esme.take_one<response_received>().status, command_status::unknownerr);
}

TEST(SessionCore, AResponseToSomethingElseIsIgnored) {
  scripted_session esme;
  bind_esme(esme);
  const auto sequence = submit(esme);
  esme.receive(data_sm_resp{}, sequence);
  std::ignore = esme.take_one<irregularity>();
  esme.receive(an_id("x"), sequence + 1);
  std::ignore = esme.take_one<irregularity>();
  esme.receive(generic_nack{}, 0, command_status::invcmdlen);
  std::ignore = esme.take_one<irregularity>();
  EXPECT_EQ(esme.core.in_flight(), 1U);
  EXPECT_TRUE(esme.sent().size() == 1U) << "a response was answered";
}

TEST(SessionCore, AnErrorResponseMayHaveABodyOrNone) {
  scripted_session esme;
  bind_esme(esme);
  const auto bare = submit(esme);
  const auto full = submit(esme);
  esme.receive_octets(encoded(submit_sm_resp{}, bare, command_status::throttled));
  auto octets = encoded(an_id("x"), full);
  octets[11] = static_cast<std::uint8_t>(command_status::msgqful);
  esme.receive_octets(octets);
  const auto responses = esme.take<response_received>();
  ASSERT_EQ(responses.size(), 2U);
  EXPECT_EQ(responses[0].status, command_status::throttled);
  EXPECT_EQ(responses[1].status, command_status::msgqful);
}

TEST(SessionCore, AResponseWithABadBodyStillCounts) {
  scripted_session esme;
  bind_esme(esme);
  const auto sequence = submit(esme, 5);
  auto octets = encoded(an_id("id"), sequence);
  octets.insert(octets.end(), {0x04, 0x23, 0xFF});
  octets[3] = static_cast<std::uint8_t>(octets.size());
  esme.receive_octets(octets);
  ASSERT_EQ(esme.events.size(), 2U);
  const auto& response = std::get<response_received>(esme.events[0]);
  EXPECT_EQ(std::get<submit_sm_resp>(response.pdu).message_id.view(), "id");
  EXPECT_TRUE(std::holds_alternative<irregularity>(esme.events[1]));
}

TEST(SessionCore, ARequestExpiresOnceAndItsLateResponseIsMarked) {
  session_options options;
  options.enquire_link_interval = 0s;
  scripted_session esme(options);
  bind_esme(esme);
  const auto sequence = submit(esme, 5);
  esme.advance(29s);
  EXPECT_TRUE(esme.events.empty());
  esme.advance_to_deadline();
  EXPECT_EQ(esme.take_one<request_expired>().cookie, 5U);
  EXPECT_EQ(esme.core.in_flight(), 0U);
  EXPECT_FALSE(esme.core.next_deadline());

  esme.receive(an_id("late"), sequence);
  const auto response = esme.take_one<response_received>();
  EXPECT_TRUE(response.late);
  EXPECT_EQ(response.cookie, 5U);
  EXPECT_EQ(response.round_trip, 30s);
  esme.receive(an_id("again"), sequence);
  std::ignore = esme.take_one<irregularity>();
}

TEST(SessionCore, AResponseThatIsHereIsTakenBeforeItsRequestExpires) {
  scripted_session esme;
  bind_esme(esme);
  const auto sequence = submit(esme);
  esme.now += 31s;
  esme.receive(an_id("x"), sequence);
  EXPECT_FALSE(esme.take_one<response_received>().late);
}

TEST(SessionCore, SequenceNumbersWrapToOne) {
  session_options options;
  options.first_sequence = 0x7FFFFFFF;
  scripted_session esme(options);
  EXPECT_EQ(esme.core.send(bind_transceiver{}, esme.now).value(), 0x7FFFFFFFU);
  esme.receive(bind_transceiver_resp{}, 0x7FFFFFFF);
  EXPECT_EQ(submit(esme), 1U);
}

TEST(SessionCore, ARequestThatIsNotSentUsesUpNoSequenceNumber) {
  scripted_session esme;
  bind_esme(esme);
  auto bad = a_message();
  bad.service_type = "too long";
  EXPECT_TRUE(esme.core.send(bad, esme.now).has_error());
  EXPECT_EQ(submit(esme), 2U);
}

TEST(SessionCore, ARequestThatCannotBeEncodedIsNotInFlight) {
  scripted_session esme;
  bind_esme(esme);
  auto bad = a_message();
  bad.service_type = "too long";
  EXPECT_EQ(esme.core.send(bad, esme.now).error(), make_error_code(error::too_long));
  EXPECT_EQ(esme.core.in_flight(), 0U);
  EXPECT_TRUE(esme.sent().empty());
}

// Requests of the peer.

TEST(SessionCore, ARequestIsReportedAndAnsweredInAnyOrder) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.receive(a_message(), 0x80000005);
  smsc.receive(a_message(), 0);
  const auto requests = smsc.take<request_received>();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(std::get<submit_sm>(requests[0].pdu), a_message());
  ASSERT_TRUE(smsc.core.reply(0, an_id("b")));
  ASSERT_TRUE(smsc.core.reply(0x80000005, an_id("a")));
  const auto sent = smsc.sent();
  EXPECT_EQ(sent.at(0).head.sequence, 0U);
  EXPECT_EQ(sent.at(1).head.sequence, 0x80000005U);
}

TEST(SessionCore, AnErrorReplyHasTheBodyThatTheSpecificationWants) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.core.reply_error(command_id::submit_sm, 1, command_status::throttled);
  smsc.core.reply_error(command_id::query_sm, 2, command_status::queryfail);
  smsc.core.reply_error(command_id::alert_notification, 3, command_status::syserr);
  smsc.core.reply_error(command_id::submit_sm_resp, 4, command_status::syserr);
  const auto sent = smsc.sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].head.command_length, 16U);
  EXPECT_EQ(sent[1].head.command_length, 20U);
}

TEST(SessionCore, AnEnquiryIsAnsweredInEveryState) {
  scripted_session smsc(as(role::smsc));
  smsc.receive(enquire_link{}, 3);
  smsc.expect_sent(command_id::enquire_link_resp, 3);
  bind_smsc(smsc);
  smsc.receive(enquire_link{}, 4);
  smsc.expect_sent(command_id::enquire_link_resp, 4);
  EXPECT_TRUE(smsc.events.empty());
}

// What to answer to what is wrong (SMPP 3.4, 3.2 and 5.1.3).

TEST(SessionCore, AnUnknownCommandCostsANackAndNothingElse) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.receive_octets(from_hex("00000014 00000111 00000000 00000009 01020304"));
  smsc.expect_sent(command_id::generic_nack, 9, command_status::invcmdid);
  std::ignore = smsc.take_one<irregularity>();
  smsc.receive(a_message(), 10);
  std::ignore = smsc.take_one<request_received>();
}

TEST(SessionCore, BroadcastsAreKnownToVersionFive) {
  auto options = as(role::smsc);
  options.interface_version = 0x50;
  scripted_session smsc(options);
  bind_smsc(smsc);
  smsc.receive(broadcast_sm(), 9);
  EXPECT_EQ(smsc.take_one<request_received>().head.id, command_id::broadcast_sm);
}

TEST(SessionCore, AnUnknownResponseIsNotAnswered) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.receive_octets(from_hex("00000010 80000111 00000000 00000009"));
  EXPECT_TRUE(smsc.sent().empty());
  std::ignore = smsc.take_one<irregularity>();
}

TEST(SessionCore, ABadBodyCostsOneErrorResponse) {
  struct row {
    std::string_view octets;
    command_status status;
  };
  const std::vector<row> rows{
      {"00000012 00000004 00000000 00000009 6162", command_status::invcmdlen},
      {"00000018 00000004 00000000 00000009 544F4F4C4F4E4700", command_status::invsertyp},
      {"00000025 00000004 00000000 00000009 00 0000 00 0000 00 000000 00 00 00000000 05 61626364",
       command_status::invmsglen},
      {"00000024 00000004 00000000 00000009 00 0000 00 0000 00 000000 00 00 00000000 00 040101",
       command_status::invoptparstream},
  };
  for (const auto& one : rows) {
    scripted_session smsc(as(role::smsc));
    bind_smsc(smsc);
    smsc.receive_octets(from_hex(one.octets));
    smsc.expect_sent(command_id::submit_sm_resp, 9, one.status);
    std::ignore = smsc.take_one<irregularity>();
    smsc.receive(a_message(), 10);
    std::ignore = smsc.take_one<request_received>();
  }
}

TEST(SessionCore, AnUnknownTlvIsKept) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  auto pdu = a_message();
  pdu.tlvs.add(tag{0x96EC}, as_bytes("vendor"));
  smsc.receive(pdu, 2);
  EXPECT_EQ(std::get<submit_sm>(smsc.take_one<request_received>().pdu), pdu);
}

TEST(SessionCore, ALengthThatCannotBeLosesTheStream) {
  struct row {
    std::string_view octets;
    std::uint32_t sequence;
  };
  const std::vector<row> rows{
      {"0000000F 00000004 00000000 00000009", 9},
      {"00000000 00000004 00000000 00000009", 9},
      {"00020001 00000004 00000000 00000009", 9},
      {"00000003", 0},
      {"474554202F20485454502F312E310D0A0D0A", 0x2E310D0A},  // GET / HTTP/1.1
  };
  for (const auto& one : rows) {
    scripted_session smsc(as(role::smsc));
    bind_smsc(smsc);
    smsc.receive_octets(from_hex(one.octets));
    smsc.expect_sent(command_id::generic_nack, one.sequence, command_status::invcmdlen);
    EXPECT_EQ(smsc.take_one<closed>().reason, close_reason::framing_lost);
    EXPECT_TRUE(smsc.core.finished());
  }
}

TEST(SessionCore, ARequestInTheWrongStateIsRefused) {
  scripted_session smsc(as(role::smsc));
  smsc.receive(a_message(), 1);
  smsc.expect_sent(command_id::submit_sm_resp, 1, command_status::invbndsts);
  bind_smsc(smsc, bind_receiver{});
  smsc.events.clear();
  smsc.receive(a_message(), 2);
  smsc.expect_sent(command_id::submit_sm_resp, 2, command_status::invbndsts);
  smsc.receive(deliver_sm{}, 3);
  smsc.expect_sent(command_id::deliver_sm_resp, 3, command_status::invbndsts);
  smsc.receive(alert_notification{}, 4);
  EXPECT_TRUE(smsc.sent().empty()) << "alert_notification has no response";
  EXPECT_EQ(smsc.take<irregularity>().size(), 3U);
}

// The end.

TEST(SessionCore, OurUnbindEndsWithItsResponse) {
  scripted_session esme;
  bind_esme(esme);
  submit(esme, 8);
  esme.core.unbind(esme.now);
  EXPECT_EQ(esme.sent().size(), 2U);
  EXPECT_FALSE(esme.core.can_send());
  EXPECT_EQ(esme.core.send(a_message(), esme.now).error(), make_error_code(error::wrong_state));
  esme.receive(unbind_resp{}, 3);
  ASSERT_EQ(esme.events.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<unbound>(esme.events[0]));
  EXPECT_EQ(std::get<request_dropped>(esme.events[1]).cookie, 8U);
  EXPECT_EQ(std::get<closed>(esme.events[2]).reason, close_reason::unbind);
}

TEST(SessionCore, WhileWeUnbindResponsesStillCount) {
  scripted_session esme;
  bind_esme(esme);
  const auto sequence = submit(esme);
  esme.core.unbind(esme.now);
  esme.receive(an_id("x"), sequence);
  std::ignore = esme.take_one<response_received>();
}

TEST(SessionCore, AnUnbindWithoutAnswerEndsTheSession) {
  auto options = as(role::smsc);
  options.inactivity_timeout = 20s;
  scripted_session smsc(options);
  bind_smsc(smsc);
  smsc.core.unbind(smsc.now);
  smsc.advance_to_deadline();
  EXPECT_EQ(smsc.take_one<closed>().reason, close_reason::no_answer);
}

TEST(SessionCore, AnUnbindBeforeABindJustCloses) {
  scripted_session esme;
  esme.core.unbind(esme.now);
  esme.poll();
  EXPECT_TRUE(esme.sent().empty());
  EXPECT_EQ(esme.take_one<closed>().reason, close_reason::by_us);
}

TEST(SessionCore, ThePeersUnbindIsAnsweredAfterAllThatCameBefore) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.receive(a_message(), 2);
  smsc.receive(a_message(), 3);
  smsc.receive(unbind{}, 4);
  EXPECT_EQ(smsc.take<request_received>().size(), 2U);
  EXPECT_TRUE(smsc.sent().empty());

  std::ignore = smsc.core.reply(2, an_id("a"));
  smsc.poll();
  EXPECT_TRUE(smsc.events.empty());
  smsc.core.reply_error(command_id::submit_sm, 3, command_status::throttled);
  smsc.poll();
  ASSERT_EQ(smsc.events.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<unbound>(smsc.events[0]));
  EXPECT_EQ(std::get<closed>(smsc.events[1]).reason, close_reason::unbind);
  const auto sent = smsc.sent();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[2].head.id, command_id::unbind_resp);
  EXPECT_EQ(sent[2].head.sequence, 4U);
}

TEST(SessionCore, WhenThePeerUnbindsOursIsNotSentAnyMore) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.receive(a_message(), 2);
  smsc.core.unbind(smsc.now);
  smsc.expect_sent(command_id::unbind, 1);
  smsc.receive(unbind{}, 3);
  smsc.core.unbind(smsc.now);
  EXPECT_TRUE(smsc.sent().empty());
  smsc.advance_to_deadline();
  smsc.expect_sent(command_id::unbind_resp, 3);
}

TEST(SessionCore, ThePeersUnbindDoesNotWaitForEver) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.receive(a_message(), 2);
  smsc.receive(unbind{}, 3);
  smsc.events.clear();
  smsc.advance(30s);
  smsc.expect_sent(command_id::unbind_resp, 3);
  ASSERT_EQ(smsc.events.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<unbound>(smsc.events[0]));
}

TEST(SessionCore, EveryOutstandingRequestIsDroppedOnceWhenTheSessionEnds) {
  scripted_session esme;
  bind_esme(esme);
  submit(esme, 1);
  const auto answered = submit(esme, 2);
  submit(esme, 3);
  esme.receive(an_id("x"), answered);
  esme.events.clear();
  esme.core.on_disconnect("reset");
  esme.poll();
  ASSERT_EQ(esme.events.size(), 3U);
  EXPECT_EQ(std::get<request_dropped>(esme.events[0]).cookie, 1U);
  EXPECT_EQ(std::get<request_dropped>(esme.events[1]).cookie, 3U);
  const auto& end = std::get<closed>(esme.events[2]);
  EXPECT_EQ(end.reason, close_reason::by_peer);
  EXPECT_EQ(end.detail, "reset");
}

TEST(SessionCore, NothingHappensAfterTheEnd) {
  scripted_session esme;
  bind_esme(esme);
  esme.core.close(close_reason::by_us, "done");
  esme.poll();
  std::ignore = esme.take_one<closed>();
  esme.core.close(close_reason::inactivity);
  esme.core.on_disconnect("again");
  esme.receive(enquire_link{}, 5);
  esme.advance(1h);
  EXPECT_TRUE(esme.events.empty());
  EXPECT_TRUE(esme.sent().empty());
  EXPECT_FALSE(esme.core.next_deadline());
  EXPECT_EQ(esme.core.send(a_message(), esme.now).error(), make_error_code(error::closed));
  EXPECT_EQ(esme.core.reply(1, deliver_sm_resp{}).error(), make_error_code(error::closed));
  esme.core.reply_error(command_id::deliver_sm, 1, command_status::syserr);
  esme.core.unbind(esme.now);
  EXPECT_TRUE(esme.sent().empty());
}

// What came before the connection went, and was not decoded yet.
TEST(SessionCore, AfterADisconnectResponsesStillCountAndRequestsDoNot) {
  scripted_session esme;
  bind_esme(esme);
  const auto sequence = submit(esme, 5);
  esme.core.hold();
  esme.receive(deliver_sm{}, 1);
  esme.receive(an_id("x"), sequence);
  EXPECT_TRUE(esme.events.empty());
  esme.core.on_disconnect("reset");
  esme.poll();
  ASSERT_EQ(esme.events.size(), 2U);
  EXPECT_EQ(std::get<response_received>(esme.events[0]).cookie, 5U);
  EXPECT_EQ(std::get<closed>(esme.events[1]).reason, close_reason::by_peer);
}

// Time.

TEST(SessionCore, SilenceIsEndedByAnEnquiry) {
  scripted_session esme;
  bind_esme(esme);
  esme.advance_to_deadline();
  esme.expect_sent(command_id::enquire_link, 2);
  esme.receive(enquire_link_resp{}, 2);
  EXPECT_TRUE(esme.events.empty());
  esme.advance_to_deadline();
  esme.expect_sent(command_id::enquire_link, 3);
}

TEST(SessionCore, AnEnquiryIsNotSentWhileThePeerTalks) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  for (int i = 0; i < 5; ++i) {
    smsc.advance(20s);
    smsc.receive(a_message(), 1);
  }
  EXPECT_TRUE(smsc.sent().empty());
}

TEST(SessionCore, ANackAnswersAnEnquiryToo) {
  scripted_session esme;
  bind_esme(esme);
  esme.advance_to_deadline();
  esme.receive(generic_nack{}, 2, command_status::invcmdid);
  esme.advance(29s);
  EXPECT_TRUE(esme.events.empty());
  EXPECT_FALSE(esme.core.finished());
}

TEST(SessionCore, AnUnansweredEnquiryEndsTheSession) {
  scripted_session esme;
  bind_esme(esme);
  esme.advance_to_deadline();
  esme.advance_to_deadline();
  EXPECT_EQ(esme.take_one<closed>().reason, close_reason::no_answer);
}

TEST(SessionCore, APeerThatTalksButDoesNotAnswerAnEnquiryIsAlive) {
  scripted_session smsc(as(role::smsc));
  bind_smsc(smsc);
  smsc.advance_to_deadline();
  smsc.advance(10s);
  smsc.receive(a_message(), 2);
  smsc.events.clear();
  smsc.advance_to_deadline();
  EXPECT_FALSE(smsc.core.finished());
  smsc.advance_to_deadline();
  EXPECT_EQ(smsc.sent().size(), 2U) << "it is asked again";
}

TEST(SessionCore, ASessionWithoutRequestsEnds) {
  auto options = as(role::smsc);
  options.inactivity_timeout = 100s;
  scripted_session smsc(options);
  bind_smsc(smsc);
  smsc.advance(90s);
  smsc.receive(a_message(), 2);
  smsc.receive(enquire_link{}, 3);
  smsc.events.clear();
  for (int i = 0; i < 9; ++i) {
    smsc.advance(10s);
    smsc.receive(enquire_link{}, 4);
  }
  EXPECT_FALSE(smsc.core.finished());
  std::ignore = smsc.sent();
  smsc.advance(10s);
  EXPECT_EQ(smsc.take_one<closed>().reason, close_reason::inactivity);
  EXPECT_EQ(smsc.sent().at(0).head.id, command_id::unbind);
}

TEST(SessionCore, TheTimeThatABindTakesIsNotInactivity) {
  session_options options;
  options.inactivity_timeout = 20s;
  options.session_init_timeout = 0s;
  scripted_session esme(options);
  esme.advance(1min);
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  esme.advance(25s);
  esme.receive(bind_transceiver_resp{}, 1);
  std::ignore = esme.take_one<bound>();
  EXPECT_EQ(esme.core.next_deadline(), esme.now + 20s);

  options.role = role::smsc;
  scripted_session smsc(options);
  smsc.receive(bind_transceiver{}, 1);
  std::ignore = smsc.take_one<request_received>();
  smsc.now += 25s;
  smsc.core.accept_bind(1);
  smsc.advance(0s);
  EXPECT_EQ(smsc.core.next_deadline(), smsc.now + 20s);
  EXPECT_FALSE(smsc.core.finished());
}

TEST(SessionCore, TheNextDeadlineIsAlwaysLaterThanTheTimeThatWasTold) {
  auto options = as(role::smsc);
  options.inactivity_timeout = 70s;
  scripted_session smsc(options);
  bind_smsc(smsc);
  std::ignore = smsc.core.send(deliver_sm{}, smsc.now, 1);
  int steps = 0;
  while (smsc.core.next_deadline() && ++steps < 100) {
    smsc.advance_to_deadline();
    if (steps == 2) smsc.core.unbind(smsc.now);
    std::ignore = smsc.sent();
  }
  EXPECT_TRUE(smsc.core.finished());
}

// Back-pressure.

TEST(SessionCore, WhileThePeerDoesNotReadNothingIsReadOrSent) {
  auto options = as(role::smsc);
  options.output_octets_max = 64;
  scripted_session smsc(options);
  bind_smsc(smsc);
  byte_buffer flood;
  for (std::uint32_t i = 0; i < 100; ++i) {
    const auto one = encoded(enquire_link{}, i);
    flood.insert(flood.end(), one.begin(), one.end());
  }
  smsc.receive_octets(flood);
  EXPECT_LE(smsc.core.output_octets(), 64U);
  EXPECT_FALSE(smsc.core.wants_input());
  EXPECT_EQ(smsc.core.send(deliver_sm{}, smsc.now).error(), make_error_code(error::output_full));

  std::size_t answers = 0;
  for (auto some = smsc.sent(); !some.empty(); some = smsc.sent()) {
    answers += some.size();
    smsc.poll();
  }
  EXPECT_EQ(answers, 100U);
  EXPECT_TRUE(smsc.core.wants_input());
}

TEST(SessionCore, TimeDoesNotCountAgainstAPeerThatIsHeld) {
  session_options options;
  options.inactivity_timeout = 60s;
  scripted_session esme(options);
  bind_esme(esme);
  const auto sequence = submit(esme);
  esme.advance(29s);
  esme.core.hold();
  EXPECT_FALSE(esme.core.next_deadline());
  esme.receive(an_id("x"), sequence);
  esme.advance(1h);
  EXPECT_TRUE(esme.events.empty());

  esme.core.release(esme.now);
  esme.poll();
  EXPECT_FALSE(esme.take_one<response_received>().late);
  EXPECT_FALSE(esme.core.finished());
}

TEST(SessionCore, AnEnquiryThatWasOutWhenThePeerWasHeldIsWaitedForAgain) {
  scripted_session esme;
  bind_esme(esme);
  esme.advance_to_deadline();
  esme.core.hold();
  esme.advance(1h);
  esme.core.release(esme.now);
  EXPECT_FALSE(esme.core.finished());
  esme.advance_to_deadline();
  EXPECT_EQ(esme.take_one<closed>().reason, close_reason::no_answer);
}

TEST(SessionCore, WhileThePeerIsHeldNothingOfOursIsGivenUp) {
  session_options options;
  options.output_octets_max = 16;
  options.enquire_link_interval = 0s;
  scripted_session esme(options);
  std::ignore = esme.core.send(bind_transceiver{}, esme.now);
  std::ignore = esme.sent();
  esme.advance(29s);
  esme.core.hold();
  EXPECT_FALSE(esme.core.next_deadline()) << "of the bind";
  esme.advance(1h);
  esme.core.release(esme.now);
  EXPECT_EQ(esme.core.next_deadline(), esme.now + 30s) << "the bind has its whole time again";
  esme.receive(bind_transceiver_resp{}, 1);
  std::ignore = esme.take_one<bound>();

  esme.core.unbind(esme.now);
  esme.poll();
  esme.core.hold();
  EXPECT_FALSE(esme.core.next_deadline()) << "of the unbind, and of the output that is full";
  esme.advance(1h);
  EXPECT_FALSE(esme.core.finished());
  esme.core.release(esme.now);
  esme.poll();
  EXPECT_EQ(esme.core.next_deadline(), esme.now + 30s);
  std::ignore = esme.sent();
  esme.advance_to_deadline();
  EXPECT_EQ(esme.take_one<closed>().detail, "to unbind");
}

TEST(SessionCore, WhileThePeerIsHeldItNeedNotBind) {
  for (const auto whose : {role::esme, role::smsc}) {
    scripted_session session(as(whose));
    session.core.hold();
    EXPECT_FALSE(session.core.next_deadline());
    session.advance(1h);
    session.core.release(session.now);
    EXPECT_EQ(session.core.next_deadline(), session.now + 10s);
  }
}

// Names.

TEST(SessionCore, EveryCloseReasonHasAName) {
  for (auto reason : {close_reason::by_us, close_reason::by_peer, close_reason::unbind,
                      close_reason::framing_lost, close_reason::no_answer, close_reason::inactivity,
                      close_reason::session_init, close_reason::not_reading}) {
    EXPECT_FALSE(name(reason).empty());
  }
}

}  // namespace
}  // namespace smpp
