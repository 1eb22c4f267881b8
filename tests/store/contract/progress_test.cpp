// A message moves forward only.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

using store::progress;
using store::reason;

TEST_P(store_contract, SentMessageSaysHow) {
  commit(accepted({id(1)}));
  store::sent s = make_sent(id(1), "0A1B");
  s.attempts = 2;
  s.possible_duplicate = true;
  add(&store::batch::sents, s);
  const store::message_state state = state_of(id(1));
  EXPECT_EQ(state.state, progress::sent);
  EXPECT_EQ(state.why, reason::none);
  EXPECT_EQ(state.sent_at, at(1));
  EXPECT_EQ(state.changed_at, at(1));
  EXPECT_EQ(state.attempts, 2U);
  EXPECT_EQ(state.carrier, 3);
  EXPECT_TRUE(state.possible_duplicate);
  EXPECT_EQ(state.carrier_message_id, "0A1B");
  EXPECT_EQ(state.error, "");
}

TEST_P(store_contract, SettlementKeepsWhatItDoesNotSay) {
  commit(accepted({id(1)}));
  add(&store::batch::sents, make_sent(id(1), "0A1B"));
  add(&store::batch::settlements, make_settled(id(1), progress::delivered));
  const store::message_state state = state_of(id(1));
  EXPECT_EQ(state.state, progress::delivered);
  EXPECT_EQ(state.sent_at, at(1));
  EXPECT_EQ(state.changed_at, at(2));
  EXPECT_EQ(state.attempts, 1U);
  EXPECT_EQ(state.carrier, 3);
  EXPECT_EQ(state.carrier_message_id, "0A1B");
}

TEST_P(store_contract, SettlementChangesWhatItSays) {
  commit(accepted({id(1)}));
  add(&store::batch::sents, make_sent(id(1), "0A1B"));
  store::settled s = make_settled(id(1), progress::failed);
  s.why = reason::undeliverable;
  s.attempts = 4;
  s.carrier = 9;
  s.possible_duplicate = true;
  s.error = "001";
  add(&store::batch::settlements, s);
  const store::message_state state = state_of(id(1));
  EXPECT_EQ(state.why, reason::undeliverable);
  EXPECT_EQ(state.attempts, 4U);
  EXPECT_EQ(state.carrier, 9);
  EXPECT_TRUE(state.possible_duplicate);
  EXPECT_EQ(state.error, "001");
}

TEST_P(store_contract, MessageMayFailBeforeItIsSent) {
  commit(accepted({id(1)}));
  store::settled s = make_settled(id(1), progress::failed);
  s.why = reason::no_route;
  add(&store::batch::settlements, s);
  const store::message_state state = state_of(id(1));
  EXPECT_EQ(state.state, progress::failed);
  EXPECT_EQ(state.why, reason::no_route);
  EXPECT_EQ(state.sent_at, store::wall_time{});
}

TEST_P(store_contract, FinalStateIsNotReplaced) {
  for (const progress last : {progress::delivered, progress::failed, progress::cancelled}) {
    const store::id64 message = id(static_cast<std::int64_t>(last));
    commit(accepted({message}));
    add(&store::batch::settlements, make_settled(message, last));
    for (const progress late : {progress::sent, progress::delivered, progress::failed}) {
      store::settled s = make_settled(message, late);
      s.error = "too late";
      add(&store::batch::settlements, s);
    }
    EXPECT_EQ(state_of(message).state, last);
    EXPECT_EQ(state_of(message).error, "");
  }
}

TEST_P(store_contract, LateSentKeepsTheFinalState) {
  commit(accepted({id(1)}));
  add(&store::batch::settlements, make_settled(id(1), progress::failed));
  add(&store::batch::sents, make_sent(id(1), "late"));
  const store::message_state state = state_of(id(1));
  EXPECT_EQ(state.state, progress::failed);
  EXPECT_EQ(state.changed_at, at(2));
  EXPECT_EQ(state.sent_at, at(1));  // what was not known is kept
  EXPECT_EQ(state.carrier_message_id, "late");
}

TEST_P(store_contract, SecondSentAfterTheEndChangesNothing) {
  commit(accepted({id(1)}));
  add(&store::batch::sents, make_sent(id(1), "first"));
  add(&store::batch::settlements, make_settled(id(1), progress::delivered));
  add(&store::batch::sents, make_sent(id(1), "second"));
  EXPECT_EQ(state_of(id(1)).carrier_message_id, "first");
}

TEST_P(store_contract, NewsThatIsNotFinalIsRecorded) {
  commit(accepted({id(1)}));
  add(&store::batch::sents, make_sent(id(1), "a"));
  store::settled s = make_settled(id(1), progress::sent);
  s.why = reason::buffered;
  add(&store::batch::settlements, s);
  EXPECT_EQ(state_of(id(1)).state, progress::sent);
  EXPECT_EQ(state_of(id(1)).why, reason::buffered);
  add(&store::batch::settlements, make_settled(id(1), progress::delivered));
  EXPECT_EQ(state_of(id(1)).state, progress::delivered);
  EXPECT_EQ(state_of(id(1)).why, reason::none);
}

TEST_P(store_contract, NewsBeforeSentDoesNotHideIt) {
  commit(accepted({id(1)}));
  store::settled s = make_settled(id(1), progress::sent);
  s.why = reason::buffered;
  add(&store::batch::settlements, s);
  add(&store::batch::sents, make_sent(id(1), "a"));
  EXPECT_EQ(state_of(id(1)).carrier_message_id, "a");
  EXPECT_EQ(state_of(id(1)).why, reason::buffered);
}

// Everything at once: what separate commits would have made of it.
TEST_P(store_contract, WholeLifeInOneBatch) {
  store::batch b = accepted({id(1), id(2), id(3)});
  b.sents = {make_sent(id(1), "a"), make_sent(id(2), "b"), make_sent(id(3), "c")};
  b.sents[0].attempts = 3;
  b.sents[0].possible_duplicate = true;
  b.settlements = {make_settled(id(1), progress::delivered), make_settled(id(2), progress::sent),
                   make_settled(id(2), progress::failed), make_settled(id(2), progress::delivered)};
  b.settlements[1].why = reason::buffered;
  b.settlements[2].why = reason::rejected;
  b.settlements[2].error = "042";
  for (int times = 0; times < 2; ++times) {
    commit(b);
    const store::message_state first = state_of(id(1));
    EXPECT_EQ(first.state, progress::delivered);
    EXPECT_EQ(first.sent_at, at(1));
    EXPECT_EQ(first.changed_at, at(2));
    EXPECT_EQ(first.attempts, 3U);
    EXPECT_EQ(first.carrier, 3);
    EXPECT_TRUE(first.possible_duplicate);
    EXPECT_EQ(first.carrier_message_id, "a");
    const store::message_state second = state_of(id(2));
    EXPECT_EQ(second.state, progress::failed);
    EXPECT_EQ(second.why, reason::rejected);
    EXPECT_EQ(second.error, "042");
    EXPECT_EQ(second.carrier_message_id, "b");
    EXPECT_EQ(state_of(id(3)).state, progress::sent);
  }
}

TEST_P(store_contract, PartsKeepTheirIdsAndStates) {
  store::batch b = accepted({id(1), id(2)});
  b.parts = {{.id = id(1), .part = 2, .carrier = 3, .carrier_message_id = "second"},
             {.id = id(1), .part = 1, .carrier = 3, .carrier_message_id = "first"},
             {.id = id(2), .part = 1, .carrier = 4, .carrier_message_id = "other"}};
  b.part_settlements = {{.id = id(1), .part = 2, .state = progress::delivered}};
  commit(b);
  commit(b);
  add(&store::batch::part_settlements, {id(1), 2, progress::failed});  // too late
  const ids wanted{id(2), id(5), id(1)};
  const auto all = reader().sent_parts(wanted).value();
  ASSERT_EQ(all.items.size(), 3U);
  EXPECT_EQ(all.items[0].id, id(2));
  EXPECT_EQ(all.items[0].carrier, 4);
  EXPECT_EQ(all.items[1].carrier_message_id, "first");
  EXPECT_EQ(all.items[1].state, progress::sent);
  EXPECT_EQ(all.items[2].carrier_message_id, "second");
  EXPECT_EQ(all.items[2].state, progress::delivered);
}

TEST_P(store_contract, PartSentAgainTakesItsNewId) {
  commit(accepted({id(1)}));
  add(&store::batch::parts, {id(1), 1, 3, progress::sent, "old"});
  add(&store::batch::parts, {id(1), 1, 4, progress::sent, "new"});
  const ids wanted{id(1)};
  const auto all = reader().sent_parts(wanted).value();
  ASSERT_EQ(all.items.size(), 1U);
  EXPECT_EQ(all.items[0].carrier_message_id, "new");
  EXPECT_EQ(all.items[0].carrier, 4);
}

TEST_P(store_contract, MessageThatIsCutAnewHasNoneOfItsOldParts) {
  commit(accepted({id(1), id(2)}));
  store::batch before;
  for (const auto of : {id(1), id(2)}) {
    before.parts.push_back({of, 1, 3, progress::sent, "old"});
    before.part_settlements.push_back({of, 1, progress::delivered});
    before.awaits.push_back({3, "old", of, 1});
  }
  before.parks = {{.carrier = 3, .id = id(1)}};
  commit(before);
  store::batch b;
  b.parts = {{.id = id(1), .part = 2, .carrier = 3, .carrier_message_id = "old, too"},
             {.id = id(2), .part = 2, .carrier = 3, .carrier_message_id = "another's"}};
  b.part_settlements = {{id(1), 2, progress::delivered}};
  b.awaits = {{3, "old, too", id(1), 2}};
  b.forget_parts(id(1));
  b.recuts = {{id(1), 5, true}};
  b.parts.push_back({id(1), 1, 4, progress::sent, "new"});
  b.changes = 1;
  commit(b);
  EXPECT_EQ(reader().find_message(id(1)).value().items.front().message.parts, 5);
  EXPECT_TRUE(reader().find_parked(id(1)).value().at(0).possible_duplicate);
  const ids wanted{id(1), id(2)};
  const auto all = reader().sent_parts(wanted).value();
  ASSERT_EQ(all.items.size(), 3U);
  EXPECT_EQ(all.items[0].carrier_message_id, "new");
  EXPECT_EQ(all.items[0].state, progress::sent);
  EXPECT_EQ(all.items[2].carrier_message_id, "another's");
  const std::vector<std::string> keys{"old", "old, too"};
  const auto awaited = reader().find_awaited(3, keys).value();
  ASSERT_EQ(awaited.items.size(), 1U);
  EXPECT_EQ(awaited.items[0].id, id(2));
}

}  // namespace
}  // namespace tests
