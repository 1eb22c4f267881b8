// What the writer does when the database lets it down.
#include "store/error.hpp"
#include "store/sqlite/sqlite.hpp"
#include "tests/support/sqlite_file.hpp"
#include "tests/support/store_records.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace tests {
namespace {

using store::error;

class SqliteWriter : public testing::Test {
 protected:
  SqliteWriter() {
    options_.path = directory_.file("smppd.db");
    options_.busy_timeout = std::chrono::milliseconds{20};
    options_.synchronous = store::synchronous::off;
  }

  void open() {
    database_ = store::open_sqlite(options_);
    writer_ = database_->make_writer().value();
    reader_ = database_->make_reader().value();
  }
  void close() {
    reader_.reset();
    writer_.reset();
    database_.reset();
  }

  /// 100 messages that failed: old enough to go.
  static store::batch settled_hundred(std::int64_t first) {
    store::batch b;
    for (std::int64_t n = first; n < first + 100; ++n) {
      b.accepted.push_back(make_message(id(n)));
      b.settlements.push_back(make_settled(id(n), store::progress::failed));
    }
    return b;
  }

  temporary_directory directory_;
  store::sqlite_options options_;
  std::unique_ptr<store::database> database_;
  std::unique_ptr<store::writer> writer_;
  std::unique_ptr<store::reader> reader_;
};

TEST_F(SqliteWriter, SaysThatAnotherProcessHoldsTheLock) {
  open();
  sqlite_file other(options_.path);
  other.run("BEGIN IMMEDIATE");
  EXPECT_EQ(writer_->commit(accepted({id(1)})).error(), error::locked);
  EXPECT_EQ(writer_->create_account("shop").error(), error::locked);
  EXPECT_EQ(writer_->delete_older(at(3600), 10).error(), error::locked);
  EXPECT_EQ(reader_->find_message(id(1)).error(), error::not_found);
  other.run("ROLLBACK");
  EXPECT_TRUE(writer_->commit(accepted({id(1)})));
  EXPECT_TRUE(reader_->find_message(id(1)));
}

TEST_F(SqliteWriter, FullDatabaseTakesNothingOfABatchUntilThereIsRoom) {
  options_.pages_max = 150;
  open();
  std::int64_t next = 1;
  store::result<void> done;
  for (; done; next += 100)
    done = writer_->commit(settled_hundred(next));
  EXPECT_EQ(done.error(), error::full);
  const std::int64_t refused = next - 100;
  EXPECT_GT(refused, 1);
  EXPECT_FALSE(reader_->find_message(id(refused)));
  EXPECT_TRUE(reader_->find_message(id(refused - 1)));
  EXPECT_EQ(writer_->commit(settled_hundred(refused)).error(), error::full);
  EXPECT_EQ(writer_->delete_older(at(3600), 200).value(), 200U);
  EXPECT_TRUE(writer_->commit(settled_hundred(refused)));
  EXPECT_TRUE(reader_->find_message(id(refused)));
}

/// While it lives, this process cannot make a file larger than `octets`.
class file_size_limit {
 public:
  explicit file_size_limit(std::uintmax_t octets) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = octets;
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(SqliteWriter, FailedWriteLeavesNothingOfTheBatch) {
  open();
  ASSERT_TRUE(writer_->commit(settled_hundred(1)));
  {
    const file_size_limit limit(std::filesystem::file_size(options_.path + "-wal") + 100);
    EXPECT_EQ(writer_->commit(settled_hundred(101)).error(), error::io);
  }
  EXPECT_FALSE(reader_->find_message(id(101)));
  EXPECT_TRUE(writer_->commit(settled_hundred(101)));
  EXPECT_TRUE(reader_->find_message(id(101)));
}

TEST_F(SqliteWriter, DamageIsAnErrorNotALoss) {
  open();
  for (std::int64_t n = 1; n <= 2000; n += 100)
    ASSERT_TRUE(writer_->commit(settled_hundred(n)));
  close();
  const auto size = std::filesystem::file_size(options_.path);
  {
    std::fstream file(options_.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
    file << std::string(size / 2, '\xEE');
  }
  open();
  store::batch everywhere;
  boost::system::error_code reading;
  for (int n = 1; n <= 2000; ++n) {
    everywhere.accepted.push_back(make_message(id(n)));
    const auto found = reader_->find_message(id(n));
    if (!found) reading = found.error();
  }
  EXPECT_EQ(reading, error::corrupt);
  EXPECT_EQ(writer_->commit(everywhere).error(), error::corrupt);
}

TEST_F(SqliteWriter, LogStaysBoundedHoweverManyReadersThereAre) {
  options_.wal_pages = 100;
  open();
  std::atomic<bool> stop{false};
  const auto read_on = [&](store::reader* from) {
    while (!stop)
      static_cast<void>(from->young_queued(0, 1000));
  };
  const auto second = database_->make_reader().value();
  std::thread first_thread(read_on, reader_.get());
  std::thread second_thread(read_on, second.get());
  std::uintmax_t largest = 0;
  for (std::int64_t n = 1; n <= 30'000; n += 100) {
    ASSERT_TRUE(writer_->commit(settled_hundred(n)));
    largest = std::max(largest, std::filesystem::file_size(options_.path + "-wal"));
  }
  stop = true;
  first_thread.join();
  second_thread.join();
  EXPECT_LT(largest, 2000U * 4096U);  // it would be three times as large at the end
}

TEST_F(SqliteWriter, ReaderThatStaysDoesNotStopCommits) {
  options_.wal_pages = 50;
  open();
  sqlite_file other(options_.path);
  other.run("BEGIN; SELECT count(*) FROM message");
  for (std::int64_t n = 1; n <= 3000; n += 100) {
    ASSERT_TRUE(writer_->commit(settled_hundred(n)));
  }
  const auto grown = std::filesystem::file_size(options_.path + "-wal");
  other.run("COMMIT");
  for (std::int64_t n = 3001; n <= 6000; n += 100) {
    ASSERT_TRUE(writer_->commit(settled_hundred(n)));
  }
  EXPECT_LT(std::filesystem::file_size(options_.path + "-wal"), grown + grown / 2);
}

}  // namespace
}  // namespace tests
