// Sessions on real sockets of the loopback interface. The other side is another session, or a plain
// socket where it has to misbehave.
#include "smpp/net/session.hpp"

#include "smpp/net/listener.hpp"
#include "tests/smpp/samples.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

namespace smpp::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using samples::from_hex;

constexpr auto patience = 20s;  // of a test that fails

/// Counts, and does what a test wants done.
struct recorder : session_handler {
  void on_event(session& from, event& what) override {
    EXPECT_FALSE(end) << "an event after the end";
    requests += std::holds_alternative<request_received>(what) ? 1U : 0U;
    responses += std::holds_alternative<response_received>(what) ? 1U : 0U;
    dropped += std::holds_alternative<request_dropped>(what) ? 1U : 0U;
    if (act) act(from, what);
  }
  void on_closed(session&, const closed& why) override {
    EXPECT_FALSE(end) << "closed twice";
    end = why;
  }
  void on_writable(session& from) override {
    ++writable;
    if (act_writable) act_writable(from);
  }

  std::function<void(session&, event&)> act;
  std::function<void(session&)> act_writable;
  std::size_t requests{0}, responses{0}, dropped{0}, writable{0};
  std::optional<closed> end;
};

/// Accepts every bind, answers every submit_sm with an id, every deliver_sm with nothing.
void answer(session& from, event& what) {
  const auto* const request = std::get_if<request_received>(&what);
  if (request == nullptr) return;
  const auto sequence = request->head.sequence;
  switch (request->head.id) {
    case command_id::submit_sm: {
      submit_sm_resp response;
      response.message_id = "id";
      EXPECT_TRUE(from.reply(sequence, response));
      return;
    }
    case command_id::deliver_sm: EXPECT_TRUE(from.reply(sequence, deliver_sm_resp{})); return;
    default: from.accept_bind(sequence);
  }
}

class NetSession : public testing::Test {
 protected:
  /// Two ends of a connection.
  std::pair<tcp::socket, tcp::socket> connected() {
    tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket here(loop);
    here.connect(acceptor.local_endpoint());
    return {std::move(here), acceptor.accept()};
  }
  std::shared_ptr<session> make(tcp::socket on, session_options options, recorder& handler) {
    auto made = std::make_shared<session>(std::move(on), std::move(options), handler);
    made->start();
    return made;
  }
  static session_options as(role one) {
    session_options options;
    options.role = one;
    return options;
  }
  void run_until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (!done() && std::chrono::steady_clock::now() < limit)
      loop.run_one_for(100ms);
    ASSERT_TRUE(done()) << "it did not happen in time";
  }
  /// Both sessions, bound.
  void bind(session_options esme_options = as(role::esme),
            session_options smsc_options = as(role::smsc)) {
    auto [left, right] = connected();
    smsc_handler.act = answer;
    smsc = make(std::move(right), std::move(smsc_options), smsc_handler);
    esme = make(std::move(left), std::move(esme_options), esme_handler);
    ASSERT_TRUE(esme->send(bind_transceiver{}));
    run_until([&] { return esme->core().state() == bind_state::bound_trx; });
  }
  /// An SMSC session whose peer is a plain socket, which is bound.
  tcp::socket bind_raw(session_options smsc_options = as(role::smsc)) {
    auto [left, right] = connected();
    if (!smsc_handler.act) smsc_handler.act = answer;
    smsc = make(std::move(right), std::move(smsc_options), smsc_handler);
    asio::write(left, asio::buffer(samples::encoded(bind_transceiver{}, 1)));
    run_until([&] { return smsc->core().state() == bind_state::bound_trx; });
    byte_buffer response(header_octets + 10);  // "smpp", and sc_interface_version
    asio::read(left, asio::buffer(response));
    return std::move(left);
  }

  asio::io_context loop;
  recorder esme_handler, smsc_handler;
  std::shared_ptr<session> esme, smsc;
};

TEST_F(NetSession, RequestsAndResponsesGoBothWays) {
  bind();
  esme_handler.act = answer;
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(esme->send(submit_sm{}));
    EXPECT_TRUE(smsc->send(deliver_sm{}));
  }
  run_until([&] { return esme_handler.responses == 10 && smsc_handler.responses == 10; });
  EXPECT_EQ(esme->core().in_flight(), 0U);
}

TEST_F(NetSession, KnowsItsPeersAddressAndHasAnIdOfItsOwn) {
  bind();
  EXPECT_EQ(esme->remote().rfind("127.0.0.1:", 0), 0U);
  EXPECT_NE(esme->id(), smsc->id());
}

TEST_F(NetSession, AFullWindowIsSentAgainAndAgain) {
  auto options = as(role::esme);
  options.window_max = 64;
  bind(options);
  constexpr std::size_t total = 20'000;
  std::size_t sent = 0;
  const auto fill = [&](session& on) {
    while (sent < total && on.can_send())
      sent += on.send(submit_sm{}).has_value() ? 1U : 0U;
  };
  esme_handler.act = [&](session& from, event&) { fill(from); };
  fill(*esme);
  run_until([&] { return esme_handler.responses == total; });
  EXPECT_EQ(smsc_handler.requests, total + 1);
}

TEST_F(NetSession, UnbindEndsBothSides) {
  bind();
  esme->unbind();
  run_until([&] { return esme_handler.end && smsc_handler.end; });
  EXPECT_EQ(esme_handler.end->reason, close_reason::unbind);
  EXPECT_EQ(smsc_handler.end->reason, close_reason::unbind);
  EXPECT_FALSE(esme->alive());
}

TEST_F(NetSession, EveryOutstandingRequestIsDroppedWhenThePeerGoes) {
  bind();
  smsc_handler.act = [](session& from, event&) { from.close("enough"); };
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(esme->send(submit_sm{}));
  run_until([&] { return esme_handler.end && smsc_handler.end; });
  EXPECT_EQ(esme_handler.dropped, 5U);
  EXPECT_EQ(esme_handler.end->reason, close_reason::by_peer);
  EXPECT_EQ(smsc_handler.end->reason, close_reason::by_us);
  EXPECT_EQ(smsc_handler.end->detail, "enough");
  EXPECT_EQ(smsc_handler.requests, 2U) << "a request was reported after close";
}

TEST_F(NetSession, NothingOfItIsLeftAfterTheEnd) {
  bind();
  const std::weak_ptr<session> left = esme, right = smsc;
  esme->unbind();
  esme.reset();
  smsc.reset();
  run_until([&] { return left.expired() && right.expired(); });
  EXPECT_TRUE(esme_handler.end && smsc_handler.end);
  EXPECT_EQ(loop.poll(), 0U);
}

TEST_F(NetSession, CloseBeforeStartIsHeardOf) {
  auto [left, right] = connected();
  esme = std::make_shared<session>(std::move(left), as(role::esme), esme_handler);
  esme->close("never mind");
  EXPECT_FALSE(esme_handler.end) << "heard of from within close";
  run_until([&] { return esme_handler.end.has_value(); });
}

TEST_F(NetSession, APeerThatDisappearsIsReported) {
  auto peer = bind_raw();
  peer.close();
  run_until([&] { return smsc_handler.end.has_value(); });
  EXPECT_EQ(smsc_handler.end->reason, close_reason::by_peer);
  EXPECT_EQ(smsc_handler.end->detail, "end of stream");
}

// A PDU that arrives octet by octet is the same PDU.
TEST_F(NetSession, PdusMayBeCutAnywhere) {
  auto peer = bind_raw();
  peer.set_option(tcp::no_delay(true));
  const auto octets = samples::encoded(samples::make<submit_sm>(samples::fill::typical), 2);
  for (const auto octet : octets) {
    asio::write(peer, asio::buffer(&octet, 1));
    loop.poll();
  }
  run_until([&] { return smsc_handler.requests == 2; });
}

TEST_F(NetSession, TheLastWordReachesAPeerThatStillTalks) {
  auto peer = bind_raw();
  auto octets = from_hex("00000003 00000000 00000000 00000000");
  octets.resize(200'000);  // the session does not read most of it
  asio::async_write(peer, asio::buffer(octets), [](error_code, std::size_t) {});
  byte_buffer nack(header_octets);
  bool arrived = false;
  asio::async_read(peer, asio::buffer(nack), [&](error_code error, std::size_t) {
    EXPECT_FALSE(error) << error.message();
    arrived = true;
  });
  run_until([&] { return arrived && smsc_handler.end; });
  EXPECT_EQ(samples::to_hex(nack), "00000010800000000000000200000000");
  EXPECT_EQ(smsc_handler.end->reason, close_reason::framing_lost);
}

TEST_F(NetSession, RepliesOfOneTurnLeaveInOneWrite) {
  std::vector<std::uint32_t> waiting;
  smsc_handler.act = [&](session& from, event& what) {
    const auto& request = std::get<request_received>(what);
    if (request.head.id != command_id::submit_sm) return answer(from, what);
    waiting.push_back(request.head.sequence);
  };
  auto peer = bind_raw();
  byte_buffer octets;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const auto one = samples::encoded(submit_sm{}, i);
    octets.insert(octets.end(), one.begin(), one.end());
  }
  asio::write(peer, asio::buffer(octets));
  run_until([&] { return waiting.size() == 50; });
  for (const auto sequence : waiting)  // as when a commit is done
    EXPECT_TRUE(smsc->reply(sequence, submit_sm_resp{}));
  EXPECT_GT(smsc->core().output_octets(), 0U) << "written one by one";
  loop.poll();
  EXPECT_EQ(smsc->core().output_octets(), 0U);
  byte_buffer answers(50 * (header_octets + 1));
  EXPECT_EQ(peer.read_some(asio::buffer(answers)), answers.size());
}

TEST_F(NetSession, APeerThatDoesNotReadIsNotReadFrom) {
  auto options = as(role::smsc);
  options.output_octets_max = 10'000;
  auto peer = bind_raw(options);
  peer.non_blocking(true);
  byte_buffer flood;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto one = samples::encoded(submit_sm{}, i);
    flood.insert(flood.end(), one.begin(), one.end());
  }
  // Until neither side moves: the kernel's buffers are full, and the session holds.
  std::size_t written = 0, idle = 0;
  while (idle < 20 && written < 1'000'000'000) {
    error_code blocked;
    const auto some = peer.write_some(asio::buffer(flood), blocked);
    const auto turned = loop.poll();
    if (!blocked) written += some;
    idle = blocked && turned == 0 ? idle + 1 : 0;
    EXPECT_LE(smsc->core().output_octets(), 10'100U);
  }
  EXPECT_EQ(idle, 20U) << "it went on reading";
  EXPECT_FALSE(smsc->core().wants_input());
  EXPECT_FALSE(smsc->send(deliver_sm{})) << "there is no room";
  EXPECT_EQ(smsc_handler.writable, 0U);

  // When the peer reads, everything goes on.
  byte_buffer drain(65536);
  run_until([&] {
    error_code ignored;
    peer.read_some(asio::buffer(drain), ignored);
    return smsc_handler.writable == 1;
  });
  EXPECT_TRUE(smsc->send(deliver_sm{}));
}

// Each has more to say than the connection holds, and reads nothing until that is written.
TEST_F(NetSession, TwoThatWaitForEachOtherToReadEnd) {
  auto options = as(role::esme);
  options.enquire_link_interval = 0s;
  options.response_timeout = 500ms;
  options.window_max = 5000;
  auto other = options;
  other.role = role::smsc;
  bind(options, other);
  const byte_buffer payload(60'000);
  const auto flood = [&](session& by, auto pdu) {
    pdu.tlvs.add(tag::message_payload, payload);
    while (by.send(pdu)) {
    }
  };
  esme_handler.act_writable = [&](session& by) { flood(by, submit_sm{}); };
  smsc_handler.act_writable = [&](session& by) { flood(by, deliver_sm{}); };
  flood(*esme, submit_sm{});
  flood(*smsc, deliver_sm{});
  run_until([&] { return esme_handler.end && smsc_handler.end; });
  EXPECT_TRUE(esme_handler.end->reason == close_reason::not_reading ||
              smsc_handler.end->reason == close_reason::not_reading);
}

TEST_F(NetSession, APausedSessionReportsNothingUntilItIsResumed) {
  auto peer = bind_raw();
  smsc->pause_reading();
  asio::write(peer, asio::buffer(samples::encoded(submit_sm{}, 2)));
  for (int i = 0; i < 20; ++i)
    loop.run_one_for(1ms);
  EXPECT_EQ(smsc_handler.requests, 1U);
  smsc->resume_reading();
  run_until([&] { return smsc_handler.requests == 2; });
}

TEST_F(NetSession, TimersRun) {
  auto options = as(role::smsc);
  options.session_init_timeout = 20ms;
  auto [left, right] = connected();
  smsc = make(std::move(right), options, smsc_handler);
  run_until([&] { return smsc_handler.end.has_value(); });
  EXPECT_EQ(smsc_handler.end->reason, close_reason::session_init);
}

TEST_F(NetSession, AnEnquiryKeepsASilentSessionAlive) {
  auto options = as(role::esme);
  options.enquire_link_interval = 5ms;
  options.response_timeout = 10s;
  bind(options);
  const auto started = std::chrono::steady_clock::now();
  run_until([&] { return std::chrono::steady_clock::now() - started > 60ms; });
  EXPECT_TRUE(esme->alive());
  EXPECT_EQ(esme->core().state(), bind_state::bound_trx);
}

TEST_F(NetSession, APeerThatNeverTakesTheLastWordIsCutOff) {
  auto options = as(role::smsc);
  options.output_octets_max = 64 * 1024 * 1024;
  auto peer = bind_raw(options);
  const std::weak_ptr<session> watched = smsc;
  deliver_sm large;
  large.tlvs.add(tag::message_payload, byte_buffer(60'000));
  session_options defaults;
  for (std::uint32_t i = 0; i < defaults.window_max; ++i)
    EXPECT_TRUE(smsc->send(large));
  for (int i = 0; i < 500; ++i)  // far more than the kernel keeps
    EXPECT_TRUE(smsc->reply(0, [&] {
      data_sm_resp response;
      response.tlvs = large.tlvs;
      return response;
    }()));
  smsc->close();
  smsc.reset();
  run_until([&] { return watched.expired(); });
  EXPECT_TRUE(smsc_handler.end);
}

}  // namespace
}  // namespace smpp::net
