// A session_core whose peer is a script of octets, and whose time is a number.
#pragma once

#include "smpp/session_core.hpp"
#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace scripted {

using namespace std::chrono_literals;

class session {
 public:
  explicit session(smpp::session_options options) : core(std::move(options), now) {}

  /// What came so far, with nothing polled.
  void feed_unpolled(smpp::byte_view octets) { core.on_bytes(samples::exact(octets), now); }
  void feed(smpp::byte_view octets) {
    feed_unpolled(octets);
    poll();
  }
  void feed(std::string_view hex) { feed(samples::from_hex(hex)); }
  template <class Pdu>
  void feed_pdu(const Pdu& pdu, std::uint32_t sequence,
                smpp::command_status status = smpp::command_status::ok) {
    feed(samples::encoded(pdu, sequence, status));
  }

  /// Time passes, and every deadline on the way is met as a driver would.
  void pass(std::chrono::milliseconds time) {
    const auto until = now + time;
    for (auto next = core.next_deadline(); next && *next <= until; next = core.next_deadline()) {
      now = std::max(now, *next);
      core.on_time(now);
      poll();
      const auto after = core.next_deadline();
      ASSERT_FALSE(after && *after <= now) << "a deadline stayed in the past";
    }
    now = until;
  }

  void poll() {
    smpp::event one;
    while (core.poll_event(one, now)) {
      if (auto* request = std::get_if<smpp::request_received>(&one)) last_request = *request;
      names.push_back(name_of(one));
      last = std::exchange(one, smpp::event{});
    }
  }

  /// Since the last call, in hexadecimal.
  std::string output() {
    core.take_output(taken);
    return samples::to_hex(taken);
  }
  /// Since the last call.
  std::vector<std::string> events() { return std::exchange(names, {}); }
  template <class Event>
  const Event& last_as() const {
    static const Event none{};
    const auto* const found = std::get_if<Event>(&last);
    EXPECT_NE(found, nullptr);
    return found != nullptr ? *found : none;
  }

  smpp::steady_time now{std::chrono::hours(1)};
  smpp::session_core core;
  smpp::event last;
  smpp::request_received last_request;

 private:
  static std::string name_of(const smpp::event& one) {
    constexpr std::array<const char*, 10> all{
        "",      "request_received", "response_received", "request_expired", "request_dropped",
        "bound", "bind_refused",     "unbound",           "irregularity",    "closed"};
    return all[one.index()];
  }

  std::vector<std::string> names;
  smpp::byte_buffer taken;
};

using events = std::vector<std::string>;

inline smpp::session_options options_for(smpp::role role) {
  smpp::session_options options;
  options.role = role;
  options.system_id = "smsc";
  return options;
}

/// The ESME side of a bind: what it sends, and its answer.
inline smpp::command_id bind_for(smpp::bind_state state) {
  return state == smpp::bind_state::bound_tx   ? smpp::command_id::bind_transmitter
         : state == smpp::bind_state::bound_rx ? smpp::command_id::bind_receiver
                                               : smpp::command_id::bind_transceiver;
}

inline void bind_smsc(session& to, smpp::bind_state state) {
  to.feed(samples::encoded(bind_for(state), 1));
  to.core.accept_bind(1);
}

inline void bind_esme(session& from, smpp::bind_state state) {
  const auto answered = [&](const auto& request, auto response) {
    const auto sequence = from.core.send(request, from.now);
    ASSERT_TRUE(sequence);
    response.tlvs.add_u8(smpp::tag::sc_interface_version, 0x34);
    from.feed_pdu(response, *sequence);
  };
  switch (state) {
    case smpp::bind_state::bound_tx:
      return answered(smpp::bind_transmitter{}, smpp::bind_transmitter_resp{});
    case smpp::bind_state::bound_rx:
      return answered(smpp::bind_receiver{}, smpp::bind_receiver_resp{});
    default: return answered(smpp::bind_transceiver{}, smpp::bind_transceiver_resp{});
  }
}

/// In this state, with nothing left to be looked at.
inline void bring_to(session& one, smpp::bind_state state) {
  if (state != smpp::bind_state::open) {
    one.core.options().role == smpp::role::smsc ? bind_smsc(one, state) : bind_esme(one, state);
  }
  ASSERT_EQ(one.core.state(), state);
  std::ignore = one.output();
  one.events();
}

/// Bound as a transceiver, with nothing left to be looked at.
struct bound_session : session {
  explicit bound_session(smpp::role role) : bound_session(options_for(role)) {}
  explicit bound_session(smpp::session_options options) : session(std::move(options)) {
    bring_to(*this, smpp::bind_state::bound_trx);
  }
};

}  // namespace scripted
