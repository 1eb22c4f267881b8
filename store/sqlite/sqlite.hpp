// The store on SQLite: one file, no set-up.
#pragma once

#include "store/store.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace store {

/// How far a commit goes before it returns. Anything but `full` may lose acknowledged messages when
/// the power fails; stored as SQLite numbers them.
enum class synchronous { off = 0, normal = 1, full = 2 };

struct sqlite_options {
  std::string path;
  std::chrono::milliseconds busy_timeout{5000};  // how long a call waits for another process
  store::synchronous synchronous{store::synchronous::full};
  int writer_cache_kib{64 * 1024};
  int reader_cache_kib{8 * 1024};
  int wal_pages{4000};  // the write-ahead log is written back when it holds this many
  int pages_max{0};     // the database never grows beyond; 0: no limit
  // Nobody else opens it so until the `database` is gone: for the daemon, which keeps in memory
  // what is on its way. Others may still read, and change accounts.
  bool sole_daemon{false};
  // With sole_daemon: commits of so many changes of state put them into the journal first; memory
  // holds at most about twice `recent_max` of them until the tables say them too.
  std::size_t journal_from{64};
  std::size_t recent_max{262144};
};

/// Opens the database, creates it (readable by its owner only) if there is none, and brings its
/// schema up to date. Throws boost::system::system_error with a code of store::error; its text
/// names the path and says what SQLite said. Call it before other threads use SQLite.
[[nodiscard]] std::unique_ptr<database> open_sqlite(const sqlite_options& options);

}  // namespace store
