#include "smpp/octets.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace {

using small = smpp::octets<8>;

TEST(Octets, IsEmptyAtFirst) {
  const small text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.view(), "");
  EXPECT_TRUE(text.bytes().empty());
}

TEST(Octets, HoldsWhatFitsInsideAndWhatDoesNot) {
  for (std::size_t size = 0; size < 20; ++size) {
    const std::string wanted(size, 'x');
    const small text = wanted;
    EXPECT_EQ(text, wanted);
    EXPECT_EQ(text.size(), size);
  }
}

TEST(Octets, KeepsNulsAndHighOctets) {
  const std::string wanted("\0\xFF\0", 3);
  EXPECT_EQ(small(wanted).view(), wanted);
}

TEST(Octets, CopiesAreIndependent) {
  for (const char* const text : {"abc", "abcdefghijkl"}) {
    small first = text;
    small second = first;
    second.assign("no");
    EXPECT_EQ(first, text);
    first = second;
    second.append("thing at all");
    EXPECT_EQ(first, "no");
    EXPECT_EQ(second, "nothing at all");
  }
}

TEST(Octets, MovesLeaveAnEmptyStringThatCanBeUsed) {
  for (const char* const text : {"abc", "abcdefghijkl"}) {
    small first = text;
    small second = std::move(first);
    EXPECT_EQ(second, text);
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move)
    first = "again and again";
    second = std::move(first);
    EXPECT_EQ(second, "again and again");
    first = "x";
    second = std::move(first);
    EXPECT_EQ(second, "x");
  }
}

TEST(Octets, AssignsItselfAndPartsOfItself) {
  small text = "abcdefghijkl";
  const auto& same = text;
  text = same;
  EXPECT_EQ(text, "abcdefghijkl");
  text.assign(text.view().substr(2, 5));
  EXPECT_EQ(text, "cdefg");
  small inside = "abcd";
  inside.assign(inside.view().substr(1));
  EXPECT_EQ(inside, "bcd");
}

TEST(Octets, AppendsAcrossTheBorder) {
  small text;
  std::string wanted;
  for (char c = 'a'; c <= 'z'; ++c) {
    text.append(std::string_view(&c, 1));
    wanted += c;
    ASSERT_EQ(text, wanted);
  }
  text.append("");
  EXPECT_EQ(text, wanted);
  text.clear();
  text.append("new");
  EXPECT_EQ(text, "new");
}

TEST(Octets, ComparesByContent) {
  EXPECT_EQ(small("abc"), small("abc"));
  EXPECT_FALSE(small("abc") == small("abd"));
  EXPECT_FALSE(small("abc") == small("ab"));
  EXPECT_FALSE(small("abc") == "abcd");
}

}  // namespace
