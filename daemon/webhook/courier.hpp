// Takes notices to webhooks, and decides what an answer means for the next try.
#pragma once

#include "daemon/config/config.hpp"
#include "daemon/gateway/notices.hpp"
#include "daemon/observe/metrics.hpp"
#include "daemon/webhook/client_thread.hpp"

#include <chrono>
#include <unordered_map>

namespace smppd::webhook {

/// A target that fails again and again is left alone for a while and then tried with one request:
/// that keeps a dead webhook cheap. Loop thread only.
class courier final : public notice_courier {
 public:
  /// All references outlive this object.
  courier(client_thread& http, const webhook_config& settings, metrics& figures);

  /// Call before anything is to be taken.
  void deliver_for(notices& source) { source_ = &source; }

  [[nodiscard]] taking can_take(const notice_item& item) override;
  void take(notice_item item) override;

 private:
  using time = std::chrono::steady_clock::time_point;
  static constexpr unsigned failures_tolerated = 5;
  static constexpr std::chrono::seconds rest_max{60};
  static constexpr std::chrono::seconds busy_rest{1};
  static constexpr std::uint32_t refusals_max = 3;
  static constexpr std::size_t targets_kept = 1000;

  struct health {
    std::size_t out{0};    // requests without an answer
    unsigned failures{0};  // in a row
    time rests_until;
  };

  void on_result(notice_item item, const webhook_result& result);
  void note_health(health& of, bool good);
  void forget_some();
  void retry(notice_item item, const webhook_result& result);
  void give_up(const notice_item& item, std::string_view why);

  client_thread& http_;
  const webhook_config& settings_;
  const std::size_t at_once_;  // requests to a target
  metrics& figures_;
  notices* source_{nullptr};
  std::unordered_map<std::int64_t, health> targets_;
  std::size_t targets_max_{targets_kept};  // then those that had no trouble lately go
};

}  // namespace smppd::webhook
