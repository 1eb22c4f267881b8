#include "daemon/gateway/ids.hpp"
#include "daemon/http/message_view.hpp"
#include "daemon/http/problem.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace smppd::http {
namespace {

namespace json = boost::json;

constexpr store::wall_time noon =
    std::chrono::sys_days(std::chrono::year{2026} / 3 / 31) + std::chrono::milliseconds{43'200'412};

message_view example() {
  message_view view;
  view.id = store::first_id_at(noon);
  view.status = "SENT";
  view.to = {"+4791234567", "+4791234568"};
  view.recipients = 2;
  view.duplicates_removed = 1;
  view.from = "Cl\"inic\n\xff";
  view.characters = 200;
  view.parts = 2;
  view.client_ref = "order-4521";
  view.summary.emplace_back().state = store::progress::sent;
  view.summary.back().count = 2;
  view.created_at = noon;
  view.updated_at = view.sent_at = noon + std::chrono::seconds{1};
  return view;
}

TEST(MessageView, OfASubmissionHasAllThatTheDocumentationNames) {
  json::value expected = json::parse(R"({"sms_message_id": "", "id": "", "status": "SENT",
    "reason": null, "final": false, "to": ["+4791234567", "+4791234568"], "recipient_count": 2,
    "duplicates_removed": 1, "from": "Cl\"inic\n\uFFFD", "encoding": "GSM-7", "characters": 200,
    "segments": 2, "units_estimate": 4, "client_ref": "order-4521", "callback_url": null,
    "summary": [{"status": "SENT", "reason": null, "count": 2}],
    "created_at": "2026-03-31T12:00:00.412Z", "updated_at": "2026-03-31T12:00:01.412Z",
    "sent_at": "2026-03-31T12:00:01.412Z", "delivered_at": null})");
  expected.at("sms_message_id") = expected.at("id") = "msg-" + to_uuid(store::first_id_at(noon));
  EXPECT_EQ(json::parse(to_json(example())), expected);
}

TEST(MessageView, OfOneMessageSaysWhatItsCarrierSaid) {
  auto view = example();
  view.only = single_outcome{true, 3, "telco-a", "AB12", ""};
  const auto shown = json::parse(to_json(view));
  EXPECT_EQ(shown.at("possible_duplicate"), true);
  EXPECT_EQ(shown.at("attempts"), 3);
  EXPECT_EQ(shown.at("carrier"), "telco-a");
  EXPECT_EQ(shown.at("smsc_message_id"), "AB12");
  EXPECT_EQ(shown.at("error"), nullptr);
}

TEST(MessageView, OfADryRunSaysWhatIsKnownBefore) {
  EXPECT_EQ(json::parse(to_json_of_dry_run(example())),
            json::parse(R"({"dry_run": true, "to": ["+4791234567", "+4791234568"],
    "recipient_count": 2, "duplicates_removed": 1, "from": "Cl\"inic\n\uFFFD",
    "encoding": "GSM-7", "characters": 200, "segments": 2, "units_estimate": 4,
    "client_ref": "order-4521", "callback_url": null})"));
}

TEST(Problem, NamesEveryFieldThatIsWrong) {
  request asked;
  asked.path = "/v1/sms/send";
  asked.id = "req_1";
  const auto made = make_response(
      problem_of({{"/to", "INVALID_RECIPIENT", "Not a number: \"\x01\"."}, {"/x~1y", "B", "C"}}),
      asked);
  EXPECT_EQ(json::parse(made.body), json::parse(R"({"type": "urn:smppd:error:INVALID_RECIPIENT",
    "title": "Invalid recipient", "status": 400, "detail": "Not a number: \"\u0001\".",
    "instance": "/v1/sms/send", "error": "Invalid recipient", "code": "INVALID_RECIPIENT",
    "request_id": "req_1", "errors": [
      {"pointer": "/to", "code": "INVALID_RECIPIENT", "detail": "Not a number: \"\u0001\"."},
      {"pointer": "/x~1y", "code": "B", "detail": "C"}]})"));
}

}  // namespace
}  // namespace smppd::http
