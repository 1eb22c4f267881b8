// What a session must do, rule by rule (SMPP 3.4, chapter 2, 5.1.4 and 7.2; 5.0 where it says so),
// and where each rule is tested. What is wrong on the wire is in session_errors_test.cpp.
//
//   who sends what in which state, every command, both roles ......... BindState, bind_state_test
//   SMPP 5.0: enquire_link and generic_nack in every state ........... BindState, ANackInEveryState
//   bind: version of the peer, TLVs, sc_interface_version ............ Version
//   3.3: message ids of at most eight characters ..................... AnIdIsTheApplications;
//                                                Admission, path_admission_test
//   outbind, both sides .............................................. Outbind; NetOutbind
//   window: several requests out, responses in any order, full ....... SessionCore,
//   session_core_test sequence numbers of the two directions are independent ...........
//   EachDirectionCountsForItself sequence numbers from 1, wrap to 1 ...............................
//   SequenceNumbersBeginAtOne,
//                                                SessionCore.SequenceNumbersWrapToOne
//   any sequence number of a peer is echoed .......................... AnySequenceNumberIsEchoed
//   timers: session_init, enquire_link, inactivity, response ......... Timer, both roles
//   unbind, unbind_resp, the end; requests that are out then ......... UnbindEndsInGoodOrder,
//                                                SessionCore, "The end."
//   late responses, nacks of pending requests ........................ SessionCore, "Requests of
//   ours." a peer that floods ...............................................
//   SessionCore.WhileThePeerDoesNot
//                                                ReadNothingIsReadOrSent
//   a peer that does not read, two that wait for each other .......... NotReading; NetSession
//   SMPP 5.0: congestion_state ....................................... Congested; Congestion
#include "smpp/session_core.hpp"
#include "tests/smpp/session_script.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string>

namespace smpp {

// As the names of the cases.
void PrintTo(role one, std::ostream* to) { *to << (one == role::esme ? "ESME" : "SMSC"); }

namespace {

using namespace std::chrono_literals;
using smpp_test::as;
using smpp_test::bind_esme;
using smpp_test::bind_smsc;
using smpp_test::scripted_session;

constexpr std::array both_roles{role::esme, role::smsc};

std::string name_of(role one) { return one == role::esme ? "Esme" : "Smsc"; }

/// Bound as a transceiver, whoever asked for it.
void bind(scripted_session& session) {
  session.core.options().role == role::esme ? bind_esme(session) : bind_smsc(session);
}

/// A request of this side; its sequence number.
std::uint32_t request(scripted_session& session, std::uint64_t cookie = 0) {
  return session.core.options().role == role::esme
             ? session.core.send(submit_sm{}, session.now, cookie).value()
             : session.core.send(deliver_sm{}, session.now, cookie).value();
}

/// A request of the other side.
void be_asked(scripted_session& session, std::uint32_t sequence) {
  session.core.options().role == role::esme ? session.receive(deliver_sm{}, sequence)
                                            : session.receive(submit_sm{}, sequence);
}

// Rules that are the same for both roles.

class EitherRole : public testing::TestWithParam<role> {
 protected:
  scripted_session session{as(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(Session, EitherRole, testing::ValuesIn(both_roles),
                         [](const auto& one) { return name_of(one.param); });

TEST_P(EitherRole, ANackInEveryStateIsNoted) {
  session.receive(generic_nack{}, 5, command_status::invcmdid);
  std::ignore = session.take_one<irregularity>();
  bind(session);
  session.receive(generic_nack{}, 5, command_status::invcmdid);
  std::ignore = session.take_one<irregularity>();
  EXPECT_TRUE(session.sent().empty());
}

TEST_P(EitherRole, SequenceNumbersBeginAtOneAndAscendByOne) {
  bind(session);
  const std::uint32_t first = GetParam() == role::esme ? 2 : 1;  // the bind was 1
  for (std::uint32_t n = first; n < first + 5; ++n)
    EXPECT_EQ(request(session), n);
}

TEST_P(EitherRole, EachDirectionCountsForItself) {
  bind(session);
  const auto ours = request(session, 7);
  be_asked(session, ours);
  std::ignore = session.take_one<request_received>();
  EXPECT_EQ(session.core.in_flight(), 1U) << "a request is no response";
  if (GetParam() == role::esme) {
    session.receive(submit_sm_resp{}, ours);
  } else {
    session.receive(deliver_sm_resp{}, ours);
  }
  EXPECT_EQ(session.take_one<response_received>().cookie, 7U);
}

TEST_P(EitherRole, AnySequenceNumberIsEchoed) {
  bind(session);
  for (const std::uint32_t sequence : {0U, 1U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
    session.receive(enquire_link{}, sequence);
    session.expect_sent(command_id::enquire_link_resp, sequence);
  }
}

TEST_P(EitherRole, UnbindEndsInGoodOrder) {
  bind(session);
  session.receive(unbind{}, 9);
  session.expect_sent(command_id::unbind_resp, 9);
  ASSERT_EQ(session.events.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<unbound>(session.events[0]));
  EXPECT_EQ(std::get<closed>(session.events[1]).reason, close_reason::unbind);
}

// Timers (SMPP 3.4, 7.2).

struct timer_row {
  const char* name;
  void (*set)(session_options&, std::chrono::milliseconds);
  bool bound;  // it runs when the session is bound, otherwise before
  void (*start)(scripted_session&);
  std::optional<close_reason> ends;  // none: the session lives
  command_id says;                   // and this is said, or nothing: generic_nack
};

void nothing(scripted_session&) {}

constexpr std::array timers{
    timer_row{"SessionInit",
              [](session_options& o, std::chrono::milliseconds t) { o.session_init_timeout = t; },
              false, nothing, close_reason::session_init, command_id::generic_nack},
    timer_row{"EnquireLink",
              [](session_options& o, std::chrono::milliseconds t) { o.enquire_link_interval = t; },
              true, nothing, std::nullopt, command_id::enquire_link},
    timer_row{"Inactivity",
              [](session_options& o, std::chrono::milliseconds t) { o.inactivity_timeout = t; },
              true, nothing, close_reason::inactivity, command_id::unbind},
    timer_row{"Response",
              [](session_options& o, std::chrono::milliseconds t) { o.response_timeout = t; }, true,
              [](scripted_session& session) {
                request(session, 5);
                std::ignore = session.sent();
              },
              std::nullopt, command_id::generic_nack},
};

using timer_case = std::tuple<timer_row, role>;
class Timer : public testing::TestWithParam<timer_case> {};

TEST_P(Timer, ExpiresAtItsTimeAndNotBefore) {
  const auto& [timer, whose] = GetParam();
  auto options = as(whose);
  options.enquire_link_interval = options.session_init_timeout = 0s;
  timer.set(options, 20s);
  scripted_session session(options);
  if (timer.bound) bind(session);
  timer.start(session);
  session.advance(19'999ms);
  EXPECT_TRUE(session.events.empty());
  EXPECT_TRUE(session.sent().empty());
  session.advance(1ms);
  const auto said = session.sent();
  EXPECT_EQ(said.size(), timer.says == command_id::generic_nack ? 0U : 1U);
  for (const auto& one : said)
    EXPECT_EQ(one.head.id, timer.says);
  if (timer.ends) {
    EXPECT_EQ(session.take_one<closed>().reason, *timer.ends);
  } else {
    EXPECT_FALSE(session.core.finished());
  }
  if (std::string_view(timer.name) == "Response") {
    EXPECT_EQ(session.take_one<request_expired>().cookie, 5U);
  }
}

TEST_P(Timer, OfZeroNeverExpires) {
  const auto& [timer, whose] = GetParam();
  if (std::string_view(timer.name) == "Response") return;  // a request cannot wait for ever
  auto options = as(whose);
  options.enquire_link_interval = options.session_init_timeout = 0s;
  scripted_session session(options);
  if (timer.bound) bind(session);
  EXPECT_FALSE(session.core.next_deadline());
  session.advance(1000h);
  EXPECT_FALSE(session.core.finished());
  EXPECT_TRUE(session.sent().empty());
}

INSTANTIATE_TEST_SUITE_P(Session, Timer,
                         testing::Combine(testing::ValuesIn(timers), testing::ValuesIn(both_roles)),
                         [](const auto& one) {
                           return std::string(std::get<0>(one.param).name) + "Of" +
                                  name_of(std::get<1>(one.param));
                         });

TEST(SessionInit, OfAnEsmeBeginsAgainWhenItsBindIsRefused) {
  scripted_session esme;
  esme.advance(9s);
  ASSERT_TRUE(esme.core.send(bind_transceiver{}, esme.now));
  esme.advance(5s);
  esme.receive(bind_transceiver_resp{}, 1, command_status::alybnd);
  std::ignore = esme.take_one<bind_refused>();
  EXPECT_EQ(esme.core.next_deadline(), esme.now + 10s);
}

// The version of the peer (SMPP 3.4, 5.2.4 and 3.4.3).

struct version_row {
  std::uint8_t ours, theirs;
  bool tlvs;
};
constexpr std::array versions{
    version_row{0x34, 0x00, false}, version_row{0x34, 0x33, false}, version_row{0x34, 0x34, true},
    version_row{0x34, 0x50, true},  version_row{0x33, 0x34, false}, version_row{0x50, 0x33, false},
    version_row{0x50, 0x34, true},  version_row{0x50, 0x50, true},
};

TEST(Version, OfAnEsmeDecidesWhetherItGetsTlvs) {
  for (const auto& [ours, theirs, tlvs] : versions) {
    auto options = as(role::smsc);
    options.interface_version = ours;
    scripted_session smsc(options);
    bind_transceiver bind;
    bind.interface_version = theirs;
    smsc.receive(bind, 1);
    smsc.core.accept_bind(1);
    EXPECT_EQ(smsc.core.peer_version(), theirs);
    EXPECT_EQ(smsc.core.peer_takes_tlvs(), tlvs) << int{ours} << " and " << int{theirs};
    const auto answer = std::get<bind_transceiver_resp>(smsc.sent().at(0).pdu);
    EXPECT_EQ(answer.tlvs.find_u8(tag::sc_interface_version).value_or(0), tlvs ? ours : 0)
        << "the SMSC says its own version, to those that take TLVs";
  }
}

TEST(Version, OfAnSmscDecidesWhetherItGetsTlvs) {
  for (const auto& [ours, theirs, tlvs] : versions) {
    session_options options;
    options.interface_version = ours;
    scripted_session esme(options);
    ASSERT_TRUE(esme.core.send(bind_transceiver{}, esme.now));
    bind_transceiver_resp answer;
    if (theirs != 0) answer.tlvs.add_u8(tag::sc_interface_version, theirs);
    esme.receive(answer, 1);
    EXPECT_EQ(esme.take_one<bound>().peer_version, theirs);
    EXPECT_EQ(esme.core.peer_version(), theirs);
    EXPECT_EQ(esme.core.peer_takes_tlvs(), tlvs) << int{ours} << " and " << int{theirs};
  }
}

// SMPP 3.3 has room for eight characters. Only who makes the ids can make short ones: one that is
// cut would name nothing, so it is sent as it is, and the application is told the version.
TEST(Version, AnIdIsTheApplications) {
  scripted_session smsc(as(role::smsc));
  bind_transceiver old;
  old.interface_version = 0x33;
  bind_smsc(smsc, old);
  smsc.receive(submit_sm{}, 2);
  submit_sm_resp answer;
  answer.message_id = "854ee2f00bc00000";
  ASSERT_TRUE(smsc.core.reply(2, answer));
  EXPECT_EQ(std::get<submit_sm_resp>(smsc.sent().at(0).pdu).message_id, "854ee2f00bc00000");
  EXPECT_EQ(smsc.core.peer_version(), 0x33);
}

// Outbind (SMPP 3.4, 2.2.1 and 4.1.7): the SMSC connects, and the ESME binds on that connection.

void carry(scripted_session& from, scripted_session& to) {
  byte_buffer octets;
  from.core.take_output(octets);
  to.receive_octets(octets);
}

template <class Bind>
void expect_bound_after_outbind(bind_state wanted) {
  scripted_session smsc(as(role::smsc)), esme;
  outbind invitation;
  invitation.system_id = "smsc";
  invitation.password = "secret";
  ASSERT_TRUE(smsc.core.send(invitation, smsc.now));
  EXPECT_EQ(smsc.core.in_flight(), 0U) << "an outbind has no response";
  carry(smsc, esme);
  EXPECT_EQ(std::get<outbind>(esme.take_one<request_received>().pdu), invitation);
  ASSERT_TRUE(esme.core.send(Bind{}, esme.now));
  carry(esme, smsc);
  const auto asked = smsc.take_one<request_received>();
  EXPECT_EQ(asked.head.id, Bind::id);
  smsc.core.accept_bind(asked.head.sequence);
  carry(smsc, esme);
  EXPECT_EQ(esme.take_one<bound>().state, wanted);
  EXPECT_EQ(smsc.core.state(), wanted);
  ASSERT_TRUE(smsc.core.send(deliver_sm{}, smsc.now));
  carry(smsc, esme);
  std::ignore = esme.take_one<request_received>();
}

TEST(Outbind, IsFollowedByABindOfTheEsme) {
  expect_bound_after_outbind<bind_receiver>(bind_state::bound_rx);
  expect_bound_after_outbind<bind_transceiver>(bind_state::bound_trx);  // SMPP 5.0
}

TEST(Outbind, ThatNoBindFollowsEndsOnBothSides) {
  scripted_session smsc(as(role::smsc)), esme;
  ASSERT_TRUE(smsc.core.send(outbind{}, smsc.now));
  carry(smsc, esme);
  std::ignore = esme.take_one<request_received>();
  smsc.advance_to_deadline();
  EXPECT_EQ(smsc.take_one<closed>().reason, close_reason::session_init);
  esme.advance_to_deadline();
  EXPECT_EQ(esme.take_one<closed>().reason, close_reason::session_init);
  EXPECT_TRUE(esme.sent().empty());
}

TEST(Outbind, ThatDoesNotComeEndsTheConnectionThatWaitsForIt) {
  scripted_session esme;
  esme.advance_to_deadline();
  EXPECT_EQ(esme.now, steady_time(1h) + 10s);
  EXPECT_EQ(esme.take_one<closed>().reason, close_reason::session_init);
}

// A peer that does not read.

/// Bound, with 64 octets of output at most, and all timers off.
session_options little_room(role whose) {
  auto options = as(whose);
  options.output_octets_max = 64;
  options.response_timeout = 30s;
  options.enquire_link_interval = 0s;
  options.session_init_timeout = 0s;
  return options;
}

void fill_output(scripted_session& session) {
  while (session.core.can_send())
    request(session);
  session.poll();
  ASSERT_FALSE(session.core.wants_input());
}

class NotReading : public EitherRole {};
INSTANTIATE_TEST_SUITE_P(Session, NotReading, testing::ValuesIn(both_roles),
                         [](const auto& one) { return name_of(one.param); });

TEST_P(NotReading, EndsTheSessionAfterAResponseTimeout) {
  scripted_session stuck(little_room(GetParam()));
  bind(stuck);
  stuck.advance(1h);
  fill_output(stuck);
  EXPECT_EQ(stuck.core.next_deadline(), stuck.now + 30s);
  stuck.core.on_time(stuck.now + 30s);
  stuck.poll();
  EXPECT_EQ(std::get<closed>(stuck.events.back()).reason, close_reason::not_reading);
}

TEST_P(NotReading, BeginsAnewWithEachWrite) {
  auto options = little_room(GetParam());
  options.window_max = 1000;
  options.response_timeout = 30s;
  scripted_session slow(options);
  bind(slow);
  for (int i = 0; i < 5; ++i) {
    fill_output(slow);
    slow.core.on_time(slow.now + 20s);
    slow.now += 20s;
    EXPECT_FALSE(slow.sent().empty());
  }
  EXPECT_FALSE(slow.core.finished());
}

// A megabyte takes its time on a slow line.
TEST_P(NotReading, BeginsAnewWithEachPieceThatIsWritten) {
  scripted_session slow(little_room(GetParam()));
  bind(slow);
  slow.advance(1h);
  fill_output(slow);
  slow.now += 20s;
  slow.core.on_written(slow.now);
  slow.core.on_time(slow.now + 29s);
  EXPECT_FALSE(slow.core.finished());
  slow.core.on_time(slow.now + 30s);
  EXPECT_TRUE(slow.core.finished());
}

// Each has as much to write as it may, and reads nothing until that is written.
TEST(NotReadingOfBothSides, DoesNotLastForEver) {
  scripted_session esme(little_room(role::esme)), smsc(little_room(role::smsc));
  bind(esme);
  bind(smsc);
  fill_output(esme);
  fill_output(smsc);
  for (auto* one : {&esme, &smsc}) {
    one->advance_to_deadline();
    EXPECT_TRUE(one->core.finished());
  }
}

// Congestion (SMPP 5.0).

submit_sm_resp answer_with(std::uint8_t state) {
  submit_sm_resp answer;
  answer.message_id = "id";
  answer.tlvs.add_u8(tag::congestion_state, state);
  return answer;
}

class Congested : public testing::Test {
 protected:
  static session_options options(std::uint8_t version) {
    session_options made;
    made.interface_version = version;
    made.window_max = 8;
    return made;
  }
  /// How many requests leave.
  static std::size_t send_all(scripted_session& esme) {
    std::size_t count = 0;
    while (esme.core.send(submit_sm{}, esme.now))
      ++count;
    EXPECT_FALSE(esme.core.can_send());
    return count;
  }
  scripted_session esme{options(0x50)};
};

TEST_F(Congested, SmscGetsFewerRequestsAtOnce) {
  bind_esme(esme);
  EXPECT_EQ(send_all(esme), 8U);
  esme.receive(answer_with(100), 2);
  EXPECT_EQ(esme.take_one<response_received>().congestion, 100);
  EXPECT_EQ(esme.core.window_limit(), 1U);
  for (std::uint32_t sequence = 3; sequence <= 8; ++sequence) {
    EXPECT_EQ(send_all(esme), 0U) << "those that are out already count";
    esme.receive(answer_with(100), sequence);
  }
  esme.receive(answer_with(100), 9);
  EXPECT_EQ(send_all(esme), 1U);
  esme.receive(answer_with(95), 10);
  EXPECT_EQ(send_all(esme), 2U);
  esme.receive(answer_with(40), 11);
  EXPECT_EQ(send_all(esme), 7U);
  EXPECT_EQ(esme.core.window_limit(), 8U);
}

TEST_F(Congested, SmscThatSaysNothingMoreGetsAllAgain) {
  bind_esme(esme);
  EXPECT_EQ(send_all(esme), 8U);
  esme.receive(answer_with(100), 2);
  esme.advance(congestion::memory);
  EXPECT_EQ(esme.core.window_limit(), 8U);
  EXPECT_EQ(send_all(esme), 1U);
}

TEST_F(Congested, SmscMaySaySoInTheResponseToTheBind) {
  ASSERT_TRUE(esme.core.send(bind_transceiver{}, esme.now));
  bind_transceiver_resp answer;
  answer.tlvs.add_u8(tag::congestion_state, 99);
  esme.receive(answer, 1);
  EXPECT_EQ(esme.core.window_limit(), 2U);
}

TEST_F(Congested, SessionsOfAnOlderVersionDoNotKnowIt) {
  scripted_session old(options(0x34));
  bind_esme(old);
  EXPECT_EQ(send_all(old), 8U);
  old.receive(answer_with(100), 2);
  EXPECT_FALSE(old.take_one<response_received>().congestion);
  EXPECT_EQ(old.core.window_limit(), 8U);
}

TEST_F(Congested, AStateThatDoesNotExistIsIgnored) {
  bind_esme(esme);
  EXPECT_EQ(send_all(esme), 8U);
  esme.receive(answer_with(101), 2);
  submit_sm_resp two_octets;
  two_octets.tlvs.add_u16(tag::congestion_state, 100);
  esme.receive(two_octets, 3);
  for (const auto& one : esme.take<response_received>())
    EXPECT_FALSE(one.congestion);
  EXPECT_EQ(esme.core.window_limit(), 8U);
}

// An ESME that is congested says so; what to do about it is the SMSC's own business.
TEST_F(Congested, EsmeIsReportedOnly) {
  auto as_smsc = options(0x50);
  as_smsc.role = role::smsc;
  scripted_session smsc(as_smsc);
  bind_smsc(smsc);
  const auto sequence = smsc.core.send(deliver_sm{}, smsc.now).value();
  deliver_sm_resp answer;
  answer.tlvs.add_u8(tag::congestion_state, 100);
  smsc.receive(answer, sequence);
  EXPECT_EQ(smsc.take_one<response_received>().congestion, 100);
  EXPECT_EQ(smsc.core.window_limit(), 8U);
}

}  // namespace
}  // namespace smpp
