// Accepting, finding and withdrawing messages and submissions.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

store::message full_message() {
  store::message m = make_message(id(1));
  m.submission = id(0);
  m.login = 12;
  m.from = store::origin::esme;
  m.priority = 3;
  m.data_coding = 8;
  m.esm_class = 0x40;
  m.registered_delivery = 1;
  m.parts = 2;
  m.types = {5, 0, 1, 255};
  m.body = std::string_view{"\0\xff\x01", 3};
  m.client_ref = "order 17";
  m.callback_url = "https://example.com/hook";
  m.options = std::string_view{"\x00\x02", 2};
  return m;
}

store::batch submission_of(std::int64_t recipients) {
  store::batch b;
  b.submissions.push_back({.id = id(0),
                           .account = 7,
                           .recipients = static_cast<std::uint32_t>(recipients),
                           .body = "To all of you",
                           .client_ref = "campaign",
                           .callback_url = "https://example.com/all"});
  for (std::int64_t n = 1; n <= recipients; ++n) {
    store::message m = make_message(id(n));
    m.submission = id(0);
    m.body = {};
    m.body_in_submission = true;
    b.accepted.push_back(m);
  }
  return b;
}

TEST_P(store_contract, FindsWhatWasAccepted) {
  const store::message m = full_message();
  add(&store::batch::accepted, m);
  const auto all = reader().find_message(id(1)).value();
  const store::message& found = all.items.at(0).message;
  EXPECT_EQ(found.id, m.id);
  EXPECT_EQ(found.submission, m.submission);
  EXPECT_EQ(found.account, m.account);
  EXPECT_EQ(found.login, m.login);
  EXPECT_EQ(found.carrier, m.carrier);
  EXPECT_EQ(found.from, m.from);
  EXPECT_EQ(found.priority, m.priority);
  EXPECT_EQ(found.data_coding, m.data_coding);
  EXPECT_EQ(found.esm_class, m.esm_class);
  EXPECT_EQ(found.registered_delivery, m.registered_delivery);
  EXPECT_EQ(found.parts, m.parts);
  EXPECT_EQ(found.types, m.types);
  EXPECT_EQ(found.expires_at, m.expires_at);
  EXPECT_EQ(found.source, m.source);
  EXPECT_EQ(found.destination, m.destination);
  EXPECT_EQ(found.body, m.body);
  EXPECT_FALSE(found.body_in_submission);
  EXPECT_EQ(found.client_ref, m.client_ref);
  EXPECT_EQ(found.callback_url, m.callback_url);
  EXPECT_EQ(found.options, m.options);
}

TEST_P(store_contract, AcceptedMessageIsQueued) {
  commit(accepted({id(1)}));
  const store::message_state state = state_of(id(1));
  EXPECT_EQ(state.state, store::progress::queued);
  EXPECT_EQ(state.attempts, 0U);
  EXPECT_EQ(state.carrier_message_id, "");
}

TEST_P(store_contract, EmptyTextsAreKept) {
  store::message m = make_message(id(1));
  m.source = m.body = {};
  add(&store::batch::accepted, m);
  const auto all = reader().find_message(id(1)).value();
  EXPECT_EQ(all.items.at(0).message.source, "");
  EXPECT_EQ(all.items.at(0).message.body, "");
  EXPECT_FALSE(all.items.at(0).message.body_in_submission);
}

TEST_P(store_contract, UnknownMessageIsNotFound) {
  EXPECT_EQ(reader().find_message(id(1)).error(), store::error::not_found);
  EXPECT_EQ(reader().find_submission(id(1)).error(), store::error::not_found);
}

TEST_P(store_contract, FindsMessagesInTheOrderAskedFor) {
  commit(accepted({id(1), id(2), id(3)}));
  const ids wanted{id(3), id(9), id(1)};
  EXPECT_EQ(ids_of(reader().find_messages(wanted).value()), (ids{id(3), id(1)}));
}

TEST_P(store_contract, SecondAcceptOfAnIdChangesNothing) {
  commit(accepted({id(1)}));
  store::message other = make_message(id(1));
  other.body = "something else";
  add(&store::batch::accepted, other);
  const auto all = reader().find_message(id(1)).value();
  EXPECT_EQ(all.items.at(0).message.body, "Your parcel has arrived.");
}

TEST_P(store_contract, SubmissionHasTheBodyOfItsMessages) {
  commit(submission_of(2));
  const auto all = reader().messages_of(id(0), 0, 10).value();
  ASSERT_EQ(ids_of(all), (ids{id(1), id(2)}));
  for (const store::found_message& found : all.items) {
    EXPECT_TRUE(found.message.body_in_submission);
    EXPECT_EQ(found.message.body, "To all of you");
  }
  const auto one = reader().find_message(id(2)).value();
  EXPECT_EQ(one.items.at(0).message.body, "To all of you");
}

TEST_P(store_contract, FindsSubmission) {
  commit(submission_of(2));
  const auto all = reader().find_submission(id(0)).value();
  EXPECT_EQ(all.items.at(0).account, 7);
  EXPECT_EQ(all.items.at(0).recipients, 2U);
  EXPECT_EQ(all.items.at(0).body, "To all of you");
  EXPECT_EQ(all.items.at(0).client_ref, "campaign");
  EXPECT_EQ(all.items.at(0).callback_url, "https://example.com/all");
}

TEST_P(store_contract, PagesThroughASubmission) {
  commit(submission_of(5));
  commit(accepted({id(6)}));  // somebody else's
  EXPECT_EQ(ids_of(reader().messages_of(id(0), 0, 2).value()), (ids{id(1), id(2)}));
  EXPECT_EQ(ids_of(reader().messages_of(id(0), id(2), 2).value()), (ids{id(3), id(4)}));
  EXPECT_EQ(ids_of(reader().messages_of(id(0), id(4), 2).value()), (ids{id(5)}));
  EXPECT_EQ(ids_of(reader().messages_of(id(0), id(5), 2).value()), (ids{}));
}

TEST_P(store_contract, CountsTheStatesOfASubmission) {
  store::batch b = submission_of(4);
  b.sents = {make_sent(id(1), "a"), make_sent(id(2), "b")};
  b.sents[1].at = at(5);
  b.settlements = {make_settled(id(2), store::progress::delivered),
                   make_settled(id(3), store::progress::failed)};
  b.settlements[0].at = at(9);
  b.settlements[1].why = store::reason::expired;
  commit(b);
  const auto counts = reader().count_states(id(0)).value();
  ASSERT_EQ(counts.size(), 4U);
  EXPECT_EQ(counts[0].state, store::progress::queued);
  EXPECT_EQ(counts[0].count, 1U);
  EXPECT_EQ(counts[0].changed_at, store::wall_time{});
  EXPECT_EQ(counts[1].state, store::progress::sent);
  EXPECT_EQ(counts[1].sent_at, at(1));
  EXPECT_EQ(counts[2].state, store::progress::delivered);
  EXPECT_EQ(counts[2].sent_at, at(5));
  EXPECT_EQ(counts[2].changed_at, at(9));
  EXPECT_EQ(counts[3].state, store::progress::failed);
  EXPECT_EQ(counts[3].why, store::reason::expired);
}

TEST_P(store_contract, WithdrawnMessageIsGoneWithItsPlaceInTheQueue) {
  commit(accepted({id(1), id(2)}));
  add(&store::batch::parks, {3, 1, id(1)});
  add(&store::batch::withdrawn, id(1));
  EXPECT_EQ(reader().find_message(id(1)).error(), store::error::not_found);
  EXPECT_EQ(reader().count_all().value().parked, 0U);
  EXPECT_TRUE(reader().find_message(id(2)));
}

TEST_P(store_contract, WithdrawingASentMessageIsRefused) {
  commit(accepted({id(1)}));
  add(&store::batch::sents, make_sent(id(1), "a"));
  add(&store::batch::withdrawn, id(1));
  EXPECT_EQ(state_of(id(1)).state, store::progress::sent);
}

TEST_P(store_contract, WithdrawnSubmissionIsGoneWithItsMessages) {
  commit(submission_of(3));
  add(&store::batch::withdrawn, id(0));
  EXPECT_EQ(reader().find_submission(id(0)).error(), store::error::not_found);
  EXPECT_EQ(reader().find_message(id(3)).error(), store::error::not_found);
}

TEST_P(store_contract, WithdrawnSubmissionKeepsWhatWasSent) {
  commit(submission_of(3));
  add(&store::batch::sents, make_sent(id(2), "a"));
  add(&store::batch::withdrawn, id(0));
  EXPECT_TRUE(reader().find_submission(id(0)));
  EXPECT_EQ(ids_of(reader().messages_of(id(0), 0, 9).value()), (ids{id(2)}));
}

TEST_P(store_contract, WithdrawingSomethingUnknownIsHarmless) {
  add(&store::batch::withdrawn, id(4));
}

}  // namespace
}  // namespace tests
