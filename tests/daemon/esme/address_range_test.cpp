#include "daemon/esme/address_range.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace smppd {
namespace {

struct row {
  std::string_view expression;
  std::vector<std::string_view> matching, others;
};

TEST(AddressRange, MatchesAsItIsMeant) {
  const std::vector<row> rows{
      {"", {"46700000001", "1963", "Shop", ""}, {}},
      // Regular expressions, as the specification wants them.
      {"^1234", {"1234", "12345"}, {"01234", "123"}},
      {"5678$", {"5678", "15678"}, {"56789"}},
      {"[13579]$", {"1", "4671"}, {"2", "4670"}},
      {"^(46|47)", {"461", "472"}, {"481", "146"}},
      {"^46\\d{9}$", {"46700000001"}, {"4670000000", "467000000011"}},
      {"^46[[:digit:]]+$", {"461"}, {"46", "46x"}},
      {"^\\+46", {"+461"}, {"461"}},
      {".*", {"1", ""}, {}},
      {"^19.3$", {"1963", "1953"}, {"19633"}},
      {"^shop$", {"shop"}, {"Shop"}},
      // Numbers, and what people write to mean many of them.
      {"1963", {"1963", "+1963"}, {"19631", "21963", "196"}},
      {"+4670", {"4670", "+4670"}, {"46701"}},
      {"*", {"1", "Shop", ""}, {}},
      {"%", {"1", "Shop", ""}, {}},
      {"4670*", {"4670", "467012", "+467012"}, {"467", "14670"}},
      {"4670%", {"4670", "467012"}, {"467", "14670"}},
      {"%70", {"4670", "70"}, {"4671"}},
      {"46%70", {"4670", "46170"}, {"46171", "14670"}},
  };
  for (const auto& [expression, matching, others] : rows) {
    const address_range range(expression);
    EXPECT_EQ(range.trouble(), "") << expression;
    for (const auto address : matching)
      EXPECT_TRUE(range.matches(address)) << expression << " and " << address;
    for (const auto address : others)
      EXPECT_FALSE(range.matches(address)) << expression << " and " << address;
  }
}

TEST(AddressRange, ThatCannotBeUnderstoodIsEverything) {
  for (const auto* expression :
       {"[", "(46", "46)", "**", "[9-0]", "46\\", "(?=46)", "\\1", "((((.{99}){99}){99}){99}){99}",
        ".{999}.{999}.{999}.{999}.{999}.{999}", "[[:nothing:]]", "46{2000}"}) {
    const address_range range(expression);
    EXPECT_NE(range.trouble(), "") << expression;
    EXPECT_TRUE(range.matches("46700000001")) << expression;
  }
}

TEST(AddressRange, OfOctetsThatAreNoTextIsNoTrouble) {
  const address_range range("^\xE5\xFF");
  EXPECT_EQ(range.trouble(), "");
  EXPECT_TRUE(range.matches("\xE5\xFF"));
  EXPECT_FALSE(range.matches("1"));
}

// A matcher that goes back and tries again would not come to an end with any of these.
TEST(AddressRange, TakesTimeThatGrowsWithTheAddressOnly) {
  const std::string address(100'000, '1');
  for (const auto* expression :
       {"(1*)*2$", "(1+)+2$", "(1|11)+2$", "((1*)*)*2$", "(1?){30}1{30}2$",
        "(.*)(.*)(.*)(.*)(.*)2$", "^(((1+)+)+)+2$", "(1|1|1|1|1|1|1|1)*2$"}) {
    ASSERT_LE(std::string_view(expression).size(), 40U);
    const address_range range(expression);
    EXPECT_EQ(range.trouble(), "") << expression;
    EXPECT_FALSE(range.matches(address)) << expression;
    EXPECT_TRUE(range.matches(address + "2")) << expression;
  }
}

TEST(AddressRange, MayBeReplaced) {
  address_range range;
  EXPECT_TRUE(range.matches("1"));
  range = address_range("2");
  EXPECT_FALSE(range.matches("1"));
}

}  // namespace
}  // namespace smppd
