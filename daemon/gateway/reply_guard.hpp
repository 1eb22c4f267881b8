// Keeps two machines from answering each other for ever.
#pragma once

#include "store/records.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace smppd {

/// Counts automatic replies per number and hour.
class reply_guard {
 public:
  static constexpr unsigned per_hour_max = 5;
  static constexpr std::size_t numbers_max =
      100'000;  // beyond it the oldest hour is forgotten at once

  /// True, and it is counted, when `number` may get one more.
  [[nodiscard]] bool try_reply(const std::string& number, store::wall_time now) {
    const auto hour = std::chrono::floor<std::chrono::hours>(now);
    if (hour != hour_ || counts_.size() >= numbers_max) {
      counts_.clear();
      hour_ = hour;
    }
    return ++counts_[number] <= per_hour_max;
  }

 private:
  std::chrono::sys_time<std::chrono::hours> hour_;
  std::unordered_map<std::string, unsigned> counts_;
};

}  // namespace smppd
