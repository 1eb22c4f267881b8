// Messages that wait for a receipt, receipts that wait for a message.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

TEST_P(store_contract, SentAndNotFinalAwaitsItsReceipt) {
  store::batch b = accepted({id(1), id(2), id(3), id(4)});
  b.sents = {make_sent(id(1), "a"), make_sent(id(2), "b"), make_sent(id(4), "d")};
  b.settlements = {make_settled(id(2), store::progress::delivered)};
  commit(b);
  catch_up();
  const auto all = reader().awaiting_receipt(0, 9).value();
  ASSERT_EQ(ids_of(all), (ids{id(1), id(4)}));
  EXPECT_EQ(all.items[0].state.carrier_message_id, "a");
  EXPECT_EQ(ids_of(reader().awaiting_receipt(0, 1).value()), (ids{id(1)}));
  EXPECT_EQ(ids_of(reader().awaiting_receipt(id(1), 9).value()), (ids{id(4)}));
  add(&store::batch::marks, {store::mark_receipts_from, id(2)});
  EXPECT_EQ(ids_of(reader().awaiting_receipt(0, 9).value()), (ids{id(4)}));
}

TEST_P(store_contract, AwaitedReceiptsAreFoundPerCarrier) {
  store::batch b;
  b.awaits = {{3, "AB", id(1), 1}, {3, "AB", id(2), 2}, {4, "AB", id(3), 1}, {3, "CD", id(4), 1}};
  commit(b);
  commit(b);
  const std::vector<std::string> keys{"CD", "none", "AB"};
  const auto all = reader().find_awaited(3, keys).value();
  ASSERT_EQ(all.items.size(), 3U);
  EXPECT_EQ(all.items[0].id, id(4));
  EXPECT_EQ(all.items[1].id, id(1));
  EXPECT_EQ(all.items[2].id, id(2));
  EXPECT_EQ(all.items[2].part, 2);
  EXPECT_EQ(all.items[2].key, "AB");
  add(&store::batch::awaits_done, {3, "AB", id(1), 1});
  EXPECT_EQ(reader().find_awaited(3, keys).value().items.size(), 2U);
}

TEST_P(store_contract, UnmatchedReceiptsAreKeptUntilDone) {
  store::batch b;
  b.unmatched = {
      {2, 3, at(20), "b", 2, "000"}, {1, 3, at(10), "a", 5, ""}, {3, 4, at(30), "c", 8, ""}};
  commit(b);
  commit(b);
  EXPECT_EQ(reader().count_all().value().unmatched, 3U);
  const auto all = reader().unmatched_receipts(at(10), 2).value();
  ASSERT_EQ(all.items.size(), 2U);
  EXPECT_EQ(all.items[0].sequence, 1);
  EXPECT_EQ(all.items[0].state, 5);
  EXPECT_EQ(all.items[1].carrier_message_id, "b");
  EXPECT_EQ(all.items[1].carrier, 3);
  EXPECT_EQ(all.items[1].received_at, at(20));
  EXPECT_EQ(all.items[1].error, "000");
  EXPECT_EQ(reader().unmatched_receipts(at(21), 9).value().items.at(0).sequence, 3);
  add(&store::batch::unmatched_done, std::int64_t{2});
  EXPECT_EQ(reader().unmatched_receipts({}, 9).value().items.size(), 2U);
}

}  // namespace
}  // namespace tests
