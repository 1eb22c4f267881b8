#include "store/batch.hpp"

#include "tests/support/store_records.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tests {
namespace {

TEST(StoreBatch, ClearForgetsEverything) {
  store::batch b = accepted({id(1), id(2)});
  b.withdrawn.push_back(id(1));
  EXPECT_FALSE(b.empty());
  b.clear();
  EXPECT_TRUE(b.empty());
  EXPECT_TRUE(b.accepted.empty());
  EXPECT_TRUE(b.withdrawn.empty());
}

TEST(StoreArena, KeepsTextsOfAnySize) {
  store::arena texts;
  std::vector<std::string> originals;
  std::vector<std::string_view> kept;
  for (const std::size_t size : {0U, 1U, 1000U, 200'000U, 200'000U, 1'000'000U, 3U}) {
    originals.emplace_back(size, static_cast<char>('a' + originals.size()));
    kept.push_back(texts.keep(originals.back()));
  }
  const store::arena moved = std::move(texts);
  for (std::size_t i = 0; i < kept.size(); ++i)
    EXPECT_EQ(kept[i], originals[i]);
}

TEST(StoreArena, IsUsedAgainAfterClear) {
  store::arena texts;
  const char* const first = texts.keep("abc").data();
  static_cast<void>(texts.keep(std::string(1'000'000, 'x')));
  texts.clear();
  EXPECT_EQ(texts.keep("def").data(), first);
}

TEST(StoreIds, FollowTime) {
  EXPECT_EQ(store::first_id_at(std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}), 0);
  EXPECT_LT(store::first_id_at(at(1)), store::first_id_at(at(2)));
  EXPECT_EQ(store::first_id_at(at(0) + std::chrono::milliseconds{1}) - store::first_id_at(at(0)),
            store::id64{1} << 22);
}

}  // namespace
}  // namespace tests
