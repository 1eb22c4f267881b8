// The journal: what large commits changed, one row for each, until the tables say it too.
#pragma once

#include "store/batch.hpp"
#include "store/sql/statement.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace store {

/// How many of the changes are of the kinds that the journal can hold: `sents`, `settlements`,
/// `notices`, `notices_postponed`, `notices_done`.
[[nodiscard]] std::size_t count_journaled(const batch& changes) noexcept;

/// These changes as octets, appended to `octets`.
void pack(const batch& changes, std::string& octets);
/// Adds them to `changes`; its views point into `octets`. False: these are not octets of `pack`.
[[nodiscard]] bool unpack(std::string_view octets, batch& changes);

/// Its table. Every call belongs into a transaction of the caller's.
class journal {
 public:
  explicit journal(sql::connection& on);

  /// Adds a row. A row of a transaction that failed takes its number with it.
  void append(const batch& changes);
  /// The number of the last row that was appended.
  [[nodiscard]] std::int64_t last() const noexcept { return last_; }
  /// Rows up to the number given are not needed any more. They are deleted by `trim`.
  void release(std::int64_t up_to) noexcept { released_ = up_to; }
  /// Deletes at most `rows` of what was released.
  void trim(std::int64_t rows);
  /// That was committed.
  void trimmed() noexcept { deleted_ = deleting_; }
  [[nodiscard]] bool empty() const noexcept { return rows() == 0; }
  [[nodiscard]] std::size_t rows() const noexcept {
    return static_cast<std::size_t>(last_ - deleted_);
  }

  /// Every row, in order. False, and an end, where `take` refuses one.
  [[nodiscard]] bool read(const std::function<bool(std::string_view)>& take);

 private:
  sql::statement insert_, delete_, select_, find_first_, find_last_;
  std::int64_t last_{0}, released_{0}, deleting_{0}, deleted_{0};
  std::string packed_;
};

}  // namespace store
