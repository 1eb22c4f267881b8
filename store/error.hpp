// What can go wrong in the store, whatever the engine.
#pragma once

#include <boost/system/error_code.hpp>

namespace store {

enum class error {
  not_found = 1,
  already_exists,
  locked,          // another process holds the database; trying again may help
  in_use,          // another daemon runs on the database
  full,            // no room on the disk, or the database's own limit
  io,              // the disk failed
  corrupt,         // the database contradicts itself
  not_a_database,  // the file is something else
  no_directory,    // the directory that should hold the database is missing
  not_writable,    // permissions, or a read-only file system
  cannot_open,     // anything else that prevents opening
  schema_too_new,  // a newer smppd wrote it
  internal,        // a mistake in the store itself
};

[[nodiscard]] const boost::system::error_category& error_category() noexcept;

[[nodiscard]] inline boost::system::error_code make_error_code(error e) noexcept {
  return {static_cast<int>(e), error_category()};
}

}  // namespace store

template <>
struct boost::system::is_error_code_enum<store::error> : std::true_type {};
