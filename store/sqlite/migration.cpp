#include "store/sqlite/migration.hpp"

#include "store/error.hpp"

#include <boost/system/system_error.hpp>

#include <array>
#include <string>

namespace store {
namespace {

// The files of store/schema/, in the order of their numbers, from 001.
const std::array migrations = std::to_array<const char*>({
#include "schema.inc"
});

std::size_t get_version(sql::connection& database) {
  return static_cast<std::size_t>(database.get_number("PRAGMA user_version"));
}

}  // namespace

void migrate(sql::connection& database) {
  if (get_version(database) == migrations.size()) return;
  database.set_up("BEGIN IMMEDIATE");  // another process may be at it
  const std::size_t version = get_version(database);
  if (version > migrations.size()) {
    throw boost::system::system_error(
        error::schema_too_new, database.path().string() + ": schema " + std::to_string(version) +
                                   ", known up to " + std::to_string(migrations.size()));
  }
  for (std::size_t next = version; next < migrations.size(); ++next) {
    database.set_up(migrations[next]);
  }
  database.set_up("PRAGMA user_version = " + std::to_string(migrations.size()));
  database.set_up("COMMIT");
}

}  // namespace store
