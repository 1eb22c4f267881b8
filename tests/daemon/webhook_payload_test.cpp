#include "daemon/gateway/ids.hpp"
#include "daemon/webhook/payload.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace smppd::webhook {
namespace {

namespace json = boost::json;

constexpr store::wall_time noon =
    std::chrono::sys_days(std::chrono::year{2026} / 3 / 31) + std::chrono::milliseconds{43'200'412};
const store::id64 message_id = store::first_id_at(noon) + store::id_step;

store::found_message delivered() {
  store::found_message found;
  found.message.id = message_id;
  found.message.types.destination_ton = 1;
  found.message.types.source_ton = 5;
  found.message.destination = "4791234567";
  found.message.source = "ClinicOslo";
  found.message.client_ref = "order-4521";
  found.state.state = store::progress::delivered;
  found.state.sent_at = noon + std::chrono::seconds{1};
  found.state.changed_at = noon + std::chrono::seconds{6};
  found.state.carrier_message_id = "AB12";
  found.state.error = "000";
  return found;
}

TEST(WebhookPayload, OfADeliveredMessage) {
  const auto body = json::parse(receipt_payload(delivered(), "telco-a"));
  const std::string uuid = to_uuid(message_id);
  json::value expected = json::parse(R"({"type": "message.delivered",
    "timestamp": "2026-03-31T12:00:06.412Z", "data": {
    "sms_message_id": "", "recipient_id": "", "to": "+4791234567", "from": "ClinicOslo",
    "status": "DELIVERED", "reason": null, "final": true, "segments": 1, "encoding": "GSM-7",
    "smsc_message_id": "AB12", "carrier": "telco-a", "network_error": "000",
    "possible_duplicate": false, "client_ref": "order-4521",
    "created_at": "2026-03-31T12:00:00.412Z", "sent_at": "2026-03-31T12:00:01.412Z",
    "delivered_at": "2026-03-31T12:00:06.412Z"}})");
  expected.at("data").at("sms_message_id") = "msg-" + uuid;
  expected.at("data").at("recipient_id") = uuid;
  EXPECT_EQ(body, expected);
}

TEST(WebhookPayload, OfAFailedMessageOfASubmission) {
  auto found = delivered();
  found.message.submission = message_id - store::id_step;
  found.state.state = store::progress::failed;
  found.state.why = store::reason::undeliverable;
  const auto body = json::parse(receipt_payload(found, ""));
  EXPECT_EQ(body.at("type"), "message.failed");
  EXPECT_EQ(body.at("data").at("sms_message_id"),
            json::value("msg-" + to_uuid(found.message.submission)));
  EXPECT_EQ(body.at("data").at("reason"), "undeliverable");
  EXPECT_EQ(body.at("data").at("delivered_at"), nullptr);
  EXPECT_EQ(body.at("data").at("carrier"), nullptr);
}

store::inbound inbound(std::string_view text) {
  store::inbound made;
  made.id = message_id;
  made.received_at = noon;
  made.types.source_ton = 1;
  made.source = "4790000001";
  made.destination = "2400";
  made.text = text;
  return made;
}

TEST(WebhookPayload, OfAnInboundMessageWithAKeyword) {
  store::keyword keyword;
  keyword.word = "SUPPORT";
  keyword.uuid = "550e8400-e29b-41d4-a716-446655440000";
  const auto body = json::parse(inbound_payload(inbound("Support  help \"me\" "), &keyword, "a"));
  json::value expected = json::parse(R"({"type": "inbound.received",
    "timestamp": "2026-03-31T12:00:00.412Z", "data": {
    "id": "", "from": "+4790000001", "to": "2400", "text": "Support  help \"me\" ",
    "keyword": "SUPPORT", "keyword_id": "550e8400-e29b-41d4-a716-446655440000",
    "remainder": "help \"me\" ", "encoding": "GSM-7", "segments": 1, "partial": false,
    "carrier": "a", "received_at": "2026-03-31T12:00:00.412Z"}})");
  expected.at("data").at("id") = to_uuid(message_id);
  EXPECT_EQ(body, expected);
}

TEST(WebhookPayload, OfAnInboundMessageWithoutAKeyword) {
  const auto body = json::parse(inbound_payload(inbound("hello"), nullptr, ""));
  EXPECT_EQ(body.at("data").at("keyword"), nullptr);
  EXPECT_EQ(body.at("data").at("remainder"), nullptr);
}

TEST(WebhookPayload, IsUtf8WhateverACarrierSent) {
  auto found = delivered();
  found.message.source = "\xe5";
  found.state.carrier_message_id = "\x80";
  found.state.error = "\xff";
  const auto receipt = json::parse(receipt_payload(found, "")).at("data");
  EXPECT_EQ(receipt.at("from"), "\ufffd");
  EXPECT_EQ(receipt.at("smsc_message_id"), "\ufffd");
  EXPECT_EQ(receipt.at("network_error"), "\ufffd");
  auto sent = inbound("shop \xff");
  sent.source = "\xe5";
  const store::keyword keyword;
  const auto body = json::parse(inbound_payload(sent, &keyword, "")).at("data");
  EXPECT_EQ(body.at("from"), "+\ufffd");
  EXPECT_EQ(body.at("text"), "shop \ufffd");
  EXPECT_EQ(body.at("remainder"), "\ufffd");
}

TEST(WebhookPayload, AKeywordAloneLeavesNothing) {
  const store::keyword keyword;
  const auto body = json::parse(inbound_payload(inbound(" shop"), &keyword, ""));
  EXPECT_EQ(body.at("data").at("remainder"), "");
}

TEST(WebhookHeaders, CarryIdAndTime) {
  EXPECT_EQ(standard_headers("evt_1", noon, "{}"),
            (std::vector<std::string>{"webhook-id: evt_1", "webhook-timestamp: 1774958400"}));
}

}  // namespace
}  // namespace smppd::webhook
