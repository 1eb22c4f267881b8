// The schema of new, known and newer databases.
#include "store/sqlite/migration.hpp"

#include "store/error.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace tests {
namespace {

class Migration : public testing::Test {
 protected:
  [[nodiscard]] store::sql::connection open() const {
    std::ofstream{directory_.file("smppd.db"), std::ios::app};
    return {directory_.file("smppd.db"), store::sql::connection::access::read_write,
            std::chrono::milliseconds{20}, ""};
  }

 private:
  temporary_directory directory_;
};

TEST_F(Migration, FreshDatabaseGetsTheWholeSchema) {
  auto database = open();
  store::migrate(database);
  EXPECT_GE(database.get_number("PRAGMA user_version"), 1);
  EXPECT_EQ(database.get_number("SELECT count(*) FROM message"), 0);
}

TEST_F(Migration, SecondTimeChangesNothing) {
  auto database = open();
  store::migrate(database);
  database.set_up("INSERT INTO carrier (name) VALUES ('north')");
  const auto schema = database.get_number("PRAGMA schema_version");
  store::migrate(database);
  EXPECT_EQ(database.get_number("PRAGMA schema_version"), schema);
  EXPECT_EQ(database.get_number("SELECT count(*) FROM carrier"), 1);
}

TEST_F(Migration, LoginsOfVersionOneGetReceiptsAsBefore) {
  auto database = open();
  database.set_up(
      "CREATE TABLE login (id INTEGER PRIMARY KEY, system_id TEXT NOT NULL) STRICT;"
      "INSERT INTO login (system_id) VALUES ('esme1');"
      "PRAGMA user_version = 1");
  store::migrate(database);
  EXPECT_GE(database.get_number("PRAGMA user_version"), 2);
  EXPECT_EQ(database.get_number("SELECT count(*) FROM login WHERE receipt_format = '' AND "
                                "receipt_errors = '' AND id_form = 0"),
            1);
}

TEST_F(Migration, NewerDatabaseIsRefusedAndLeftAlone) {
  auto database = open();
  database.set_up("PRAGMA user_version = 999");
  try {
    store::migrate(database);
    FAIL() << "accepted";
  } catch (const boost::system::system_error& failure) {
    EXPECT_EQ(failure.code(), store::error::schema_too_new);
    EXPECT_NE(std::string{failure.what()}.find("999"), std::string::npos);
  }
  EXPECT_EQ(open().get_number("SELECT count(*) FROM sqlite_master"), 0);
}

TEST_F(Migration, FailedMigrationLeavesNothing) {
  {
    auto database = open();
    database.set_up("CREATE TABLE keyword (x)");  // in the way of the last table
    EXPECT_THROW(store::migrate(database), boost::system::system_error);
  }
  auto database = open();
  EXPECT_EQ(database.get_number("SELECT count(*) FROM sqlite_master"), 1);
  EXPECT_EQ(database.get_number("PRAGMA user_version"), 0);
}

}  // namespace
}  // namespace tests
