// What is done when a message does not get through at once: carriers that refuse, are silent or
// go away, memory that is full, a store that fails.
#include "daemon/clock.hpp"
#include "tests/daemon/path_fixture.hpp"

namespace tests {
namespace {

using smpp::tag;
using testing::ElementsAreArray;
using testing::HasSubstr;

class Trouble : public Path {
 protected:
  static constexpr auto hold = [](const scripted_carrier::request&) {};
  /// To this number both carriers take messages.
  static constexpr auto either = "+4915112345678";

  /// Fails the next commit. Done on the writer's thread.
  void fail_next_commit() {
    bool told = false;
    run_->store.change(
        [](store::writer& to) {
          auto& writer = dynamic_cast<faulty_writer&>(to);
          writer.fail_after(writer.commits() + 1);
          return true;
        },
        [&](bool) { told = true; });
    wait([&] { return told; });
  }
  void wait_until_quiet() {
    wait([&] {
      return std::ranges::all_of(run_->gateway.carriers(), [](const auto& one) {
        return one->quiet() && one->empty() && one->describe().in_flight == 0;
      });
    });
  }
};

// Refusals.

TEST_F(Trouble, ThrottlingKeepsTheOrder) {
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  const auto ids = submit_many(30);
  std::vector<std::string> taken;
  telco().on_submit = [&](const auto& one) {  // a whole window is refused
    if (telco().submits.size() <= settings_.carriers[0].window) {
      return scripted_carrier::refuse(one, command_status::throttled);
    }
    taken.emplace_back(one.pdu.short_message.view());
    telco().accept(one);
  };
  telco().on_bind = command_status::ok;
  wait_until_sent(ids);
  EXPECT_THAT(taken, ElementsAreArray(numbers(1, 30)));
}

TEST_F(Trouble, ThrottledMessageIsNoDuplicate) {
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() == 1) return scripted_carrier::refuse(one, command_status::msgqful);
    telco().accept(one);
  };
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  EXPECT_EQ(state_of(id).attempts, 2U);
  EXPECT_FALSE(state_of(id).possible_duplicate);
}

TEST_F(Trouble, TemporaryErrorGoesToTheNextCarrierOfTheRoute) {
  start();
  telco().on_submit = [](const auto& one) {
    scripted_carrier::refuse(one, command_status::syserr);
  };
  const auto id = submit("Hello", either);
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().submits.size(), 1U);
  EXPECT_EQ(backup().submits.size(), 1U);
  EXPECT_EQ(state_of(id).attempts, 2U);
  EXPECT_FALSE(state_of(id).possible_duplicate);
  EXPECT_EQ(run_->gateway.carrier_name(state_of(id).carrier), "backup");
  EXPECT_EQ(reader_->events_of(id).value().items.size(), 1U);
  backup().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id, progress::delivered);
}

TEST_F(Trouble, TemporaryErrorOfTheOnlyCarrierIsTriedLater) {
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() == 1) return scripted_carrier::refuse(one, command_status::syserr);
    telco().accept(one);
  };
  const auto id = submit("Hello");
  wait([&] { return !reader_->find_scheduled(id).value().empty(); });
  submit("not delayed by it");
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().submits.size(), 3U);
  EXPECT_TRUE(reader_->find_scheduled(id).value().empty());
  EXPECT_EQ(run_->gateway.queued(), 0U);
}

TEST_F(Trouble, PermanentErrorFailsAtOnceAndTheEsmeIsTold) {
  start();
  telco().on_submit = [](const auto& one) {
    scripted_carrier::refuse(one, command_status::invdstadr);
  };
  const auto esme = bind();
  const auto id = submit(*esme, esme_message("Hello", "4915112345678"));
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].esm_class, 0x04);
  EXPECT_EQ(esme->received[0].tlvs.find_text(tag::receipted_message_id), id);
  EXPECT_EQ(esme->received[0].tlvs.find_u8(tag::message_state), 5);
  const auto state = state_of(id);
  EXPECT_EQ(state.state, progress::failed);
  EXPECT_EQ(state.why, store::reason::invalid_number);
  EXPECT_EQ(state.error, "ESME_RINVDSTADR");
  EXPECT_TRUE(backup().submits.empty());
  EXPECT_EQ(run_->gateway.queued(), 0U);
}

TEST_F(Trouble, CarrierThatIsDownIsPassedOver) {
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  wait([&] { return backup().bound() && run_->gateway.carriers()[1]->up(); });
  wait_for(submit("Hello", either), progress::sent);
  EXPECT_EQ(backup().submits.size(), 1U);
}

TEST_F(Trouble, MessagesOfACarrierThatStaysDownGoToTheNext) {
  settings_.carriers[0].failover_after = 1s;
  start_without_carriers(
      [](smppd_run& run) { run.telco.on_bind = run.backup.on_bind = command_status::bindfail; });
  const auto ids = submit_many(3, either);
  backup().on_bind = command_status::ok;
  wait_until_sent(ids);
  EXPECT_THAT(backup().texts(), ElementsAreArray(numbers(1, 3)));
  EXPECT_TRUE(telco().submits.empty());
}

TEST_F(Trouble, ValidityThatEndsInTheQueueIsTheEnd) {
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  const auto esme = bind();
  auto brief = esme_message("brief");
  brief.validity_period = "000000000001000R";
  submit(*esme, brief);
  const auto id = submit(*esme, brief);
  wait([&] { return smppd::time_of(*smppd::parse_smpp_id(id)) + 1100ms < smppd::wall_now(); });
  telco().on_bind = command_status::ok;
  wait_for(id, progress::failed);
  EXPECT_EQ(state_of(id).why, store::reason::expired);
  wait([&] { return esme->received.size() == 2; });
  EXPECT_EQ(esme->received[0].tlvs.find_u8(tag::message_state), 3);
  EXPECT_TRUE(telco().submits.empty());
}

TEST_F(Trouble, ValidityEndsAlsoWhereNoCarrierIsThere) {
  settings_.limits.queue_memory_max = 2;
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  const auto esme = bind();
  auto brief = esme_message("brief");
  brief.validity_period = "000000000001000R";
  const auto id = submit(*esme, brief);
  wait_for(id, progress::failed);
  EXPECT_EQ(state_of(id).why, store::reason::expired);
  wait([&] { return esme->received.size() == 1; });
}

TEST_F(Trouble, DeadCarrierDoesNotDelayTheScheduleOfOthers) {
  settings_.limits.queue_memory_max = 2;
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  wait([&] { return run_->gateway.carriers()[1]->up(); });
  submit_many(5);  // to the dead one
  const auto esme = bind();
  auto later = esme_message("later", "49170123456");
  later.schedule_delivery_time = "000000000001000R";
  wait_for(submit(*esme, later), progress::sent);
  EXPECT_EQ(backup().submits.size(), 1U);
}

TEST_F(Trouble, ScheduledMessageThatMemoryHasNoRoomForIsSentAfterTheOthers) {
  settings_.limits.queue_memory_max = 2;
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  const auto ids = submit_many(5);
  const auto esme = bind();
  auto later = esme_message("later");
  later.schedule_delivery_time = "000000000001000R";
  const auto id = submit(*esme, later);
  const auto number = *smppd::parse_smpp_id(id);
  wait([&] { return reader_->find_scheduled(number).value().empty(); });
  telco().on_bind = command_status::ok;
  wait_until_sent(ids);
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().texts().back(), "later");
  EXPECT_EQ(telco().submits.size(), 6U);
}

// Silence.

TEST_F(Trouble, SilentCarrierGetsTheMessageAgain) {
  settings_.carriers[0].response_timeout = 1s;
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() > 1) telco().accept(one);
  };
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().submits.size(), 2U);
  EXPECT_TRUE(state_of(id).possible_duplicate);
  EXPECT_EQ(state_of(id).attempts, 2U);
}

TEST_F(Trouble, LateResponseIsAsGoodAsAnyOther) {
  settings_.carriers[0].response_timeout = 3s;  // and as much again for the late one
  start();
  telco().on_submit = hold;
  const auto id = submit("Hello");
  wait_for_submits(1);
  const auto late = std::chrono::steady_clock::now() + 3200ms;
  wait([&] { return std::chrono::steady_clock::now() > late; });
  telco().accept(telco().submits[0]);
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().submits.size(), 1U);
  EXPECT_FALSE(state_of(id).possible_duplicate);
}

class UnknownOutcome : public Trouble {
 protected:
  void lose_one(smppd::unknown_outcome configured) {
    settings_.carriers[0].on_unknown_outcome = configured;
    start();
    telco().on_submit = hold;
    id_ = submit("Hello");
    wait_for_submits(1);
    telco().drop();
    wait([&] { return state_of(id_).why == store::reason::unknown_outcome; });
    EXPECT_TRUE(state_of(id_).possible_duplicate);
    EXPECT_EQ(run_->gateway.queued(), 0U);
  }
  store::id64 id_{};
};

TEST_F(UnknownOutcome, MayBeConfiguredToWait) {
  lose_one(smppd::unknown_outcome::hold);
  EXPECT_EQ(state_of(id_).state, progress::sent);
  EXPECT_TRUE(run_->webhooks.taken.empty());
}

TEST_F(UnknownOutcome, MayBeConfiguredToBeTheEnd) {
  lose_one(smppd::unknown_outcome::fail);
  EXPECT_EQ(state_of(id_).state, progress::failed);
  wait([&] { return run_->webhooks.taken.size() == 1; });
}

TEST_F(Trouble, LostLinkRepeatsWhatWasInFlight) {
  start();
  telco().on_submit = hold;
  const auto ids = submit_many(3);
  wait_for_submits(3);
  telco().on_submit = [&](const auto& one) { telco().accept(one); };
  telco().drop();
  wait_until_sent(ids);
  auto texts = telco().texts();
  ASSERT_EQ(texts.size(), 6U);
  EXPECT_THAT(std::vector(texts.begin() + 3, texts.end()), ElementsAreArray(numbers(1, 3)));
  for (const auto id : ids)
    EXPECT_TRUE(state_of(id).possible_duplicate);
}

// Else it would not be parked, and the next start would not find it.
TEST_F(Trouble, MessageThatWaitsForTheLinkAgainIsNotSettled) {
  start();
  telco().on_submit = hold;
  submit("Hello");
  wait([&] { return telco().submits.size() == 1; });
  telco().on_bind = command_status::bindfail;
  telco().drop();
  const auto& carrier = *run_->gateway.carriers()[0];
  wait([&] { return !carrier.up() && !carrier.empty(); });
  std::size_t waiting = 0;
  carrier.for_each_message([&](const auto& one) {
    ++waiting;
    EXPECT_FALSE(one->settled);
  });
  EXPECT_EQ(waiting, 1U);
}

TEST_F(Trouble, MessageThatEndsTheSessionEveryTimeIsGivenAPause) {
  start();
  telco().on_submit = [&](const auto& one) {
    if (one.pdu.short_message == "poison") return telco().drop();
    telco().accept(one);
  };
  const auto poison = submit("poison");
  wait([&] { return !reader_->find_scheduled(poison).value().empty(); });
  EXPECT_EQ(telco().submits.size(), 2U);
  EXPECT_TRUE(reader_->find_scheduled(poison).value().front().possible_duplicate);
  wait_for(submit("Hello"), progress::sent);
}

TEST_F(Trouble, LinkThatIsLostAsAnAnswerComesLosesNothing) {
  start();
  telco().on_submit = [&](const auto& one) {
    telco().accept(one);
    if (telco().submits.size() % 10 == 5) telco().drop();
  };
  const auto ids = submit_many(50);
  wait_until_sent(ids);
  wait_until_quiet();
  EXPECT_GE(telco().submits.size(), 50U);
}

// Memory.

TEST_F(Trouble, WhatMemoryHasNoRoomForIsSentInOrder) {
  settings_.limits.queue_memory_max = 10;
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  const auto ids = submit_many(40);
  EXPECT_EQ(run_->gateway.queued(), 40U);
  EXPECT_EQ(run_->gateway.carriers()[0]->describe().queued, 10U);
  telco().on_bind = command_status::ok;
  wait_until_sent(ids);
  wait_until_quiet();
  EXPECT_THAT(telco().texts(), ElementsAreArray(numbers(1, 40)));
  EXPECT_EQ(reader_->count_all().value().parked, 0U);
}

// After half a minute what waits in memory is also in the queue's table; once memory overflows the
// table is read back, and must not bring it a second time.
TEST_F(Trouble, WhatWaitsInMemoryIsNotReadBackAsWell) {
  settings_.limits.queue_memory_max = 10;
  {
    const auto database = open_faulty(file());
    const auto writer = database->make_writer().value();
    store::batch old;
    for (std::size_t n = 1; n <= 8; ++n) {
      store::message message;
      message.id = store::first_id_at(smppd::wall_now() - 60s) + static_cast<store::id64>(n) * 64;
      message.account = account_;
      message.expires_at = smppd::wall_now() + 1h;
      message.source = "Shop";
      message.destination = "4791234567";
      message.body = old.texts.keep(number(n));
      old.accepted.push_back(message);
    }
    old.changes = old.accepted.size();
    ASSERT_TRUE(writer->commit(old));
  }
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  wait([&] { return reader_->count_all().value().parked == 8; });
  for (std::size_t n = 9; n <= 30; ++n)
    submit(number(n));
  telco().on_bind = command_status::ok;
  wait([&] { return run_->gateway.queued() == 0; });
  wait_until_quiet();
  EXPECT_THAT(telco().texts(), ElementsAreArray(numbers(1, 30)));
}

// The store.

// What a message is cut into is the carrier's matter: how many receipts are awaited changes with
// it.
TEST_F(Trouble, AnotherCarrierMayCutAMessageIntoFewerParts) {
  settings_.carriers[0].concatenation = smpp::concatenation::udh16;
  settings_.carriers[0].failover_after = 1s;
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  const auto id = submit(std::string(306, 'x'), "+49170123456");
  EXPECT_EQ(reader_->find_message(id).value().items.front().message.parts, 3);
  wait_for(id, progress::sent);
  EXPECT_EQ(backup().submits.size(), 2U);
  start();
  backup().deliver(scripted_carrier::receipt("id-1"));
  backup().deliver(scripted_carrier::receipt("id-2"));
  wait_for(id, progress::delivered);
  EXPECT_EQ(reader_->find_message(id).value().items.front().message.parts, 2);
}

TEST_F(Trouble, CarrierThatSaysAlreadyBoundIsLeftAloneForAWhile) {
  settings_.carriers[0].already_bound_wait = 1h;
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::alybnd; });
  wait([&] { return run_->backup.bound(); });
  const auto& telco_now = *run_->gateway.carriers()[0];
  wait([&] { return !telco_now.describe().last_error.empty(); });
  EXPECT_THAT(telco_now.describe().last_error, HasSubstr("ESME_RALYBND"));
  telco().on_bind = command_status::ok;
  run_->loop.run_for(100ms);  // five times the pause after any other refusal
  EXPECT_FALSE(telco().bound());
}

TEST_F(Trouble, StoreThatFailsRefusesTheHttpMessage) {
  repair_pause_ = 1h;
  start();
  fail_next_commit();
  std::optional<smppd::submission_outcome> outcome;
  run_->gateway.submit(request("Hello", "+4791234567"),
                       [&](smppd::submission_outcome became) { outcome = std::move(became); });
  wait([&] { return outcome.has_value(); });
  const auto& refused = std::get<smppd::refusals>(*outcome).front();
  EXPECT_EQ(refused.http_status, 503);
  EXPECT_EQ(refused.code, "STORAGE_UNAVAILABLE");
  // And whoever comes now hears it at once.
  const auto again = run_->gateway.check(request("Hello", "+4791234567"));
  EXPECT_EQ(std::get<smppd::refusals>(again).front().code, "STORAGE_UNAVAILABLE");
  EXPECT_TRUE(telco().submits.empty());
}

TEST_F(Trouble, StoreThatFailsRefusesTheEsmesMessageAndWhatComesFromCarriers) {
  repair_pause_ = 1h;
  start();
  const auto esme = bind();
  fail_next_commit();
  for (std::size_t n = 1; n <= 2; ++n) {
    esme->send(esme_message("Hello"));
    wait([&] { return esme->answers.size() == n; });
    EXPECT_EQ(esme->answers.back().how, command_status::syserr);
  }
  smpp::deliver_sm pdu;
  pdu.source_addr = "4791234567";
  pdu.destination_addr = "1963";
  pdu.short_message = "Hello";
  telco().deliver(pdu);
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(telco().answers[0], command_status::x_t_appn);
  EXPECT_TRUE(telco().submits.empty());
}

TEST_F(Trouble, StoreThatFailsLeavesAReceiptUnanswered) {
  repair_pause_ = 1h;
  start();
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  fail_next_commit();
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return !run_->store.healthy(); });
  run_->loop.poll();
  EXPECT_TRUE(telco().answers.empty());
}

TEST_F(Trouble, StoreThatRecoversAnswersWhatWaited) {
  start();
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  fail_next_commit();
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(telco().answers[0], command_status::ok);
  EXPECT_EQ(state_of(id).state, progress::delivered);
  EXPECT_TRUE(run_->store.healthy());
  wait_for(submit("and on"), progress::sent);
}

}  // namespace
}  // namespace tests
