#include "daemon/gateway/ids.hpp"
#include "tests/daemon/http_api_fixture.hpp"

#include <gmock/gmock.h>

#include <sodium.h>

namespace smppd::http {
namespace {

namespace json = boost::json;

using testing::ElementsAre;
using testing::HasSubstr;

const store::id64 accepted_id = store::first_id_at(
    std::chrono::sys_days(std::chrono::year{2026} / 3 / 31) + std::chrono::hours{7});

class HttpSend : public tests::HttpApi {
 protected:
  HttpSend() {
    submission_accepted accepted;
    accepted.id = accepted_id;
    accepted.recipients = 1;
    accepted.to = {"+4791234567"};
    accepted.sender = "ClinicOslo";
    accepted.characters = 5;
    accepted.parts = 1;
    accepted.created_at = now;
    outcome_ = accepted;
  }
  static std::string basic(const std::string& user, const std::string& password) {
    const std::string both = user + ":" + password;
    std::string encoded(sodium_base64_ENCODED_LEN(both.size(), sodium_base64_VARIANT_ORIGINAL), 0);
    sodium_bin2base64(encoded.data(), encoded.size(),
                      reinterpret_cast<const unsigned char*>(both.data()), both.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    encoded.pop_back();  // the NUL
    return encoded;
  }
  response send(std::string_view body) { return call("POST", "/v1/sms/send", body); }
  response send_with(headers with) {
    return call("POST", "/v1/sms/send", R"({"to": "+4791234567", "message": "x"})", with);
  }
};

TEST_F(HttpSend, AnswersWhatWasAccepted) {
  const auto made = send(R"({"to": ["+47 912 34 567"], "message": "hello", "from": "ClinicOslo",
      "client_ref": "o-1", "callback_url": "https://example.com/dlr"})");
  EXPECT_EQ(made.status, 202);
  const std::string id = "msg-" + to_uuid(accepted_id);
  EXPECT_EQ(made.headers.at(0).second, "/v1/sms/messages/" + id);
  auto expected = json::parse(R"({"status": "QUEUED", "reason": null, "final": false,
      "to": ["+4791234567"], "recipient_count": 1, "duplicates_removed": 0,
      "from": "ClinicOslo", "encoding": "GSM-7", "characters": 5, "segments": 1,
      "units_estimate": 1, "client_ref": "o-1", "callback_url": "https://example.com/dlr",
      "summary": [{"status": "QUEUED", "reason": null, "count": 1}],
      "smsc_message_id": null, "carrier": null, "error": null, "attempts": 0,
      "possible_duplicate": false, "created_at": "2026-03-31T07:00:00.000Z",
      "updated_at": "2026-03-31T07:00:00.000Z", "sent_at": null, "delivered_at": null})");
  expected.as_object()["id"] = expected.as_object()["sms_message_id"] = id;
  EXPECT_EQ(body_of(made), expected);
}

TEST_F(HttpSend, HandsTheGatewayWhatWasAsked) {
  send(R"({"to": ["+4791234567", "004798765432"], "message": "bl\u00e5", "from": "A",
      "client_ref": "ref", "callback_url": "http://h/x",
      "options": {"validity_seconds": 600, "priority": 2, "dry_run": false}})");
  ASSERT_EQ(submitted_.size(), 1U);
  const auto& asked = submitted_.front();
  EXPECT_EQ(asked.account, account_);
  EXPECT_EQ(asked.from, store::origin::http);
  EXPECT_THAT(asked.to, ElementsAre("+4791234567", "004798765432"));
  EXPECT_EQ(asked.text, "blå");
  EXPECT_EQ(asked.sender, "A");
  EXPECT_EQ(asked.client_ref, "ref");
  EXPECT_EQ(asked.callback_url, "http://h/x");
  EXPECT_EQ(asked.priority, 2);
  EXPECT_EQ(asked.validity, std::chrono::seconds{600});
}

TEST_F(HttpSend, TakesOneRecipientAsAString) {
  EXPECT_EQ(send(R"({"to": "+4791234567", "message": "x", "from": null})").status, 202);
  EXPECT_THAT(submitted_.at(0).to, ElementsAre("+4791234567"));
}

TEST_F(HttpSend, ShowsUpToAHundredRecipients) {
  auto& accepted = std::get<submission_accepted>(outcome_);
  accepted.recipients = 101;
  accepted.to.clear();
  accepted.parts = 2;
  accepted.duplicates_removed = 3;
  const auto body = body_of(send(R"({"to": ["+4791234567"], "message": "x"})"));
  EXPECT_FALSE(body.as_object().contains("to"));
  EXPECT_FALSE(body.as_object().contains("smsc_message_id"));
  EXPECT_EQ(body.at("recipient_count"), 101);
  EXPECT_EQ(body.at("units_estimate"), 202);
  EXPECT_EQ(body.at("duplicates_removed"), 3);
}

TEST_F(HttpSend, PassesRefusalsOn) {
  refusals why(1);
  why[0].http_status = 422;
  why[0].code = "NO_ROUTE";
  why[0].detail = "No carrier takes +39.";
  why[0].pointer = "/to/0";
  outcome_ = why;
  const auto made = send(R"({"to": ["+391"], "message": "x"})");
  EXPECT_EQ(made.status, 422);
  EXPECT_EQ(made.content_type, "application/problem+json");
  EXPECT_EQ(code_of(made), "NO_ROUTE");
  EXPECT_EQ(pointer_of(made), "/to/0");
  EXPECT_EQ(body_of(made).at("request_id"), "req_test");
}

struct wrong_field {
  const char* body;
  const char* code;
  const char* pointer;
};
class HttpSendRefuses : public HttpSend, public testing::WithParamInterface<wrong_field> {};

TEST_P(HttpSendRefuses, WithAPointer) {
  const auto made = send(GetParam().body);
  EXPECT_EQ(made.status, 400);
  EXPECT_EQ(code_of(made), GetParam().code);
  EXPECT_EQ(pointer_of(made), GetParam().pointer);
  EXPECT_TRUE(submitted_.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpSendRefuses,
    testing::Values(
        wrong_field{R"({"message": "x"})", "MISSING_FIELD", "/to"},
        wrong_field{R"({"to": [], "message": "x"})", "INVALID_RECIPIENT", "/to"},
        wrong_field{R"({"to": 4791234567, "message": "x"})", "INVALID_RECIPIENT", "/to"},
        wrong_field{R"({"to": ["+47", 47], "message": "x"})", "INVALID_RECIPIENT", "/to/1"},
        wrong_field{R"({"to": [{"to": "+47"}], "message": "x"})", "NOT_SUPPORTED", "/to/0"},
        wrong_field{R"({"to": "+47"})", "MISSING_FIELD", "/message"},
        wrong_field{R"({"to": "+47", "message": null})", "MISSING_FIELD", "/message"},
        wrong_field{R"({"to": "+47", "message": ""})", "MESSAGE_EMPTY", "/message"},
        wrong_field{R"({"to": "+47", "message": 5})", "INVALID_REQUEST", "/message"},
        wrong_field{R"({"to": "+47", "message": "x", "from": 5})", "INVALID_REQUEST", "/from"},
        wrong_field{R"({"to": "+47", "message": "x", "callback_url": "ftp://x/"})",
                    "INVALID_CALLBACK_URL", "/callback_url"},
        wrong_field{R"({"to": "+47", "message": "x", "test": 1})", "UNKNOWN_FIELD", "/test"},
        wrong_field{R"({"to": "+47", "message": "x", "scheduled_at": "2026-03-31T07:00:00Z"})",
                    "NOT_SUPPORTED", "/scheduled_at"},
        wrong_field{R"({"to": "+47", "message": "x", "options": []})", "INVALID_REQUEST",
                    "/options"},
        wrong_field{R"({"to": "+47", "message": "x", "options": {"priority": 4}})",
                    "INVALID_REQUEST", "/options/priority"},
        wrong_field{R"({"to": "+47", "message": "x", "options": {"validity_seconds": "60"}})",
                    "INVALID_REQUEST", "/options/validity_seconds"},
        wrong_field{R"({"to": "+47", "message": "x", "options": {"flash": true}})", "NOT_SUPPORTED",
                    "/options/flash"}));

TEST_F(HttpSend, CollectsEverythingThatIsWrong) {
  const auto made = send(R"({"message": 5, "tags": [], "typo": 1})");
  EXPECT_EQ(body_of(made).at("errors").as_array().size(), 4U);
}

TEST_F(HttpSend, CountsClientRefInCharacters) {
  const auto with_ref = [this](std::size_t count) {
    std::string ref;
    for (std::size_t i = 0; i < count; ++i)
      ref += "å";
    return send(R"({"to": "+47", "message": "x", "client_ref": ")" + ref + "\"}").status;
  };
  EXPECT_EQ(with_ref(128), 202);
  EXPECT_EQ(with_ref(129), 400);
}

TEST_F(HttpSend, TakesOnlySoManyRecipients) {
  api_.recipients_max = 2;
  EXPECT_EQ(send(R"({"to": ["1", "2"], "message": "x"})").status, 202);
  const auto made = send(R"({"to": ["1", "2", "3"], "message": "x"})");
  EXPECT_EQ(made.status, 413);
  EXPECT_EQ(code_of(made), "TOO_MANY_RECIPIENTS");
}

TEST_F(HttpSend, CountsRecipientsBeforeItLooksAtThem) {
  api_.recipients_max = 2;
  const auto made = send(R"({"to": [1, 1, 1], "message": 5})");
  EXPECT_EQ(made.status, 413);
  EXPECT_EQ(code_of(made), "TOO_MANY_RECIPIENTS");
  EXPECT_FALSE(body_of(made).as_object().contains("errors"));
}

TEST_F(HttpSend, ListsAHundredErrorsAndSaysThatThereAreMore) {
  const auto with = [this](std::size_t count) {
    std::string list("1");
    for (std::size_t i = 1; i < count; ++i)
      list += ",1";
    return body_of(send("{\"to\": [" + list + "], \"message\": \"x\"}"));
  };
  const auto all = with(100);
  EXPECT_EQ(all.at("errors").as_array().size(), 100U);
  EXPECT_FALSE(all.as_object().contains("more_errors"));
  const auto first = with(101);
  EXPECT_EQ(first.at("errors").as_array().size(), 100U);
  EXPECT_EQ(first.at("more_errors"), true);
}

TEST_F(HttpSend, ListsAHundredRefusalsOfTheGatewayAndSaysThatThereAreMore) {
  refusals why(101);
  for (auto& one : why) {
    one.http_status = 400;
    one.code = "INVALID_RECIPIENT";
    one.pointer = "/to/0";
  }
  outcome_ = why;
  const auto body = body_of(send(R"({"to": ["1"], "message": "x"})"));
  EXPECT_EQ(body.at("errors").as_array().size(), 100U);
  EXPECT_EQ(body.at("more_errors"), true);
}

TEST_F(HttpSend, ADryRunAcceptsNothing) {
  api_.check = [this](const submission_request& asked) {
    EXPECT_EQ(asked.account, account_);
    return outcome_;
  };
  const auto made =
      send(R"({"to": "+4791234567", "message": "hello", "options": {"dry_run": true}})");
  EXPECT_EQ(made.status, 200);
  EXPECT_TRUE(submitted_.empty());
  const auto body = body_of(made);
  EXPECT_EQ(body.at("dry_run"), true);
  EXPECT_EQ(body.at("units_estimate"), 1);
  EXPECT_FALSE(body.as_object().contains("id"));
}

TEST_F(HttpSend, WantsJson) {
  EXPECT_EQ(code_of(send("to=+47&message=x")), "INVALID_JSON");
  const auto form = send_with({{"X-API-Key", key_}, {"Content-Type", "text/plain"}});
  EXPECT_EQ(form.status, 415);
  const auto packed = send_with(
      {{"X-API-Key", key_}, {"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}});
  EXPECT_EQ(packed.status, 415);
}

TEST_F(HttpSend, RefusesAnIdempotencyKeyThatItWouldIgnore) {
  const auto made = send_with(
      {{"X-API-Key", key_}, {"Content-Type", "application/json"}, {"Idempotency-Key", "1"}});
  EXPECT_EQ(code_of(made), "NOT_SUPPORTED");
}

TEST_F(HttpSend, KnowsTheCallerByAnyOfThreeHeaders) {
  const auto key_id = key_.substr(key_.find("live_") + 5, 8);
  const auto secret = key_.substr(key_.size() - 43);
  const auto status = [this](std::string name, std::string value) {
    return send_with({{std::move(name), std::move(value)}, {"Content-Type", "application/json"}})
        .status;
  };
  EXPECT_EQ(status("x-api-key", key_), 202);
  EXPECT_EQ(status("Authorization", "Bearer " + key_), 202);
  EXPECT_EQ(status("authorization", "bearer  " + key_), 202);
  EXPECT_EQ(status("X-API-Key", key_.substr(0, key_.size() - 1) + "!"), 401);
  EXPECT_EQ(status("Authorization", "Basic !!!"), 401);
  EXPECT_EQ(status("Authorization", "Bearer"), 401);
  EXPECT_EQ(status("Authorization", "Basic " + basic(key_id, secret)), 202);
  EXPECT_EQ(status("Authorization", "Basic " + basic(key_id, "wrong")), 401);
}

TEST_F(HttpSend, TellsAMissingKeyFromAWrongOne) {
  const auto without = send_with({{"Content-Type", "application/json"}});
  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(code_of(without), "MISSING_API_KEY");
  auto wrong = key_;
  wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(code_of(send_with({{"X-API-Key", wrong}})), "INVALID_API_KEY");
  EXPECT_EQ(code_of(send_with({{"X-API-Key", "letmein"}})), "INVALID_API_KEY");
}

TEST_F(HttpSend, AKeyThatWasWithdrawnIsNone) {
  ASSERT_TRUE(writer_->deactivate_key(key_.substr(key_.find("live_") + 5, 8)));
  load();
  EXPECT_EQ(send(R"({"to": "+47", "message": "x"})").status, 401);
}

TEST_F(HttpSend, HealthAndReadiness) {
  EXPECT_EQ(call("GET", "/healthz", "", headers{}).status, 200);
  EXPECT_EQ(call("GET", "/readyz", "", headers{}).status, 200);
  not_ready_ = "The store fails: disk full.";
  const auto made = call("GET", "/readyz", "", headers{});
  EXPECT_EQ(made.status, 503);
  EXPECT_EQ(code_of(made), "NOT_READY");
  EXPECT_THAT(made.body, HasSubstr("disk full"));
  EXPECT_EQ(call("GET", "/healthz", "", headers{}).status, 200);
}

}  // namespace
}  // namespace smppd::http
