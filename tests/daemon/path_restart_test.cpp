// What a run leaves, in order or by a crash, and what the next one makes of it. Both are this
// process: everything is destroyed, and made anew over the same database.
#include "daemon/clock.hpp"
#include "tests/daemon/path_fixture.hpp"

namespace tests {
namespace {

using smpp::tag;
using testing::ElementsAreArray;

enum class ending { in_order, crash };

constexpr auto unreachable = [](smppd_run& run) {
  run.telco.on_bind = run.backup.on_bind = command_status::bindfail;
};

class Restart : public Path, public testing::WithParamInterface<ending> {
 protected:
  void end() {
    if (GetParam() == ending::crash) {
      crash();
    } else {
      stop();
    }
  }
};
INSTANTIATE_TEST_SUITE_P(After, Restart, testing::Values(ending::in_order, ending::crash),
                         [](const auto& each) {
                           return each.param == ending::crash ? "ACrash" : "AnOrderlyStop";
                         });

TEST_P(Restart, SendsWhatWasQueuedInOrder) {
  start_without_carriers(unreachable);
  const auto ids = submit_many(5);
  end();
  start();
  wait_until_sent(ids);
  EXPECT_THAT(telco().texts(), ElementsAreArray(numbers(1, 5)));
  EXPECT_EQ(run_->gateway.queued(), 0U);
  // After a crash nobody knows that they had not been submitted.
  EXPECT_EQ(state_of(ids[0]).possible_duplicate, GetParam() == ending::crash);
}

TEST_P(Restart, SendsWhatMemoryHadNoRoomFor) {
  settings_.limits.queue_memory_max = 10;
  start_without_carriers(unreachable);
  const auto ids = submit_many(30);
  end();
  start();
  wait_until_sent(ids);
  wait([&] { return run_->gateway.carriers()[0]->quiet(); });
  auto texts = telco().texts();
  std::ranges::sort(texts);
  auto wanted = numbers(1, 30);
  std::ranges::sort(wanted);
  EXPECT_EQ(texts, wanted);
}

TEST_P(Restart, DoesNotSendAgainWhatWasSent) {
  start();
  wait_for(submit("Hello"), progress::sent);
  end();
  start();
  wait_for(submit("and another"), progress::sent);
  EXPECT_EQ(telco().submits.size(), 1U);
}

TEST_P(Restart, StartsWhereALongMessageWantedNoReceipt) {
  start();
  std::string id;
  {
    const auto esme = bind();
    auto pdu = esme_message(std::string(170, 'x'));
    pdu.registered_delivery = 0;
    id = submit(*esme, pdu);
    esme->close();
    wait([&] { return esme->closed; });
  }
  wait_for(id, progress::sent);
  end();
  start();
  EXPECT_EQ(run_->gateway.receipts_remembered(), 0U);
}

TEST_P(Restart, MatchesReceiptsOfEarlierMessages) {
  start();
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  end();
  start();
  EXPECT_EQ(run_->gateway.receipts_remembered(), 1U);
  telco().deliver(scripted_carrier::receipt("ID-1"));
  wait_for(id, progress::delivered);
  wait([&] { return run_->webhooks.taken.size() == 1; });
}

// One part was delivered to nobody, another one is tried again after the start, and refused.
TEST_P(Restart, DoesNotTellTheEndAgainThatAReceiptToldBefore) {
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() == 1) return telco().accept(one);
    telco().refuse(one, command_status::syserr);
  };
  const auto id = submit(std::string(170, 'x'));
  wait_for_submits(2);
  telco().deliver(scripted_carrier::receipt("id-1", "UNDELIV"));
  wait_for(id, progress::failed);
  wait([&] { return run_->webhooks.taken.size() == 1; });
  wait([&] { return reader_->count_all().value().notices == 0; });
  end();
  start();
  telco().on_submit = [&](const auto& one) { telco().refuse(one, command_status::invdstadr); };
  wait_for_submits(1);  // some seconds later
  run_->loop.run_for(100ms);
  EXPECT_EQ(run_->webhooks.taken.size(), 0U);
}

TEST_P(Restart, MatchesReceiptsOfPartsThatFollowEarlierOnes) {
  start();
  const auto id = submit(std::string(170, 'x'));
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return telco().answers.size() == 1; });
  end();
  start();
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(state_of(id).state, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-2"));
  wait_for(id, progress::delivered);
}

TEST_P(Restart, SendsOnlyThePartsThatWereNotTaken) {
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() == 1) return telco().accept(one);
    scripted_carrier::refuse(one, command_status::syserr);
  };
  const auto id = submit(std::string(170, 'x'));
  wait([&] { return !reader_->find_scheduled(id).value().empty(); });
  const auto second = telco().submits[1].pdu.short_message;
  end();
  start();
  telco().on_submit = [](const auto& one) { scripted_carrier::accept(one, "new-2"); };
  wait_for(id, progress::sent);
  ASSERT_EQ(telco().submits.size(), 1U);
  EXPECT_EQ(telco().submits[0].pdu.short_message, second);
  telco().deliver(scripted_carrier::receipt("id-1"));
  telco().deliver(scripted_carrier::receipt("new-2"));
  wait_for(id, progress::delivered);
}

TEST_P(Restart, SendsAllPartsOfAMessageThatIsCutAnew) {
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() == 1) return telco().accept(one);
    scripted_carrier::refuse(one, command_status::syserr);
  };
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "\u015F";  // two parts in UCS-2
  const auto id = submit(text);
  wait([&] { return !reader_->find_scheduled(id).value().empty(); });
  end();
  settings_.carriers[0].text.national_languages = {smpp::gsm7_language::turkish};
  start();
  telco().on_submit = [](const auto& one) { scripted_carrier::accept(one, "new-1"); };
  wait_for(id, progress::sent);
  ASSERT_EQ(telco().submits.size(), 1U);
  EXPECT_TRUE(state_of(id).possible_duplicate);
  telco().deliver(scripted_carrier::receipt("new-1"));
  wait_for(id, progress::delivered);
}

// FE is 254, but nobody said that this carrier counts in hexadecimal.
TEST_P(Restart, DoesNotMatchAnEarlyReceiptWhoseIdIsTheSameInAnotherBase) {
  start();
  telco().deliver(scripted_carrier::receipt("FE", "UNDELIV"));
  wait([&] { return telco().answers.size() == 1; });
  end();
  start();
  telco().deliver(scripted_carrier::receipt("AB"));  // letters: it may be
  wait([&] { return telco().answers.size() == 1; });
  telco().on_submit = [](const auto& one) { scripted_carrier::accept(one, "254"); };
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("254"));
  wait_for(id, progress::delivered);
}

TEST_P(Restart, DeliversReceiptsThatTheEsmeHasNotTaken) {
  start();
  std::string id;
  {
    const auto esme = bind();
    auto pdu = esme_message("Hello");
    pdu.tlvs.add_u16(tag::user_message_reference, 7);
    id = submit(*esme, pdu);
    esme->close();
    wait([&] { return esme->closed && run_->esmes.describe().empty(); });
  }
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id, progress::delivered);
  end();
  start();
  const auto esme = bind();
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].tlvs.find_text(tag::receipted_message_id), id);
  EXPECT_EQ(esme->received[0].tlvs.find_u8(tag::message_state), 2);
  EXPECT_EQ(esme->received[0].tlvs.find_u16(tag::user_message_reference), 7);
  wait([&] { return run_->gateway.pending().waiting(false) == 0; });
  wait([&] { return reader_->notice_targets().value().empty(); });
}

TEST_P(Restart, KeepsTheScheduleOfAMessage) {
  start();
  auto esme = bind();
  auto later = esme_message("later");
  later.schedule_delivery_time = "000000000002000R";
  const auto id = submit(*esme, later);
  esme->close();
  wait([&] { return esme->closed; });
  esme.reset();
  end();
  start();
  EXPECT_EQ(run_->gateway.queued(), 1U);
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().submits.size(), 1U);
}

TEST_F(Path, AfterACrashRepeatsWhatWasInFlight) {
  start();
  telco().on_submit = [](const auto&) {};
  const auto ids = submit_many(3);
  wait_for_submits(3);
  start();
  wait_until_sent(ids);
  EXPECT_THAT(telco().texts(), ElementsAreArray(numbers(1, 3)));
  for (const auto id : ids)
    EXPECT_TRUE(state_of(id).possible_duplicate);
}

// It was older than what a start reads back when it was sent.
TEST_P(Restart, MatchesReceiptsOfMessagesThatWaitedLong) {
  {
    const auto database = open_faulty(file());
    store::batch marks;
    marks.marks = {{store::mark_receipts_from, store::first_id_at(smppd::wall_now() + 24h)}};
    ASSERT_TRUE(database->make_writer().value()->commit(marks));
  }
  start();
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  end();
  start();
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id, progress::delivered);
}

TEST_P(Restart, SendsWhatWaitedForACarrierThatIsGone) {
  settings_.limits.queue_memory_max = 10;
  start_without_carriers(unreachable);
  const auto ids = submit_many(30);
  end();
  settings_.carriers[0].name = "successor";
  settings_.routes = {{"", {"successor"}}};
  start();
  wait_until_sent(ids);
  EXPECT_EQ(telco().submits.size(), 30U);
}

TEST_F(Path, AfterACrashAndAnOrderlyRestartStillSaysWhatIsRepeated) {
  start();
  telco().on_submit = [](const auto&) {};
  const auto id = submit("Hello");
  wait_for_submits(1);
  start_without_carriers(unreachable);
  stop();
  start();
  wait_for(id, progress::sent);
  EXPECT_TRUE(state_of(id).possible_duplicate);
  const auto fresh = submit("another");
  wait_for(fresh, progress::sent);
  EXPECT_FALSE(state_of(fresh).possible_duplicate);
}

// Carriers that hang must not keep it until somebody kills it.
TEST_F(Path, EndsInTimeWhereNoCarrierAnswersUnbind) {
  start();
  telco().freeze();
  backup().freeze();
  run_->stop_limit = 200ms;
  stop();
  start();
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  EXPECT_FALSE(state_of(id).possible_duplicate);
}

TEST_F(Path, OfAMessageInFlightIsWaitedForAtAnOrderlyStop) {
  start();
  telco().on_submit = [&](const auto& one) {
    asio::post(run_->loop, [&, one] { telco().accept(one); });
  };
  const auto id = submit("Hello");
  wait_for_submits(1);
  stop();
  start();
  wait_for(id, progress::sent);
  EXPECT_TRUE(telco().submits.empty());
}

TEST_F(Path, OfNewMessagesHasIdsAboveThoseOfEarlierRuns) {
  start();
  const auto before = submit("Hello");
  start();
  EXPECT_GT(submit("Hello"), before);
}

}  // namespace
}  // namespace tests
