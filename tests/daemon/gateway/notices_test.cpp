// Notices on their way to a courier that the test plays, over a real store and with the test's
// clock.
#include "daemon/gateway/notices.hpp"

#include "tests/support/faulty_database.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/store_records.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace smppd {
namespace {

using namespace std::chrono_literals;
using store::notice_kind;
using testing::ElementsAre;
using subjects = std::vector<store::id64>;

class courier final : public notice_courier {
 public:
  taking can_take(const notice_item& item) override {
    if (unwanted.contains(item.subject)) {
      ++passed_over;
      return taking::nobody;
    }
    return takers.contains(item.target) && taken.size() < room ? taking::now : taking::later;
  }
  void take(notice_item item) override { taken.push_back(std::move(item)); }

  [[nodiscard]] subjects taken_subjects() const {
    subjects all;
    for (const auto& one : taken)
      all.push_back(one.subject);
    return all;
  }

  std::set<std::int64_t> takers;
  std::set<store::id64> unwanted;
  std::size_t passed_over{0};
  std::size_t room{1'000'000};
  std::vector<notice_item> taken;
};

class Notices : public testing::Test {
 protected:
  static constexpr std::int64_t esme = 1, other_esme = 2, webhook = -1;

  Notices() { open(); }

  void open(std::size_t in_memory_max = 10'000, const std::vector<std::int64_t>& targets = {}) {
    make(in_memory_max);
    notices_->start(targets);
  }
  void make(std::size_t in_memory_max = 10'000) {
    notices_.reset();
    if (store_) std::ignore = store_->drain(30s);
    async_store_options options;
    options.repair_pause = 1ms;
    store_ = std::make_unique<async_store>(loop_, *database_, options);
    notices_ = std::make_unique<notices>(
        loop_, *store_, ids_, in_memory_max, [this] { return now_; },
        [this](const store::notice& from, const notices::loaded&, notice_item& into) {
          into.content = std::make_unique<notice_content>(webhook_content{"id", "from the store"});
          return from.subject != gone_;
        },
        esmes_, webhooks_);
  }
  void add(std::int64_t target, store::id64 subject) {
    receipt_content content;
    content.id = subject;
    notices_->add(target, notice_kind::receipt, subject, {},
                  std::make_unique<notice_content>(content));
  }
  template <class Condition>
  void run_until(Condition happened) {
    ASSERT_TRUE(tests::run_until(loop_, happened));
  }
  void run_until_taken(std::size_t count) {
    run_until([&] { return esmes_.taken.size() >= count; });
  }
  [[nodiscard]] std::size_t stored(std::int64_t target) {
    EXPECT_TRUE(store_->drain(30s));
    const auto reader = database_->make_reader().value();
    return reader->notices(target, 0, 10'000).value().items.size();
  }

  asio::io_context loop_{1};
  tests::temporary_directory directory_;
  std::unique_ptr<tests::faulty_database> database_{
      tests::open_faulty(directory_.file("smppd.db"))};
  std::unique_ptr<async_store> store_;
  id_generator ids_{0};
  courier esmes_, webhooks_;
  store::wall_time now_{tests::at(0)};
  store::id64 gone_{-1};
  std::unique_ptr<notices> notices_;
};

TEST_F(Notices, AreTakenOnceTheyAreDurable) {
  esmes_.takers = {esme};
  database_->writer().fail_before(1);
  add(esme, 7);
  EXPECT_TRUE(esmes_.taken.empty());
  run_until([&] { return !store_->healthy(); });
  EXPECT_TRUE(esmes_.taken.empty());
  run_until_taken(1);
  EXPECT_TRUE(store_->healthy());
  EXPECT_EQ(esmes_.taken[0].target, esme);
  EXPECT_EQ(std::get<receipt_content>(*esmes_.taken[0].content).id, 7);
}

TEST_F(Notices, AreKeptUntilTheyAreAcknowledged) {
  esmes_.takers = {esme};
  add(esme, 7);
  run_until_taken(1);
  EXPECT_EQ(stored(esme), 1U);
  EXPECT_EQ(notices_->waiting(false), 1U);
  notices_->done(esme, esmes_.taken[0].sequence);
  EXPECT_EQ(stored(esme), 0U);
  EXPECT_EQ(notices_->waiting(false), 0U);
}

TEST_F(Notices, GoToTheCourierOfTheirTarget) {
  esmes_.takers = {esme};
  webhooks_.takers = {webhook};
  notices_->add(webhook, notice_kind::receipt, 8, "https://example.com/x", nullptr);
  run_until([&] { return webhooks_.taken.size() == 1; });
  EXPECT_EQ(webhooks_.taken[0].url, "https://example.com/x");
  EXPECT_EQ(std::get<webhook_content>(*webhooks_.taken[0].content).body, "from the store");
  EXPECT_TRUE(esmes_.taken.empty());
}

TEST_F(Notices, WaitForATakerInOrder) {
  for (store::id64 subject = 1; subject <= 3; ++subject)
    add(esme, subject);
  EXPECT_EQ(stored(esme), 3U);
  EXPECT_TRUE(esmes_.taken.empty());
  esmes_.takers = {esme};
  notices_->wake(esme);
  run_until_taken(3);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(1, 2, 3));
}

TEST_F(Notices, OfOneTargetDoNotDelayAnothers) {
  esmes_.takers = {other_esme};
  add(esme, 1);
  add(other_esme, 2);
  run_until_taken(1);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(2));
}

TEST_F(Notices, ThatNobodyWantsDelayNoOthersAndGoOnInOrder) {
  esmes_.takers = {esme};
  esmes_.unwanted = {1, 3};
  for (store::id64 subject = 1; subject <= 4; ++subject)
    add(esme, subject);
  run_until_taken(2);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(2, 4));
  EXPECT_EQ(notices_->waiting(false), 4U) << "those that are out, and those that wait";
  esmes_.unwanted = {3};
  esmes_.takers = {};
  notices_->wake(esme);
  add(esme, 5);
  EXPECT_EQ(stored(esme), 5U);
  esmes_.takers = {esme};
  esmes_.unwanted = {};
  notices_->wake(esme);
  run_until_taken(5);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(2, 4, 1, 3, 5));
}

TEST_F(Notices, ThatNobodyWantsTakeNoRoomFromOthers) {
  open(10);
  esmes_.takers = {esme};
  subjects unwanted;
  for (store::id64 subject = 1; subject <= 30; ++subject) {
    esmes_.unwanted.insert(subject);
    unwanted.push_back(subject);
    add(esme, subject);
  }
  add(esme, 31);
  run_until_taken(1);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(31));
  add(esme, 32);
  run_until_taken(2);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(31, 32));
  EXPECT_LE(notices_->waiting(false), 10U);
  esmes_.unwanted.clear();
  notices_->wake(esme);  // two are out: not yet
  for (std::size_t i = 0; i < 2; ++i)
    notices_->done(esme, esmes_.taken[i].sequence);
  run_until_taken(32);
  unwanted.insert(unwanted.begin(), {31, 32});
  EXPECT_EQ(esmes_.taken_subjects(), unwanted) << "each once";
}

TEST_F(Notices, ThatNobodyWantsMayBeAcknowledgedLate) {
  esmes_.takers = {esme};
  add(esme, 1);
  run_until_taken(1);
  auto item = std::move(esmes_.taken[0]);
  const auto sequence = item.sequence;
  esmes_.unwanted = {1};
  notices_->failed(std::move(item), 5s, false);
  now_ += 5s;
  run_until([&] { return esmes_.passed_over == 1; });
  notices_->done_late(esme, sequence);
  EXPECT_EQ(stored(esme), 0U);
  EXPECT_EQ(notices_->waiting(false), 0U);
}

TEST_F(Notices, ThatFailedAreTakenAgainAfterAPause) {
  esmes_.takers = {esme};
  add(esme, 7);
  run_until_taken(1);
  notices_->failed(std::move(esmes_.taken[0]), 5s, false);
  add(esme, 8);
  run_until_taken(2);
  EXPECT_EQ(esmes_.taken[1].subject, 8) << "others do not wait for it";
  now_ += 5s;
  run_until_taken(3);
  EXPECT_EQ(esmes_.taken[2].subject, 7);
}

// A crash repeats what is done and not recorded.
TEST_F(Notices, ThatAreDoneAndNotRecordedHaveABound) {
  esmes_.room = 0;
  const auto count = notices::unrecorded_max + 1;
  for (std::size_t n = 1; n <= count; ++n)
    add(esme, static_cast<store::id64>(n));
  run_until([&] { return notices_->waiting(false) == count; });
  esmes_.takers = {esme};
  esmes_.room = 1;
  notices_->wake(esme);
  for (std::size_t n = 1; n < count; ++n) {
    ASSERT_EQ(esmes_.taken.size(), 1U) << n;
    const auto sequence = esmes_.taken[0].sequence;
    esmes_.taken.clear();
    notices_->done(esme, sequence);
  }
  EXPECT_TRUE(esmes_.taken.empty());
  run_until_taken(1);
  EXPECT_EQ(esmes_.taken[0].subject, static_cast<store::id64>(count));
}

TEST_F(Notices, RememberHowOftenTheyWereTried) {
  webhooks_.takers = {webhook};
  notices_->add(webhook, notice_kind::receipt, 8, "https://example.com/x", nullptr);
  run_until([&] { return webhooks_.taken.size() == 1; });
  auto item = std::move(webhooks_.taken[0]);
  item.attempts = 3;
  notices_->failed(std::move(item), 30s, true);
  make();
  webhooks_.taken.clear();
  notices_->start({webhook});
  run_until([&] { return notices_->waiting(true) == 1; });
  EXPECT_TRUE(webhooks_.taken.empty()) << "it is not due yet";
  now_ += 30s;
  run_until([&] { return webhooks_.taken.size() == 1; });
  EXPECT_EQ(webhooks_.taken[0].attempts, 3U);
}

TEST_F(Notices, ThatWereReturnedAreTheNextInLine) {
  esmes_.takers = {esme};
  esmes_.room = 1;
  add(esme, 1);
  add(esme, 2);
  run_until_taken(1);
  auto item = std::move(esmes_.taken[0]);
  esmes_.taken.clear();
  esmes_.room = 2;
  notices_->returned(std::move(item));
  run_until_taken(2);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(1, 2));
}

TEST_F(Notices, OfAnEarlierRunAreReadBackInOrder) {
  for (store::id64 subject = 1; subject <= 3; ++subject)
    add(esme, subject);
  EXPECT_EQ(stored(esme), 3U);
  make();
  esmes_.takers = {esme};
  notices_->start({esme});
  add(esme, 4);
  run_until_taken(4);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(1, 2, 3, 4));
}

// A start may find that a message has ended before anybody has looked at what there was.
TEST_F(Notices, ThatAreAddedBeforeTheStartComeBehindThoseOfAnEarlierRun) {
  for (store::id64 subject = 1; subject <= 3; ++subject)
    add(esme, subject);
  EXPECT_EQ(stored(esme), 3U);
  make();
  add(esme, 4);
  EXPECT_EQ(stored(esme), 4U);
  esmes_.takers = {esme};
  notices_->start({esme});
  run_until_taken(4);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(1, 2, 3, 4));
}

TEST_F(Notices, WhoseSubjectIsGoneAreForgotten) {
  gone_ = 1;
  add(esme, 1);
  add(esme, 2);
  EXPECT_EQ(stored(esme), 2U);
  make();
  esmes_.takers = {esme};
  notices_->start({esme});
  run_until_taken(1);
  EXPECT_THAT(esmes_.taken_subjects(), ElementsAre(2));
  EXPECT_EQ(stored(esme), 1U);
}

TEST_F(Notices, ThatMemoryHasNoRoomForAreReadBackInOrder) {
  constexpr std::size_t many = 3000;
  open(1000);
  subjects all;
  for (store::id64 subject = 1; subject <= static_cast<store::id64>(many); ++subject) {
    add(esme, subject);
    all.push_back(subject);
  }
  EXPECT_EQ(stored(esme), many);
  EXPECT_LE(notices_->waiting(false), 1000U);
  esmes_.takers = {esme};
  notices_->wake(esme);
  run_until_taken(many);
  EXPECT_EQ(esmes_.taken_subjects(), all);
}

TEST_F(Notices, AreReadBackWhateverTheLimitOfMemory) {
  open(10);
  for (store::id64 subject = 1; subject <= 30; ++subject)
    add(esme, subject);
  EXPECT_EQ(stored(esme), 30U);
  esmes_.takers = {esme};
  notices_->wake(esme);
  run_until_taken(30);
  EXPECT_EQ(esmes_.taken.size(), 30U);
}

TEST_F(Notices, AreTakenNoMoreAfterStop) {
  add(esme, 1);
  EXPECT_EQ(stored(esme), 1U);
  notices_->stop();
  esmes_.takers = {esme};
  notices_->wake(esme);
  loop_.poll();
  EXPECT_TRUE(esmes_.taken.empty());
}

TEST(WebhookTarget, IsOnePerAccountAndOrigin) {
  const auto one = webhook_target(1, "https://example.com:443/a");
  EXPECT_LT(one, 0);
  EXPECT_EQ(webhook_target(1, "https://example.com:443/b?c"), one);
  EXPECT_EQ(webhook_target(1, "https://example.com:443"), one);
  EXPECT_NE(webhook_target(2, "https://example.com:443/a"), one);
  EXPECT_NE(webhook_target(1, "https://example.com/a"), one);
  EXPECT_NE(webhook_target(1, "http://example.com:443/a"), one);
}

}  // namespace
}  // namespace smppd
