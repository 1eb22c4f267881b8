#include "smpp/session_core.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace smpp {

namespace {

constexpr std::uint32_t sequence_max = 0x7FFFFFFF;
constexpr std::uint8_t version_with_tlvs = 0x34;

bind_state state_after(command_id bind) noexcept {
  switch (bind) {
    case command_id::bind_transmitter: return bind_state::bound_tx;
    case command_id::bind_receiver: return bind_state::bound_rx;
    default: return bind_state::bound_trx;
  }
}

bool is_bind(command_id command) noexcept {
  return command == command_id::bind_transmitter || command == command_id::bind_receiver ||
         command == command_id::bind_transceiver;
}

bool is_known(command_id command) {
  bool known = false;
  for_each_pdu([&](auto pdu) { known = known || decltype(pdu)::type::id == command; });
  return known;
}

/// An empty PDU of the type of `command`.
void make_empty(command_id command, any_pdu& into) {
  std::ignore = decode({.id = command}, {}, leniency::lenient, into);
}

}  // namespace

std::string_view name(close_reason reason) noexcept {
  constexpr std::array<std::string_view, 7> names{"closed by us",
                                                  "closed by the peer",
                                                  "unbound",
                                                  "framing lost",
                                                  "no answer to enquire_link or unbind",
                                                  "inactivity",
                                                  "no bind in time"};
  return names[static_cast<std::size_t>(reason)];
}

session_core::session_core(session_options options, steady_time now)
    : options_(std::move(options)),
      framing_(options_.pdu_octets_max),
      window_(options_.window_max),
      opened_(now),
      received_(now),
      active_(now),
      time_(now) {}

std::uint32_t session_core::next_sequence() noexcept {
  sequence_ = sequence_ == sequence_max ? 1 : sequence_ + 1;
  return sequence_;
}

result<void> session_core::check_send(command_id command) const {
  if (finished()) return make_error_code(error::closed);
  if (!may_send(options_.role, command, state_) || (is_bind(command) && bind_.sequence != 0) ||
      unbind_.sequence != 0) {
    return make_error_code(error::wrong_state);
  }
  if (output_.size() >= options_.output_octets_max) return make_error_code(error::output_full);
  return {};
}

void session_core::start_own(own_request& what, command_id command, std::uint32_t sequence,
                             steady_time now) {
  what = {sequence, command, now + options_.response_timeout};
}

void session_core::on_bytes(byte_view octets, steady_time now) {
  if (finished()) return;
  received_ = time_ = now;
  received_since_enquiry_ = true;
  framing_.add(octets);
}

void session_core::on_disconnect(std::string detail) {
  close(unbind_.sequence != 0 ? close_reason::unbind : close_reason::by_peer, std::move(detail));
}

void session_core::take_output(byte_buffer& emptied) {
  emptied.clear();
  std::swap(output_, emptied);
}

bool session_core::wants_input() const noexcept {
  return !finished() && !deciding_ && output_.size() < options_.output_octets_max;
}

void session_core::on_time(steady_time now) {
  time_ = now;
  if (finished()) return;
  const auto passed = [&](steady_time since, auto limit) {
    return limit.count() > 0 && now - since >= limit;
  };
  if (unbind_.sequence != 0 && now >= unbind_.deadline)
    return close(close_reason::no_answer, "unbind");
  if (bind_.sequence != 0 && now >= bind_.deadline) return close(close_reason::no_answer, "bind");
  if (options_.role == role::smsc && state_ == bind_state::open && !deciding_ &&
      passed(opened_, options_.session_init_timeout)) {
    return close(close_reason::session_init);
  }
  if (is_bound(state_) && unbind_.sequence == 0 && passed(active_, options_.inactivity_timeout)) {
    unbind(now);
    return close(close_reason::inactivity);
  }
  if (enquiry_.sequence != 0 && now >= enquiry_.deadline) {
    // A peer that is alive but late is not dead: it only is when nothing at all came.
    if (!received_since_enquiry_) return close(close_reason::no_answer, "enquire_link");
    enquiry_.sequence = 0;
  }
  if (is_bound(state_) && enquiry_.sequence == 0 &&
      passed(received_, options_.enquire_link_interval)) {
    const auto sequence = next_sequence();
    if (put(enquire_link{}, sequence, command_status::ok)) {
      start_own(enquiry_, command_id::enquire_link, sequence, now);
      received_since_enquiry_ = false;
    }
  }
}

std::optional<steady_time> session_core::next_deadline() const {
  if (finished()) return std::nullopt;
  std::optional<steady_time> first;
  const auto consider = [&](steady_time at) { first = first ? std::min(*first, at) : at; };
  for (const auto* own : {&unbind_, &bind_, &enquiry_}) {
    if (own->sequence != 0) consider(own->deadline);
  }
  if (options_.role == role::smsc && state_ == bind_state::open && !deciding_ &&
      options_.session_init_timeout.count() > 0) {
    consider(opened_ + options_.session_init_timeout);
  }
  if (is_bound(state_) && options_.inactivity_timeout.count() > 0) {
    consider(active_ + options_.inactivity_timeout);
  }
  if (is_bound(state_) && options_.enquire_link_interval.count() > 0 && enquiry_.sequence == 0) {
    consider(received_ + options_.enquire_link_interval);
  }
  if (const auto* waiting = window_.oldest()) consider(waiting->deadline);
  return first;
}

bool session_core::poll_event(event& into, steady_time now) {
  time_ = std::max(time_, now);
  if (const auto* waiting = window_.oldest();
      waiting != nullptr && !finished() && waiting->deadline <= time_) {
    const auto expired = window_.expire_oldest();
    into.emplace<request_expired>(expired.cookie, expired.sequence);
    return true;
  }
  while (!finished() && wants_input()) {
    const auto frame = framing_.next();
    if (!frame) {
      if (!framing_.lost()) return false;
      lose_framing();
      break;
    }
    if (on_frame(*frame, into, now)) return true;
  }
  return finished() && poll_end(into);
}

bool session_core::poll_end(event& into) {
  if (window_.oldest() != nullptr) {
    const auto dropped = window_.drop_oldest();
    into.emplace<request_dropped>(dropped.cookie, dropped.sequence);
    return true;
  }
  if (closed_reported_) return false;
  closed_reported_ = true;
  into = *closed_;
  return true;
}

void session_core::lose_framing() {
  std::ignore = put(generic_nack{}, framing_.lost_sequence(), command_status::invcmdlen);
  close(close_reason::framing_lost, "a command_length that cannot be");
}

bool session_core::report(event& into, std::string what) const {
  into.emplace<irregularity>(std::move(what));
  return true;
}

bool session_core::on_frame(const framing::frame& frame, event& into, steady_time now) {
  if (is_response(frame.head.id)) return on_response(frame, into, now);
  if (frame.head.id != command_id::enquire_link) active_ = now;
  return on_request(frame, into);
}

bool session_core::on_request(const framing::frame& frame, event& into) {
  const auto [length, command, status, sequence] = frame.head;
  if (!is_known(command)) {
    std::ignore = put(generic_nack{}, sequence, command_status::invcmdid);
    return report(into, "unknown command " + name(command));
  }
  if (command == command_id::enquire_link) {
    std::ignore = put(enquire_link_resp{}, sequence, command_status::ok);
    return false;
  }
  if (!may_send(other(options_.role), command, state_)) {
    const bool again = is_bind(command) && is_bound(state_);
    reply_error(command, sequence, again ? command_status::alybnd : command_status::invbndsts);
    return report(into, name(command) + " in state " + std::string(name(state_)));
  }
  if (command == command_id::unbind) {
    std::ignore = put(unbind_resp{}, sequence, command_status::ok);
    close(close_reason::unbind, "the peer asked for it");
    into.emplace<unbound>();
    return true;
  }
  auto& request = into.emplace<request_received>();
  request.head = frame.head;
  if (const auto failure = decode(frame.head, frame.body, options_.leniency, request.pdu)) {
    reply_error(command, sequence, failure->status);
    return report(into, name(command) + ", field " + std::string(failure->field) + ", octet " +
                            std::to_string(failure->offset) + ": " +
                            make_error_code(failure->code).message());
  }
  if (is_bind(command)) {
    deciding_ = true;
    bind_command_ = command;
    std::visit(
        [&](const auto& pdu) {
          if constexpr (requires { pdu.interface_version; }) bind_version_ = pdu.interface_version;
        },
        request.pdu);
  }
  return true;
}

bool session_core::on_response(const framing::frame& frame, event& into, steady_time now) {
  const auto [length, id, status, sequence] = frame.head;
  for (const auto* own : {&enquiry_, &bind_, &unbind_}) {
    if (own->sequence != 0 && own->sequence == sequence) return on_own_response(frame, into);
  }
  const auto request = window_.take(sequence);
  if (!request) {
    return report(
        into, name(id) + " with sequence_number " + std::to_string(sequence) + " answers nothing");
  }
  active_ = now;
  auto& response = into.emplace<response_received>();
  response.cookie = request->cookie;
  response.sequence = sequence;
  response.status = status;
  response.late = request->late;
  response.round_trip = now - request->sent;
  const auto expected = response_of(request->command);
  if (id != expected) {
    make_empty(expected, response.pdu);
    // A nack that says "ok", or the response to something else: it was not accepted in any case.
    if (status == command_status::ok) response.status = command_status::unknownerr;
  } else if (decode(frame.head, frame.body, leniency::lenient, response.pdu)) {
    make_empty(expected, response.pdu);
  }
  return true;
}

bool session_core::on_own_response(const framing::frame& frame, event& into) {
  const auto sequence = frame.head.sequence;
  if (sequence == enquiry_.sequence) {  // a nack shows as well that the peer lives
    enquiry_.sequence = 0;
    return false;
  }
  if (sequence == unbind_.sequence) {
    close(close_reason::unbind, "the peer agreed");
    into.emplace<unbound>();
    return true;
  }
  return on_bind_response(frame, into);
}

bool session_core::on_bind_response(const framing::frame& frame, event& into) {
  const auto command = bind_.command;
  bind_.sequence = 0;
  if (frame.head.status != command_status::ok || frame.head.id != response_of(command)) {
    const bool nacked_ok = frame.head.status == command_status::ok;
    into.emplace<bind_refused>(nacked_ok ? command_status::bindfail : frame.head.status);
    return true;
  }
  state_ = state_after(command);
  auto& said = into.emplace<bound>();
  said.state = state_;
  any_pdu pdu;
  if (decode(frame.head, frame.body, leniency::lenient, pdu)) make_empty(frame.head.id, pdu);
  std::visit(
      [&](const auto& response) {
        if constexpr (std::is_base_of_v<bind_resp_fields, std::decay_t<decltype(response)>>) {
          said.peer_system_id = response.system_id.view();
          said.peer_version = response.tlvs.find_u8(tag::sc_interface_version).value_or(0);
        }
      },
      pdu);
  peer_takes_tlvs_ =
      said.peer_version >= version_with_tlvs && options_.interface_version >= version_with_tlvs;
  return true;
}

void session_core::reply_error(command_id request, std::uint32_t sequence, command_status status) {
  if (finished() || is_one_way(request) || is_response(request)) return;
  const auto before = output_.size();
  output_.resize(before + header_octets);
  writer to(output_.data() + before);
  detail::write_header(to, {header_octets, response_of(request), status, sequence});
}

void session_core::accept_bind(std::uint32_t sequence) {
  if (!deciding_ || finished()) return;
  deciding_ = false;
  state_ = state_after(bind_command_);
  peer_takes_tlvs_ = bind_version_ >= version_with_tlvs;
  active_ = time_;
  const auto answer = [&](auto response) {
    response.system_id = options_.system_id;
    response.tlvs.add_u8(tag::sc_interface_version, options_.interface_version);
    std::ignore = put(response, sequence, command_status::ok);
  };
  switch (bind_command_) {
    case command_id::bind_transmitter: return answer(bind_transmitter_resp{});
    case command_id::bind_receiver: return answer(bind_receiver_resp{});
    default: return answer(bind_transceiver_resp{});
  }
}

void session_core::reject_bind(std::uint32_t sequence, command_status status) {
  if (!deciding_) return;
  deciding_ = false;
  reply_error(bind_command_, sequence, status);
}

void session_core::unbind(steady_time now) {
  if (finished() || unbind_.sequence != 0) return;
  if (!is_bound(state_)) return close(close_reason::by_us);
  const auto sequence = next_sequence();
  if (put(smpp::unbind{}, sequence, command_status::ok)) {
    start_own(unbind_, command_id::unbind, sequence, now);
  }
}

void session_core::close(close_reason reason, std::string detail) {
  if (finished()) return;
  closed_ = closed{reason, std::move(detail)};
  state_ = bind_state::closed;
  deciding_ = false;
}

}  // namespace smpp
