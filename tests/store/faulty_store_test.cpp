#include "tests/support/faulty_store.hpp"

#include "store/sqlite/sqlite.hpp"
#include "tests/support/store_records.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace tests {
namespace {

class FaultyWriter : public testing::Test {
 protected:
  FaultyWriter() {
    store::sqlite_options options;
    options.path = directory_.file("smppd.db");
    options.synchronous = store::synchronous::off;
    database_ = store::open_sqlite(options);
    reader_ = database_->make_reader().value();
    faulty_ = std::make_unique<faulty_writer>(database_->make_writer().value());
  }

  temporary_directory directory_;
  std::unique_ptr<store::database> database_;
  std::unique_ptr<store::reader> reader_;
  std::unique_ptr<faulty_writer> faulty_;
};

TEST_F(FaultyWriter, FailsBeforeTheCommit) {
  faulty_->fail_before(2, store::error::full);
  EXPECT_TRUE(faulty_->commit(accepted({id(1)})));
  EXPECT_EQ(faulty_->commit(accepted({id(2)})).error(), store::error::full);
  EXPECT_FALSE(reader_->find_message(id(2)));
  EXPECT_TRUE(faulty_->commit(accepted({id(2)})));
  EXPECT_EQ(faulty_->commits(), 3U);
}

TEST_F(FaultyWriter, FailsAfterTheCommit) {
  faulty_->fail_after(1);
  EXPECT_EQ(faulty_->commit(accepted({id(1)})).error(), store::error::io);
  EXPECT_TRUE(reader_->find_message(id(1)));
  EXPECT_TRUE(faulty_->commit(accepted({id(1)})));
}

}  // namespace
}  // namespace tests
