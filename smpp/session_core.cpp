#include "smpp/session_core.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace smpp {

namespace {

constexpr std::uint32_t sequence_max = 0x7FFFFFFF;
constexpr std::uint8_t version_with_tlvs = 0x34;
constexpr std::uint8_t version_with_broadcasts = 0x50;
constexpr std::size_t system_id_max = 15;

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

bool is_broadcast(command_id command) noexcept {
  return command == command_id::broadcast_sm || command == command_id::query_broadcast_sm ||
         command == command_id::cancel_broadcast_sm;
}

// To a session of version `ours`.
bool is_known(command_id command, std::uint8_t ours) noexcept {
  if (is_broadcast(command) && ours < version_with_broadcasts) return false;
  bool known = false;
  for_each_pdu([&](auto pdu) { known = known || decltype(pdu)::type::id == command; });
  return known;
}

std::string describe(command_id command, const decode_error& failure) {
  return name(command) + ", field " + std::string(failure.field) + ", octet " +
         std::to_string(failure.offset) + ": " + make_error_code(failure.code).message();
}

}  // namespace

std::string_view name(close_reason reason) noexcept {
  constexpr std::array<std::string_view, 7> names{
      "closed by us", "closed by the peer", "unbound",         "framing lost",
      "no answer",    "inactivity",         "no bind in time",
  };
  return names[static_cast<std::size_t>(reason)];
}

session_core::session_core(session_options options, steady_time now)
    : options_(std::move(options)),
      framing_(options_.pdu_octets_max),
      window_(options_.window_max),
      sequence_(options_.first_sequence - 1),
      opened_(now),
      received_(now),
      active_(now),
      time_(now) {}

// Output.

// A number whose late response may still come is passed over: it would match the wrong request.
std::uint32_t session_core::next_sequence() const noexcept {
  auto next = sequence_;
  do {
    next = next >= sequence_max ? 1 : next + 1;
  } while (window_.find(next) != nullptr);
  return next;
}

template <class Request>
session_core::own_request session_core::send_own(steady_time now) {
  sequence_ = next_sequence();
  std::ignore = put(Request{}, sequence_, command_status::ok);
  return own(Request::id, sequence_, now);
}

result<void> session_core::check_send(command_id command) const {
  if (finished() || gone_) return make_error_code(error::closed);
  if (!may_send(options_.role, command, state_) || (is_bind(command) && bind_) || ending()) {
    return make_error_code(error::wrong_state);
  }
  if (output_.size() >= options_.output_octets_max) return make_error_code(error::output_full);
  return {};
}

void session_core::take_output(byte_buffer& emptied) {
  emptied.clear();
  std::swap(output_, emptied);
}

// Empty fields rather than none: the strictest decoders want a body where 3.4 does not omit it.
void session_core::refuse(command_id request, std::uint32_t sequence, command_status status) {
  for_each_pdu([&](auto pdu) {
    using response = typename decltype(pdu)::type;
    if (response::id == response_of(request)) std::ignore = put(response{}, sequence, status);
  });
}

void session_core::reply_error(command_id request, std::uint32_t sequence, command_status status) {
  if (is_bind(request)) return reject_bind(sequence, status);
  if (finished() || is_one_way(request) || is_response(request)) return;
  refuse(request, sequence, status);
  if (owed_ > 0) --owed_;
}

void session_core::accept_bind(std::uint32_t sequence) {
  if (!std::exchange(deciding_, false)) return;
  state_ = state_after(bind_command_);
  peer_takes_tlvs_ =
      options_.tlvs == tlv_policy::always ||
      (bind_version_ >= version_with_tlvs && options_.interface_version >= version_with_tlvs);
  accepted_ = true;
  const auto answer = [&](auto response) {
    response.system_id = std::string_view(options_.system_id).substr(0, system_id_max);
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
  if (std::exchange(deciding_, false)) refuse(bind_command_, sequence, status);
}

void session_core::unbind(steady_time now) {
  if (finished() || ending()) return;
  if (!is_bound(state_)) return close(close_reason::by_us);
  unbind_ = send_own<smpp::unbind>(now);
}

void session_core::close(close_reason reason, std::string detail) {
  if (finished()) return;
  closed_ = closed{reason, std::move(detail)};
  state_ = bind_state::closed;
  deciding_ = false;
}

void session_core::release(steady_time now) noexcept {
  if (!std::exchange(held_, false)) return;
  received_ = active_ = now;
  patient_until_ = now + options_.response_timeout;
  if (enquiry_) enquiry_->deadline = patient_until_;
}

// Time.

session_core::optional_time session_core::bind_deadline() const {
  if (bind_) return bind_->deadline;
  if (options_.role == role::esme || state_ != bind_state::open || deciding_ ||
      options_.session_init_timeout.count() == 0) {
    return std::nullopt;
  }
  return opened_ + options_.session_init_timeout;
}

session_core::optional_time session_core::inactivity_deadline() const {
  if (held_ || ending() || !is_bound(state_) || options_.inactivity_timeout.count() == 0) {
    return std::nullopt;
  }
  return active_ + options_.inactivity_timeout;
}

session_core::optional_time session_core::enquiry_deadline() const {
  if (held_ || ending() || !is_bound(state_) || options_.enquire_link_interval.count() == 0) {
    return std::nullopt;
  }
  return enquiry_ ? enquiry_->deadline : received_ + options_.enquire_link_interval;
}

session_core::optional_time session_core::window_deadline() const {
  const auto* const oldest = held_ ? nullptr : window_.oldest();
  if (oldest == nullptr) return std::nullopt;
  return std::max(oldest->deadline, patient_until_);
}

std::optional<steady_time> session_core::next_deadline() const {
  if (finished()) return std::nullopt;
  optional_time first = bind_deadline();
  const auto consider = [&](optional_time at) {
    if (at && (!first || *at < *first)) first = at;
  };
  if (unbind_) consider(unbind_->deadline);
  if (peer_unbind_) consider(peer_unbind_->deadline);
  consider(inactivity_deadline());
  consider(enquiry_deadline());
  consider(window_deadline());
  return first;
}

// Whoever accepts a bind does not say when: its silence and inactivity count from here.
void session_core::tell(steady_time now) noexcept {
  time_ = std::max(time_, now);
  if (std::exchange(accepted_, false)) received_ = active_ = time_;
}

void session_core::on_time(steady_time now) {
  tell(now);
  if (finished()) return;
  const auto due = [&](optional_time at) { return at && *at <= now; };
  if (unbind_ && due(unbind_->deadline)) return close(close_reason::no_answer, "to unbind");
  if (peer_unbind_ && due(peer_unbind_->deadline)) return answer_unbind();
  if (due(bind_deadline())) {
    return bind_ ? close(close_reason::no_answer, "to the bind request")
                 : close(close_reason::session_init);
  }
  if (due(inactivity_deadline())) {
    unbind(now);
    return close(close_reason::inactivity);
  }
  if (due(enquiry_deadline())) enquire(now);
}

// A peer that is alive but late is not dead: it only is when nothing at all came since we asked.
void session_core::enquire(steady_time now) {
  if (enquiry_) {
    const auto asked = enquiry_->deadline - options_.response_timeout;
    if (received_ <= asked) return close(close_reason::no_answer, "to enquire_link");
    enquiry_.reset();
    if (*enquiry_deadline() > now) return;
  }
  enquiry_ = send_own<enquire_link>(now);
}

// Input.

void session_core::on_bytes(byte_view octets, steady_time now) {
  if (finished()) return;
  received_ = time_ = now;
  framing_.add(octets);
}

void session_core::on_disconnect(std::string detail) {
  if (!gone_)
    gone_ = closed{unbind_ ? close_reason::unbind : close_reason::by_peer, std::move(detail)};
}

// When the connection is gone nobody is held back any more by not decoding.
bool session_core::may_decode() const noexcept {
  if (finished() || deciding_ || peer_unbind_) return false;
  return gone_ || (!held_ && output_.size() < options_.output_octets_max);
}

bool session_core::poll_event(event& into, steady_time now) {
  tell(now);
  if (noted_) {
    into = *std::exchange(noted_, std::nullopt);
    return true;
  }
  while (may_decode()) {
    const auto frame = framing_.next();
    if (!frame) {
      if (framing_.lost()) lose_framing();
      break;
    }
    const bool response = is_response(frame->head.id);
    if (response ? on_response(*frame, into, now) : on_request(*frame, into, now)) return true;
  }
  if (peer_unbind_ && owed_ == 0 && !finished()) answer_unbind();
  if (gone_ && !finished()) close(gone_->reason, std::move(gone_->detail));
  if (const auto at = window_deadline(); at && *at <= time_ && !finished()) {
    const auto expired = window_.expire_oldest();
    into = request_expired{expired.cookie, expired.sequence};
    return true;
  }
  return finished() && poll_end(into);
}

bool session_core::poll_end(event& into) {
  if (std::exchange(unbound_, false)) {
    into.emplace<unbound>();
    return true;
  }
  if (window_.oldest() != nullptr) {
    const auto dropped = window_.drop_oldest();
    into = request_dropped{dropped.cookie, dropped.sequence};
    return true;
  }
  if (std::exchange(closed_reported_, true)) return false;
  into = *closed_;
  return true;
}

void session_core::answer_unbind() {
  std::ignore = put(unbind_resp{}, peer_unbind_->sequence, command_status::ok);
  unbound_ = true;
  close(close_reason::unbind, "the peer asked for it");
}

void session_core::lose_framing() {
  std::ignore = put(generic_nack{}, framing_.lost_sequence(), command_status::invcmdlen);
  close(close_reason::framing_lost, "a command_length that cannot be");
}

bool session_core::report(event& into, std::string what) {
  into = irregularity{std::move(what)};
  return true;
}

// Requests that came before the connection went are left alone: the peer will not know the answer,
// and ask again.
bool session_core::on_request(const framing::frame& frame, event& into, steady_time now) {
  const auto& [length, command, status, sequence] = frame.head;
  if (gone_) return false;
  if (command == command_id::enquire_link) {
    std::ignore = put(enquire_link_resp{}, sequence, command_status::ok);
    return false;
  }
  active_ = now;
  if (!is_known(command, options_.interface_version)) {
    std::ignore = put(generic_nack{}, sequence, command_status::invcmdid);
    return report(into, "unknown command " + name(command));
  }
  if (!may_send(other(options_.role), command, state_)) {
    const bool again = is_bind(command) && is_bound(state_);
    refuse(command, sequence, again ? command_status::alybnd : command_status::invbndsts);
    return report(into, name(command) + " in state " + std::string(name(state_)));
  }
  if (command == command_id::unbind) {
    peer_unbind_ = own(command, sequence, now);
    unbind_.reset();  // both want the end: nothing more is read, an answer to ours neither
    return false;
  }
  return on_application_request(frame, into);
}

bool session_core::on_application_request(const framing::frame& frame, event& into) {
  const auto command = frame.head.id;
  auto& request = into.emplace<request_received>();
  request.head = frame.head;
  if (const auto failure = decode(frame.head, frame.body, options_.leniency, request.pdu)) {
    refuse(command, frame.head.sequence, failure->status);
    return report(into, describe(command, *failure));
  }
  if (is_bind(command)) {
    deciding_ = true;
    bind_command_ = command;
    std::visit(
        [&](const auto& pdu) {
          if constexpr (requires { pdu.interface_version; }) bind_version_ = pdu.interface_version;
        },
        request.pdu);
  } else if (!is_one_way(command)) {
    ++owed_;
  }
  return true;
}

bool session_core::on_response(const framing::frame& frame, event& into, steady_time now) {
  const auto& [length, id, status, sequence] = frame.head;
  const auto answers = [&head = frame.head](command_id request) {
    return head.id == response_of(request) || head.id == command_id::generic_nack;
  };
  for (auto* own : {&enquiry_, &bind_, &unbind_}) {
    if (*own && (*own)->sequence == sequence && answers((*own)->command)) {
      const auto command = std::exchange(*own, std::nullopt)->command;
      return on_own_response(command, frame, into);
    }
  }
  const auto* const waiting = window_.find(sequence);
  if (waiting == nullptr || !answers(waiting->command)) {
    return report(
        into, name(id) + " with sequence_number " + std::to_string(sequence) + " answers nothing");
  }
  const auto request = window_.take(sequence);
  active_ = now;
  auto& response = into.emplace<response_received>();
  response.cookie = request.cookie;
  response.sequence = sequence;
  response.status = status;
  response.late = request.late;
  response.round_trip = now - request.sent;
  if (id == command_id::generic_nack) {
    std::ignore = decode({.id = response_of(request.command)}, {}, leniency::lenient, response.pdu);
    if (status == command_status::ok) response.status = command_status::unknownerr;
  } else if (const auto failure = decode(frame.head, frame.body, leniency::lenient, response.pdu)) {
    noted_ = irregularity{describe(id, *failure)};
  }
  return true;
}

bool session_core::on_own_response(command_id request, const framing::frame& frame, event& into) {
  if (request == command_id::enquire_link) return false;  // a nack shows as well that it lives
  if (request != command_id::unbind) return on_bind_response(frame, into);
  close(close_reason::unbind, "the peer agreed");
  unbound_ = true;
  return false;
}

bool session_core::on_bind_response(const framing::frame& frame, event& into) {
  const auto& head = frame.head;
  if (head.status != command_status::ok || head.id == command_id::generic_nack) {
    const bool no_reason = head.status == command_status::ok;
    into = bind_refused{no_reason ? command_status::bindfail : head.status};
    return true;
  }
  state_ = state_after(static_cast<command_id>(to_number(head.id) & ~response_bit));
  active_ = time_;
  any_pdu pdu;
  if (const auto failure = decode(head, frame.body, leniency::lenient, pdu)) {
    noted_ = irregularity{describe(head.id, *failure)};
  }
  auto& said = into.emplace<bound>();
  said.state = state_;
  std::visit(
      [&](const auto& response) {
        if constexpr (std::is_base_of_v<bind_resp_fields, std::decay_t<decltype(response)>>) {
          said.peer_system_id = response.system_id.view();
          said.peer_version = response.tlvs.find_u8(tag::sc_interface_version).value_or(0);
        }
      },
      pdu);
  peer_takes_tlvs_ =
      options_.tlvs == tlv_policy::always ||
      (said.peer_version >= version_with_tlvs && options_.interface_version >= version_with_tlvs);
  return true;
}

}  // namespace smpp
