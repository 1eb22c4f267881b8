#include "daemon/carrier/rate.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

using namespace std::chrono_literals;

class Rate : public testing::Test {
 protected:
  // How many leave within `span`, asked every millisecond.
  unsigned count(part_rate& rate, std::chrono::milliseconds span) {
    unsigned taken = 0;
    for (const auto end = now_ + span; now_ < end; now_ += 1ms) {
      while (taken < 1'000'000 && rate.try_take(now_))
        ++taken;
    }
    return taken;
  }
  part_rate::time now_{1h};
};

TEST_F(Rate, OfZeroIsNoLimit) {
  part_rate rate(0);
  for (int i = 0; i < 1000; ++i)
    ASSERT_TRUE(rate.try_take(now_));
}

TEST_F(Rate, IsKept) {
  part_rate rate(100);
  EXPECT_NEAR(count(rate, 10s), 1000, 15);
}

TEST_F(Rate, BelowOneASecondIsKept) {
  part_rate rate(0.5);
  EXPECT_NEAR(count(rate, 20s), 10, 1);
}

TEST_F(Rate, SavesUpATenthOfASecondAtMost) {
  part_rate rate(100);
  ASSERT_TRUE(rate.try_take(now_));
  now_ += 1h;
  unsigned taken = 0;
  while (rate.try_take(now_))
    ++taken;
  EXPECT_EQ(taken, 10U);
}

TEST_F(Rate, SaysWhenTheNextMayLeave) {
  part_rate rate(10);
  while (rate.try_take(now_)) {
  }
  const auto next = rate.next(now_);
  EXPECT_FALSE(rate.try_take(next - 2ms));
  EXPECT_TRUE(rate.try_take(next));
}

TEST_F(Rate, StopsForAMomentWhenTheCarrierThrottles) {
  part_rate rate(0);
  ASSERT_TRUE(rate.try_take(now_));
  rate.on_throttled(now_);
  EXPECT_TRUE(rate.paused(now_));
  EXPECT_FALSE(rate.try_take(now_));
  EXPECT_EQ(rate.next(now_), now_ + part_rate::pause_after_throttle);
  EXPECT_FALSE(rate.paused(rate.next(now_)));
  EXPECT_TRUE(rate.try_take(rate.next(now_)));
}

TEST_F(Rate, FallsByAThirdOnceForABurstOfRefusals) {
  part_rate rate(90);
  for (int i = 0; i < 10; ++i)
    rate.on_throttled(now_);
  EXPECT_DOUBLE_EQ(rate.current(), 60);
  now_ += 2s;
  rate.on_throttled(now_);
  EXPECT_DOUBLE_EQ(rate.current(), 40);
}

TEST_F(Rate, NeverFallsBelowOneASecond) {
  part_rate rate(2);
  for (int i = 0; i < 20; ++i, now_ += 2s)
    rate.on_throttled(now_);
  EXPECT_DOUBLE_EQ(rate.current(), 1);
}

TEST_F(Rate, ClimbsBackToWhatIsAllowed) {
  part_rate rate(90);
  rate.on_throttled(now_);
  count(rate, 60s);
  EXPECT_DOUBLE_EQ(rate.current(), 90);
  EXPECT_NEAR(count(rate, 10s), 900, 15);
}

TEST_F(Rate, ThatHadNoLimitHasNoneAgain) {
  part_rate rate(0);
  rate.on_throttled(now_);
  EXPECT_GT(rate.current(), 0);
  for (int i = 0; i < 600 && rate.current() > 0; ++i) {
    now_ += 1s;
    static_cast<void>(rate.try_take(now_));
  }
  EXPECT_DOUBLE_EQ(rate.current(), 0);
}

}  // namespace
}  // namespace smppd
