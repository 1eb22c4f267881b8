#include "smpp/window.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

namespace {

using smpp::command_id;
using smpp::steady_time;
using smpp::window;
using namespace std::chrono_literals;

window::request request(std::uint32_t sequence, int sent = 0) {
  const steady_time at = steady_time{} + std::chrono::milliseconds(sent);
  return {sequence, command_id::submit_sm, sequence * 10ULL, at, at + 100ms};
}

TEST(Window, IsFullAtItsLimitAndFreesWhenAResponseArrives) {
  window some(2);
  some.add(request(1));
  EXPECT_FALSE(some.full());
  some.add(request(2));
  EXPECT_TRUE(some.full());
  ASSERT_NE(some.find(1), nullptr);
  EXPECT_EQ(some.take(1).cookie, 10U);
  EXPECT_FALSE(some.full());
  EXPECT_EQ(some.find(1), nullptr);
  EXPECT_EQ(some.in_flight(), 1U);
}

TEST(Window, OfSizeZeroStillTakesOne) {
  window some(0);
  some.add(request(1));
  EXPECT_TRUE(some.full());
}

TEST(Window, ResponsesComeInAnyOrder) {
  window some(3);
  for (const std::uint32_t sequence : {1U, 2U, 3U})
    some.add(request(sequence));
  EXPECT_EQ(some.take(3).sequence, 3U);
  EXPECT_EQ(some.oldest()->sequence, 1U);
  EXPECT_EQ(some.take(1).sequence, 1U);
  EXPECT_EQ(some.oldest()->sequence, 2U);
  EXPECT_EQ(some.drop_oldest().sequence, 2U);
  EXPECT_EQ(some.oldest(), nullptr);
}

TEST(Window, AnExpiredRequestIsKnownUntilItsPlaceIsNeeded) {
  window some(1);
  some.add(request(1));
  EXPECT_FALSE(some.expire_oldest().late && some.in_flight() != 0);
  ASSERT_NE(some.find(1), nullptr);
  EXPECT_TRUE(some.find(1)->late);
  some.add(request(2));
  EXPECT_NE(some.find(1), nullptr);
  some.expire_oldest();
  some.add(request(3));  // three cannot be known: the oldest late one is forgotten
  EXPECT_EQ(some.find(1), nullptr);
  EXPECT_TRUE(some.find(2)->late);
  EXPECT_TRUE(some.take(2).late);
  EXPECT_FALSE(some.take(3).late);
}

// The table multiplies by 0x9E3779B1; these are the multiples of its inverse modulo 2^32, so that
// all of them belong into the first of 32 buckets.
TEST(Window, NumbersThatShareABucketAreKeptApart) {
  constexpr std::uint32_t inverse = 244002641;
  static_assert(std::uint32_t{inverse * 0x9E3779B1U} == 1);
  window some(8);
  for (std::uint32_t i = 1; i <= 8; ++i)
    some.add(request(i * inverse));
  for (const std::uint32_t i : {4U, 1U, 8U, 2U, 3U, 7U, 5U, 6U}) {
    ASSERT_NE(some.find(i * inverse), nullptr);
    EXPECT_EQ(some.take(i * inverse).sequence, i * inverse);
    EXPECT_EQ(some.find(i * inverse), nullptr);
  }
}

/// The same, slowly.
class model {
 public:
  explicit model(std::size_t max) : max_(max) {}
  [[nodiscard]] bool full() const { return waiting_.size() >= max_; }
  [[nodiscard]] bool knows(std::uint32_t sequence) const { return all_.contains(sequence); }
  void add(std::uint32_t sequence) {
    if (all_.size() == 2 * max_) {
      all_.erase(late_.front());
      late_.pop_front();
    }
    all_[sequence] = false;
    waiting_.push_back(sequence);
  }
  bool take(std::uint32_t sequence) {
    const bool late = all_.at(sequence);
    all_.erase(sequence);
    std::erase(late ? late_ : waiting_, sequence);
    return late;
  }
  [[nodiscard]] std::uint32_t oldest() const { return waiting_.empty() ? 0 : waiting_.front(); }
  void expire() {
    all_[waiting_.front()] = true;
    late_.push_back(waiting_.front());
    waiting_.pop_front();
  }
  [[nodiscard]] std::size_t in_flight() const { return waiting_.size(); }

 private:
  std::size_t max_;
  std::map<std::uint32_t, bool> all_;
  std::deque<std::uint32_t> waiting_, late_;
};

// Sequence numbers wrap at 40 or 400, so that late ones are met again, and at times jump.
void compare_with_model(std::uint32_t seed) {
  std::mt19937 engine(seed);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  const auto max = 1 + random() % 20;
  const std::uint32_t last = random() % 2 == 0 ? 2 * max + 1 : 400;
  window fast(max);
  model slow(max);
  std::uint32_t sequence = 0;
  for (int step = 0; step < 5000; ++step) {
    const auto what = random() % 10;
    if (what < 5 && !slow.full()) {
      do {
        sequence = sequence >= last ? 1 : sequence + 1;
      } while (slow.knows(sequence));
      fast.add(request(sequence, step));
      slow.add(sequence);
    } else if (what < 8) {
      const std::uint32_t one = 1 + random() % last;
      ASSERT_EQ(fast.find(one) != nullptr, slow.knows(one)) << "seed " << seed << " step " << step;
      ASSERT_TRUE(!slow.knows(one) || fast.take(one).late == slow.take(one));
    } else if (slow.oldest() != 0) {
      ASSERT_EQ(fast.expire_oldest().sequence, slow.oldest());
      slow.expire();
    }
    ASSERT_EQ(fast.in_flight(), slow.in_flight()) << "seed " << seed << " step " << step;
    ASSERT_EQ(fast.full(), slow.full());
    ASSERT_EQ(fast.oldest() == nullptr ? 0 : fast.oldest()->sequence, slow.oldest());
  }
}

TEST(Window, DoesWhatAMapDoes) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed)
    compare_with_model(seed);
}

}  // namespace
