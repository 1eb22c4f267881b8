#include "tests/daemon/http_api_fixture.hpp"

#include <algorithm>

namespace smppd::http {
namespace {

namespace json = boost::json;

class HttpKeywords : public tests::HttpApi {
 protected:
  response create(std::string_view body) { return call("POST", "/v1/sms/keywords", body); }
  std::string created() {
    const auto made = create(R"({"keyword": "Support", "description": "Customer support keyword",
        "webhook_url": "https://example.com/webhooks/sms", "auto_reply_message": "Thank you."})");
    EXPECT_EQ(made.status, 201) << made.body;
    return std::string(body_of(made).at("id").as_string());
  }
  response change(const std::string& id, std::string_view body) {
    return call("PATCH", "/v1/sms/keywords/" + id, body);
  }
};

TEST_F(HttpKeywords, AreCreated) {
  const std::string id = created();
  auto expected = json::parse(R"({"keyword": "SUPPORT",
      "description": "Customer support keyword", "is_active": true,
      "webhook_url": "https://example.com/webhooks/sms", "auto_reply_enabled": true,
      "auto_reply_message": "Thank you.", "messages_received": 0, "last_message_at": null,
      "created_at": "2026-03-31T07:00:00.000Z"})");
  expected.as_object()["id"] = id;
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(body_of(call("GET", "/v1/sms/keywords/" + id)), expected);
  EXPECT_EQ(body_of(call("GET", "/v1/sms/keywords")), json::array({expected}));
}

TEST_F(HttpKeywords, HaveIdsInAnyCase) {
  std::string upper = created();
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  EXPECT_EQ(call("GET", "/v1/sms/keywords/" + upper).status, 200);
  EXPECT_EQ(change(upper, R"({"description": "new"})").status, 200);
  EXPECT_EQ(call("DELETE", "/v1/sms/keywords/" + upper).status, 204);
}

TEST_F(HttpKeywords, NeedOnlyAWord) {
  const auto made = create(R"({"keyword": "shop"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(body_of(made).at("auto_reply_enabled"), false);
  EXPECT_EQ(body_of(made).at("webhook_url"), nullptr);
  EXPECT_EQ(made.headers.at(0).second,
            "/v1/sms/keywords/" + std::string(body_of(made).at("id").as_string()));
}

TEST_F(HttpKeywords, AreListedAsABareArray) {
  EXPECT_EQ(call("GET", "/v1/sms/keywords").body, "[]");
}

TEST_F(HttpKeywords, BelongToOneAccount) {
  const std::string id = created();
  const headers other{{"X-API-Key", other_key_}, {"Content-Type", "application/json"}};
  EXPECT_EQ(call("GET", "/v1/sms/keywords", "", other).body, "[]");
  EXPECT_EQ(call("GET", "/v1/sms/keywords/" + id, "", other).status, 404);
  EXPECT_EQ(call("PATCH", "/v1/sms/keywords/" + id, "{}", other).status, 404);
  EXPECT_EQ(call("DELETE", "/v1/sms/keywords/" + id, "", other).status, 404);
  const auto taken = call("POST", "/v1/sms/keywords", R"({"keyword": "SUPPORT"})", other);
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(code_of(taken), "KEYWORD_TAKEN");
}

TEST_F(HttpKeywords, ATakenWordIsFoundEvenWhereTheDirectoryIsOld) {
  store::keyword wanted;
  wanted.account = account_;
  wanted.word = "NEW";
  wanted.uuid = "550e8400-e29b-41d4-a716-446655440000";
  wanted.created_at = now;
  ASSERT_TRUE(writer_->create_keyword(wanted));  // by another process
  const auto made = create(R"({"keyword": "new"})");
  EXPECT_EQ(made.status, 409);
  EXPECT_EQ(code_of(made), "KEYWORD_TAKEN");
}

TEST_F(HttpKeywords, WordsForOptingOutAreReserved) {
  for (const char* const word :
       {"STOP", "stopall", "Unsubscribe", "END", "quit", "start", "Help", "info"}) {
    const auto made = create("{\"keyword\": \"" + std::string(word) + "\"}");
    EXPECT_EQ(made.status, 409) << word;
    EXPECT_EQ(code_of(made), "KEYWORD_RESERVED");
  }
}

TEST_F(HttpKeywords, AWordHasLettersAndDigits) {
  for (const char* const word : {"", "two words", "blå", "a-b", "ABCDEFGHIJKLMNOPQRSTU"}) {
    const auto made = create("{\"keyword\": \"" + std::string(word) + "\"}");
    EXPECT_EQ(made.status, 400) << word;
    EXPECT_EQ(code_of(made), "INVALID_KEYWORD") << word;
    EXPECT_EQ(pointer_of(made), "/keyword");
  }
  EXPECT_EQ(create(R"({"keyword": "ABCDEFGHIJKLMNOPQRST"})").status, 201);
}

TEST_F(HttpKeywords, FieldsAreChecked) {
  EXPECT_EQ(code_of(create("{}")), "MISSING_FIELD");
  EXPECT_EQ(code_of(create(R"({"keyword": 7})")), "INVALID_REQUEST");
  EXPECT_EQ(code_of(create(R"({"keyword": "A", "is_active": true})")), "UNKNOWN_FIELD");
  EXPECT_EQ(code_of(create(R"({"keyword": "A", "number": "2400"})")), "NOT_SUPPORTED");
  EXPECT_EQ(code_of(create(R"({"keyword": "A", "webhook_url": "example.com"})")),
            "INVALID_CALLBACK_URL");
  EXPECT_EQ(
      pointer_of(create(R"({"keyword": "A", "description": ")" + std::string(256, 'x') + "\"}")),
      "/description");
  EXPECT_EQ(pointer_of(create(R"({"keyword": "A", "auto_reply_message": ")" +
                              std::string(1531, 'x') + "\"}")),
            "/auto_reply_message");
}

TEST_F(HttpKeywords, ChangeFieldByField) {
  const std::string id = created();
  const auto made = change(id, R"({"description": "new", "is_active": false})");
  EXPECT_EQ(made.status, 200);
  const auto body = body_of(call("GET", "/v1/sms/keywords/" + id));
  EXPECT_EQ(body, body_of(made));
  EXPECT_EQ(body.at("description"), "new");
  EXPECT_EQ(body.at("is_active"), false);
  EXPECT_EQ(body.at("webhook_url"), "https://example.com/webhooks/sms");
  EXPECT_EQ(body.at("auto_reply_enabled"), true);
}

TEST_F(HttpKeywords, NullAndEmptyClear) {
  const std::string id = created();
  EXPECT_EQ(body_of(change(id, R"({"webhook_url": null})")).at("webhook_url"), nullptr);
  const auto body = body_of(change(id, R"({"auto_reply_message": ""})"));
  EXPECT_EQ(body.at("auto_reply_message"), nullptr);
  EXPECT_EQ(body.at("auto_reply_enabled"), false);
}

TEST_F(HttpKeywords, AnAutomaticReplyNeedsItsText) {
  const std::string id = created();
  EXPECT_EQ(body_of(change(id, R"({"auto_reply_enabled": false})")).at("auto_reply_enabled"),
            false);
  EXPECT_EQ(change(id, R"({"auto_reply_enabled": true})").status, 200);
  const auto made = change(id, R"({"auto_reply_enabled": true, "auto_reply_message": null})");
  EXPECT_EQ(made.status, 400);
  EXPECT_EQ(pointer_of(made), "/auto_reply_enabled");
}

TEST_F(HttpKeywords, TheWordItselfDoesNotChange) {
  const auto made = change(created(), R"({"keyword": "OTHER"})");
  EXPECT_EQ(made.status, 400);
  EXPECT_EQ(code_of(made), "UNKNOWN_FIELD");
}

TEST_F(HttpKeywords, ADeletedWordIsFree) {
  const std::string id = created();
  const auto made = call("DELETE", "/v1/sms/keywords/" + id);
  EXPECT_EQ(made.status, 204);
  EXPECT_TRUE(made.body.empty());
  EXPECT_EQ(call("GET", "/v1/sms/keywords/" + id).status, 404);
  EXPECT_EQ(call("DELETE", "/v1/sms/keywords/" + id).status, 404);
  EXPECT_EQ(create(R"({"keyword": "SUPPORT"})").status, 201);
}

TEST_F(HttpKeywords, SayWhetherAWordIsFree) {
  const auto check = [this](const char* word) {
    return call("GET", std::string("/v1/sms/keywords/check/") + word);
  };
  EXPECT_EQ(check("support").body, R"({"keyword":"SUPPORT","available":true})");
  created();
  EXPECT_EQ(check("support").body, R"({"keyword":"SUPPORT","available":false})");
  EXPECT_EQ(body_of(check("stop")).at("available"), false);
  EXPECT_EQ(code_of(check("a%20b")), "INVALID_KEYWORD");
}

TEST_F(HttpKeywords, NeedAKey) {
  for (const char* const method : {"GET", "POST"})
    EXPECT_EQ(call(method, "/v1/sms/keywords", "", headers{}).status, 401);
}

}  // namespace
}  // namespace smppd::http
