#include "smpp/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

TEST(Error, EachHasItsOwnMessage) {
  std::set<std::string> messages;
  const int last = static_cast<int>(smpp::error::no_tlvs);
  for (int value = 1; value <= last; ++value) {
    const auto code = make_error_code(static_cast<smpp::error>(value));
    EXPECT_TRUE(code.failed());
    EXPECT_TRUE(messages.insert(code.message()).second) << code.message();
  }
  EXPECT_FALSE(messages.contains("unknown error"));
  EXPECT_EQ(make_error_code(static_cast<smpp::error>(last + 1)).message(), "unknown error");
}

TEST(Error, BelongsToOneCategory) {
  const boost::system::error_code code = smpp::error::window_full;
  EXPECT_EQ(&code.category(), &smpp::category());
  EXPECT_STREQ(smpp::category().name(), "smpp");
  EXPECT_EQ(code, smpp::error::window_full);
  EXPECT_NE(code, smpp::error::closed);
}

}  // namespace
