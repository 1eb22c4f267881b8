// One connection to SQLite, used by one thread at a time.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace store::sql {

/// What SQLite's (extended) result code means to us.
[[nodiscard]] boost::system::error_code translate(int code) noexcept;

/// Why a file could not be opened, from errno.
[[nodiscard]] boost::system::error_code translate_open_failure(int system_error) noexcept;

/// Keeps its first failure: what runs after it does nothing, so that a transaction asks once, at
/// its end (`outcome`), how it all went.
class connection {
 public:
  enum class access { read_only, read_write };

  /// Opens an existing file and runs the statements of `set_up`. Waits `busy_timeout` for other
  /// connections that hold the database. Throws boost::system::system_error.
  connection(const std::filesystem::path& path, access wanted,
             std::chrono::milliseconds busy_timeout, const std::string& set_up);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Runs statements that return nothing. A failure is kept.
  void run(const char* statements) noexcept;
  /// The same while opening: throws.
  void set_up(const std::string& statements);
  /// The statements of transactions, prepared when they are first used. A failure is kept.
  enum class step : std::uint8_t { begin, begin_immediate, commit };
  void run(step next) noexcept;
  /// A pragma's integer. Throws.
  [[nodiscard]] std::int64_t get_number(const char* query);

  void fail(int code) noexcept {
    if (failure_ == 0) failure_ = code;
  }
  [[nodiscard]] bool failed() const noexcept { return failure_ != 0; }
  /// The first failure since the last call, which it forgets.
  [[nodiscard]] boost::system::error_code take_error() noexcept {
    return translate(std::exchange(failure_, 0));
  }
  /// `value`, unless something failed since the last outcome.
  template <class Value>
  [[nodiscard]] boost::system::result<Value> outcome(Value&& value) {
    if (failed()) return take_error();
    return std::forward<Value>(value);
  }

  /// Throws what `code` means, with SQLite's own words and the path.
  [[noreturn]] void raise(int code) const;

  [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  sqlite3* handle_{nullptr};
  std::array<sqlite3_stmt*, 3> steps_{};
  int failure_{0};
};

/// Rolls back unless committed.
class transaction {
 public:
  enum class kind { read, write };

  /// A write transaction takes the write lock at once: nothing in it fails later for want of it.
  explicit transaction(connection& on, kind wanted = kind::write) : on_(&on) {
    using step = connection::step;
    on.run(wanted == kind::write ? step::begin_immediate : step::begin);
  }
  ~transaction() { roll_back(); }
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  /// Commits, or, where anything failed since the transaction began, rolls back and says what.
  [[nodiscard]] boost::system::result<void> commit() noexcept {
    on_->run(connection::step::commit);
    if (!on_->failed()) return {};
    roll_back();
    return on_->take_error();
  }

 private:
  void roll_back() noexcept;

  connection* on_;
};

}  // namespace store::sql
