#include "daemon/carrier/fair_queue.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace smppd {
namespace {

using items = std::vector<std::string>;

items drain(fair_queue<std::string>& queue) {
  items all;
  while (!queue.empty())
    all.push_back(queue.pop());
  return all;
}

TEST(FairQueue, KeepsTheOrderOfOneAccount) {
  fair_queue<std::string> queue;
  for (const auto* item : {"a", "b", "c"})
    queue.push_back(0, 1, item);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(drain(queue), (items{"a", "b", "c"}));
  EXPECT_EQ(queue.size(), 0U);
}

TEST(FairQueue, TakesHigherPrioritiesFirst) {
  fair_queue<std::string> queue;
  queue.push_back(0, 1, "low");
  queue.push_back(3, 1, "high");
  queue.push_back(1, 1, "middle");
  queue.push_back(200, 1, "out of range");
  EXPECT_EQ(drain(queue), (items{"high", "out of range", "middle", "low"}));
}

TEST(FairQueue, GivesBackWhatIsWantedOfOneAccount) {
  fair_queue<std::string> queue;
  for (const auto* item : {"a", "b", "c"}) {
    queue.push_back(0, 1, item);
    queue.push_back(2, 2, item);
  }
  const auto taken = queue.take_if(2, [](const std::string& item) { return item != "b"; });
  EXPECT_EQ(taken, (items{"a", "c"}));
  EXPECT_EQ(queue.size(), 4U);
  EXPECT_TRUE(queue.take_if(3, [](const std::string&) { return true; }).empty());
  EXPECT_EQ(drain(queue), (items{"b", "a", "b", "c"}));
}

TEST(FairQueue, TakesAccountsInTurn) {
  fair_queue<std::string> queue;
  for (const auto* item : {"a1", "a2", "a3"})
    queue.push_back(0, 1, item);
  queue.push_back(0, 2, "b1");
  queue.push_back(0, 3, "c1");
  queue.push_back(0, 3, "c2");
  EXPECT_EQ(drain(queue), (items{"a1", "b1", "c1", "a2", "c2", "a3"}));
}

TEST(FairQueue, TakesWhatWasPutBackBeforeOthersOfItsAccount) {
  fair_queue<std::string> queue;
  queue.push_back(0, 1, "a1");
  queue.push_back(0, 1, "a2");
  queue.push_back(0, 1, "a3");
  queue.push_back(0, 2, "b1");
  const auto first = queue.pop();
  EXPECT_EQ(queue.pop(), "b1");
  const auto second = queue.pop();
  queue.put_back(0, 1, first, std::less<>());
  queue.put_back(0, 1, second, std::less<>());
  EXPECT_EQ(drain(queue), (items{"a1", "a2", "a3"}));
}

TEST(FairQueue, TakesWhatWasPutBackToAnEmptyLine) {
  fair_queue<std::string> queue;
  queue.push_back(0, 1, "a1");
  queue.put_back(0, 1, queue.pop(), std::less<>());
  EXPECT_EQ(drain(queue), items{"a1"});
}

TEST(FairQueue, VisitsAll) {
  fair_queue<std::string> queue;
  queue.push_back(0, 1, "a");
  queue.push_back(2, 1, "b");
  queue.push_back(0, 2, "c");
  std::size_t count = 0;
  queue.for_each([&](const std::string&) { ++count; });
  EXPECT_EQ(count, 3U);
}

}  // namespace
}  // namespace smppd
