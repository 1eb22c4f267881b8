// One SMPP session, either side of it, without a socket, a timer or a clock: octets and time go in,
// octets and events come out. The driver in smpp/net/ does the rest.
//
//   on_bytes(octets, now)   what came                poll_event(event, now)   until it is false
//   on_time(now)            at next_deadline()       take_output(buffer)      what to send
//
// It answers enquire_link, unbind, unknown commands and undecodable bodies itself (SMPP 3.4, 2.8
// and 3.2). Every request sent but a bind ends in exactly one of response_received (on time),
// request_expired, request_dropped. PDUs are decoded one at a time, when they are polled: while
// `wants_input()` is false the peer is held back.
#pragma once

#include "smpp/bind_state.hpp"
#include "smpp/bytes.hpp"
#include "smpp/codec.hpp"
#include "smpp/congestion.hpp"
#include "smpp/framing.hpp"
#include "smpp/window.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>

namespace smpp {

/// Whether TLVs are sent: never below version 3.4, and to an SMSC only if its bind response said
/// its version (SMPP 3.4, 3.4.3); or always, for the many that take them and do not say so.
enum class tlv_policy : std::uint8_t { by_version, always };

struct session_options {
  smpp::role role{role::esme};
  std::string system_id{"smpp"};         // told to whoever binds (SMSC side)
  std::uint8_t interface_version{0x34};  // ours; 0x50 knows the broadcast commands and congestion
  std::uint32_t pdu_octets_max{131072};
  std::uint32_t window_max{10};  // requests of ours without a response
  std::chrono::milliseconds response_timeout{30'000};
  std::chrono::milliseconds enquire_link_interval{30'000};  // of silence; 0: never
  std::chrono::milliseconds inactivity_timeout{0};          // without any real request; 0: never
  std::chrono::milliseconds session_init_timeout{10'000};   // without a bind; 0: for ever
  // Beyond it nothing is sent or read: the peer must read, within response_timeout.
  std::size_t output_octets_max{1 << 20};
  smpp::leniency leniency{leniency::strict};
  tlv_policy tlvs{tlv_policy::by_version};
  std::uint32_t first_sequence{1};  // of our requests, to 0x7FFFFFFF; then they begin again at 1
};

// Events.

/// A request that the application answers, with `reply`, `reply_error`, or for a bind `accept_bind`
/// or `reject_bind`; outbind and alert_notification are not answered. After a bind nothing is read
/// until it is decided.
struct request_received {
  header head;
  any_pdu pdu;
};
/// `pdu` has the type of the expected response even where the peer sent generic_nack; then only
/// `status`, which is never ok, says something.
struct response_received {
  std::uint64_t cookie{};
  std::uint32_t sequence{};
  command_status status{};
  bool late{false};  // after request_expired
  std::chrono::nanoseconds round_trip{};
  std::optional<std::uint8_t> congestion;  // of a session of version 5.0: 0, idle, to 100
  any_pdu pdu;
};
struct request_expired {
  std::uint64_t cookie{};
  std::uint32_t sequence{};
};
/// The session ended before the response came.
struct request_dropped {
  std::uint64_t cookie{};
  std::uint32_t sequence{};
};
/// Our bind was accepted (ESME side).
struct bound {
  bind_state state{};
  std::string peer_system_id;
  std::uint8_t peer_version{};  // 0: it did not say
};
struct bind_refused {
  command_status status{};
};
/// The peer asked for the end, or agreed to it; `closed` follows.
struct unbound {};
/// Something the peer did that the specification does not know; it was answered as the
/// specification says, or tolerated.
struct irregularity {
  std::string what;
};
enum class close_reason : std::uint8_t {
  by_us,
  by_peer,  // it closed the connection
  unbind,   // after unbind and its response
  framing_lost,
  no_answer,  // to a bind, enquire_link or unbind
  inactivity,
  session_init,  // nobody bound in time
  not_reading,   // our output was full for a response_timeout, and nothing was written
};
[[nodiscard]] std::string_view name(close_reason reason) noexcept;
/// The last event of a session.
struct closed {
  close_reason reason{};
  std::string detail;
};

using event = std::variant<std::monostate, request_received, response_received, request_expired,
                           request_dropped, bound, bind_refused, unbound, irregularity, closed>;

class session_core {
 public:
  session_core(session_options options, steady_time now);

  // Fed by the driver.
  void on_bytes(byte_view octets, steady_time now);
  void on_time(steady_time now);
  /// The connection is gone. Responses that came before it went are still reported.
  void on_disconnect(std::string detail);
  /// True, and `into` says what happened; false: nothing more for now.
  [[nodiscard]] bool poll_event(event& into, steady_time now);
  /// What to send. Swaps buffers: `emptied` is the one that was sent before, for its memory.
  void take_output(byte_buffer& emptied);
  /// Some of what was taken is written: the peer reads.
  void on_written(steady_time now) noexcept {
    if (full_since_) full_since_ = now;
  }
  [[nodiscard]] std::size_t output_octets() const noexcept { return output_.size(); }
  /// Nothing is sent or read until `take_output`.
  [[nodiscard]] bool output_full() const noexcept {
    return output_.size() >= options_.output_octets_max;
  }
  /// False while the application holds the peer, the peer does not read what it was sent, or a bind
  /// is being decided.
  [[nodiscard]] bool wants_input() const noexcept { return !gone_ && may_decode(); }
  /// Nothing is sent any more but what `take_output` still has.
  [[nodiscard]] bool finished() const noexcept { return closed_.has_value(); }
  [[nodiscard]] std::optional<steady_time> next_deadline() const;

  // Used by the application.
  /// Sends a request; its response comes with `cookie`. Errors: closed, wrong_state, output_full,
  /// window_full, no_tlvs, and those of `encode`; then nothing is sent.
  template <class Request>
  result<std::uint32_t> send(const Request& pdu, steady_time now, std::uint64_t cookie = 0);
  /// Answers a request_received, in any order. Errors: closed, no_tlvs, and those of `encode`; then
  /// it is still to be answered.
  template <class Response>
  result<void> reply(std::uint32_t sequence, const Response& pdu,
                     command_status status = command_status::ok);
  /// Answers with empty fields. Does nothing for a command that has no response.
  void reply_error(command_id request, std::uint32_t sequence, command_status status);
  /// Accepts the bind that waits for a decision.
  void accept_bind(std::uint32_t sequence);
  /// Refuses it; the session stays open, and whoever refuses usually closes it.
  void reject_bind(std::uint32_t sequence, command_status status);
  /// Asks the peer for the end; where it does not answer in time the session ends all the same.
  void unbind(steady_time now);
  void close(close_reason reason, std::string detail = {});
  /// Until `release` nothing is decoded; time does not count against the peer meanwhile, and what
  /// waits for it has its whole time again then. Our own bind or unbind is not given up either:
  /// whoever holds a peer and wants the end closes the session, or releases it.
  void hold() noexcept { held_ = true; }
  void release(steady_time now) noexcept;

  [[nodiscard]] bind_state state() const noexcept { return state_; }
  /// A request that this state allows would be sent.
  [[nodiscard]] bool can_send() const noexcept {
    return is_bound(state_) && !gone_ && !ending() && window_.in_flight() < window_limit() &&
           !output_full();
  }
  [[nodiscard]] std::size_t in_flight() const noexcept { return window_.in_flight(); }
  /// Requests that may be in flight now: `window_max`, or fewer as long as the SMSC says that it is
  /// congested (smpp/congestion.hpp).
  [[nodiscard]] std::uint32_t window_limit() const noexcept { return congestion_.allowed(); }
  [[nodiscard]] const session_options& options() const noexcept { return options_; }
  /// False: TLVs are left out of what is sent; a message_payload or a sar_ part fails with no_tlvs.
  [[nodiscard]] bool peer_takes_tlvs() const noexcept { return peer_takes_tlvs_; }
  /// As the bind or its response said; 0: it did not, or not yet. Below 0x34 a message_id should
  /// not be longer than eight characters (SMPP 3.3): the ids are the application's, and are sent as
  /// they are.
  [[nodiscard]] std::uint8_t peer_version() const noexcept { return peer_version_; }

 private:
  /// A request that only the session itself waits for: outside of the window, so that it can be
  /// sent when that is full.
  struct own_request {
    std::uint32_t sequence{};
    command_id command{};
    steady_time deadline;
  };
  using optional_time = std::optional<steady_time>;

  /// One of the two asked for the end.
  [[nodiscard]] bool ending() const noexcept { return unbind_ || peer_unbind_; }

  // Output.
  [[nodiscard]] std::uint32_t next_sequence() const noexcept;
  [[nodiscard]] result<void> check_send(command_id command) const;
  template <class Pdu>
  result<void> put(const Pdu& pdu, std::uint32_t sequence, command_status status);
  void refuse(command_id request, std::uint32_t sequence, command_status status);
  template <class Request>
  [[nodiscard]] own_request send_own(steady_time now);
  [[nodiscard]] own_request own(command_id command, std::uint32_t sequence, steady_time now) const {
    return {sequence, command, now + options_.response_timeout};
  }

  // Time. Each tells when on_time has something to do, so that next_deadline() cannot disagree.
  [[nodiscard]] optional_time bind_deadline() const;
  [[nodiscard]] optional_time unbind_deadline() const;
  [[nodiscard]] optional_time reading_deadline() const;
  [[nodiscard]] optional_time inactivity_deadline() const;
  [[nodiscard]] optional_time enquiry_deadline() const;
  [[nodiscard]] optional_time window_deadline() const;
  void enquire(steady_time now);
  void tell(steady_time now) noexcept;

  // Input. They return true when `into` is an event.
  [[nodiscard]] bool may_decode() const noexcept;
  [[nodiscard]] bool on_request(const framing::frame& frame, event& into, steady_time now);
  [[nodiscard]] bool on_application_request(const framing::frame& frame, event& into);
  [[nodiscard]] bool on_response(const framing::frame& frame, event& into, steady_time now);
  [[nodiscard]] bool on_own_response(command_id request, const framing::frame& frame, event& into);
  [[nodiscard]] bool on_bind_response(const framing::frame& frame, event& into);
  void hear_version(std::uint8_t version);
  [[nodiscard]] std::optional<std::uint8_t> hear_congestion(const any_pdu& response,
                                                            steady_time now);
  [[nodiscard]] static bool report(event& into, std::string what);
  [[nodiscard]] bool poll_end(event& into);
  void answer_unbind();
  void lose_framing();

  session_options options_;
  framing framing_;
  window window_;
  congestion congestion_;
  byte_buffer output_;
  bind_state state_{bind_state::open};
  bool held_{false};
  bool deciding_{false};  // about bind_command_
  bool accepted_{false};  // since the time was last told
  command_id bind_command_{};
  std::uint8_t peer_version_{};
  bool peer_takes_tlvs_{true};
  std::uint32_t sequence_;                              // the last one
  std::optional<own_request> bind_, enquiry_, unbind_;  // ours
  std::optional<own_request> peer_unbind_;  // answered when everything before it is, or in time
  std::size_t owed_{0};                     // requests reported and not answered
  steady_time unbound_since_, received_, active_, time_;
  optional_time full_since_;                       // the output
  steady_time patient_until_{steady_time::min()};  // no request expires before it
  std::optional<irregularity> noted_;              // reported next
  std::optional<closed> gone_;                     // the connection is
  bool unbound_{false};                            // to be reported
  std::optional<closed> closed_;
  bool closed_reported_{false};
};

// How.

template <class Pdu>
result<void> session_core::put(const Pdu& pdu, std::uint32_t sequence, command_status status) {
  if constexpr (has_tlvs<Pdu>) {
    if (!peer_takes_tlvs_ && !pdu.tlvs.empty()) {
      // Without these the text is lost, or a part of it is taken for the whole.
      if (pdu.tlvs.find(tag::message_payload) || pdu.tlvs.find(tag::sar_msg_ref_num))
        return make_error_code(error::no_tlvs);
      Pdu without = pdu;
      without.tlvs.clear();
      return encode(output_, without, sequence, status);
    }
  }
  return encode(output_, pdu, sequence, status);
}

template <class Request>
result<std::uint32_t> session_core::send(const Request& pdu, steady_time now,
                                         std::uint64_t cookie) {
  constexpr bool is_bind = std::is_base_of_v<bind_fields, Request>;
  static_assert(!is_response(Request::id) && Request::id != command_id::enquire_link &&
                Request::id != command_id::unbind);
  if (const auto allowed = check_send(Request::id); !allowed) return allowed.error();
  if (!is_bind && !is_one_way(Request::id) && window_.in_flight() >= window_limit())
    return make_error_code(error::window_full);
  const auto sequence = next_sequence();
  if (const auto sent = put(pdu, sequence, command_status::ok); !sent) return sent.error();
  sequence_ = sequence;
  if constexpr (is_bind) {
    bind_ = own(Request::id, sequence, now);
  } else if constexpr (!is_one_way(Request::id)) {
    window_.add({sequence, Request::id, cookie, now, now + options_.response_timeout});
    active_ = now;
  }
  return sequence;
}

template <class Response>
result<void> session_core::reply(std::uint32_t sequence, const Response& pdu,
                                 command_status status) {
  static_assert(is_response(Response::id));
  if (finished()) return make_error_code(error::closed);
  if (const auto sent = put(pdu, sequence, status); !sent) return sent;
  if (owed_ > 0) --owed_;
  return {};
}

}  // namespace smpp
