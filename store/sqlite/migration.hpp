// Brings a database's schema up to date.
#pragma once

#include "store/sql/connection.hpp"

namespace store {

/// Applies, in one transaction, the numbered schema files that the database has not seen yet; its
/// user_version says which. Throws where that fails, and `schema_too_new` where a newer smppd has
/// been at it.
void migrate(sql::connection& database);

}  // namespace store
