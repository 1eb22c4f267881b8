#include "daemon/gateway/router.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

using places = std::vector<std::size_t>;

carrier_config named(const char* name) {
  carrier_config made;
  made.name = name;
  return made;
}

const std::vector<carrier_config> carriers{named("a"), named("b"), named("c")};

TEST(Router, TakesTheLongestPrefix) {
  const router routes({{"", {"a"}}, {"47", {"b"}}, {"479", {"c", "b"}}}, carriers);
  EXPECT_EQ(routes.find("4791234567"), (places{2, 1}));
  EXPECT_EQ(routes.find("4781234567"), (places{1}));
  EXPECT_EQ(routes.find("15551234567"), (places{0}));
}

TEST(Router, KeepsTheOrderOfTheConfiguration) {
  const router routes({{"47", {"b", "c", "a"}}}, carriers);
  EXPECT_EQ(routes.find("47"), (places{1, 2, 0}));
}

TEST(Router, OfTwoRoutesWithOnePrefixTakesTheFirst) {
  const router routes({{"47", {"b"}}, {"47", {"c"}}}, carriers);
  EXPECT_EQ(routes.find("47"), (places{1}));
}

TEST(Router, HasNoRouteForOtherNumbers) {
  const router routes({{"47", {"b"}}}, carriers);
  EXPECT_TRUE(routes.find("46").empty());
  EXPECT_TRUE(routes.find("4").empty());
  EXPECT_TRUE(routes.find("").empty());
}

TEST(Router, LeavesOutCarriersThatAreNotThere) {
  const router routes({{"47", {"x", "b"}}}, carriers);
  EXPECT_EQ(routes.find("47"), (places{1}));
}

}  // namespace
}  // namespace smppd
