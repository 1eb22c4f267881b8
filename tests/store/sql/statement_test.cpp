// Binding, stepping, and what a failure leaves behind.
#include "store/sql/statement.hpp"

#include "store/error.hpp"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <string>

namespace tests {
namespace {

using store::sql::connection;
using store::sql::statement;
using store::sql::transaction;

class Statement : public testing::Test {
 protected:
  connection memory_{":memory:", connection::access::read_write, std::chrono::milliseconds{0},
                     "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, octets BLOB) STRICT"};
  statement insert_{memory_, "INSERT INTO t VALUES ($1, $2, $3)"};
  statement find_{memory_, "SELECT id, text, octets FROM t WHERE id = $1"};
};

boost::system::error_code failure_of(connection& on, const char* text) {
  try {
    const statement made(on, text);
  } catch (const boost::system::system_error& failure) {
    return failure.code();
  }
  return {};
}

TEST_F(Statement, GivesBackWhatWasBound) {
  EXPECT_EQ(insert_.run(1, std::string_view{"a\0b", 3}, store::sql::octets{"\xff"}), 1);
  auto row = find_.select(1);
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.number(), 1);
  EXPECT_EQ(row.view(), std::string_view("a\0b", 3));
  EXPECT_FALSE(row.at_null());
  EXPECT_EQ(row.view(), "\xff");
  EXPECT_FALSE(row.next());
}

TEST_F(Statement, TellsNullFromEmpty) {
  insert_.run(1, std::string_view{}, store::sql::octets{});
  insert_.run(2, store::sql::text_or_null{}, store::sql::octets{"ignored", true});
  statement count(memory_, "SELECT count(text) + 10 * count(octets) FROM t");
  EXPECT_EQ(count.find_number(), 11);
  statement both(memory_, "SELECT text FROM t WHERE id = $1");
  auto row = both.select(2);
  ASSERT_TRUE(row.next());
  EXPECT_TRUE(row.at_null());
  EXPECT_EQ(row.view(), "");
}

TEST_F(Statement, FindsNoNumberWhereThereIsNoRow) {
  EXPECT_EQ(find_.find_number(1), std::nullopt);
  insert_.run(7, std::string_view{}, store::sql::octets{});
  EXPECT_EQ(find_.find_number(7), 7);
}

TEST_F(Statement, MistakeInTheTextIsInternal) {
  EXPECT_EQ(failure_of(memory_, "SELECT nothing FROM nowhere"), store::error::internal);
}

TEST_F(Statement, ParametersMustAppearInTheirOrder) {
  EXPECT_EQ(failure_of(memory_, "SELECT $2, $1"), store::error::internal);
  EXPECT_EQ(failure_of(memory_, "SELECT $1, $2, $1"), boost::system::error_code{});
}

TEST_F(Statement, FirstFailureStopsTheTransaction) {
  transaction all(memory_);
  insert_.run(1, std::string_view{}, store::sql::octets{});
  EXPECT_EQ(insert_.run(1, std::string_view{}, store::sql::octets{}), 0);
  EXPECT_EQ(insert_.run(2, std::string_view{}, store::sql::octets{}), 0);
  EXPECT_EQ(all.commit().error(), store::error::already_exists);
  EXPECT_EQ(find_.find_number(1), std::nullopt);
  EXPECT_FALSE(memory_.failed());
}

TEST_F(Statement, TransactionThatIsNotCommittedIsRolledBack) {
  {
    const transaction all(memory_);
    insert_.run(1, std::string_view{}, store::sql::octets{});
  }
  EXPECT_EQ(find_.find_number(1), std::nullopt);
}

}  // namespace
}  // namespace tests
