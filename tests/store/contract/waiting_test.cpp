// What waits, looked for by those who want it back; and what replaces its text.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

store::batch with_places() {
  store::batch b = accepted({id(1), id(2), id(3), id(4), id(5)});
  b.accepted[3].destination = "4790000002";
  b.accepted[4].account = 8;
  b.parks = {{3, 1, id(1), 0, 2, true}, {3, 1, id(4)}, {3, 1, id(5)}};
  store::rescheduled later;
  later.to = {.id = id(2), .due = at(60), .carrier = 3};
  b.reschedules = {later};
  return b;
}

TEST_P(store_contract, TellsWhereAMessageIsParked) {
  commit(with_places());
  const auto found = reader().find_parked(id(1)).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].carrier, 3);
  EXPECT_EQ(found[0].priority, 1);
  EXPECT_EQ(found[0].sequence, id(1));
  EXPECT_EQ(found[0].attempts, 2U);
  EXPECT_TRUE(found[0].possible_duplicate);
  EXPECT_TRUE(reader().find_parked(id(2)).value().empty());
}

TEST_P(store_contract, FindsByAddressesWhatIsParkedOrScheduled) {
  commit(with_places());
  const auto found = reader().find_waiting(7, "Shop", "4790000001", 10).value();
  EXPECT_EQ(ids_of(found), (ids{id(1), id(2)}));
  EXPECT_EQ(found.items[0].message.body, "Your parcel has arrived.");
  EXPECT_EQ(ids_of(reader().find_waiting(7, "Shop", "4790000002", 10).value()), (ids{id(4)}));
  EXPECT_TRUE(reader().find_waiting(7, "Bank", "4790000001", 10).value().items.empty());
}

TEST_P(store_contract, LooksAtNoMoreThanItIsToldTo) {
  commit(with_places());
  EXPECT_EQ(ids_of(reader().find_waiting(7, "Shop", "4790000001", 2).value()), (ids{id(2)}));
}

TEST_P(store_contract, ReplacedMessageSaysSomethingElse) {
  store::batch b;
  b.submissions = {{id(0), 7, 2, "To all of you", "", ""}};
  b.accepted = {make_message(id(1)), make_message(id(2))};
  for (store::message& m : b.accepted) {
    m.submission = id(0);
    m.body = {};
    m.body_in_submission = true;
  }
  commit(b);
  add(&store::batch::replacements, store::replaced{.id = id(1),
                                                   .body = "To you",
                                                   .registered_delivery = 2,
                                                   .parts = 3,
                                                   .expires_at = at(99)});
  const auto changed = reader().find_message(id(1)).value();
  EXPECT_EQ(changed.items[0].message.body, "To you");
  EXPECT_EQ(changed.items[0].message.registered_delivery, 2);
  EXPECT_EQ(changed.items[0].message.parts, 3);
  EXPECT_EQ(changed.items[0].message.expires_at, at(99));
  EXPECT_EQ(reader().find_message(id(2)).value().items[0].message.body, "To all of you");
}

TEST_P(store_contract, MessageThatWasSentIsNotReplaced) {
  store::batch b = accepted({id(1)});
  b.sents = {make_sent(id(1), "a")};
  commit(b);
  add(&store::batch::replacements,
      store::replaced{.id = id(1), .body = "Too late", .expires_at = at(9)});
  EXPECT_EQ(reader().find_message(id(1)).value().items[0].message.body, "Your parcel has arrived.");
}

}  // namespace
}  // namespace tests
