#include "store/error.hpp"

#include "store/sql/connection.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>
#include <set>
#include <string>

namespace tests {
namespace {

using store::error;

TEST(StoreError, EachSaysSomethingElse) {
  std::set<std::string> sentences;
  for (int code = static_cast<int>(error::not_found); code <= static_cast<int>(error::internal);
       ++code) {
    const auto text = make_error_code(static_cast<error>(code)).message();
    EXPECT_EQ(text.back(), '.');
    EXPECT_TRUE(sentences.insert(text).second) << text;
  }
  EXPECT_EQ(sentences.count("Unknown error of the store."), 0U);
}

TEST(StoreError, SaysWhatSqliteMeans) {
  using store::sql::translate;
  EXPECT_FALSE(translate(SQLITE_OK));
  EXPECT_EQ(translate(SQLITE_BUSY_SNAPSHOT), error::locked);
  EXPECT_EQ(translate(SQLITE_FULL), error::full);
  EXPECT_EQ(translate(SQLITE_IOERR_FSYNC), error::io);
  EXPECT_EQ(translate(SQLITE_CORRUPT_INDEX), error::corrupt);
  EXPECT_EQ(translate(SQLITE_NOTADB), error::not_a_database);
  EXPECT_EQ(translate(SQLITE_READONLY_DBMOVED), error::not_writable);
  EXPECT_EQ(translate(SQLITE_CANTOPEN), error::cannot_open);
  EXPECT_EQ(translate(SQLITE_CONSTRAINT_UNIQUE), error::already_exists);
  EXPECT_EQ(translate(SQLITE_CONSTRAINT_FOREIGNKEY), error::not_found);
  EXPECT_EQ(translate(SQLITE_CONSTRAINT_NOTNULL), error::internal);
  EXPECT_EQ(translate(SQLITE_NOMEM), error::internal);
}

TEST(StoreError, SaysWhyAFileCannotBeOpened) {
  using store::sql::translate_open_failure;
  EXPECT_EQ(translate_open_failure(ENOENT), error::no_directory);
  EXPECT_EQ(translate_open_failure(EROFS), error::not_writable);
  EXPECT_EQ(translate_open_failure(ENOSPC), error::full);
  EXPECT_EQ(translate_open_failure(EMFILE), error::cannot_open);
}

}  // namespace
}  // namespace tests
