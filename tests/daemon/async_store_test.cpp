// The loop's side of the store, over a real database whose writer fails on demand.
#include "daemon/async_store.hpp"

#include "store/error.hpp"
#include "tests/support/faulty_database.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/store_records.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace smppd {
namespace {

using namespace std::chrono_literals;
using tests::id;

class AsyncStore : public testing::Test {
 protected:
  void open(async_store_options options) {
    store_ = std::make_unique<async_store>(loop_, *database_, options);
  }
  void open() {
    async_store_options options;
    options.repair_pause = 1ms;
    open(options);
  }
  [[nodiscard]] tests::faulty_writer& writer() { return database_->writer(); }

  /// Adds message `n`; what became of it appears in `outcome_`.
  void offer(std::int64_t n) {
    store_->add(&store::batch::accepted, tests::make_message(id(n)));
    store_->when_accepted([this](durability became) { outcome_ = became; });
  }
  [[nodiscard]] bool has_message(std::int64_t n) {
    const auto reader = database_->make_reader().value();
    return reader->find_message(id(n)).has_value();
  }
  [[nodiscard]] std::size_t events_of(std::int64_t n) {
    const auto reader = database_->make_reader().value();
    return reader->events_of(id(n)).value().items.size();
  }
  template <class Condition>
  void run_until(Condition happened) {
    ASSERT_TRUE(tests::run_until(loop_, happened));
  }

  asio::io_context loop_{1};
  tests::temporary_directory directory_;
  std::unique_ptr<tests::faulty_database> database_{
      tests::open_faulty(directory_.file("smppd.db"))};
  std::unique_ptr<async_store> store_;
  std::optional<durability> outcome_;
};

TEST_F(AsyncStore, SaysThatAMessageIsDurableOnceItIs) {
  open();
  offer(1);
  EXPECT_EQ(outcome_, std::nullopt);
  run_until([&] { return outcome_.has_value(); });
  EXPECT_EQ(outcome_, durability::durable);
  EXPECT_TRUE(has_message(1));
}

TEST_F(AsyncStore, CommitsTogetherWhatWasAddedInOneTurn) {
  open();
  const auto number = store_->batch_number();
  offer(1);
  offer(2);
  EXPECT_EQ(store_->batch_number(), number);
  run_until([&] { return outcome_.has_value(); });
  EXPECT_NE(store_->batch_number(), number);
  EXPECT_EQ(writer().commits(), 1U);
}

TEST_F(AsyncStore, CallsHandlersInOrder) {
  open();
  std::vector<int> calls;
  for (int i = 0; i < 3; ++i)
    store_->when_durable([&calls, i] { calls.push_back(i); });
  run_until([&] { return calls.size() == 3; });
  EXPECT_EQ(calls, (std::vector{0, 1, 2}));
}

TEST_F(AsyncStore, ReportsEachCommit) {
  open();
  std::vector<commit_report> reports;
  store_->on_commit([&](const commit_report& report) { reports.push_back(report); });
  offer(1);
  offer(2);
  run_until([&] { return outcome_.has_value(); });
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].changes, 2U);
  EXPECT_FALSE(reports[0].failed);
}

class FailedCommit : public AsyncStore, public testing::WithParamInterface<bool> {
 protected:
  void fail_next() {
    if (GetParam()) {
      writer().fail_after(1);
    } else {
      writer().fail_before(1);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Fails, FailedCommit, testing::Bool(), [](const auto& each) {
  return each.param ? "AfterItHappened" : "BeforeItHappened";
});

TEST_P(FailedCommit, RefusesItsMessagesAtOnceAndTakesThemBack) {
  open();
  fail_next();
  offer(1);
  bool durable = false;
  store_->when_durable([&] { durable = true; });
  run_until([&] { return outcome_.has_value(); });
  EXPECT_EQ(outcome_, durability::failed);
  EXPECT_FALSE(durable);
  EXPECT_FALSE(store_->healthy());
  EXPECT_EQ(store_->trouble(), make_error_code(store::error::io).message());
  run_until([&] { return durable; });
  EXPECT_TRUE(store_->healthy());
  EXPECT_EQ(store_->trouble(), "");
  EXPECT_FALSE(has_message(1));
}

TEST_P(FailedCommit, TakesSubmissionsBack) {
  open();
  fail_next();
  store::submission several;
  several.id = id(1);
  several.recipients = 2;
  store_->add(&store::batch::submissions, several);
  store::messages_to_many all;
  all.common.submission = id(1);
  all.to = {{"4790000001", 1, 1, 1}, {"4790000002", 1, 1, 1}};
  store_->add(&store::batch::accepted_together, all);
  bool durable = false;
  store_->when_durable([&] { durable = true; });
  run_until([&] { return durable; });
  const auto reader = database_->make_reader().value();
  EXPECT_EQ(reader->find_submission(id(1)).error(), store::error::not_found);
  for (const auto one : {1, 2})
    EXPECT_EQ(reader->find_message(id(1) + one * store::id_step).error(), store::error::not_found);
}

TEST_P(FailedCommit, IsRepeatedForWhatHappenedAnyway) {
  open();
  fail_next();
  store_->add(&store::batch::events, store::event{id(1), tests::at(1), "a receipt"});
  bool durable = false;
  store_->when_durable([&] { durable = true; });
  run_until([&] { return durable; });
  EXPECT_EQ(writer().commits(), 2U);
  EXPECT_EQ(events_of(1), 1U);
}

TEST_P(FailedCommit, HoldsUpWhatComesAfterIt) {
  open();
  fail_next();
  offer(1);
  run_until([&] { return outcome_.has_value(); });
  outcome_.reset();
  offer(2);
  run_until([&] { return outcome_.has_value(); });
  EXPECT_EQ(outcome_, durability::durable);
  EXPECT_TRUE(store_->healthy());
  EXPECT_TRUE(has_message(2));
  EXPECT_FALSE(has_message(1));
}

TEST_F(AsyncStore, ReportsAFailedCommit) {
  open();
  writer().fail_before(1);
  std::size_t failures = 0, commits = 0;
  store_->on_commit([&](const commit_report& report) { ++(report.failed ? failures : commits); });
  offer(1);
  run_until([&] { return commits == 1; });
  EXPECT_EQ(failures, 1U);
}

// A commit is as good as its spacing allows, and a task is done between two of them: when it is
// done, a commit that could have been before it has been.
TEST_F(AsyncStore, SpacesCommitsUnderLoad) {
  async_store_options options;
  options.commit_spacing = 1h;
  options.batch_small = 1;
  open(options);
  offer(1);
  offer(2);
  run_until([&] { return outcome_.has_value(); });
  offer(3);
  bool asked = false;
  loop_.poll();
  store_->change([](store::writer& to) { return to.delete_older({}, 1); },
                 [&](const store::result<std::size_t>&) { asked = true; });
  run_until([&] { return asked; });
  EXPECT_EQ(writer().commits(), 1U);
  EXPECT_TRUE(store_->drain(30s));
  EXPECT_TRUE(has_message(3));
}

TEST_F(AsyncStore, DoesNotSpaceSmallBatches) {
  async_store_options options;
  options.commit_spacing = 1h;
  options.batch_small = 1;
  open(options);
  for (int n = 1; n <= 5; ++n) {
    outcome_.reset();
    offer(n);
    run_until([&] { return outcome_.has_value(); });
  }
  EXPECT_EQ(writer().commits(), 5U);
}

TEST_F(AsyncStore, DrainCommitsWhatIsLeft) {
  open();
  offer(1);
  EXPECT_TRUE(store_->drain(30s));
  EXPECT_EQ(outcome_, durability::durable);
  EXPECT_TRUE(has_message(1));
}

TEST_F(AsyncStore, DrainCommitsWhatItsHandlersAdd) {
  open();
  store_->when_durable([this] { offer(2); });
  EXPECT_TRUE(store_->drain(30s));
  EXPECT_TRUE(has_message(2));
}

TEST_F(AsyncStore, DrainSaysThatSomethingCouldNotBeWritten) {
  async_store_options options;
  options.repair_pause = 1h;
  open(options);
  writer().fail_before(1);
  offer(1);
  EXPECT_FALSE(store_->drain(20ms));
}

TEST_F(AsyncStore, CommitsAtItsEndWhatWasHandedOver) {
  open();
  offer(1);
  loop_.poll();  // hands it over
  store_.reset();
  EXPECT_TRUE(has_message(1));
}

TEST_F(AsyncStore, ReadsWhatWasCommitted) {
  open();
  offer(1);
  run_until([&] { return outcome_.has_value(); });
  store::id64 last = 0;
  store_->read([](store::reader& from) { return from.last_id(); },
               [&](store::result<store::id64> answer) { last = answer.value(); });
  EXPECT_EQ(last, 0) << "it completes on the loop";
  run_until([&] { return last != 0; });
  EXPECT_EQ(last, id(1));
}

TEST_F(AsyncStore, ChangesBetweenCommits) {
  open();
  std::int64_t account = 0;
  store_->change([](store::writer& to) { return to.create_account("shop"); },
                 [&](store::result<store::account> made) { account = made.value().id; });
  run_until([&] { return account != 0; });
  const auto reader = database_->make_reader().value();
  EXPECT_EQ(reader->load_directory().value().accounts.size(), 1U);
}

}  // namespace
}  // namespace smppd
