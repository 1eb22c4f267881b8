// Writes the write-ahead log back into the database before it grows without bound.
#pragma once

#include "store/sql/connection.hpp"

#include <chrono>

struct sqlite3;

namespace store {

/// Each time the log of `on` has grown by `pages`, writes back what it can; a reader that is busy
/// just then may keep the log from starting over. Where it has grown to four times as many, waits
/// for the readers, a moment at most: however many there are, as long as each is short, the log
/// starts over. A failure is left to the next commit, which meets it too.
class write_back {
 public:
  /// `on` outlives it, and must not commit afterwards.
  write_back(sql::connection& on, int pages, std::chrono::milliseconds busy_timeout);
  write_back(const write_back&) = delete;
  write_back& operator=(const write_back&) = delete;
  ~write_back() = default;

 private:
  static int on_commit(void* self, sqlite3* database, const char* name, int pages) noexcept;
  void log_holds(int pages, sqlite3* database, const char* name) noexcept;

  int pages_;
  int busy_milliseconds_;
  int tried_at_{0};
};

}  // namespace store
