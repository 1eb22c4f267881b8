// What becomes of receipts, in orders of events that a carrier on a socket would take minutes for.
#include "daemon/gateway/receipts.hpp"

#include "daemon/clock.hpp"
#include "tests/support/faulty_database.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace smppd {
namespace {

using namespace std::chrono_literals;
using smpp::message_state;
using store::progress;
using testing::ElementsAre;

/// An application that takes every receipt at once.
class told_states final : public notice_courier {
 public:
  taking can_take(const notice_item& /*item*/) override { return taking::now; }
  void take(notice_item item) override {
    if (const auto* receipt = std::get_if<receipt_content>(item.content.get()))
      states.push_back(receipt->state);
    pending->done(item.target, item.sequence);
  }
  notices* pending{nullptr};
  std::vector<message_state> states;
};

class Receipts : public testing::Test {
 protected:
  explicit Receipts(std::size_t remembered_max = 1000)
      : receipts_(loop_, store_, ids_, notices_, figures_, remembered_max) {
    applications_.pending = webhooks_.pending = &notices_;
    notices_.start({});
    first_.name = "first";
    next_.name = "next";
  }

  receipt_source first() { return {1, first_, figures_.carrier("first")}; }
  receipt_source next() { return {2, next_, figures_.carrier("next")}; }

  // Of a message: as the gateway and its carriers do it.
  outbound_ptr accept(std::uint8_t parts) {
    store::message message;
    message.id = ids_.take(wall_now());
    message.account = message.login = 1;
    message.registered_delivery = 1;
    message.parts = parts;
    message.source = "Shop";
    message.destination = "4791234567";
    message.expires_at = wall_now() + 1h;
    message.body = "x";
    store_.add(&store::batch::accepted, message);
    return make_outbound(message, std::make_shared<const shared_text>());
  }
  void take(const outbound_ptr& message, std::uint8_t part, std::string_view id,
            const receipt_source& by) {
    message->accepted.set(part);
    if (part == 1) message->first_carrier_id = id;
    if (message->parts > 1) {
      store_.add(&store::batch::parts,
                 store::sent_part{message->id, part, by.id, progress::sent, store_.keep(id)});
    }
    if (message->complete()) {
      store::sent sent;
      sent.id = message->id;
      sent.at = wall_now();
      sent.carrier = by.id;
      sent.carrier_message_id = store_.keep(message->first_carrier_id);
      store_.add(&store::batch::sents, sent);
    }
    receipts_.on_part_accepted(message, part, id, by, wall_now());
  }
  void recut(const outbound_ptr& message, std::uint8_t parts) {
    message->parts = parts;
    message->accepted.reset();
    store_.filling().forget_parts(message->id);
    store_.add(&store::batch::recuts, store::recut{message->id, parts});
    receipts_.on_recut(message);
  }
  void receive(std::string_view id, message_state state, const receipt_source& by) {
    carrier_receipt receipt;
    receipt.id = id;
    receipt.state = state;
    receipt.sure = true;
    receipt.source = "4791234567";
    receipts_.on_receipt(std::move(receipt), by,
                         acknowledgement({}, 1, smpp::command_id::deliver_sm), {});
  }
  void receive_all(std::initializer_list<std::string_view> ids, const receipt_source& by) {
    for (const auto id : ids)
      receive(id, message_state::delivered, by);
  }

  template <class Condition>
  void wait(Condition happened) {
    ASSERT_TRUE(tests::run_until(loop_, happened));
  }
  // What has been said is durable, and what follows from it has had its time.
  void settle() {
    bool durable = false;
    store_.when_durable([&] { durable = true; });
    wait([&] { return durable; });
    const auto until = std::chrono::steady_clock::now() + 50ms;
    wait([&] { return std::chrono::steady_clock::now() > until; });
  }
  // The application, until now.
  const std::vector<message_state>& told() {
    settle();
    return applications_.states;
  }
  [[nodiscard]] progress state_of(const outbound_ptr& message) {
    const auto found = reader_->find_message(message->id);
    return found ? found->items.front().state.state : progress::queued;
  }
  [[nodiscard]] std::vector<progress> parts_of(const outbound_ptr& message) {
    std::vector<progress> states;
    for (const auto& part : reader_->sent_parts(std::vector{message->id}).value().items)
      states.push_back(part.state);
    return states;
  }
  [[nodiscard]] std::size_t unmatched() {
    return reader_->unmatched_receipts({}, 100).value().items.size();
  }

  tests::temporary_directory directory_;
  asio::io_context loop_{1};
  std::unique_ptr<tests::faulty_database> database_{
      tests::open_faulty(directory_.file("smppd.db"))};
  async_store store_{loop_, *database_, {}};
  std::unique_ptr<store::reader> reader_{database_->make_reader().value()};
  metrics figures_;
  id_generator ids_{0};
  told_states applications_, webhooks_;
  notices notices_{loop_,
                   store_,
                   ids_,
                   1000,
                   wall_now,
                   [](const store::notice&, const notices::loaded&, notice_item&) { return false; },
                   applications_,
                   webhooks_};
  carrier_config first_, next_;
  receipts receipts_;
};

TEST_F(Receipts, OfAMessageThatIsCutAnewAndBackCount) {
  const auto message = accept(2);
  take(message, 1, "old", first());
  recut(message, 4);
  recut(message, 2);
  take(message, 1, "a", first());
  take(message, 2, "b", first());
  receive_all({"old", "a"}, first());
  settle();
  EXPECT_EQ(state_of(message), progress::sent);
  receive_all({"b"}, first());
  wait([&] { return state_of(message) == progress::delivered; });
  EXPECT_THAT(told(), ElementsAre(message_state::delivered));
}

TEST_F(Receipts, OfAMessageThatHasFailedAreToldOnceThoughItIsCutAnew) {
  const auto message = accept(2);
  take(message, 1, "old", first());
  receive("old", message_state::undeliverable, first());
  recut(message, 3);
  for (const auto part : {1, 2, 3})
    take(message, static_cast<std::uint8_t>(part), std::to_string(part), next());
  receive_all({"1", "2", "3"}, next());
  wait([&] { return state_of(message) == progress::failed; });
  EXPECT_THAT(told(), ElementsAre(message_state::undeliverable));
}

// Its other part is refused for good.
TEST_F(Receipts, ThatSayHowAMessageEndedAreNotFollowedByAnotherEnd) {
  const auto message = accept(2);
  take(message, 1, "a", first());
  receive("a", message_state::rejected, first());
  receipts_.tell_end(*message, progress::failed, store::reason::rejected, "ESME_RSUBMITFAIL");
  EXPECT_THAT(told(), ElementsAre(message_state::rejected));
}

// The message was read back when it was to be tried again.
TEST_F(Receipts, ThatComeBetweenAStartAndTheNextTryCount) {
  const auto message = accept(2);
  store_.add(&store::batch::parts,
             store::sent_part{message->id, 1, first().id, progress::sent, store_.keep("a")});
  receive_all({"a"}, first());
  wait([&] { return unmatched() == 1; });
  message->accepted.set(1);
  const auto by = first();
  receipts_.remember(message, {message->id, 1, by.id, progress::sent, "a"}, &by);
  take(message, 2, "b", first());
  receive_all({"b"}, first());
  wait([&] { return state_of(message) == progress::delivered; });
  EXPECT_EQ(unmatched(), 0U);
}

// A message that is final is not sent any further by a later run.
TEST_F(Receipts, OfTheFirstPartTellOfAllWhenAllAreTaken) {
  first_.receipt_parts = receipt_parts::first;
  const auto message = accept(2);
  take(message, 1, "a", first());
  receive_all({"a"}, first());
  wait([&] { return parts_of(message) == std::vector{progress::delivered}; });
  EXPECT_EQ(state_of(message), progress::queued);
  EXPECT_THAT(told(), ElementsAre());
  take(message, 2, "b", first());
  wait([&] { return state_of(message) == progress::delivered; });
  EXPECT_THAT(told(), ElementsAre(message_state::delivered));
}

// The rest of it is not sent any more: nobody knows whether the carrier has it.
TEST_F(Receipts, OfTheFirstPartTellOfAllWhereTheRestIsHeld) {
  first_.receipt_parts = receipt_parts::first;
  const auto message = accept(2);
  take(message, 1, "a", first());
  receive_all({"a"}, first());
  receipts_.on_no_more_parts(message, first());
  wait([&] { return state_of(message) == progress::delivered; });
  EXPECT_THAT(told(), ElementsAre(message_state::delivered));
}

TEST_F(Receipts, ThatCameBeforeTheirMessageCountInTheirOrder) {
  const auto message = accept(1);
  receive("a", message_state::enroute, first());
  wait([&] { return unmatched() == 1; });
  receive("a", message_state::delivered, first());
  wait([&] { return unmatched() == 2; });
  take(message, 1, "a", first());
  wait([&] { return state_of(message) == progress::delivered; });
  wait([&] { return unmatched() == 0; });
  EXPECT_THAT(told(), ElementsAre(message_state::delivered));
}

class FewReceipts : public Receipts {
 protected:
  FewReceipts() : Receipts(1) {}
  void take_another(std::string_view id) { take(accept(1), 1, id, first()); }
  // Answers of the store that have been read already are held back until `release` has a value.
  void hold_answers(std::promise<void>& release) {
    database_->after_sent_parts([this, held = release.get_future().share()] {
      read_ = true;
      held.wait();
    });
  }
  std::atomic<bool> read_{false};
};

TEST_F(FewReceipts, OfTwoPartsThatTheStoreIsAskedForTogetherAreTheMessages) {
  const auto message = accept(2);
  take(message, 1, "a", first());
  take(message, 2, "b", first());
  message->waiting = nullptr;  // the carrier has let it go
  take_another("c");
  settle();
  receive_all({"a", "b"}, first());
  wait([&] { return state_of(message) == progress::delivered; });
  EXPECT_THAT(told(), ElementsAre(message_state::delivered));
}

TEST_F(FewReceipts, OfAnOldCutThatTheAnswerStillHasChangeNothing) {
  const auto message = accept(2);
  take(message, 1, "old", first());
  take_another("c");
  settle();
  std::promise<void> release;
  hold_answers(release);
  receive_all({"old"}, first());
  wait([&] { return read_.load(); });
  recut(message, 3);
  take(message, 1, "new", first());
  release.set_value();
  settle();
  wait([&] { return parts_of(message) == std::vector{progress::sent}; });
  settle();
  EXPECT_EQ(parts_of(message), std::vector{progress::sent});
}

TEST_F(FewReceipts, ThatTheStoreAnsweredAndAreRepeatedAreNotUnmatched) {
  const auto message = accept(1);
  take(message, 1, "a", first());
  take_another("b");
  receive_all({"a"}, first());
  wait([&] { return state_of(message) == progress::delivered; });
  receive_all({"a"}, first());
  settle();
  EXPECT_EQ(unmatched(), 0U);
  EXPECT_THAT(told(), ElementsAre(message_state::delivered));
}

}  // namespace
}  // namespace smppd
