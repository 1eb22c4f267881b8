// A message's way: accepted, sent, received, told.
#include "smpp/udh.hpp"
#include "tests/daemon/path_fixture.hpp"

#include <atomic>
#include <future>

namespace tests {
namespace {

using smpp::tag;
using testing::ElementsAre;

// From HTTP.

TEST_F(Path, OfAnHttpMessageEndsWithItsReceiptAtTheWebhook) {
  start();
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  ASSERT_EQ(telco().submits.size(), 1U);
  const auto& pdu = telco().submits[0].pdu;
  EXPECT_EQ(pdu.short_message, "Hello");
  EXPECT_EQ(pdu.source_addr, "Shop");
  EXPECT_EQ(pdu.source_addr_ton, 5);
  EXPECT_EQ(pdu.destination_addr, "4791234567");
  EXPECT_EQ(pdu.dest_addr_ton, 1);
  EXPECT_EQ(pdu.registered_delivery, 1);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id, progress::delivered);
  EXPECT_EQ(state_of(id).carrier_message_id, "id-1");
  EXPECT_EQ(state_of(id).attempts, 1U);
  EXPECT_FALSE(state_of(id).possible_duplicate);
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(telco().answers[0], command_status::ok);
  wait([&] { return run_->webhooks.taken.size() == 1; });
  const auto& told = run_->webhooks.taken[0];
  EXPECT_EQ(told.subject, id);
  EXPECT_EQ(told.url, "https://example.com/receipts");
  EXPECT_EQ(std::get<smppd::webhook_content>(*told.content).account, account_);
  EXPECT_EQ(run_->gateway.queued(), 0U);
}

TEST_F(Path, OfASubmissionGoesToEachRecipient) {
  start();
  auto wanted = request("Hello", "+4791234567");
  wanted.to = {"+4791234567", "+4791234568", "0047 912 34 567"};
  std::optional<smppd::submission_outcome> outcome;
  run_->gateway.submit(wanted, [&](smppd::submission_outcome became) { outcome = became; });
  wait_for_submits(2);
  const auto& accepted = std::get<smppd::submission_accepted>(*outcome);
  EXPECT_EQ(accepted.duplicates_removed, 1U);
  EXPECT_EQ(telco().submits[0].pdu.destination_addr, "4791234567");
  EXPECT_EQ(telco().submits[1].pdu.destination_addr, "4791234568");
  telco().deliver(scripted_carrier::receipt("id-2"));
  wait_for(accepted.id + 2 * store::id_step, progress::delivered);
  EXPECT_EQ(state_of(accepted.id + store::id_step).state, progress::sent);
}

TEST_F(Path, IsRefusedBeforeItBegins) {
  settings_.routes = {{"47", {"telco"}}};
  start();
  const auto code_of = [&](const smppd::submission_request& wanted) {
    const auto outcome = run_->gateway.check(wanted);
    const auto* refused = std::get_if<smppd::refusals>(&outcome);
    return refused != nullptr ? refused->front().code : "";
  };
  EXPECT_EQ(code_of(request("Hello", "+4791234567")), "");
  EXPECT_EQ(code_of(request("Hello", "nobody")), "INVALID_RECIPIENT");
  EXPECT_EQ(code_of(request("Hello", "+46701234567")), "NO_ROUTE");
  EXPECT_EQ(code_of(request("", "+4791234567")), "MESSAGE_EMPTY");
  EXPECT_EQ(code_of(request("\xFF", "+4791234567")), "ENCODING_NOT_POSSIBLE");
  EXPECT_EQ(code_of(request(std::string(153 * 10 + 1, 'x'), "+4791234567")), "MESSAGE_TOO_LONG");
  auto nameless = request("Hello", "+4791234567");
  nameless.sender = "";
  EXPECT_EQ(code_of(nameless), "INVALID_SENDER");
  run_->gateway.stop_accepting();
  EXPECT_EQ(code_of(request("Hello", "+4791234567")), "SHUTTING_DOWN");
}

TEST_F(Path, IsRefusedWhereTooMuchWaits) {
  settings_.limits.queued_max = 2;
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  submit_many(2);
  const auto outcome = run_->gateway.check(request("Hello", "+4791234567"));
  EXPECT_EQ(std::get<smppd::refusals>(outcome).front().code, "QUEUE_FULL");
}

// From an ESME.

TEST_F(Path, OfEsmesThatBindAtOnceEndsAtTheLimitOfTheirLogin) {
  settings_.smpp.binds_per_login = 2;
  start();
  std::vector<std::unique_ptr<scripted_esme>> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(connect());
  wait([&] {
    return std::ranges::all_of(all, [](const auto& one) { return one->bound || one->refused; });
  });
  EXPECT_EQ(std::ranges::count_if(all, [](const auto& one) { return one->bound; }), 2);
  for (const auto& one : all)
    EXPECT_TRUE(one->bound || one->refused == command_status::alybnd);
}

TEST_F(Path, OfAReceiptThatIsNotTakenOftenEnoughEnds) {
  settings_.smpp.deliver_attempts_max = 1;
  start();
  const auto esme = bind();
  esme->on_deliver = command_status::x_t_appn;
  const auto id = submit(*esme, esme_message("Hello"));
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return esme->received.size() == 1; });
  wait([&] { return reader_->notice_targets().value().empty(); });
}

TEST_F(Path, OfAnEsmesMessageEndsWithItsReceiptAtTheEsme) {
  start();
  const auto esme = bind();
  auto pdu = esme_message("Hello");
  pdu.tlvs.add_u16(tag::user_message_reference, 7);
  const auto id = submit(*esme, pdu);
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().submits[0].pdu.short_message, "Hello");
  EXPECT_EQ(telco().submits[0].pdu.tlvs.find_u16(tag::user_message_reference), 7);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return esme->received.size() == 1; });
  const auto& receipt = esme->received[0];
  EXPECT_EQ(receipt.esm_class, 0x04);
  EXPECT_EQ(receipt.source_addr, "4791234567");
  EXPECT_EQ(receipt.destination_addr, "Shop");
  EXPECT_EQ(receipt.tlvs.find_text(tag::receipted_message_id), id);
  EXPECT_EQ(receipt.tlvs.find_u8(tag::message_state), 2);
  EXPECT_EQ(receipt.tlvs.find_u16(tag::user_message_reference), 7);
  EXPECT_EQ(state_of(id).state, progress::delivered);
  wait([&] { return run_->gateway.pending().waiting(false) == 0; });
}

TEST_F(Path, EndsWithoutAReceiptWhereNoneWasAskedFor) {
  start();
  const auto esme = bind();
  auto pdu = esme_message("Hello");
  pdu.registered_delivery = 0;
  const auto silent = submit(*esme, pdu);
  pdu.registered_delivery = 2;  // only of failures
  const auto if_it_fails = submit(*esme, pdu);
  const auto fails = submit(*esme, pdu);
  wait_for(fails, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-2"));
  telco().deliver(scripted_carrier::receipt("id-3", "UNDELIV"));
  wait([&] { return !esme->received.empty(); });
  EXPECT_EQ(esme->received[0].tlvs.find_text(tag::receipted_message_id), fails);
  EXPECT_EQ(state_of(if_it_fails).state, progress::delivered);
  EXPECT_EQ(state_of(silent).state, progress::sent);
  EXPECT_EQ(telco().submits[0].pdu.registered_delivery, 0);
}

TEST_F(Path, HasIntermediateReceiptsWhereTheyWereAskedFor) {
  start();
  const auto esme = bind();
  auto pdu = esme_message("Hello");
  pdu.registered_delivery = 0x11;
  const auto id = submit(*esme, pdu);
  wait_for(id, progress::sent);
  auto news = scripted_carrier::receipt("id-1", "ENROUTE");
  news.esm_class = 0x20;
  telco().deliver(news);
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].esm_class, 0x20);
  EXPECT_EQ(state_of(id).why, store::reason::buffered);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return esme->received.size() == 2; });
  EXPECT_EQ(esme->received[1].esm_class, 0x04);
  EXPECT_EQ(state_of(id).state, progress::delivered);
}

TEST_F(Path, OfAnEsmesMessageMayBeginLater) {
  start();
  const auto esme = bind();
  auto later = esme_message("later");
  later.schedule_delivery_time = "000000000001000R";
  const auto id = submit(*esme, later);
  submit(*esme, esme_message("at once"));
  wait_for_submits(2);
  EXPECT_THAT(telco().texts(), ElementsAre("at once", "later"));
  wait_for(id, progress::sent);
}

TEST_F(Path, OfAnEsmeBeginsWithItsPassword) {
  start();
  const auto stranger = connect("wrong");
  wait([&] { return stranger->closed; });
  EXPECT_EQ(stranger->refused, command_status::invpaswd);
  const scripted_esme unknown(run_->loop, run_->esmes.port(), "nobody", "secret");
  wait([&] { return unknown.closed; });
  EXPECT_EQ(unknown.refused, command_status::invsysid);
}

TEST_F(Path, OfAnEsmesMessageIsRefusedWithTheStatusOfItsField) {
  start();
  const auto esme = bind();
  auto pdu = esme_message("Hello");
  pdu.priority_flag = 9;
  esme->send(pdu);
  wait([&] { return esme->answers.size() == 1; });
  EXPECT_EQ(esme->answers[0], (scripted_esme::answer{command_status::invprtflg, ""}));
  EXPECT_TRUE(telco().submits.empty());
}

TEST_F(Path, MayBeAskedForByTheEsme) {
  start();
  const auto esme = bind();
  const auto id = submit(*esme, esme_message("Hello"));
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id, progress::delivered);
  smpp::query_sm query;
  query.message_id = id;
  query.source_addr = "Shop";
  esme->send(query);
  wait([&] { return esme->queries.size() == 1; });
  EXPECT_EQ(esme->queries[0].message_state, 2);
  EXPECT_EQ(esme->queries[0].final_date.size(), 16U);
}

TEST_F(Path, OfManyQueriesAtOnceEndsForThoseThatAreTooMany) {
  start();
  const auto esme = bind();
  smpp::query_sm query;
  query.message_id = submit(*esme, esme_message("Hello"));
  for (int i = 0; i < 300; ++i)
    esme->send(query);
  wait([&] { return esme->queries.size() == 300; });
  const auto throttled = std::ranges::count(esme->query_statuses, command_status::throttled);
  EXPECT_GT(throttled, 0);
  EXPECT_LT(throttled, 300);
}

// Some carriers send one receipt for all parts.
TEST_F(Path, OfALongMessageMayEndWithTheReceiptOfOnePart) {
  settings_.carriers[0].receipt_parts = smppd::receipt_parts::last;
  start();
  const auto id = submit(std::string(310, 'x'));
  wait_for(id, progress::sent);
  ASSERT_EQ(telco().submits.size(), 3U);
  EXPECT_EQ(telco().submits[0].pdu.registered_delivery, 0);
  EXPECT_EQ(telco().submits[1].pdu.registered_delivery, 0);
  EXPECT_EQ(telco().submits[2].pdu.registered_delivery, 1);
  telco().deliver(scripted_carrier::receipt("id-1"));  // which nobody asked for
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(state_of(id).state, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-3"));
  wait_for(id, progress::delivered);
  wait([&] { return run_->webhooks.taken.size() == 1; });
}

// It is not delivered again.
TEST_F(Path, OfAReceiptEndsWithALateAcknowledgementToo) {
  settings_.smpp.response_timeout = 1s;
  start();
  const auto esme = bind();
  esme->on_deliver.reset();
  const auto id = submit(*esme, esme_message("Hello"));
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return run_->gateway.pending().waiting(false) == 1 && esme->received.size() == 1; });
  const auto delivering = [&] { return run_->esmes.describe().front().delivering; };
  wait([&] { return delivering() == 0; });
  esme->answer_late();
  wait([&] { return reader_->notice_targets().value().empty(); });
  EXPECT_EQ(esme->received.size(), 1U);
}

// Messages of several parts.

class LongMessage : public Path {
 protected:
  void send_one() {
    start();
    esme_ = bind();
    id_ = submit(*esme_, long_message());
  }
  static smpp::submit_sm long_message() {
    auto pdu = esme_message(std::string(170, 'x'));
    return pdu;
  }
  std::unique_ptr<scripted_esme> esme_;
  std::string id_;
};

TEST_F(LongMessage, IsSentInParts) {
  send_one();
  wait_for(id_, progress::sent);
  ASSERT_EQ(telco().submits.size(), 2U);
  std::string text;
  std::uint8_t sequence = 0;
  for (const auto& one : telco().submits) {
    EXPECT_EQ(one.pdu.esm_class, 0x40);
    const auto header = smpp::parse_udh(one.pdu.short_message.bytes());
    ASSERT_TRUE(header && header->concatenation);
    EXPECT_EQ(header->concatenation->total, 2);
    EXPECT_EQ(header->concatenation->sequence, ++sequence);
    text += one.pdu.short_message.view().substr(header->octets);
  }
  EXPECT_EQ(text, std::string(170, 'x'));
}

TEST_F(LongMessage, IsOneAttemptHoweverLongItTakes) {
  settings_.carriers[0].window = 1;
  send_one();
  wait_for(id_, progress::sent);
  EXPECT_EQ(telco().submits.size(), 2U);
  EXPECT_EQ(state_of(id_).attempts, 1U);
}

TEST_F(LongMessage, IsDeliveredWhenAllItsPartsAre) {
  send_one();
  wait_for(id_, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-2"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(state_of(id_).state, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id_, progress::delivered);
  wait([&] { return esme_->received.size() == 1; });
}

TEST_F(LongMessage, HasFailedAsSoonAsOnePartHas) {
  send_one();
  wait_for(id_, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-2", "UNDELIV"));
  wait_for(id_, progress::failed);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return telco().answers.size() == 2; });
  EXPECT_EQ(state_of(id_).state, progress::failed);
  EXPECT_EQ(esme_->received.size(), 1U);
}

TEST_F(LongMessage, OfWhichOnePartIsRefusedForGoodHasFailed) {
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() == 1)
      return scripted_carrier::refuse(one, command_status::submitfail);
    telco().accept(one);
  };
  esme_ = bind();
  id_ = submit(*esme_, long_message());
  wait_for(id_, progress::failed);
  wait([&] { return esme_->received.size() == 1; });
  EXPECT_EQ(esme_->received[0].tlvs.find_u8(tag::message_state), 8);
}

TEST_F(LongMessage, IsDeliveredEvenWhereMemoryHasForgottenItsParts) {
  settings_.limits.receipts_memory_max = 2;
  send_one();
  wait_until_sent(submit_many(3));
  telco().deliver(scripted_carrier::receipt("id-2"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(state_of(id_).state, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id_, progress::delivered);
  wait([&] { return esme_->received.size() == 1; });
}

// What memory knows of the other part the store does not know yet.
TEST_F(LongMessage, OfWhichMemoryHasForgottenOnePartIsDeliveredWhenBothAre) {
  settings_.limits.receipts_memory_max = 2;
  send_one();
  wait_for(id_, progress::sent);
  wait_until_sent(submit_many(1));  // the first part leaves memory
  std::promise<void> release;
  hold_writer(release);
  telco().deliver(scripted_carrier::receipt("id-2"));
  telco().deliver(scripted_carrier::receipt("id-1"));
  run_->loop.run_for(100ms);
  release.set_value();
  wait_for(id_, progress::delivered);
  wait([&] { return esme_->received.size() == 1; });
}

// What was taken is not sent again, and its receipt counts.
TEST_F(LongMessage, OfWhichOnePartIsRefusedForNowIsSentAgainFromThere) {
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() == 2) return scripted_carrier::refuse(one, command_status::syserr);
    telco().accept(one);
  };
  esme_ = bind();
  id_ = submit(*esme_, long_message());
  wait_for(id_, progress::sent);
  ASSERT_EQ(telco().submits.size(), 3U);
  EXPECT_EQ(telco().submits[1].pdu.short_message, telco().submits[2].pdu.short_message);
  telco().deliver(scripted_carrier::receipt("id-1"));
  telco().deliver(scripted_carrier::receipt("id-2"));
  wait_for(id_, progress::delivered);
  wait([&] { return esme_->received.size() == 1; });
}

}  // namespace
}  // namespace tests
