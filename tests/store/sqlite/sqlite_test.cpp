// Opening a database: what it makes, and how it says that it cannot.
#include "store/sqlite/sqlite.hpp"

#include "store/error.hpp"
#include "tests/support/sqlite_file.hpp"
#include "tests/support/store_records.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tests {
namespace {

using store::error;

store::sqlite_options options_for(const std::string& path) {
  store::sqlite_options options;
  options.path = path;
  options.busy_timeout = std::chrono::milliseconds{20};
  return options;
}

/// The error that opening `path` throws; its text names the path.
boost::system::error_code failure_of(const std::string& path) {
  try {
    static_cast<void>(store::open_sqlite(options_for(path)));
  } catch (const boost::system::system_error& failure) {
    EXPECT_NE(std::string{failure.what()}.find(path), std::string::npos) << failure.what();
    return failure.code();
  }
  return {};
}

/// Permissions mean nothing to root: while it lives, this process is nobody.
class as_nobody {
 public:
  as_nobody() { become(nobody); }
  ~as_nobody() { become(0); }
  as_nobody(const as_nobody&) = delete;
  as_nobody& operator=(const as_nobody&) = delete;

 private:
  static constexpr uid_t nobody = 65534;

  void become(uid_t user) const {
    if (root_ && ::seteuid(user) != 0) throw std::runtime_error("cannot change user");
  }

  const bool root_{::getuid() == 0};
};

TEST(SqliteStore, HasOneDaemonAtATime) {
  const temporary_directory folder;
  auto options = options_for(folder.file("test.db"));
  options.sole_daemon = true;
  auto first = store::open_sqlite(options);
  try {
    static_cast<void>(store::open_sqlite(options));
    FAIL() << "two daemons on one database";
  } catch (const boost::system::system_error& failure) {
    EXPECT_EQ(failure.code(), error::in_use);
  }
  EXPECT_TRUE(store::open_sqlite(options_for(options.path))) << "others may come";
  first.reset();
  EXPECT_TRUE(store::open_sqlite(options));
}

TEST(SqliteStore, CreatesFilesThatOnlyTheirOwnerReads) {
  const temporary_directory directory;
  const auto database = store::open_sqlite(options_for(directory.file("smppd.db")));
  const auto writer = database->make_writer().value();
  ASSERT_TRUE(writer->commit(accepted({id(1)})));
  for (const char* name : {"smppd.db", "smppd.db-wal", "smppd.db-shm"}) {
    const auto mode = std::filesystem::status(directory.file(name)).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
}

TEST(SqliteStore, ReaderNeedsNoWriter) {
  const temporary_directory directory;
  const auto database = store::open_sqlite(options_for(directory.file("smppd.db")));
  const auto reader = database->make_reader().value();
  EXPECT_EQ(reader->find_message(id(1)).error(), error::not_found);
}

TEST(SqliteStore, OpensAnEmptyFile) {
  const temporary_directory directory;
  std::ofstream{directory.file("smppd.db")};
  EXPECT_EQ(failure_of(directory.file("smppd.db")), boost::system::error_code{});
}

TEST(SqliteStore, SaysThatTheDirectoryIsMissing) {
  const temporary_directory directory;
  EXPECT_EQ(failure_of(directory.file("none/smppd.db")), error::no_directory);
}

TEST(SqliteStore, SaysThatAFileStandsForTheDirectory) {
  const temporary_directory directory;
  std::ofstream{directory.file("file")};
  EXPECT_EQ(failure_of(directory.file("file/smppd.db")), error::no_directory);
}

TEST(SqliteStore, SaysThatADirectoryStandsForTheFile) {
  const temporary_directory directory;
  EXPECT_EQ(failure_of(directory.path()), error::cannot_open);
}

TEST(SqliteStore, SaysThatTheFileIsNoDatabase) {
  const temporary_directory directory;
  std::ofstream{directory.file("smppd.db")} << std::string(5000, 'x');
  EXPECT_EQ(failure_of(directory.file("smppd.db")), error::not_a_database);
}

TEST(SqliteStore, SaysThatTheDirectoryIsNotWritable) {
  const temporary_directory directory;
  ::chmod(directory.path().c_str(), 0555);
  const as_nobody unprivileged;
  EXPECT_EQ(failure_of(directory.file("smppd.db")), error::not_writable);
}

TEST(SqliteStore, SaysThatTheFileIsNotWritable) {
  const temporary_directory directory;
  ASSERT_EQ(failure_of(directory.file("smppd.db")), boost::system::error_code{});
  ::chmod(directory.path().c_str(), 0777);
  ::chmod(directory.file("smppd.db").c_str(), 0444);
  const as_nobody unprivileged;
  EXPECT_EQ(failure_of(directory.file("smppd.db")), error::not_writable);
}

TEST(SqliteStore, SaysThatTheFileIsLocked) {
  const temporary_directory directory;
  sqlite_file other(directory.file("smppd.db"));
  other.run("CREATE TABLE t (x); BEGIN EXCLUSIVE");
  EXPECT_EQ(failure_of(directory.file("smppd.db")), error::locked);
}

TEST(SqliteStore, MissingFileIsAnErrorToWriterAndReader) {
  const temporary_directory directory;
  const auto database = store::open_sqlite(options_for(directory.file("smppd.db")));
  std::filesystem::remove_all(directory.path());
  EXPECT_EQ(database->make_writer().error(), error::no_directory);
  EXPECT_EQ(database->make_reader().error(), error::no_directory);
}

}  // namespace
}  // namespace tests
