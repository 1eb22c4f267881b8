#include "store/sql/connection.hpp"

#include "store/error.hpp"

#include <boost/system/system_error.hpp>
#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>

namespace store::sql {
namespace {

error meaning_of_constraint(int code) noexcept {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return error::already_exists;
    case SQLITE_CONSTRAINT_FOREIGNKEY: return error::not_found;
    default: return error::internal;
  }
}

error meaning_of(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return error::locked;
    case SQLITE_FULL: return error::full;
    case SQLITE_IOERR: return error::io;
    case SQLITE_CORRUPT: return error::corrupt;
    case SQLITE_NOTADB: return error::not_a_database;
    case SQLITE_PERM:
    case SQLITE_READONLY: return error::not_writable;
    case SQLITE_CANTOPEN: return error::cannot_open;
    case SQLITE_CONSTRAINT: return meaning_of_constraint(code);
    default: return error::internal;
  }
}

}  // namespace

boost::system::error_code translate(int code) noexcept {
  if (code == SQLITE_OK) return {};
  return meaning_of(code);
}

boost::system::error_code translate_open_failure(int system_error) noexcept {
  switch (system_error) {
    case ENOENT:
    case ENOTDIR: return error::no_directory;
    case EACCES:
    case EPERM:
    case EROFS: return error::not_writable;
    case ENOSPC:
    case EDQUOT: return error::full;
    default: return error::cannot_open;
  }
}

connection::connection(const std::filesystem::path& path, access wanted,
                       std::chrono::milliseconds busy_timeout, const std::string& set_up)
    : path_(path) {
  const int mode = wanted == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  try {
    const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
    if (code != SQLITE_OK) raise(code);
    sqlite3_busy_timeout(handle_, static_cast<int>(busy_timeout.count()));
    this->set_up(set_up);
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

connection::~connection() {
  for (auto* const prepared : steps_)
    sqlite3_finalize(prepared);
  sqlite3_close(handle_);
}

void connection::run(const char* statements) noexcept {
  if (failed()) return;
  const int code = sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void connection::run(step next) noexcept {
  constexpr std::array texts{"BEGIN", "BEGIN IMMEDIATE", "COMMIT"};
  if (failed()) return;
  const auto place = static_cast<std::size_t>(next);
  auto*& prepared = steps_[place];
  int code = prepared != nullptr
                 ? SQLITE_OK
                 : sqlite3_prepare_v3(handle_, texts[place], -1, SQLITE_PREPARE_PERSISTENT,
                                      &prepared, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_step(prepared);
    code = sqlite3_reset(prepared);
  }
  if (code != SQLITE_OK) fail(code);
}

void connection::set_up(const std::string& statements) {
  const int code = sqlite3_exec(handle_, statements.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(code);
}

std::int64_t connection::get_number(const char* query) {
  std::int64_t number = 0;
  const auto keep = [](void* into, int, char** values, char**) {
    *static_cast<std::int64_t*>(into) =
        values[0] != nullptr ? std::strtoll(values[0], nullptr, 10) : 0;
    return 0;
  };
  const int code = sqlite3_exec(handle_, query, keep, &number, nullptr);
  if (code != SQLITE_OK) raise(code);
  return number;
}

void connection::raise(int code) const {
  boost::system::error_code meaning = translate(code);
  if (meaning == error::cannot_open) {  // SQLite does not say why; the system does
    meaning = translate_open_failure(sqlite3_system_errno(handle_));
    // Where SQLite could not create a file beside the database, it tries to read it, and says why
    // that failed.
    std::error_code none;
    if (meaning == error::no_directory && std::filesystem::exists(path_, none)) {
      meaning = error::cannot_open;
    }
  }
  throw boost::system::system_error(meaning, path_.string() + ": " + sqlite3_errmsg(handle_));
}

void transaction::roll_back() noexcept {
  // No transaction is open where BEGIN failed, after COMMIT, or where SQLite rolled back by itself.
  if (sqlite3_get_autocommit(on_->handle()) != 0) return;
  sqlite3_exec(on_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);  // whatever failed before
}

}  // namespace store::sql
