#include "smpp/congestion.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace smpp {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start(1h);

std::uint32_t allowed_after(std::uint32_t window_max, std::uint8_t state) {
  congestion some(window_max);
  some.hear(state, start);
  return some.allowed();
}

TEST(Congestion, LeavesFewerRequestsTheWorseItIs) {
  for (const auto state : std::initializer_list<std::uint8_t>{0, 1, 29, 30, 50, 79, 80, 89})
    EXPECT_EQ(allowed_after(40, state), 40U) << int{state};
  for (const auto state : std::initializer_list<std::uint8_t>{90, 95, 99})
    EXPECT_EQ(allowed_after(40, state), 10U) << int{state};
  EXPECT_EQ(allowed_after(40, 100), 1U);
}

TEST(Congestion, AlwaysLeavesOne) {
  for (const std::uint32_t window_max : {0U, 1U, 3U}) {
    EXPECT_GE(allowed_after(window_max, 0), 1U);
    EXPECT_EQ(allowed_after(window_max, 90), 1U);
    EXPECT_EQ(allowed_after(window_max, 100), 1U);
  }
}

TEST(Congestion, Of80To89ChangesNothing) {
  congestion some(40);
  some.hear(90, start);
  some.hear(89, start);
  EXPECT_EQ(some.allowed(), 10U);
  some.hear(79, start);
  EXPECT_EQ(some.allowed(), 40U);
}

TEST(Congestion, AboveAHundredSaysNothing) {
  congestion some(40);
  some.hear(101, start);
  some.hear(255, start);
  EXPECT_EQ(some.allowed(), 40U);
}

TEST(Congestion, IsForgottenWhereNothingMoreIsSaidOfIt) {
  congestion some(40);
  some.hear(100, start);
  some.tell(start + 9s);
  EXPECT_EQ(some.allowed(), 1U);
  some.hear(85, start + 9s);
  some.tell(start + 18s);
  EXPECT_EQ(some.allowed(), 1U) << "it was said again, in other words";
  some.tell(start + 19s);
  EXPECT_EQ(some.allowed(), 40U);
}

}  // namespace
}  // namespace smpp
