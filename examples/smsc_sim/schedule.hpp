// What is to be done later, in order of time. A million entries cost memory, not timers: entries of
// the same millisecond stand together.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

template <class What>
class schedule {
 public:
  using time = std::chrono::steady_clock::time_point;
  using tick = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

  void add(time due, What what) {
    const auto at = std::chrono::ceil<std::chrono::milliseconds>(due);
    slots_.try_emplace(slots_.end(), at)->second.push_back(std::move(what));
    ++size_;
  }
  /// Calls `use(what)` for all that is due; `use` may add more.
  template <class Use>
  void take_due(time now, Use use) {
    while (!slots_.empty() && slots_.begin()->first <= now) {
      auto slot = slots_.extract(slots_.begin());
      size_ -= slot.mapped().size();
      for (auto& what : slot.mapped())
        use(what);
    }
  }
  [[nodiscard]] std::optional<time> next() const {
    if (slots_.empty()) return std::nullopt;
    return slots_.begin()->first;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::map<tick, std::vector<What>> slots_;
  std::size_t size_{0};
};
