// A message's life with a restart after each of its stages.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

using store::progress;

TEST_P(store_contract, LifeSurvivesARestartAtEachStage) {
  commit(accepted({id(1)}));
  reopen();
  ASSERT_EQ(ids_of(reader().young_queued(0, 9).value()), (ids{id(1)}));

  store::rescheduled retry;
  retry.to = {.id = id(1), .due = at(10), .carrier = 3, .attempts = 1};
  add(&store::batch::reschedules, retry);
  reopen();
  ASSERT_TRUE(reader().young_queued(0, 9).value().items.empty());
  ASSERT_EQ(reader().due_messages(at(10), {}, 0, 9).value().items.size(), 1U);

  add(&store::batch::parks, {3, 1, id(1)});
  reopen();
  ASSERT_EQ(parked_ids(3, 1, 0, 9), (ids{id(1)}));

  store::sent s = make_sent(id(1), "0A1B");
  s.parked = true;
  s.scheduled_for = at(10);
  add(&store::batch::sents, s);
  reopen();
  ASSERT_EQ(ids_of(reader().awaiting_receipt(0, 9).value()), (ids{id(1)}));
  ASSERT_EQ(reader().count_all().value().parked, 0U);
  ASSERT_EQ(reader().count_all().value().scheduled, 0U);

  store::batch receipt;
  receipt.settlements = {make_settled(id(1), progress::delivered)};
  receipt.notices.resize(1);
  receipt.notices[0].target = 5;
  receipt.notices[0].sequence = 1;
  receipt.notices[0].subject = id(1);
  commit(receipt);
  reopen();
  ASSERT_TRUE(reader().awaiting_receipt(0, 9).value().items.empty());
  ASSERT_EQ(reader().notices(5, 0, 9).value().items.at(0).subject, id(1));

  add(&store::batch::notices_done, {5, 1});
  reopen();
  EXPECT_TRUE(reader().notice_targets().value().empty());
  EXPECT_EQ(state_of(id(1)).state, progress::delivered);
}

}  // namespace
}  // namespace tests
