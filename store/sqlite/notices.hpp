// What somebody must be told, and what is remembered about messages beside their state.
#pragma once

#include "store/batch.hpp"
#include "store/sql/statement.hpp"

namespace store {

class notice_writer {
 public:
  explicit notice_writer(sql::connection& on);

  /// Notices, events and marks.
  void apply(const batch& changes);

 private:
  sql::statement insert_, postpone_, delete_;
  sql::statement insert_event_, set_mark_;
};

}  // namespace store
