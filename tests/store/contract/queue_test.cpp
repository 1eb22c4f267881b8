// Where queued messages wait, and how a start finds them.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

store::rescheduled schedule(store::id64 id, store::wall_time due) {
  store::rescheduled r;
  r.to = {.id = id, .due = due, .carrier = 3, .attempts = 2, .possible_duplicate = true};
  return r;
}

TEST_P(store_contract, YoungMessagesAreQueuedAndNowhereElse) {
  store::batch b = accepted({id(1), id(2), id(3), id(4), id(5)});
  b.sents = {make_sent(id(1), "a")};
  b.parks = {{3, 1, id(2)}};
  b.reschedules = {schedule(id(3), at(60))};
  b.settlements = {make_settled(id(4), store::progress::cancelled)};
  commit(b);
  catch_up();
  EXPECT_EQ(ids_of(reader().young_queued(0, 10).value()), (ids{id(5)}));
}

TEST_P(store_contract, YoungMessagesArePagedAboveTheMark) {
  commit(accepted({id(1), id(2), id(3), id(4), id(5)}));
  EXPECT_EQ(ids_of(reader().young_queued(0, 2).value()), (ids{id(1), id(2)}));
  EXPECT_EQ(ids_of(reader().young_queued(id(2), 9).value()), (ids{id(3), id(4), id(5)}));
  add(&store::batch::marks, {store::mark_young_from, id(4)});
  EXPECT_EQ(ids_of(reader().young_queued(0, 9).value()), (ids{id(4), id(5)}));
  EXPECT_EQ(ids_of(reader().young_queued(id(4), 9).value()), (ids{id(5)}));
}

TEST_P(store_contract, ParkedMessagesComePerCarrierAndPriority) {
  store::batch b = accepted({id(1), id(2), id(3), id(4), id(5)});
  b.parks = {{3, 1, id(4)}, {3, 1, id(1)}, {3, 2, id(2)}, {8, 1, id(3)}, {3, 1, id(5)}};
  commit(b);
  EXPECT_EQ(parked_ids(3, 1, 0, 2), (ids{id(1), id(4)}));
  EXPECT_EQ(parked_ids(3, 1, id(4), 2), (ids{id(5)}));
  EXPECT_EQ(parked_ids(3, 2, 0, 9), (ids{id(2)}));
  EXPECT_EQ(parked_ids(8, 1, 0, 9), (ids{id(3)}));
  EXPECT_EQ(parked_ids(8, 3, 0, 9), (ids{}));
  EXPECT_EQ(reader().count_all().value().parked, 5U);
}

TEST_P(store_contract, ParkedMessageLeavesWhenSentSettledOrScheduled) {
  store::batch b = accepted({id(1), id(2), id(3), id(4)});
  for (int n = 1; n <= 4; ++n)
    b.parks.push_back({3, 1, id(n)});
  commit(b);
  store::batch next;
  next.sents = {make_sent(id(1), "a"), make_sent(id(4), "d")};
  next.settlements = {make_settled(id(2), store::progress::cancelled),
                      make_settled(id(4), store::progress::delivered)};
  next.sents[0].parked = next.settlements[0].parked = next.settlements[1].parked = true;
  next.reschedules = {schedule(id(3), at(60))};
  next.reschedules[0].was_parked = true;
  commit(next);
  EXPECT_EQ(reader().count_all().value().parked, 0U);
  EXPECT_EQ(reader().count_all().value().scheduled, 1U);
}

TEST_P(store_contract, ParkedMessageMayMoveToAnotherCarrier) {
  commit(accepted({id(1)}));
  add(&store::batch::parks, {3, 1, id(1)});
  add(&store::batch::parks, {4, 1, id(1)});
  EXPECT_EQ(parked_ids(3, 1, 0, 9), (ids{}));
  EXPECT_EQ(parked_ids(4, 1, 0, 9), (ids{id(1)}));
}

TEST_P(store_contract, ParkedMessageKeepsWhatWasTriedAndTakesItsPlaceInTheLine) {
  store::batch b = accepted({id(1), id(2)});
  b.reschedules = {schedule(id(1), at(10))};
  b.parks = {{3, 1, id(2)}};
  commit(b);
  add(&store::batch::parks, {.carrier = 3,
                             .priority = 1,
                             .id = id(1),
                             .sequence = id(7),
                             .attempts = 4,
                             .possible_duplicate = true,
                             .was_scheduled = true});
  EXPECT_EQ(parked_ids(3, 1, 0, 9), (ids{id(2), id(1)}));
  EXPECT_EQ(parked_ids(3, 1, id(2), 9), (ids{id(1)}));
  EXPECT_TRUE(reader().find_scheduled(id(1)).value().empty());
  const auto last = reader().parked_messages(3, 1, id(2), 9).value();
  EXPECT_EQ(last.items.at(0).where.sequence, id(7));
  EXPECT_EQ(last.items.at(0).where.attempts, 4U);
  EXPECT_TRUE(last.items.at(0).where.possible_duplicate);
}

TEST_P(store_contract, ParkedMessagesWhoseValidityEndedAreFound) {
  store::batch b = accepted({id(1), id(2), id(3)});
  b.accepted[0].expires_at = b.accepted[2].expires_at = at(10);
  b.accepted[1].expires_at = at(11);
  b.parks = {{3, 1, id(1)}, {3, 1, id(2)}, {3, 1, id(3)}};
  commit(b);
  EXPECT_TRUE(reader().expired_parked(3, 1, 0, at(9), 9).value().items.empty());
  EXPECT_EQ(reader().expired_parked(3, 1, 0, at(10), 9).value().items.size(), 2U);
  const auto behind = reader().expired_parked(3, 1, id(1), at(10), 9).value();
  ASSERT_EQ(behind.items.size(), 1U);
  EXPECT_EQ(behind.items[0].found.message.id, id(3));
}

TEST_P(store_contract, TellsForWhichCarriersMessagesAreParked) {
  store::batch b = accepted({id(1), id(2), id(3)});
  b.parks = {{3, 1, id(1)}, {8, 1, id(2)}, {3, 2, id(3)}};
  commit(b);
  EXPECT_EQ(reader().parked_carriers().value(), (std::vector<std::int64_t>{3, 8}));
}

TEST_P(store_contract, ScheduleIsReadInOrderOfDueTime) {
  store::batch b = accepted({id(1), id(2), id(3), id(4)});
  b.reschedules = {schedule(id(1), at(30)), schedule(id(2), at(10)), schedule(id(3), at(10)),
                   schedule(id(4), at(20))};
  commit(b);
  const auto first = reader().due_messages(at(20), {}, 0, 2).value();
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[0].found.message.id, id(2));
  EXPECT_EQ(first.items[0].when.id, id(2));
  EXPECT_EQ(first.items[0].when.due, at(10));
  EXPECT_EQ(first.items[0].when.carrier, 3);
  EXPECT_EQ(first.items[0].when.attempts, 2U);
  EXPECT_TRUE(first.items[0].when.possible_duplicate);
  EXPECT_EQ(first.items[1].found.message.id, id(3));
  const auto second = reader().due_messages(at(20), at(10), id(3), 2).value();
  ASSERT_EQ(second.items.size(), 1U);
  EXPECT_EQ(second.items[0].found.message.id, id(4));
  EXPECT_EQ(reader().next_due({}, 0).value(), at(10));
  EXPECT_EQ(reader().next_due(at(10), id(3)).value(), at(20));
  EXPECT_EQ(reader().next_due(at(30), id(1)).value(), store::wall_time{});
}

TEST_P(store_contract, RescheduledMessageIsDueOnce) {
  commit(accepted({id(1)}));
  add(&store::batch::reschedules, schedule(id(1), at(10)));
  store::rescheduled later = schedule(id(1), at(50));
  later.was_due = at(10);
  later.to.attempts = 3;
  add(&store::batch::reschedules, later);
  const auto found = reader().find_scheduled(id(1)).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].due, at(50));
  EXPECT_EQ(found[0].attempts, 3U);
  EXPECT_EQ(reader().next_due({}, 0).value(), at(50));
}

TEST_P(store_contract, ScheduledMessageLeavesWhenSentOrSettled) {
  store::batch b = accepted({id(1), id(2)});
  b.reschedules = {schedule(id(1), at(10)), schedule(id(2), at(10))};
  commit(b);
  store::sent s = make_sent(id(1), "a");
  s.scheduled_for = at(10);
  add(&store::batch::sents, s);
  EXPECT_TRUE(reader().find_scheduled(id(1)).value().empty());
  store::settled cancelled = make_settled(id(2), store::progress::cancelled);
  cancelled.scheduled_for = at(10);
  add(&store::batch::settlements, cancelled);
  EXPECT_EQ(reader().count_all().value().scheduled, 0U);
}

TEST_P(store_contract, QueueIsReadWithTheBodyOfTheSubmission) {
  store::batch b;
  b.submissions = {{id(0), 7, 2, "To all of you", "", ""}};
  b.accepted = {make_message(id(1)), make_message(id(2))};
  for (store::message& m : b.accepted) {
    m.submission = id(0);
    m.body = {};
    m.body_in_submission = true;
  }
  b.parks = {{3, 1, id(1)}};
  b.reschedules = {schedule(id(2), at(10))};
  commit(b);
  EXPECT_EQ(reader().parked_messages(3, 1, 0, 9).value().items.at(0).found.message.body,
            "To all of you");
  EXPECT_EQ(reader().due_messages(at(10), {}, 0, 9).value().items.at(0).found.message.body,
            "To all of you");
}

}  // namespace
}  // namespace tests
