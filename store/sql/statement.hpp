// Statements, prepared once: bind, step, reset.
#pragma once

#include "store/arena.hpp"
#include "store/records.hpp"
#include "store/sql/connection.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3_stmt;

namespace store::sql {

/// A BLOB; NULL where `null` says so.
struct octets {
  std::string_view value;
  bool null{false};
};

/// A TEXT; NULL where it is empty.
struct text_or_null {
  std::string_view value;
};

class cursor;

/// A prepared statement. Its parameters are $1, $2 ... in the order of their first appearance.
/// Values are bound without a copy: they must live until the call (or the cursor) ends.
class statement {
 public:
  /// Throws boost::system::system_error where `text` does not fit the schema.
  statement(connection& on, std::string_view text);
  ~statement();
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;

  /// Runs it to its end. Returns how many rows it changed: 0 where it, or anything before it in
  /// this transaction, failed.
  template <class... Values>
  std::int64_t run(const Values&... values) noexcept {
    bind_all(values...);
    return finish();
  }

  /// Starts a query. The cursor must end before the statement is used again.
  template <class... Values>
  [[nodiscard]] cursor select(const Values&... values) noexcept;

  /// The first column of the first row.
  template <class... Values>
  [[nodiscard]] std::optional<std::int64_t> find_number(const Values&... values) noexcept;

 private:
  friend class cursor;

  template <class... Values>
  void bind_all(const Values&... values) noexcept {
    int place = 0;
    (bind(++place, values), ...);
  }
  template <class Number>
  requires std::integral<Number> || std::is_enum_v<Number>
  void bind(int place, Number value) noexcept {
    bind_number(place, static_cast<std::int64_t>(value));
  }
  void bind(int place, wall_time value) noexcept {
    bind_number(place, value.time_since_epoch().count());
  }
  void bind(int place, std::string_view value) noexcept;
  void bind(int place, octets value) noexcept;
  void bind(int place, text_or_null value) noexcept;
  void bind_number(int place, std::int64_t value) noexcept;

  std::int64_t finish() noexcept;
  bool step() noexcept;
  void reset() noexcept;

  connection* on_;
  sqlite3_stmt* handle_{nullptr};
};

/// The rows of a query, each read column by column from the left. Resets the statement at its end.
class cursor {
 public:
  explicit cursor(statement& of) noexcept : of_(&of) {}
  ~cursor() { of_->reset(); }
  cursor(const cursor&) = delete;
  cursor& operator=(const cursor&) = delete;

  /// False at the end, and where something failed.
  [[nodiscard]] bool next() noexcept {
    column_ = 0;
    return of_->step();
  }

  template <class Number = std::int64_t>
  [[nodiscard]] Number number() noexcept {
    return static_cast<Number>(read_number());
  }
  [[nodiscard]] wall_time time() noexcept { return wall_time{std::chrono::milliseconds{number()}}; }
  /// A TEXT or BLOB, valid until `next`. Empty where NULL.
  [[nodiscard]] std::string_view view() noexcept;
  [[nodiscard]] std::string_view text(arena& keeper) { return keeper.keep(view()); }
  [[nodiscard]] std::string string() { return std::string{view()}; }
  /// Whether the column to be read next is NULL.
  [[nodiscard]] bool at_null() const noexcept;

 private:
  std::int64_t read_number() noexcept;

  statement* of_;
  int column_{0};
};

template <class... Values>
cursor statement::select(const Values&... values) noexcept {
  bind_all(values...);
  return cursor(*this);
}

template <class... Values>
std::optional<std::int64_t> statement::find_number(const Values&... values) noexcept {
  auto row = select(values...);
  if (!row.next()) return std::nullopt;
  return row.number();
}

}  // namespace store::sql
