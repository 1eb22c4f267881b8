#include "store/sqlite/sqlite.hpp"

#include "store/error.hpp"
#include "store/sqlite/migration.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/recent.hpp"
#include "store/sqlite/writer.hpp"

#include <boost/system/system_error.hpp>
#include <sqlite3.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace store {
namespace {

using boost::system::system_error;

void configure_library_once() {
  // No connection is shared between threads; without memory statistics malloc takes no lock. Fails,
  // harmlessly, where SQLite was used before.
  static const bool done = [] {
    return sqlite3_config(SQLITE_CONFIG_MULTITHREAD) == SQLITE_OK &&
           sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
  }();
  static_cast<void>(done);
}

// SQLite would create it readable by everybody. The files that it puts beside it get the same mode.
void create_private_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) {
    ::close(file);
  } else if (errno != EEXIST) {
    throw system_error(sql::translate_open_failure(errno), path);
  }
}

void prepare_file(const sqlite_options& options) {
  create_private_file(options.path);
  sql::connection first(options.path, sql::connection::access::read_write, options.busy_timeout,
                        "");
  if (sqlite3_db_readonly(first.handle(), "main") == 1) {
    throw system_error(error::not_writable, options.path);
  }
  first.set_up("PRAGMA journal_mode = WAL");
  migrate(first);
}

template <class Interface, class Engine>
result<std::unique_ptr<Interface>> make(const sqlite_options& options, recent& lately) {
  try {
    return std::make_unique<Engine>(options, lately);
  } catch (const system_error& failure) {
    return failure.code();
  }
}

// Held on a file of its own, as SQLite's locks come and go; the kernel lets it go however the
// process ends.
class daemon_lock {
 public:
  explicit daemon_lock(const std::string& database) {
    const auto path = database + "-daemon";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) throw system_error(sql::translate_open_failure(errno), path);
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
    ::close(file_);
    throw system_error(error::in_use, database);
  }
  ~daemon_lock() { ::close(file_); }
  daemon_lock(const daemon_lock&) = delete;
  daemon_lock& operator=(const daemon_lock&) = delete;

 private:
  int file_;
};

class sqlite_database final : public database {
 public:
  sqlite_database(sqlite_options options, std::unique_ptr<daemon_lock> lock)
      : options_(std::move(options)), lock_(std::move(lock)) {}

  result<std::unique_ptr<writer>> make_writer() override {
    return make<writer, sqlite_writer>(options_, recent_);
  }
  result<std::unique_ptr<reader>> make_reader() override {
    return make<reader, sqlite_reader>(options_, recent_);
  }

 private:
  sqlite_options options_;
  std::unique_ptr<daemon_lock> lock_;
  recent recent_;
};

}  // namespace

std::unique_ptr<database> open_sqlite(const sqlite_options& options) {
  configure_library_once();
  auto lock = options.sole_daemon ? std::make_unique<daemon_lock>(options.path) : nullptr;
  prepare_file(options);
  return std::make_unique<sqlite_database>(options, std::move(lock));
}

}  // namespace store
