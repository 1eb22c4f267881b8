// Deleting what is old and done.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

using store::progress;

constexpr store::wall_time later = at(3600);

TEST_P(store_contract, OldFinalMessageGoesWithAllThatBelongsToIt) {
  store::batch b = accepted({id(1)});
  b.sents = {make_sent(id(1), "a")};
  b.parts = {{.id = id(1), .part = 1, .carrier = 3, .carrier_message_id = "a"}};
  b.settlements = {make_settled(id(1), progress::delivered)};
  b.awaits = {{3, "A", id(1), 1}};
  b.events = {{id(1), at(1), "something"}};
  commit(b);
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 10).value(), 1U);
  EXPECT_EQ(reader().find_message(id(1)).error(), store::error::not_found);
  const ids wanted{id(1)};
  EXPECT_TRUE(reader().sent_parts(wanted).value().items.empty());
  const std::vector<std::string> keys{"A"};
  EXPECT_TRUE(reader().find_awaited(3, keys).value().items.empty());
  EXPECT_TRUE(reader().events_of(id(1)).value().items.empty());
  EXPECT_EQ(writer().delete_older(later, 10).value(), 0U);
}

TEST_P(store_contract, WhatIsNotDoneStays) {
  store::batch b = accepted({id(1), id(2), id(3), id(4)});
  b.sents = {make_sent(id(2), "b"), make_sent(id(3), "c"), make_sent(id(4), "d")};
  b.settlements = {make_settled(id(3), progress::delivered),
                   make_settled(id(4), progress::delivered)};
  b.notices.resize(1);
  b.notices[0].target = 5;
  b.notices[0].sequence = store::first_id_at(later);
  b.notices[0].subject = id(3);
  commit(b);
  catch_up();
  // Of the second no receipt came in all that time.
  EXPECT_EQ(writer().delete_older(later, 10).value(), 2U);
  const ids all{id(1), id(2), id(3), id(4)};
  EXPECT_EQ(ids_of(reader().find_messages(all).value()), (ids{id(1), id(3)}));
  add(&store::batch::notices_done, {5, store::first_id_at(later)});
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 10).value(), 1U);
  EXPECT_EQ(ids_of(reader().find_messages(all).value()), (ids{id(1)}));
}

TEST_P(store_contract, NoticesThatNobodyTookGoWithTheirMessages) {
  store::batch b = accepted({id(1)});
  b.settlements = {make_settled(id(1), progress::delivered)};
  b.notices.resize(1);
  b.notices[0].target = 5;
  b.notices[0].sequence = id(2);
  b.notices[0].subject = id(1);
  commit(b);
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 10).value(), 2U);
  EXPECT_TRUE(reader().notices(5, 0, 9).value().items.empty());
  EXPECT_FALSE(reader().find_message(id(1)));
}

TEST_P(store_contract, YoungNoticeOfAnOldMessageStaysThoughAnOldOneGoes) {
  store::batch b = accepted({id(1)});
  b.settlements = {make_settled(id(1), progress::delivered)};
  b.notices.resize(2);
  b.notices[0].target = b.notices[1].target = 5;
  b.notices[0].subject = b.notices[1].subject = id(1);
  b.notices[0].sequence = id(2);
  b.notices[1].sequence = store::first_id_at(later);
  commit(b);
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 10).value(), 1U);
  const auto left = reader().notices(5, 0, 9).value();
  ASSERT_EQ(left.items.size(), 1U);
  EXPECT_EQ(left.items[0].sequence, store::first_id_at(later));
  EXPECT_TRUE(reader().find_message(id(1)));
}

TEST_P(store_contract, YoungMessagesStay) {
  const store::id64 first_later = store::first_id_at(later);
  commit(accepted({id(1), first_later}));
  catch_up();
  store::batch b;
  b.settlements = {make_settled(id(1), progress::failed),
                   make_settled(first_later, progress::failed)};
  commit(b);
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 10).value(), 1U);
  EXPECT_TRUE(reader().find_message(first_later));
}

TEST_P(store_contract, DeletesInBites) {
  store::batch b;
  for (int n = 1; n <= 7; ++n) {
    b.accepted.push_back(make_message(id(n)));
    if (n != 2) b.settlements.push_back(make_settled(id(n), progress::failed));
  }
  commit(b);
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 3).value(), 3U);
  EXPECT_EQ(writer().delete_older(later, 3).value(), 3U);
  EXPECT_EQ(writer().delete_older(later, 3).value(), 0U);
  // The next round looks at everything again.
  add(&store::batch::settlements, make_settled(id(2), progress::failed));
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 3).value(), 1U);
}

TEST_P(store_contract, DeletesNothingWhereNothingIsAllowed) {
  EXPECT_EQ(writer().delete_older(later, 0).value(), 0U);
}

TEST_P(store_contract, SubmissionGoesWithItsLastMessage) {
  store::batch b;
  b.submissions = {{id(0), 7, 3, "To all of you", "", ""}};
  for (int n = 1; n <= 3; ++n) {
    b.accepted.push_back(make_message(id(n)));
    b.accepted.back().submission = id(0);
    b.settlements.push_back(make_settled(id(n), progress::failed));
  }
  commit(b);
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 2).value(), 2U);
  EXPECT_TRUE(reader().find_submission(id(0)));
  EXPECT_EQ(writer().delete_older(later, 2).value(), 1U);
  EXPECT_EQ(reader().find_submission(id(0)).error(), store::error::not_found);
}

TEST_P(store_contract, OldInboundGoesUnlessSomebodyMustHearOfIt) {
  store::batch b;
  b.inbounds.resize(2);
  b.inbounds[0].id = id(1);
  b.inbounds[1].id = id(2);
  b.notices.resize(1);
  b.notices[0].target = -1;
  b.notices[0].kind = store::notice_kind::inbound;
  b.notices[0].sequence = store::first_id_at(later);
  b.notices[0].subject = id(2);
  commit(b);
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 10).value(), 1U);
  EXPECT_FALSE(reader().find_inbound(id(1)));
  EXPECT_TRUE(reader().find_inbound(id(2)));
}

TEST_P(store_contract, OldUnmatchedReceiptsGo) {
  store::batch b;
  b.unmatched = {{1, 3, at(1), "a", 2, ""}, {2, 3, later, "b", 2, ""}};
  commit(b);
  catch_up();
  EXPECT_EQ(writer().delete_older(later, 10).value(), 1U);
  EXPECT_EQ(reader().unmatched_receipts({}, 9).value().items.at(0).sequence, 2);
}

}  // namespace
}  // namespace tests
