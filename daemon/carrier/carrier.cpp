#include "daemon/carrier/carrier.hpp"

#include "daemon/clock.hpp"
#include "daemon/gateway/submit_status.hpp"
#include "daemon/observe/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace smppd {

carrier::carrier(asio::io_context& loop, std::int64_t id, const carrier_config& settings,
                 std::size_t in_memory_max, async_store& store, metrics& figures,
                 carrier_events& events)
    : loop_(loop),
      id_(id),
      settings_(settings),
      in_memory_max_(in_memory_max),
      figures_(figures.carrier(settings.name)),
      events_(events),
      rate_(settings.rate),
      rate_timer_(loop),
      recorded_(store,
                [this](std::vector<std::uint8_t>& done) {
                  unrecorded_ -= done.size();
                  dispatch();
                }),
      down_since_(std::chrono::steady_clock::now()) {
  std::shared_ptr<smpp::net::trace_file> trace;
  if (!settings_.trace_file.empty())
    trace = std::make_shared<smpp::net::trace_file>(settings_.trace_file, trace_octets_max);
  for (std::uint32_t i = 0; i < settings_.binds; ++i) {
    const auto add = [&](bind_role role, std::string_view suffix) {
      binds_.push_back(std::make_unique<bind>(loop_,
                                              fmt::format("{}/{}{}", settings_.name, i + 1, suffix),
                                              role, settings_, trace, figures_, *this));
    };
    if (settings_.mode == bind_mode::transceiver) {
      add(bind_role::transceiver, "");
    } else {
      add(bind_role::transmitter, "tx");
      add(bind_role::receiver, "rx");
    }
  }
}

carrier::~carrier() = default;

void carrier::reload_tls() {
  for (auto& one : binds_)
    one->reload_tls();
}

void carrier::start() {
  for (auto& one : binds_)
    one->start();
}

void carrier::begin_stop() {
  stop_sending();
  rate_timer_.cancel();
  for (auto& one : binds_)
    one->begin_stop();
}

void carrier::disconnect() {
  for (auto& one : binds_)
    one->disconnect();
}

bool carrier::ended() const noexcept {
  return std::ranges::all_of(binds_, [](const auto& one) { return one->ended(); });
}

bool carrier::up() const noexcept {
  return std::ranges::any_of(binds_, [](const auto& one) { return one->transmits(); });
}

std::chrono::steady_clock::duration carrier::down_for(time now) const noexcept {
  return up() ? std::chrono::steady_clock::duration{} : now - down_since_;
}

bool carrier::has_room(std::uint8_t priority) const noexcept {
  return queue_.size() < in_memory_max_ && !parked_[priority & 3U].more();
}

std::size_t carrier::room() const noexcept {
  return queue_.size() < in_memory_max_ ? in_memory_max_ - queue_.size() : 0;
}

void carrier::enqueue(outbound_ptr message) {
  const auto priority = message->priority;
  const auto account = message->account;
  message->settled = false;  // it may have left another carrier, or this one, before
  auto& waiting = parked(priority);
  if (!waiting.more()) waiting.seen = std::max(waiting.seen, message->id);
  queue_.push_back(priority, account, std::move(message));
  dispatch();
}

void carrier::put_back(const outbound_ptr& message) {
  queue_.put_back(message->priority, message->account, message,
                  [](const auto& one, const auto& other) { return one->id < other->id; });
}

std::vector<outbound_ptr> carrier::take_unstarted() {
  return queue_.take_if(
      [](const outbound_ptr& one) { return one->accepted.none() && one->only_carrier == 0; });
}

void carrier::expire(store::wall_time now) {
  for (const auto& message :
       queue_.take_if([&](const outbound_ptr& one) { return one->expires_at <= now; }))
    events_.on_expired(*this, message);
}

// Sending.

void carrier::dispatch() {
  if (dispatching_) return;
  dispatching_ = true;
  const auto now = std::chrono::steady_clock::now();
  while (sending_ && (current_ || !queue_.empty())) {
    bind* const by = choose_bind();
    if (by == nullptr) break;
    if (!rate_.try_take(now)) {
      if (!rate_timer_set_) {
        rate_timer_set_ = true;
        rate_timer_.expires_at(rate_.next(now));
        rate_timer_.async_wait([this](boost::system::error_code cancelled) {
          rate_timer_set_ = false;
          if (!cancelled) dispatch();
        });
      }
      break;
    }
    if (!prepare_current() || !submit_part(*by, now)) break;
  }
  dispatching_ = false;
  if (queue_.size() <= in_memory_max_ / 2 && sending_) {
    if (std::ranges::any_of(parked_, [](const auto& one) { return one.more() && !one.loading; })) {
      events_.on_room(*this);
    }
  }
}

// A message is taken from the queue when its first part can leave, so that what is put back comes
// before it; `current_` is the one whose parts are leaving.
bool carrier::prepare_current() {
  while (!current_ && !queue_.empty()) {
    auto message = queue_.pop();
    if (message->expires_at <= wall_now()) {
      events_.on_expired(*this, message);
      continue;
    }
    current_ = std::move(message);
    ++current_->attempts;
    current_->settled = false;
    current_->trouble = submit_trouble::none;
    current_->next_part = 1;
    const auto count =
        cut(user_data_of(*current_), settings_, reference_of(current_->id), &current_->written);
    if (count == 0) {  // the carrier that it was admitted for writes it shorter
      refuse_current();
      continue;
    }
    const auto parts = static_cast<std::uint8_t>(count);
    const bool fits = current_->accepted.none() || current_->taken_by == id_ ||
                      events_.cuts_alike(current_->taken_by, *this);
    if (std::exchange(current_->parts, parts) != parts || !fits) {
      if (current_->accepted.any()) current_->possible_duplicate = true;
      current_->accepted.reset();
      current_->first_carrier_id.clear();
      events_.on_recut(*this, current_);
    }
  }
  while (current_ && !current_->all_sent() && current_->accepted[current_->next_part])
    ++current_->next_part;
  if (current_ && current_->all_sent()) {  // after a restart: every part had been taken already
    finish_current();
    return prepare_current();
  }
  return current_ != nullptr;
}

std::size_t carrier::window() const {
  std::size_t sum = 0;
  for (const auto& one : binds_)
    sum += one->window();
  return sum;
}

bind* carrier::choose_bind() {
  if (in_flight_count_ + unrecorded_ >= window()) return nullptr;
  for (std::size_t i = 0; i < binds_.size(); ++i) {
    auto& candidate = *binds_[(turn_ + i) % binds_.size()];
    if (!candidate.can_submit()) continue;
    turn_ = (turn_ + i + 1) % binds_.size();
    return &candidate;
  }
  return nullptr;
}

bool carrier::submit_part(bind& by, time) {
  const auto part = current_->next_part;
  write_submit(*current_, part, settings_, wall_now(), scratch_);
  const auto cookie = take_slot(by);
  if (!by.submit(scratch_, cookie)) {
    free_slot(*find_slot(cookie));
    refuse_current();
    return true;
  }
  auto& taken = *find_slot(cookie);
  taken.message = current_;
  taken.part = part;
  ++current_->in_flight;
  ++current_->next_part;
  figures_.parts_submitted.Increment();
  if (current_->all_sent()) current_ = nullptr;
  return true;
}

// Nothing that is sent again would fit any better.
void carrier::refuse_current() {
  auto broken = std::exchange(current_, nullptr);
  broken->settled = true;
  events_.on_refused(*this, broken, smpp::command_status::invmsglen);
}

void carrier::finish_current() {
  auto message = std::exchange(current_, nullptr);
  if (message->in_flight == 0 && !message->complete())
    events_.on_try_again(*this, message, "unfinished");
}

std::uint64_t carrier::take_slot(bind& by) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto at = free_slots_.back();
  free_slots_.pop_back();
  auto& taken = slots_[at];
  ++taken.round;
  taken.by = &by;
  taken.doubtful = false;
  ++in_flight_count_;
  return (std::uint64_t{taken.round} << 32U) | at;
}

carrier::submitted* carrier::find_slot(std::uint64_t cookie) {
  const auto at = static_cast<std::uint32_t>(cookie);
  if (at >= slots_.size() || slots_[at].round != cookie >> 32U || slots_[at].by == nullptr)
    return nullptr;
  return &slots_[at];
}

void carrier::free_slot(submitted& of) {
  of.message = nullptr;
  of.by = nullptr;
  --in_flight_count_;
  free_slots_.push_back(static_cast<std::uint32_t>(&of - slots_.data()));
}

// What binds report.

void carrier::on_up(bind&) {
  was_up_ = up();
  figures_.bound.Set(static_cast<double>(
      std::ranges::count_if(binds_, [](const auto& one) { return one->up(); })));
  dispatch();
}

void carrier::on_down(bind& by) {
  // A bind that was only refused again has not been up.
  if (std::exchange(was_up_, up()) && !was_up_) down_since_ = std::chrono::steady_clock::now();
  figures_.bound.Set(static_cast<double>(
      std::ranges::count_if(binds_, [](const auto& one) { return one->up(); })));
  // By place: what is sent again may need another slot.
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].by == &by) end_unknown(slots_[i], "the session ended before the answer came");
  }
}

void carrier::on_room(bind&) { dispatch(); }

void carrier::on_delivery(bind&, const delivery& pdu, acknowledgement ack) {
  events_.on_delivery(*this, pdu, std::move(ack));
}

void carrier::on_no_answer(bind&, std::uint64_t cookie, bool session_lives) {
  auto* const found = find_slot(cookie);
  if (found == nullptr) return;
  if (!session_lives) return end_unknown(*found, "the session ended before the answer came");
  // A late answer is better than a second copy: it has as much time again.
  found->doubtful = true;
  found->give_up = std::chrono::steady_clock::now() + settings_.response_timeout;
}

void carrier::end_unknown(submitted& of, std::string_view why) {
  const auto message = of.message;
  free_slot(of);
  --message->in_flight;
  if (message->settled) return;
  trouble(message, submit_trouble::unknown);
  conclude(message, why);
}

void carrier::on_answer(bind&, std::uint64_t cookie, smpp::command_status status,
                        std::string_view message_id, std::chrono::nanoseconds round_trip) {
  auto* const found = find_slot(cookie);
  if (found == nullptr) return;
  const auto message = found->message;
  const auto part = found->part;
  free_slot(*found);
  --message->in_flight;
  figures_.submit_responses[static_cast<std::uint32_t>(status)].Increment();
  figures_.submit_latency.Observe(std::chrono::duration<double>(round_trip).count());
  if (message->settled) return occupy_until_recorded(part);  // another part was refused
  switch (classify(status)) {
    case submit_class::accepted: on_accepted(message, part, message_id); break;
    case submit_class::throttled:
      rate_.on_throttled(std::chrono::steady_clock::now());
      trouble(message, submit_trouble::throttled);
      break;
    case submit_class::temporary:
      message->refused_with = status;
      trouble(message, submit_trouble::temporary);
      break;
    case submit_class::permanent:
      message->settled = true;
      if (message == current_) current_ = nullptr;
      events_.on_refused(*this, message, status);
      return occupy_until_recorded(part);
  }
  conclude(message, smpp::name(status));
}

void carrier::on_accepted(const outbound_ptr& message, std::uint8_t part, std::string_view id) {
  message->accepted.set(part);
  message->taken_by = id_;
  if (part == 1) message->first_carrier_id = id;
  events_.on_part_accepted(*this, message, part, id);
  occupy_until_recorded(part);
}

// A crash before the commit sends it again: docs/decisions/005.
void carrier::occupy_until_recorded(std::uint8_t part) {
  ++unrecorded_;
  recorded_.add(part);
}

// No further part of it is sent until those that are out have been answered.
void carrier::trouble(const outbound_ptr& message, submit_trouble what) {
  message->trouble = std::max(message->trouble, what);
  if (message == current_) current_ = nullptr;
}

// Once no part is out any more: what was not taken goes again.
void carrier::conclude(const outbound_ptr& message, std::string_view why) {
  if (message->in_flight > 0 || message->trouble == submit_trouble::none) return;
  if (message->trouble == submit_trouble::throttled) {
    // The queue waits, and the message keeps its place at its head.
    message->trouble = submit_trouble::none;
    return put_back(message);
  }
  message->settled = true;
  if (message->trouble == submit_trouble::temporary) {
    events_.on_try_again(*this, message, smpp::name(message->refused_with));
  } else {
    events_.on_unknown_outcome(*this, message, why);
  }
}

void carrier::tick(time now) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto& one = slots_[i];
    if (one.by != nullptr && one.doubtful && one.give_up <= now)
      end_unknown(one, "the carrier did not answer in time");
  }
  figures_.queue_depth.Set(static_cast<double>(queue_.size()));
  figures_.window_inflight.Set(static_cast<double>(in_flight_count_));
  dispatch();
}

carrier::description carrier::describe() const {
  description now;
  now.queued = queue_.size();
  now.in_flight = in_flight_count_;
  now.window = window();
  now.binds = binds_.size();
  now.rate = rate_.current();
  for (const auto& one : binds_) {
    now.binds_up += one->up() ? 1U : 0U;
    if (!one->last_error().empty()) now.last_error = one->last_error();
    now.bind_states.push_back(fmt::format("{} {}", one->label(), one->up() ? "up" : "down"));
  }
  return now;
}

}  // namespace smppd
