// A session core under a fake clock, with the other side played by the test.
#pragma once

#include "smpp/session_core.hpp"
#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

namespace smpp_test {

/// What the session sent.
struct sent_pdu {
  smpp::header head;
  smpp::any_pdu pdu;
};

class scripted_session {
 public:
  explicit scripted_session(smpp::session_options options = {}) : core(std::move(options), now) {}

  /// The peer sends it; every event is polled.
  template <class Pdu>
  void receive(const Pdu& pdu, std::uint32_t sequence,
               smpp::command_status status = smpp::command_status::ok) {
    receive_octets(samples::encoded(pdu, sequence, status));
  }
  void receive_octets(smpp::byte_view octets) {
    core.on_bytes(octets, now);
    poll();
  }
  void poll() {
    smpp::event one;
    while (core.poll_event(one, now))
      events.push_back(std::move(one));
  }
  /// Time passes in one step; what is due happens.
  void advance(std::chrono::nanoseconds by) {
    now += by;
    core.on_time(now);
    poll();
  }
  /// To the next deadline, which must be later than now.
  void advance_to_deadline() {
    const auto next = core.next_deadline();
    ASSERT_TRUE(next);
    ASSERT_GT(*next, now);
    advance(*next - now);
  }

  /// The events since the last call, none of another type.
  template <class Event>
  [[nodiscard]] std::vector<Event> take() {
    std::vector<Event> found;
    for (auto& one : std::exchange(events, {})) {
      if (auto* wanted = std::get_if<Event>(&one)) {
        found.push_back(std::move(*wanted));
      } else {
        ADD_FAILURE() << "another event, number " << one.index();
      }
    }
    return found;
  }
  template <class Event>
  [[nodiscard]] Event take_one() {
    auto found = take<Event>();
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Event{} : std::move(found.front());
  }

  /// What was sent since the last call.
  [[nodiscard]] std::vector<sent_pdu> sent() {
    core.take_output(output_);
    std::vector<sent_pdu> found;
    for (smpp::byte_view rest(output_); !rest.empty();) {
      sent_pdu one;
      one.head = smpp::decode_header(rest);
      const auto body =
          rest.subspan(smpp::header_octets, one.head.command_length - smpp::header_octets);
      EXPECT_FALSE(smpp::decode(one.head, body, smpp::leniency::strict, one.pdu));
      rest = rest.subspan(one.head.command_length);
      found.push_back(std::move(one));
    }
    return found;
  }
  /// Exactly this was sent, and nothing else.
  void expect_sent(smpp::command_id id, std::uint32_t sequence,
                   smpp::command_status status = smpp::command_status::ok) {
    const auto all = sent();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(name(all[0].head.id), name(id));
    EXPECT_EQ(all[0].head.sequence, sequence);
    EXPECT_EQ(name(all[0].head.status), name(status));
  }

  smpp::steady_time now{std::chrono::hours(1)};
  smpp::session_core core;
  std::vector<smpp::event> events;

 private:
  smpp::byte_buffer output_;
};

[[nodiscard]] inline smpp::session_options as(smpp::role role) {
  smpp::session_options options;
  options.role = role;
  return options;
}

/// An ESME that is bound; the SMSC said that it takes TLVs. `Bind` was sequence number 1.
template <class Bind = smpp::bind_transceiver, class Response = smpp::bind_transceiver_resp>
void bind_esme(scripted_session& esme) {
  ASSERT_EQ(esme.core.send(Bind{}, esme.now).value(), 1U);
  Response answer;
  answer.tlvs.add_u8(smpp::tag::sc_interface_version, 0x34);
  esme.receive(answer, 1);
  esme.events.clear();
  std::ignore = esme.sent();
}

/// An SMSC to which a peer is bound.
template <class Bind = smpp::bind_transceiver>
void bind_smsc(scripted_session& smsc, const Bind& bind = {}) {
  smsc.receive(bind, 1);
  smsc.core.accept_bind(1);
  smsc.poll();
  smsc.events.clear();
  std::ignore = smsc.sent();
}

}  // namespace smpp_test
