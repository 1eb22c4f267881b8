#include "daemon/gateway/reply_guard.hpp"

#include "tests/support/store_records.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

using tests::at;

TEST(ReplyGuard, AllowsAFewRepliesAnHour) {
  reply_guard guard;
  for (unsigned i = 0; i < reply_guard::per_hour_max; ++i)
    EXPECT_TRUE(guard.try_reply("4790000001", at(i)));
  EXPECT_FALSE(guard.try_reply("4790000001", at(10)));
  EXPECT_TRUE(guard.try_reply("4790000002", at(10))) << "another number";
  EXPECT_TRUE(guard.try_reply("4790000001", at(3600))) << "the next hour";
}

}  // namespace
}  // namespace smppd
