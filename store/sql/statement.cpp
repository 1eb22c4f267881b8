#include "store/sql/statement.hpp"

#include "store/error.hpp"

#include <boost/system/system_error.hpp>
#include <sqlite3.h>

namespace store::sql {
namespace {

// SQLite takes a null pointer for NULL; an empty view may have one.
const char* start_of(std::string_view value) noexcept {
  return value.data() != nullptr ? value.data() : "";
}

// SQLite numbers $1, $2 ... by first appearance, PostgreSQL by their digits: they have to agree.
bool parameters_in_order(sqlite3_stmt* statement) {
  for (int place = 1; place <= sqlite3_bind_parameter_count(statement); ++place) {
    if (sqlite3_bind_parameter_name(statement, place) != "$" + std::to_string(place)) return false;
  }
  return true;
}

}  // namespace

statement::statement(connection& on, std::string_view text) : on_(&on) {
  const int code = sqlite3_prepare_v3(on.handle(), text.data(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  if (code != SQLITE_OK) on.raise(code);
  if (parameters_in_order(handle_)) return;
  sqlite3_finalize(handle_);
  throw boost::system::system_error(error::internal, std::string{text});
}

statement::~statement() { sqlite3_finalize(handle_); }

void statement::bind_number(int place, std::int64_t value) noexcept {
  if (const int code = sqlite3_bind_int64(handle_, place, value); code != SQLITE_OK) {
    on_->fail(code);
  }
}

void statement::bind(int place, std::string_view value) noexcept {
  const int code = sqlite3_bind_text64(handle_, place, start_of(value), value.size(), nullptr,
                                       SQLITE_UTF8);  // nullptr: SQLITE_STATIC
  if (code != SQLITE_OK) on_->fail(code);
}

void statement::bind(int place, octets value) noexcept {
  const int code = value.null ? sqlite3_bind_null(handle_, place)
                              : sqlite3_bind_blob64(handle_, place, start_of(value.value),
                                                    value.value.size(), nullptr);
  if (code != SQLITE_OK) on_->fail(code);
}

void statement::bind(int place, text_or_null value) noexcept {
  if (!value.value.empty()) return bind(place, value.value);
  if (const int code = sqlite3_bind_null(handle_, place); code != SQLITE_OK) on_->fail(code);
}

bool statement::step() noexcept {
  if (on_->failed()) return false;
  const int code = sqlite3_step(handle_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) on_->fail(code);
  return code == SQLITE_ROW;
}

void statement::reset() noexcept { sqlite3_reset(handle_); }

std::int64_t statement::finish() noexcept {
  step();
  reset();
  return on_->failed() ? 0 : sqlite3_changes64(on_->handle());
}

std::string_view cursor::view() noexcept {
  const int column = column_++;
  const void* const start = sqlite3_column_blob(of_->handle_, column);  // the octets as stored
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(of_->handle_, column));
  return {static_cast<const char*>(start), size};
}

bool cursor::at_null() const noexcept {
  return sqlite3_column_type(of_->handle_, column_) == SQLITE_NULL;
}

std::int64_t cursor::read_number() noexcept {
  return sqlite3_column_int64(of_->handle_, column_++);
}

}  // namespace store::sql
