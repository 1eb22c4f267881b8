// How many requests an ESME keeps in flight at an SMSC that says how busy it is: congestion_state
// of SMPP 5.0 (4.8.4.18), 0 for idle to 100 for congested, in any of its responses.
#pragma once

#include "smpp/window.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace smpp {

/// The rule:
///
///     below 80   as many as the window holds
///     80 to 89   as many as before: no more, no fewer
///     90 to 99   a quarter of the window, at least one
///     100        one
///
/// A statement holds for `memory`; an SMSC that says nothing more is not congested any more.
class congestion {
 public:
  static constexpr std::uint8_t state_max = 100;
  static constexpr std::chrono::seconds memory{10};

  explicit congestion(std::uint32_t window_max)
      : window_max_(std::max<std::uint32_t>(window_max, 1)), allowed_(window_max_) {}

  /// What a response said; above `state_max` it says nothing.
  void hear(std::uint8_t state, steady_time now) noexcept {
    if (state > state_max) return;
    heard_ = now;
    if (state == state_max) {
      allowed_ = 1;
    } else if (state >= 90) {
      allowed_ = std::max<std::uint32_t>(window_max_ / 4, 1);
    } else if (state < 80) {
      allowed_ = window_max_;
    }
  }
  /// Time passes.
  void tell(steady_time now) noexcept {
    if (allowed_ != window_max_ && now - heard_ >= memory) allowed_ = window_max_;
  }
  /// Requests that may be in flight, from 1 to the window. Those that are in flight already stay.
  [[nodiscard]] std::uint32_t allowed() const noexcept { return allowed_; }

 private:
  std::uint32_t window_max_, allowed_;
  steady_time heard_;
};

}  // namespace smpp
