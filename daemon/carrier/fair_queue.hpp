// The order in which a carrier's messages leave: by priority, and within one priority one account
// after the other, so that one customer's million does not delay another's one-time password.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace smppd {

template <class Item>
class fair_queue {
 public:
  static constexpr std::size_t priorities = 4;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  void push_back(std::uint8_t priority, std::int64_t account, Item item) {
    line_of(priority, account).push_back(std::move(item));
    ++size_;
  }

  /// Back to where it came from: the head of its account's line, among others that were put back in
  /// the order of `before(item, other)`.
  template <class Before>
  void put_back(std::uint8_t priority, std::int64_t account, Item item, Before before) {
    auto& line = line_of(priority, account);
    const auto place =
        std::ranges::find_if(line, [&](const Item& other) { return before(item, other); });
    line.insert(place, std::move(item));
    ++size_;
  }

  /// The next one. Must not be empty.
  [[nodiscard]] Item pop() {
    for (std::size_t i = priorities; i-- > 0;) {
      auto& level = levels_[i];
      if (level.turns.empty()) continue;
      const auto account = level.turns.front();
      level.turns.pop_front();
      const auto line = level.lines.find(account);
      Item item = std::move(line->second.front());
      line->second.pop_front();
      if (line->second.empty()) {
        level.lines.erase(line);
      } else {
        level.turns.push_back(account);
      }
      --size_;
      return item;
    }
    return Item{};
  }

  /// Takes out those for which `wanted(item)`, each account's in their order.
  template <class Predicate>
  [[nodiscard]] std::vector<Item> take_if(Predicate wanted) {
    std::vector<Item> taken;
    for (auto& level : levels_) {
      for (auto& [account, line] : level.lines)
        take_from(line, wanted, taken);
      forget_empty_lines(level);
    }
    size_ -= taken.size();
    return taken;
  }
  /// The same among those of one account.
  template <class Predicate>
  [[nodiscard]] std::vector<Item> take_if(std::int64_t account, Predicate wanted) {
    std::vector<Item> taken;
    for (auto& level : levels_) {
      const auto line = level.lines.find(account);
      if (line == level.lines.end()) continue;
      take_from(line->second, wanted, taken);
      forget_empty_lines(level);
    }
    size_ -= taken.size();
    return taken;
  }

  /// Calls `visit(item)` for each, in no particular order.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (const auto& level : levels_) {
      for (const auto& [account, line] : level.lines) {
        for (const auto& item : line)
          visit(item);
      }
    }
  }

 private:
  using fifo = std::deque<Item>;
  struct priority_level {
    std::map<std::int64_t, fifo> lines;  // by account; none is empty
    std::deque<std::int64_t> turns;      // each account of `lines` once, next one first
  };

  template <class Predicate>
  static void take_from(fifo& line, Predicate& wanted, std::vector<Item>& taken) {
    const auto first = std::ranges::find_if(line, wanted);
    const auto rest =
        std::stable_partition(first, line.end(), [&](const Item& item) { return !wanted(item); });
    std::move(rest, line.end(), std::back_inserter(taken));
    line.erase(rest, line.end());
  }
  static void forget_empty_lines(priority_level& level) {
    std::erase_if(level.lines, [](const auto& one) { return one.second.empty(); });
    std::erase_if(level.turns,
                  [&](std::int64_t account) { return !level.lines.contains(account); });
  }

  fifo& line_of(std::uint8_t priority, std::int64_t account) {
    auto& level = levels_[priority < priorities ? priority : priorities - 1];
    const auto [found, fresh] = level.lines.try_emplace(account);
    if (fresh) level.turns.push_back(account);
    return found->second;
  }

  std::array<priority_level, priorities> levels_;
  std::size_t size_{0};
};

}  // namespace smppd
