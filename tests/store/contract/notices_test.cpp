// What somebody must be told, events and marks.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

store::notice make_notice(std::int64_t target, std::int64_t sequence) {
  store::notice n;
  n.target = target;
  n.sequence = sequence;
  n.subject = id(sequence);
  return n;
}

std::vector<std::int64_t> sequences_of(const store::rows<store::notice>& all) {
  std::vector<std::int64_t> sequences;
  for (const store::notice& n : all.items)
    sequences.push_back(n.sequence);
  return sequences;
}

TEST_P(store_contract, NoticesStandInTheQueueOfTheirTarget) {
  store::batch b;
  b.notices = {make_notice(5, 3), make_notice(-2, 1), make_notice(5, 2), make_notice(5, 9)};
  commit(b);
  commit(b);
  EXPECT_EQ(sequences_of(reader().notices(5, 0, 9).value()), (std::vector<std::int64_t>{2, 3, 9}));
  catch_up();
  EXPECT_EQ(reader().notice_targets().value(), (std::vector<std::int64_t>{-2, 5}));
  EXPECT_EQ(sequences_of(reader().notices(5, 0, 2).value()), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(sequences_of(reader().notices(5, 3, 2).value()), (std::vector<std::int64_t>{9}));
  EXPECT_EQ(reader().count_all().value().notices, 4U);
}

TEST_P(store_contract, NobodyWaitsForAnything) {
  EXPECT_TRUE(reader().notice_targets().value().empty());
  EXPECT_TRUE(reader().notices(5, 0, 2).value().items.empty());
}

TEST_P(store_contract, NoticeSaysEverything) {
  store::notice n = make_notice(-2, 4);
  n.kind = store::notice_kind::inbound;
  n.attempts = 1;
  n.due = at(10);
  n.url = "https://example.com/hook";
  add(&store::batch::notices, n);
  const auto all = reader().notices(-2, 0, 9).value();
  ASSERT_EQ(all.items.size(), 1U);
  EXPECT_EQ(all.items[0].target, -2);
  EXPECT_EQ(all.items[0].kind, store::notice_kind::inbound);
  EXPECT_EQ(all.items[0].subject, id(4));
  EXPECT_EQ(all.items[0].attempts, 1U);
  EXPECT_EQ(all.items[0].due, at(10));
  EXPECT_EQ(all.items[0].url, "https://example.com/hook");
}

TEST_P(store_contract, PostponedNoticeKeepsItsPlace) {
  add(&store::batch::notices, make_notice(5, 1));
  add(&store::batch::notices_postponed, {{5, 1}, 7, at(99)});
  const auto all = reader().notices(5, 0, 9).value();
  EXPECT_EQ(all.items.at(0).attempts, 7U);
  EXPECT_EQ(all.items.at(0).due, at(99));
}

TEST_P(store_contract, NoticeThatIsDoneIsGone) {
  store::batch b;
  b.notices = {make_notice(5, 1), make_notice(6, 1)};
  b.notices_done = {{5, 1}};
  commit(b);
  EXPECT_TRUE(reader().notices(5, 0, 9).value().items.empty());
  catch_up();
  EXPECT_EQ(reader().notice_targets().value(), (std::vector<std::int64_t>{6}));
}

TEST_P(store_contract, EventsOfAMessageComeInOrder) {
  store::batch b;
  b.events = {{id(1), at(2), "second"}, {id(1), at(1), "first"}, {id(2), at(1), "other"}};
  commit(b);
  commit(b);
  const auto all = reader().events_of(id(1)).value();
  ASSERT_EQ(all.items.size(), 2U);
  EXPECT_EQ(all.items[0].what, "first");
  EXPECT_EQ(all.items[1].what, "second");
  EXPECT_EQ(all.items[1].at, at(2));
  EXPECT_TRUE(reader().events_of(id(3)).value().items.empty());
}

TEST_P(store_contract, MarkIsZeroUntilItIsSet) {
  EXPECT_EQ(reader().get_mark(store::mark_clean_stop).value(), 0);
  add(&store::batch::marks, {store::mark_clean_stop, 1});
  EXPECT_EQ(reader().get_mark(store::mark_clean_stop).value(), 1);
  add(&store::batch::marks, {store::mark_clean_stop, 0});
  EXPECT_EQ(reader().get_mark(store::mark_clean_stop).value(), 0);
}

TEST_P(store_contract, EmptyBatchIsNothing) { commit({}); }

TEST_P(store_contract, CountsOctets) {
  EXPECT_GT(reader().count_all().value().database_octets, 0U);
}

}  // namespace
}  // namespace tests
