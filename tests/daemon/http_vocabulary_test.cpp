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

TEST(HttpVocabulary, TextOfAMessageIsReadInTheTablesThatItsHeaderNames) {
  store::message message;
  message.body = std::string_view("\x03\x24\x01\x01\x1Bs", 6);
  message.esm_class = 0x40;
  EXPECT_EQ(text_of(message), "\u015F");
  message.esm_class = 0;
  message.body = std::string_view("\x00", 1);
  EXPECT_EQ(text_of(message), "@");
}

}  // namespace
}  // namespace smppd::http
