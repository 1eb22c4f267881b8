// How many parts a second a carrier takes: what the administrator allows, less while the carrier
// says "slow down".
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

namespace smppd {

/// A token bucket whose rate falls by a third whenever the carrier throttles and climbs back a
/// little every second. Time is a parameter.
class part_rate {
 public:
  using time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds pause_after_throttle{1000};

  /// `allowed` parts per second; 0: as many as the carrier takes.
  explicit part_rate(double allowed) : allowed_(allowed), current_(allowed) {}

  /// True, and one part is counted, when one may leave now.
  [[nodiscard]] bool try_take(time now) {
    refill(now);
    if (now < paused_until_) return false;
    if (current_ > 0 && tokens_ < 1) return false;
    if (current_ > 0) tokens_ -= 1;
    ++taken_;
    return true;
  }

  /// When `try_take` may succeed again, after it said no.
  [[nodiscard]] time next(time now) const {
    time at = std::max(now, paused_until_);
    if (current_ > 0 && tokens_ < 1) {
      const std::chrono::duration<double> wait((1 - tokens_) / current_);
      at = std::max(at, refilled_ + std::chrono::ceil<std::chrono::milliseconds>(wait));
    }
    return at;
  }

  /// The carrier answered ESME_RTHROTTLED or ESME_RMSGQFUL. Several such answers to one burst count
  /// once.
  void on_throttled(time now) {
    if (now < paused_until_) return;
    paused_until_ = now + pause_after_throttle;
    current_ = std::max(slowest, (current_ > 0 ? current_ : last_second_) * 2 / 3);
    tokens_ = 0;
  }

  /// 0: no limit.
  [[nodiscard]] double current() const noexcept { return current_; }
  [[nodiscard]] bool paused(time now) const noexcept { return now < paused_until_; }

 private:
  static constexpr double slowest = 1, climb = 0.05, burst_seconds = 0.1;
  static constexpr double forget =
      1e6;  // an unlimited carrier that climbed this far has no limit again

  void refill(time now) {
    if (refilled_ == time{}) refilled_ = second_ = now;
    const double passed = std::chrono::duration<double>(now - refilled_).count();
    refilled_ = now;
    if (current_ > 0) {
      tokens_ = std::min(tokens_ + passed * current_, std::max(1.0, current_ * burst_seconds));
    }
    if (now - second_ < std::chrono::seconds{1}) return;
    second_ = now;
    last_second_ = static_cast<double>(std::exchange(taken_, 0));
    if (current_ > 0 && current_ != allowed_ && !paused(now)) recover();
  }

  void recover() {
    current_ += std::max(1.0, current_ * climb);
    if (allowed_ > 0) current_ = std::min(current_, allowed_);
    if (allowed_ == 0 && (current_ > forget || current_ > 4 * last_second_ + 100)) current_ = 0;
  }

  double allowed_, current_;
  double tokens_{1};
  double last_second_{100};  // parts that left in the last full second
  unsigned taken_{0};
  time refilled_, second_, paused_until_;
};

}  // namespace smppd
