// A database file under a test's own hands, past the store.
#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>

namespace tests {

class sqlite_file {
 public:
  explicit sqlite_file(const std::string& path) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error(path);
  }
  ~sqlite_file() { sqlite3_close(handle_); }
  sqlite_file(const sqlite_file&) = delete;
  sqlite_file& operator=(const sqlite_file&) = delete;

  void run(const char* statements) {
    if (sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sqlite3_errmsg(handle_));
    }
  }

 private:
  sqlite3* handle_{nullptr};
};

}  // namespace tests
