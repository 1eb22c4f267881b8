// What comes from the peer: frames become events, answers, or both.
#include "smpp/session_core.hpp"

#include <utility>

namespace smpp {

namespace {

constexpr std::uint8_t version_with_tlvs = 0x34;
constexpr std::uint8_t version_five = 0x50;

bool is_broadcast(command_id command) noexcept {
  return command == command_id::broadcast_sm || command == command_id::query_broadcast_sm ||
         command == command_id::cancel_broadcast_sm;
}

// To a session of version `ours`.
bool is_known(command_id command, std::uint8_t ours) noexcept {
  if (is_broadcast(command) && ours < version_five) return false;
  bool known = false;
  for_each_pdu([&](auto pdu) { known = known || decltype(pdu)::type::id == command; });
  return known;
}

std::string describe(command_id command, const decode_error& failure) {
  return name(command) + ", field " + std::string(failure.field) + ", octet " +
         std::to_string(failure.offset) + ": " + make_error_code(failure.code).message();
}

// What only an ESME is told (SMPP 3.4, 5.3.2): carriers are as careless as they like.
std::optional<decode_error> find_bad_tlv(const any_pdu& request) {
  const auto* const found = std::visit(
      [](const auto& pdu) -> const tag_facts* {
        if constexpr (has_tlvs<std::decay_t<decltype(pdu)>>) {
          return pdu.tlvs.find_bad_length();
        } else {
          return nullptr;
        }
      },
      request);
  if (found == nullptr) return std::nullopt;
  return decode_error{error::bad_tlv_length, 0, found->name, command_status::invparlen};
}

}  // namespace

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
  return gone_ || (!held_ && !output_full());
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
  auto failure = decode(frame.head, frame.body, options_.leniency, request.pdu);
  if (!failure && options_.role == role::smsc && options_.leniency == leniency::strict)
    failure = find_bad_tlv(request.pdu);
  if (failure) {
    refuse(command, frame.head.sequence, failure->status);
    return report(into, describe(command, *failure));
  }
  if (is_bind(command)) {
    deciding_ = true;
    bind_command_ = command;
    std::visit(
        [&](const auto& pdu) {
          if constexpr (requires { pdu.interface_version; }) hear_version(pdu.interface_version);
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
  response.congestion = hear_congestion(response.pdu, now);
  return true;
}

// Of version 5.0 only: to others the parameter is one of those that nobody knows.
std::optional<std::uint8_t> session_core::hear_congestion(const any_pdu& response,
                                                          steady_time now) {
  if (options_.interface_version < version_five) return std::nullopt;
  const auto state = std::visit(
      [](const auto& pdu) -> std::optional<std::uint8_t> {
        if constexpr (has_tlvs<std::decay_t<decltype(pdu)>>) {
          return pdu.tlvs.find_u8(tag::congestion_state);
        } else {
          return std::nullopt;
        }
      },
      response);
  if (!state || *state > congestion::state_max) return std::nullopt;
  if (options_.role == role::esme) congestion_.hear(*state, now);
  return state;
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
    unbound_since_ = time_;
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
  hear_version(said.peer_version);
  std::ignore = hear_congestion(pdu, time_);
  return true;
}

void session_core::hear_version(std::uint8_t version) {
  peer_version_ = version;
  peer_takes_tlvs_ =
      options_.tlvs == tlv_policy::always ||
      (version >= version_with_tlvs && options_.interface_version >= version_with_tlvs);
}

}  // namespace smpp
