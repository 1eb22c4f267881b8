// What somebody must be told, and what is remembered about messages beside their state.
#pragma once

#include "store/batch.hpp"
#include "store/sql/statement.hpp"
#include "store/sqlite/recent.hpp"

namespace store {

class notice_writer {
 public:
  /// `lately` outlives it.
  notice_writer(sql::connection& on, const recent& lately);

  /// Notices, events and marks. `journaled`: of notices only what the table has, or may have,
  /// already.
  void apply(const batch& changes, bool journaled);
  void write(const notice& one);
  /// Notices that are done or postponed, as far as they may be in the table.
  void change(const batch& changes);

 private:
  const recent* recent_;
  sql::statement insert_, postpone_, delete_;
  sql::statement insert_event_, set_mark_;
};

}  // namespace store
