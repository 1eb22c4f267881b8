// The way of a message from a handset.
#include "smpp/udh.hpp"
#include "tests/daemon/path_fixture.hpp"

#include <boost/json/parse.hpp>

namespace tests {
namespace {

using smpp::tag;
using testing::ElementsAre;

class Inbound : public Path {
 protected:
  static smpp::deliver_sm message(std::string_view text, std::string_view to = "1963") {
    smpp::deliver_sm pdu;
    pdu.source_addr_ton = 1;
    pdu.source_addr_npi = 1;
    pdu.source_addr = "4791234567";
    pdu.destination_addr = to;
    pdu.short_message = text;
    return pdu;
  }
  static smpp::deliver_sm part(std::uint8_t sequence, std::uint8_t total, std::string_view text) {
    auto pdu = message({});
    pdu.esm_class = 0x40;
    const auto header = smpp::format_udh({77, total, sequence});
    pdu.short_message = smpp::byte_view(header);
    pdu.short_message.append(text);
    return pdu;
  }
  void wait_for_answers(std::size_t count) {
    wait([&] { return telco().answers.size() >= count; });
    for (const auto one : telco().answers)
      EXPECT_EQ(one, command_status::ok);
  }
  [[nodiscard]] static std::vector<std::string> texts(const scripted_esme& of) {
    std::vector<std::string> all;
    for (const auto& one : of.received)
      all.emplace_back(one.short_message.view());
    return all;
  }
  // What the store has of the n-th inbound message that a webhook was told of.
  store::inbound stored(std::size_t n) {
    found_ = reader_->find_inbound(run_->webhooks.taken.at(n).subject).value();
    return found_.items.at(0);
  }

 private:
  store::rows<store::inbound> found_;
};

TEST_F(Inbound, MessageGoesToTheEsmeOfItsNumber) {
  start();
  const auto esme = bind();
  auto pdu = message("Hello");
  pdu.data_coding = 3;
  telco().deliver(pdu);
  wait([&] { return esme->received.size() == 1; });
  const auto& got = esme->received[0];
  EXPECT_EQ(got.short_message, "Hello");
  EXPECT_EQ(got.esm_class, 0);
  EXPECT_EQ(got.data_coding, 3);
  EXPECT_EQ(got.source_addr, "4791234567");
  EXPECT_EQ(got.source_addr_ton, 1);
  EXPECT_EQ(got.destination_addr, "1963");
  wait_for_answers(1);
}

TEST_F(Inbound, MessageMayComeInDataSm) {
  start();
  const auto esme = bind();
  smpp::data_sm pdu;
  pdu.source_addr = "4791234567";
  pdu.destination_addr = "1963";
  pdu.tlvs.add(tag::message_payload, smpp::as_bytes("Hello"));
  telco().deliver(pdu);
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, "Hello");
  wait_for_answers(1);
}

TEST_F(Inbound, MessageThatLooksLikeAReceiptIsAMessage) {
  start();
  const auto esme = bind();
  auto pdu = scripted_carrier::receipt("nobody's");
  pdu.esm_class = 0;
  pdu.destination_addr = "1963";
  telco().deliver(pdu);
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, pdu.short_message);
}

TEST_F(Inbound, MessageThatNobodyWantsIsKept) {
  start();
  telco().deliver(message("Hello", "1964"));
  wait_for_answers(1);
  EXPECT_EQ(reader_->last_id().value() > 0, true);
  EXPECT_TRUE(run_->webhooks.taken.empty());
}

// Keywords.

TEST_F(Inbound, KeywordIsToldToItsWebhookAndAnsweredOverTheSameCarrier) {
  settings_.routes = {{"", {"telco"}}};
  start();
  backup().deliver(message(" win a car"));
  wait([&] { return run_->webhooks.taken.size() == 1 && backup().submits.size() == 1; });
  const auto& told = run_->webhooks.taken[0];
  EXPECT_EQ(told.kind, store::notice_kind::inbound);
  EXPECT_EQ(told.url, "https://example.com/win");
  EXPECT_EQ(std::get<smppd::webhook_content>(*told.content).account, account_);
  EXPECT_EQ(stored(0).text, " win a car");
  EXPECT_EQ(stored(0).account, account_);
  EXPECT_NE(stored(0).keyword, 0);
  const auto& reply = backup().submits[0].pdu;
  EXPECT_EQ(reply.short_message, "You won.");
  EXPECT_EQ(reply.source_addr, "1963");
  EXPECT_EQ(reply.destination_addr, "4791234567");
  EXPECT_TRUE(telco().submits.empty());
  EXPECT_EQ(run_->gateway.customers().find_keyword("WIN")->messages_received, 1U);
}

TEST_F(Inbound, KeywordIsNotAnsweredToAShortCode) {
  start();
  auto pdu = message("WIN");
  pdu.source_addr = "2000";
  telco().deliver(pdu);
  wait([&] { return run_->webhooks.taken.size() == 1; });
  EXPECT_EQ(run_->gateway.queued(), 0U);
}

TEST_F(Inbound, KeywordIsAnsweredAFewTimesAnHour) {
  start();
  for (int i = 0; i < 8; ++i)
    telco().deliver(message("WIN"));
  wait([&] { return run_->webhooks.taken.size() == 8; });
  wait([&] { return run_->gateway.queued() == 0; });
  // Eight, where an hour ends in between.
  EXPECT_GE(telco().submits.size(), smppd::reply_guard::per_hour_max);
  EXPECT_LE(telco().submits.size(), 8U);
}

// The ESME's answer.

TEST_F(Inbound, MessageIsKeptUntilTheEsmeAcknowledgesIt) {
  start();
  const auto esme = bind();
  esme->on_deliver = command_status::x_t_appn;
  telco().deliver(message("Hello"));
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(run_->gateway.pending().waiting(false), 1U);
  esme->on_deliver = command_status::ok;
  wait([&] { return esme->received.size() == 2; });
  EXPECT_EQ(esme->received[1], esme->received[0]);
  wait([&] { return run_->gateway.pending().waiting(false) == 0; });
}

TEST_F(Inbound, MessageThatTheEsmeRefusesForGoodIsNotRepeated) {
  start();
  const auto esme = bind();
  esme->on_deliver = command_status::invdstadr;
  telco().deliver(message("Hello"));
  wait([&] { return esme->received.size() == 1; });
  wait([&] { return run_->gateway.pending().waiting(false) == 0; });
}

TEST_F(Inbound, MessageGoesToTheNextSessionWhereTheFirstGoesAway) {
  start();
  const auto first = bind();
  first->on_deliver = {};
  telco().deliver(message("one"));
  telco().deliver(message("two"));
  wait([&] { return first->received.size() == 2; });
  first->close();
  wait([&] { return first->closed && run_->esmes.describe().empty(); });
  const auto second = bind();
  wait([&] { return second->received.size() == 2; });
  EXPECT_THAT(texts(*second), ElementsAre("one", "two"));
}

TEST_F(Inbound, MessagesWaitForTheirEsme) {
  start();
  for (const auto* text : {"one", "two", "three"})
    telco().deliver(message(text));
  wait_for_answers(3);
  const auto esme = bind();
  wait([&] { return esme->received.size() == 3; });
  EXPECT_THAT(texts(*esme), ElementsAre("one", "two", "three"));
}

// The address_range of a bind.

TEST_F(Inbound, MessageGoesToABindThatTakesItsNumber) {
  settings_.inbound.push_back({"", "shop"});
  start();
  const auto port = run_->esmes.port();
  const scripted_esme swedes(run_->loop, port, "esme", "secret", 0x34, "^46");
  const scripted_esme shop(run_->loop, port, "esme", "secret", 0x34, "1963");
  wait([&] { return swedes.bound && shop.bound; });
  for (const auto* number : {"1963", "4670", "1963", "4671"})
    telco().deliver(message(number, number));
  wait([&] { return swedes.received.size() == 2 && shop.received.size() == 2; });
  EXPECT_THAT(texts(swedes), ElementsAre("4670", "4671"));
  EXPECT_THAT(texts(shop), ElementsAre("1963", "1963"));
}

TEST_F(Inbound, MessageThatNoBindTakesWaitsForOneThatDoes) {
  settings_.inbound.push_back({"", "shop"});
  start();
  const auto port = run_->esmes.port();
  const scripted_esme swedes(run_->loop, port, "esme", "secret", 0x34, "^46");
  wait([&] { return swedes.bound; });
  telco().deliver(message("one", "1963"));
  telco().deliver(message("two", "4670"));
  wait([&] { return swedes.received.size() == 1; });
  EXPECT_THAT(texts(swedes), ElementsAre("two"));
  wait([&] { return run_->gateway.pending().waiting(false) == 1; });
  const auto all = bind();
  wait([&] { return all->received.size() == 1; });
  EXPECT_THAT(texts(*all), ElementsAre("one"));
}

TEST_F(Inbound, MessageGoesToABindWhoseRangeCannotBeUnderstood) {
  start();
  const scripted_esme esme(run_->loop, run_->esmes.port(), "esme", "secret", 0x34, "(46");
  wait([&] { return esme.bound; });
  telco().deliver(message("Hello"));
  wait([&] { return esme.received.size() == 1; });
}

TEST_F(Inbound, ReceiptGoesToAnyBindOfItsLogin) {
  start();
  scripted_esme esme(run_->loop, run_->esmes.port(), "esme", "secret", 0x34, "^999$");
  wait([&] { return esme.bound; });
  const auto id = submit(esme, esme_message("Hello"));
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return esme.received.size() == 1; });
}

// Parts.

TEST_F(Inbound, PartsArePutTogether) {
  start();
  const auto esme = bind();
  telco().deliver(part(3, 3, "end"));
  telco().deliver(part(1, 3, "beginning, "));
  telco().deliver(part(1, 3, "beginning, "));  // the carrier repeats itself
  wait_for_answers(3);
  EXPECT_TRUE(esme->received.empty());
  telco().deliver(part(2, 3, "middle, "));
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, "beginning, middle, end");
  EXPECT_EQ(esme->received[0].esm_class, 0);
  EXPECT_TRUE(reader_->waiting_inbound_parts(0, 10).value().items.empty());
}

// message_payload is a TLV.
TEST_F(Inbound, LongMessageComesInPartsToAnEsmeOfAnOlderVersion) {
  start();
  scripted_esme esme(run_->loop, run_->esmes.port(), "esme", "secret", 0x33);
  wait([&] { return esme.bound; });
  telco().deliver(part(1, 2, std::string(150, 'a')));
  telco().deliver(part(2, 2, std::string(150, 'b')));
  wait([&] { return esme.received.size() == 2; });
  std::string text;
  for (const auto& one : esme.received) {
    const auto header = smpp::parse_udh(one.short_message.bytes());
    ASSERT_TRUE(header && header->concatenation);
    text += one.short_message.view().substr(header->octets);
  }
  EXPECT_EQ(text, std::string(150, 'a') + std::string(150, 'b'));
  wait([&] { return reader_->notice_targets().value().empty(); });
}

TEST_F(Inbound, PartsMaySaySoInParameters) {
  start();
  const auto esme = bind();
  for (std::uint8_t n = 1; n <= 2; ++n) {
    auto pdu = message(n == 1 ? "one " : "two");
    pdu.tlvs.add_u16(tag::sar_msg_ref_num, 5);
    pdu.tlvs.add_u8(tag::sar_total_segments, 2);
    pdu.tlvs.add_u8(tag::sar_segment_seqnum, n);
    telco().deliver(pdu);
  }
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, "one two");
}

TEST_F(Inbound, PartsThatNeverCameAreLeftOut) {
  settings_.reassembly_timeout = 1s;
  start();
  const auto esme = bind();
  telco().deliver(part(2, 2, "half"));
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, "half");
  EXPECT_TRUE(reader_->waiting_inbound_parts(0, 10).value().items.empty());
}

TEST_F(Inbound, PartsOutliveARestart) {
  start();
  telco().deliver(part(1, 2, "before, "));
  wait_for_answers(1);
  start();  // the first run has crashed
  const auto esme = bind();
  telco().deliver(part(2, 2, "after"));
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, "before, after");
  EXPECT_EQ(esme->received[0].source_addr_ton, 1);
  EXPECT_TRUE(reader_->waiting_inbound_parts(0, 10).value().items.empty());
}

TEST_F(Inbound, PartThatIsRepeatedAfterItsMessageWasCompleteIsNoMessage) {
  settings_.reassembly_timeout = 1s;
  start();
  const auto esme = bind();
  telco().deliver(part(1, 2, "one, "));
  telco().deliver(part(2, 2, "two"));
  wait_for_answers(2);
  telco().drop();  // it did not see the last answer
  wait([&] { return !run_->gateway.carriers()[0]->up(); });
  wait([&] { return run_->gateway.carriers()[0]->up(); });
  telco().deliver(part(2, 2, "two"));
  wait_for_answers(3);
  wait([&] { return reader_->waiting_inbound_parts(0, 10).value().items.empty(); });
  telco().deliver(part(1, 2, "three, "));  // the handset uses its reference again
  telco().deliver(part(2, 2, "two"));
  wait([&] { return esme->received.size() == 2; });
  EXPECT_THAT(texts(*esme), ElementsAre("one, two", "three, two"));
}

TEST_F(Inbound, MessageThatBeginsLikeTheOneBeforeIsWhole) {
  start();
  const auto esme = bind();
  for (const auto* end : {"ten apples", "twenty pears"}) {
    telco().deliver(part(1, 2, "ORDER "));
    telco().deliver(part(2, 2, end));
  }
  wait([&] { return esme->received.size() == 2; });
  EXPECT_THAT(texts(*esme), ElementsAre("ORDER ten apples", "ORDER twenty pears"));
}

TEST_F(Inbound, PartIsKnownAgainAfterARestartWhileItWaits) {
  start();
  telco().deliver(part(1, 2, "before, "));
  wait_for_answers(1);
  start();
  telco().deliver(part(1, 2, "before, "));
  wait_for_answers(1);
  EXPECT_EQ(reader_->waiting_inbound_parts(0, 10).value().items.size(), 1U);
}

TEST_F(Inbound, MessageOfAnEarlierRunGoesToTheEsme) {
  start();
  telco().deliver(message("Hello"));
  wait_for_answers(1);
  start();
  const auto esme = bind();
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, "Hello");
}

}  // namespace
}  // namespace tests
