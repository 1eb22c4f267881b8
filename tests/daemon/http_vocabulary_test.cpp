#include "daemon/http/vocabulary.hpp"

#include <gtest/gtest.h>

namespace smppd::http {
namespace {

TEST(ValidUtf8, LeavesWhatIsValidAsItIs) {
  for (const std::string_view text : {"", "hello", "bl\u00e5b\u00e6r \u20ac \U0001f600"})
    EXPECT_EQ(valid_utf8(text), text);
}

TEST(ValidUtf8, ReplacesEachOctetThatMeansNothing) {
  EXPECT_EQ(valid_utf8("a\xff\xfe b"), "a\ufffd\ufffd b");
  EXPECT_EQ(valid_utf8("\xc3"), "\ufffd");              // its second octet is missing
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\ufffd\ufffd");    // overlong
  EXPECT_EQ(valid_utf8("\x80\u00e5"), "\ufffd\u00e5");  // it goes on with the next
}

}  // namespace
}  // namespace smppd::http
