#include "store/sqlite/write_back.hpp"

#include <sqlite3.h>

namespace store {
namespace {

constexpr int wait_milliseconds = 50;

}  // namespace

write_back::write_back(sql::connection& on, int pages, std::chrono::milliseconds busy_timeout)
    : pages_(pages), busy_milliseconds_(static_cast<int>(busy_timeout.count())) {
  sqlite3_wal_hook(on.handle(), &on_commit, this);
}

int write_back::on_commit(void* self, sqlite3* database, const char* name, int pages) noexcept {
  static_cast<write_back*>(self)->log_holds(pages, database, name);
  return SQLITE_OK;
}

void write_back::log_holds(int pages, sqlite3* database, const char* name) noexcept {
  if (pages < tried_at_) tried_at_ = 0;  // it started over
  if (pages < tried_at_ + pages_) return;
  tried_at_ = pages;
  const bool wait = pages >= pages_ * 4;
  if (wait) sqlite3_busy_timeout(database, wait_milliseconds);
  sqlite3_wal_checkpoint_v2(database, name,
                            wait ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, nullptr,
                            nullptr);
  if (wait) sqlite3_busy_timeout(database, busy_milliseconds_);
}

}  // namespace store
