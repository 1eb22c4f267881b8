// An upstream SMSC: its queue, its binds, its window and its rate. Loop thread only.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/bridge.hpp"
#include "daemon/carrier/acknowledgement.hpp"
#include "daemon/carrier/bind.hpp"
#include "daemon/carrier/fair_queue.hpp"
#include "daemon/carrier/rate.hpp"
#include "daemon/config/config.hpp"
#include "daemon/gateway/durable_list.hpp"
#include "daemon/gateway/outbound.hpp"
#include "daemon/observe/metrics.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace smppd {

class carrier;

/// What a carrier reports. A message that is reported has left the carrier, unless it says
/// otherwise.
class carrier_events {
 public:
  virtual ~carrier_events() = default;
  /// One part was taken; `message.complete()` tells whether that was the last, and the message has
  /// left.
  virtual void on_part_accepted(carrier& by, const outbound_ptr& message, std::uint8_t part,
                                std::string_view id) = 0;
  /// It is cut into other parts than it was before, into `message.parts`: what was taken of those
  /// does not count any more. It has not left the carrier.
  virtual void on_recut(carrier& by, const outbound_ptr& message) = 0;
  virtual void on_refused(carrier& by, const outbound_ptr& message,
                          smpp::command_status status) = 0;
  virtual void on_try_again(carrier& by, const outbound_ptr& message, std::string_view why) = 0;
  /// It was submitted, and nobody knows whether the carrier has it.
  virtual void on_unknown_outcome(carrier& by, const outbound_ptr& message,
                                  std::string_view why) = 0;
  /// Its validity ended in the queue.
  virtual void on_expired(carrier& by, const outbound_ptr& message) = 0;
  /// deliver_sm or data_sm: a receipt or an inbound message.
  virtual void on_delivery(carrier& by, const delivery& pdu, acknowledgement ack) = 0;
  /// Whether the parts that another carrier took fit to those that `by` gets, if they are as many:
  /// their texts, and whose receipts tell of all.
  [[nodiscard]] virtual bool cuts_alike(std::int64_t other, const carrier& by) const = 0;
  /// The queue in memory has room for messages that were parked in the store.
  virtual void on_room(carrier& by) = 0;
};

class carrier final : public bind_events {
 public:
  using time = std::chrono::steady_clock::time_point;

  /// What waits in the store because memory is full, by priority: sequences in (seen, newest] are
  /// only there. What memory has is not above `seen`, so that it is not read back as well, unless
  /// its row in the store is another carrier's.
  struct parked_range {
    store::id64 seen{0};
    store::id64 newest{0};
    store::id64 added{0};  // the newest of this run
    bool loading{false};   // or what expired is looked for: one at a time
    // Rises when messages beyond `seen` have been ended: rows that were read before may be theirs.
    std::uint64_t ended{0};
    [[nodiscard]] bool more() const noexcept { return seen < newest; }
  };

  carrier(asio::io_context& loop, std::int64_t id, const carrier_config& settings,
          std::size_t in_memory_max, async_store& store, metrics& figures, carrier_events& events);
  ~carrier() override;
  carrier(const carrier&) = delete;
  carrier& operator=(const carrier&) = delete;

  [[nodiscard]] std::int64_t id() const noexcept { return id_; }
  [[nodiscard]] const carrier_config& settings() const noexcept { return settings_; }
  [[nodiscard]] metrics::carrier_figures& figures() noexcept { return figures_; }

  /// Connects, and keeps connected.
  void start();
  /// Reads the files of TLS again, for new connections. Throws std::runtime_error where they cannot
  /// be used; then those of before stay.
  void reload_tls();
  /// Sends nothing new.
  void stop_sending() noexcept { sending_ = false; }
  /// True when no answer is awaited any more.
  [[nodiscard]] bool quiet() const noexcept { return in_flight_count_ == 0 && unrecorded_ == 0; }
  /// Unbinds and disconnects; `ended` tells when every bind has.
  void begin_stop();
  /// No longer waits for the carrier to agree.
  void disconnect();
  [[nodiscard]] bool ended() const noexcept;

  /// True when the next message of this priority fits into memory, and nothing of it waits in the
  /// store.
  [[nodiscard]] bool has_room(std::uint8_t priority) const noexcept;
  void enqueue(outbound_ptr message);
  /// Back to where it was taken from, at the head of its line.
  void put_back(const outbound_ptr& message);
  [[nodiscard]] parked_range& parked(std::uint8_t priority) noexcept {
    return parked_[priority & 3U];
  }
  [[nodiscard]] std::size_t room() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }

  /// At least one bind can submit.
  [[nodiscard]] bool up() const noexcept;
  /// How long it has been down; zero while it is up.
  [[nodiscard]] std::chrono::steady_clock::duration down_for(time now) const noexcept;
  /// Takes every message out of the queue that has not been started: they go elsewhere.
  [[nodiscard]] std::vector<outbound_ptr> take_unstarted();
  /// Takes those of an account's messages out of the queue of which it has nothing yet and for
  /// which `wanted(message)`.
  template <class Predicate>
  [[nodiscard]] std::vector<outbound_ptr> take_waiting(std::int64_t account, Predicate wanted) {
    return queue_.take_if(account, [&](const outbound_ptr& one) {
      return one->accepted.none() && !one->possible_duplicate && wanted(*one);
    });
  }
  /// Reports the messages of the queue whose validity has ended: while it is down nothing else
  /// would.
  void expire(store::wall_time now);
  template <class Visitor>
  void for_each_message(Visitor visit) const {
    queue_.for_each(visit);
    if (current_) visit(current_);
    for (const auto& slot : slots_) {
      if (slot.message) visit(slot.message);
    }
  }

  /// Every quarter of a second: answers that stay out, figures.
  void tick(time now);

  struct description {
    std::size_t queued{}, in_flight{}, binds_up{}, binds{};
    std::size_t window{};  // parts that may be in flight now, on all binds that are up
    double rate{};
    std::string last_error;
    std::vector<std::string> bind_states;
  };
  [[nodiscard]] description describe() const;

 private:
  /// A submit_sm without an answer. Its place in `slots_` and `round` make the cookie.
  struct submitted {
    outbound_ptr message;
    std::uint8_t part{};
    std::uint32_t round{};
    bind* by{};
    bool doubtful{false};  // its time is over, but an answer may still come
    time give_up;          // of a doubtful one
  };

  void dispatch();
  [[nodiscard]] std::size_t window() const;
  [[nodiscard]] bind* choose_bind();
  [[nodiscard]] bool prepare_current();
  [[nodiscard]] bool submit_part(bind& by, time now);
  void refuse_current();
  void finish_current();
  [[nodiscard]] std::uint64_t take_slot(bind& by);
  [[nodiscard]] submitted* find_slot(std::uint64_t cookie);
  void free_slot(submitted& of);
  void trouble(const outbound_ptr& message, submit_trouble what);
  void conclude(const outbound_ptr& message, std::string_view why);
  void end_unknown(submitted& of, std::string_view why);
  void on_accepted(const outbound_ptr& message, std::uint8_t part, std::string_view id);
  void occupy_until_recorded(std::uint8_t part);

  // What binds report.
  void on_up(bind& by) override;
  void on_down(bind& by) override;
  void on_answer(bind& by, std::uint64_t cookie, smpp::command_status status,
                 std::string_view message_id, std::chrono::nanoseconds round_trip) override;
  void on_no_answer(bind& by, std::uint64_t cookie, bool session_lives) override;
  void on_delivery(bind& by, const delivery& pdu, acknowledgement ack) override;
  void on_room(bind& by) override;

  asio::io_context& loop_;
  const std::int64_t id_;
  const carrier_config& settings_;
  const std::size_t in_memory_max_;
  metrics::carrier_figures& figures_;
  carrier_events& events_;
  fair_queue<outbound_ptr> queue_;
  outbound_ptr current_;  // its parts are being sent
  std::vector<std::unique_ptr<bind>> binds_;
  std::size_t turn_{0};  // of the binds
  part_rate rate_;
  asio::steady_timer rate_timer_;
  bool rate_timer_set_{false};
  std::vector<submitted> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t in_flight_count_{0};
  // Parts whose answer came and is not durable yet. They count towards the window: after a crash
  // they are sent again, and that must never be more than a window.
  std::size_t unrecorded_{0};
  durable_list<std::uint8_t> recorded_;
  std::array<parked_range, 4> parked_;
  time down_since_;
  bool was_up_{false};
  bool sending_{true};
  bool dispatching_{false};
  smpp::submit_sm scratch_;
};

}  // namespace smppd
