#include "daemon/gateway/ids.hpp"
#include "daemon/http/message_view.hpp"
#include "tests/daemon/http_api_fixture.hpp"

namespace smppd::http {
namespace {

namespace json = boost::json;

using std::chrono::seconds;
using store::progress;
using store::reason;

class HttpMessages : public tests::HttpApi {
 protected:
  static constexpr store::id64 id = store::first_id_at(now);

  store::message make(store::id64 of, store::id64 submission = 0) const {
    store::message m;
    m.id = of;
    m.submission = submission;
    m.account = account_;
    m.carrier = 3;
    m.types.destination_ton = 1;
    m.types.source_ton = 5;
    m.source = "ClinicOslo";
    m.destination = "4791234567";
    m.expires_at = now + seconds{3600};
    m.body_in_submission = submission != 0;
    if (submission == 0) {
      m.body = "hello";
      m.client_ref = "o-1";
      m.callback_url = "https://example.com/dlr";
    }
    return m;
  }
  void accept_one() {
    store::batch changes;
    changes.accepted.push_back(make(id));
    commit(changes);
  }
  void accept_many(std::uint32_t count) {
    store::batch changes;
    store::submission all;
    all.id = id;
    all.account = account_;
    all.recipients = count;
    all.body = "hello";
    all.client_ref = "campaign";
    changes.submissions.push_back(all);
    for (std::uint32_t i = 1; i <= count; ++i)
      changes.accepted.push_back(make(id + i * store::id_step, id));
    commit(changes);
  }
  void sent(store::id64 of) {
    store::batch changes;
    store::sent s;
    s.id = of;
    s.at = now + seconds{1};
    s.carrier = 3;
    s.carrier_message_id = "AB12";
    changes.sents.push_back(s);
    commit(changes);
  }
  void settle(store::id64 of, progress state, reason why = reason::none) {
    store::batch changes;
    store::settled s;
    s.id = of;
    s.at = now + seconds{5};
    s.state = state;
    s.why = why;
    s.error = "000";
    changes.settlements.push_back(s);
    commit(changes);
  }
  static std::string path(std::string_view rest = "") {
    return "/v1/sms/messages/msg-" + to_uuid(id) + std::string(rest);
  }
  json::value get(std::string_view rest = "") {
    const auto made = call("GET", path(rest));
    EXPECT_EQ(made.status, 200) << made.body;
    return body_of(made);
  }
};

TEST_F(HttpMessages, AQueuedMessage) {
  accept_one();
  auto expected = json::parse(R"({"status": "QUEUED", "reason": null, "final": false,
      "to": ["+4791234567"], "recipient_count": 1, "from": "ClinicOslo", "encoding": "GSM-7",
      "characters": 5, "segments": 1, "units_estimate": 1, "client_ref": "o-1",
      "callback_url": "https://example.com/dlr",
      "summary": [{"status": "QUEUED", "reason": null, "count": 1}],
      "smsc_message_id": null, "carrier": null, "error": null, "attempts": 0,
      "possible_duplicate": false, "created_at": "2026-03-31T07:00:00.000Z",
      "updated_at": "2026-03-31T07:00:00.000Z", "sent_at": null, "delivered_at": null})");
  expected.as_object()["id"] = expected.as_object()["sms_message_id"] = "msg-" + to_uuid(id);
  EXPECT_EQ(get(), expected);
}

TEST_F(HttpMessages, ADeliveredMessage) {
  accept_one();
  sent(id);
  settle(id, progress::delivered);
  const auto body = get();
  EXPECT_EQ(body.at("status"), "DELIVERED");
  EXPECT_EQ(body.at("final"), true);
  EXPECT_EQ(body.at("smsc_message_id"), "AB12");
  EXPECT_EQ(body.at("carrier"), "telco-a");
  EXPECT_EQ(body.at("error"), "000");
  EXPECT_EQ(body.at("attempts"), 1);
  EXPECT_EQ(body.at("sent_at"), "2026-03-31T07:00:01.000Z");
  EXPECT_EQ(body.at("delivered_at"), "2026-03-31T07:00:05.000Z");
}

TEST_F(HttpMessages, AFailedMessageSaysWhy) {
  accept_one();
  sent(id);
  settle(id, progress::failed, reason::undeliverable);
  const auto body = get();
  EXPECT_EQ(body.at("status"), "FAILED");
  EXPECT_EQ(body.at("reason"), "undeliverable");
  EXPECT_EQ(body.at("delivered_at"), nullptr);
}

TEST_F(HttpMessages, WhatCarriersSendNeedNotBeUtf8) {
  store::message from_esme = make(id);
  from_esme.source = "\xe5";
  store::sent taken;
  taken.id = id;
  taken.carrier_message_id = "\x80";
  store::settled done;
  done.id = id;
  done.state = progress::failed;
  done.error = "\xff\xfe";
  store::batch changes;
  changes.accepted.push_back(from_esme);
  changes.sents.push_back(taken);
  changes.settlements.push_back(done);
  commit(changes);
  const auto body = get();
  EXPECT_EQ(body.at("from"), "\ufffd");
  EXPECT_EQ(body.at("smsc_message_id"), "\ufffd");
  EXPECT_EQ(body.at("error"), "\ufffd\ufffd");
  EXPECT_EQ(get("/recipients").at("data").at(0).at("error"), "\ufffd\ufffd");
}

TEST_F(HttpMessages, AMessageThatIsTriedAgain) {
  accept_one();
  store::batch changes;
  store::rescheduled again;
  again.to.id = id;
  again.to.due = now + seconds{30};
  again.to.carrier = 3;
  again.to.attempts = 2;
  again.to.possible_duplicate = true;
  changes.reschedules.push_back(again);
  commit(changes);
  const auto body = get();
  EXPECT_EQ(body.at("status"), "QUEUED");
  EXPECT_EQ(body.at("reason"), "retrying");
  EXPECT_EQ(body.at("attempts"), 2);
  EXPECT_EQ(body.at("possible_duplicate"), true);
}

TEST_F(HttpMessages, ASubmissionShowsItsSummary) {
  accept_many(3);
  sent(id + store::id_step);
  const auto body = get();
  EXPECT_EQ(body.at("status"), "QUEUED");
  EXPECT_EQ(body.at("recipient_count"), 3);
  EXPECT_EQ(body.at("to").as_array().size(), 3U);
  EXPECT_EQ(body.at("characters"), 5);
  EXPECT_EQ(body.at("client_ref"), "campaign");
  EXPECT_FALSE(body.as_object().contains("smsc_message_id"));
  std::int64_t sum = 0;
  for (const auto& one : body.at("summary").as_array())
    sum += one.at("count").to_number<std::int64_t>();
  EXPECT_EQ(sum, 3);
}

TEST_F(HttpMessages, ASubmissionWithBothOutcomesIsPartial) {
  accept_many(2);
  settle(id + store::id_step, progress::failed, reason::expired);
  sent(id + 2 * store::id_step);
  settle(id + 2 * store::id_step, progress::delivered);
  const auto body = get();
  EXPECT_EQ(body.at("status"), "PARTIAL");
  EXPECT_EQ(body.at("final"), true);
}

TEST_F(HttpMessages, ARecipientOfASubmissionIsAMessageToo) {
  accept_many(2);
  const auto made = call("GET", "/v1/sms/messages/" + to_uuid(id + 2 * store::id_step));
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(body_of(made).at("characters"), 5);
}

TEST_F(HttpMessages, WhatIsAnotherAccountsIsNotFound) {
  accept_one();
  const headers other{{"X-API-Key", other_key_}};
  EXPECT_EQ(call("GET", path(), "", other).status, 404);
  EXPECT_EQ(call("GET", path("/recipients"), "", other).status, 404);
  EXPECT_EQ(call("GET", path(), "", headers{}).status, 401);
}

TEST_F(HttpMessages, SubmissionsOfAnotherAccountAreNotFound) {
  accept_many(2);
  const headers other{{"X-API-Key", other_key_}};
  EXPECT_EQ(call("GET", path(), "", other).status, 404);
  EXPECT_EQ(call("GET", path("/recipients"), "", other).status, 404);
}

TEST_F(HttpMessages, WhatIsNowhereIsNotFound) {
  EXPECT_EQ(call("GET", path()).status, 404);
  EXPECT_EQ(call("GET", "/v1/sms/messages/msg-1").status, 404);
  EXPECT_EQ(call("GET", path("/recipients")).status, 404);
}

TEST_F(HttpMessages, RecipientsOfAMessageToOne) {
  accept_one();
  const auto body = get("/recipients");
  ASSERT_EQ(body.at("data").as_array().size(), 1U);
  EXPECT_EQ(body.at("data").at(0).at("seq"), 1);
  EXPECT_EQ(body.at("data").at(0).at("to"), "+4791234567");
  EXPECT_EQ(body.at("has_more"), false);
  EXPECT_EQ(body.at("next_cursor"), nullptr);
  EXPECT_TRUE(get("/recipients?after=1").at("data").as_array().empty());
  EXPECT_TRUE(get("/recipients?status=SENT").at("data").as_array().empty());
}

TEST_F(HttpMessages, RecipientsPageByPage) {
  accept_many(5);
  const auto first = get("/recipients?limit=2&after=0");
  EXPECT_EQ(first.at("data").as_array().size(), 2U);
  EXPECT_EQ(first.at("next_cursor"), 2);
  EXPECT_EQ(first.at("has_more"), true);
  const auto second = get("/recipients?limit=2&after=2");
  EXPECT_EQ(second.at("data").at(0).at("seq"), 3);
  const auto last = get("/recipients?limit=2&after=4");
  EXPECT_EQ(last.at("data").as_array().size(), 1U);
  EXPECT_EQ(last.at("next_cursor"), nullptr);
  EXPECT_EQ(last.at("has_more"), false);
}

TEST_F(HttpMessages, RecipientsByStatus) {
  accept_many(5);
  sent(id + 2 * store::id_step);
  sent(id + 5 * store::id_step);
  const auto body = get("/recipients?status=sent&limit=1");
  EXPECT_EQ(body.at("data").at(0).at("seq"), 2);
  EXPECT_EQ(body.at("data").at(0).at("carrier"), "telco-a");
  EXPECT_EQ(body.at("next_cursor"), 2);
  const auto next = get("/recipients?status=sent&limit=1&after=2");
  EXPECT_EQ(next.at("data").at(0).at("seq"), 5);
  EXPECT_EQ(next.at("has_more"), false);
}

TEST_F(HttpMessages, RecipientsRefuseAQueryTheyDoNotKnow) {
  accept_one();
  for (const char* const query :
       {"?limit=0", "?limit=5001", "?limit=x", "?status=DONE", "?state=SENT", "?limit=%zz"}) {
    const auto made = call("GET", path(std::string("/recipients") + query));
    EXPECT_EQ(made.status, 400) << query;
    EXPECT_EQ(code_of(made), "INVALID_REQUEST");
  }
  EXPECT_EQ(code_of(call("GET", path("/recipients?after=-1"))), "INVALID_CURSOR");
}

TEST(AggregateStatus, FollowsTheLeastAdvanced) {
  const auto of = [](std::initializer_list<progress> states) {
    std::vector<store::reader::state_count> counts;
    for (const progress state : states)
      counts.emplace_back().state = state;
    return aggregate_status(counts);
  };
  EXPECT_EQ(of({progress::delivered, progress::queued}), "QUEUED");
  EXPECT_EQ(of({progress::delivered, progress::sent}), "SENT");
  EXPECT_EQ(of({progress::delivered}), "DELIVERED");
  EXPECT_EQ(of({progress::failed}), "FAILED");
  EXPECT_EQ(of({progress::failed, progress::cancelled}), "FAILED");
  EXPECT_EQ(of({progress::cancelled}), "CANCELLED");
  EXPECT_EQ(of({progress::delivered, progress::cancelled}), "PARTIAL");
}

}  // namespace
}  // namespace smppd::http
