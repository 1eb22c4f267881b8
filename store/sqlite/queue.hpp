// Where queued messages wait when memory does not answer for them: parked and scheduled.
#pragma once

#include "store/batch.hpp"
#include "store/sql/statement.hpp"

namespace store {

class queue_writer {
 public:
  explicit queue_writer(sql::connection& on);

  void apply(const batch& changes);

  /// A message left the queue: what it says about its rows here is true.
  void leave(id64 id, bool was_parked, wall_time scheduled_for) {
    if (was_parked) unpark_.run(id);
    if (scheduled_for != wall_time{}) unschedule_.run(id);
  }

  /// Messages first..last are withdrawn, those without a state.
  void withdraw(id64 first, id64 last);

 private:
  sql::statement park_, unpark_, mark_parked_, withdraw_parked_;
  sql::statement schedule_, unschedule_, mark_scheduled_, withdraw_scheduled_;
};

}  // namespace store
