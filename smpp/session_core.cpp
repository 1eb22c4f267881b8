#include "smpp/session_core.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace smpp {

namespace {

constexpr std::uint32_t sequence_max = 0x7FFFFFFF;
constexpr std::size_t system_id_max = 15;

}  // namespace

std::string_view name(close_reason reason) noexcept {
  constexpr std::array<std::string_view, 8> names{
      "closed by us", "closed by the peer", "unbound",         "framing lost",
      "no answer",    "inactivity",         "no bind in time", "the peer does not read",
  };
  return names[static_cast<std::size_t>(reason)];
}

session_core::session_core(session_options options, steady_time now)
    : options_(std::move(options)),
      framing_(options_.pdu_octets_max),
      window_(options_.window_max),
      congestion_(options_.window_max),
      sequence_(options_.first_sequence - 1),
      unbound_since_(now),
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
  if (output_full()) return make_error_code(error::output_full);
  return {};
}

void session_core::take_output(byte_buffer& emptied) {
  emptied.clear();
  std::swap(output_, emptied);
  full_since_.reset();
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
  unbound_since_ = received_ = active_ = now;
  if (full_since_) full_since_ = now;
  patient_until_ = now + options_.response_timeout;
  for (auto* own : {&bind_, &enquiry_, &unbind_}) {
    if (*own) (*own)->deadline = patient_until_;
  }
}

// Time.

session_core::optional_time session_core::bind_deadline() const {
  if (held_) return std::nullopt;
  if (bind_) return bind_->deadline;
  if (state_ != bind_state::open || deciding_ || options_.session_init_timeout.count() == 0)
    return std::nullopt;
  return unbound_since_ + options_.session_init_timeout;
}

session_core::optional_time session_core::unbind_deadline() const {
  return unbind_ && !held_ ? optional_time(unbind_->deadline) : std::nullopt;
}

// Without it two sides that both have a full output, and read nothing until it is written, would
// wait for each other for ever.
session_core::optional_time session_core::reading_deadline() const {
  if (held_ || !full_since_ || !output_full()) return std::nullopt;
  return *full_since_ + options_.response_timeout;
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
  consider(unbind_deadline());
  consider(reading_deadline());
  if (peer_unbind_) consider(peer_unbind_->deadline);
  consider(inactivity_deadline());
  consider(enquiry_deadline());
  consider(window_deadline());
  return first;
}

// Whoever accepts a bind does not say when: its silence and inactivity count from here.
void session_core::tell(steady_time now) noexcept {
  time_ = std::max(time_, now);
  congestion_.tell(time_);
  if (std::exchange(accepted_, false)) received_ = active_ = time_;
  if (!output_full()) {
    full_since_.reset();
  } else if (!full_since_) {
    full_since_ = time_;
  }
}

void session_core::on_time(steady_time now) {
  tell(now);
  if (finished()) return;
  const auto due = [&](optional_time at) { return at && *at <= now; };
  if (due(unbind_deadline())) return close(close_reason::no_answer, "to unbind");
  if (due(reading_deadline())) return close(close_reason::not_reading);
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

}  // namespace smpp
