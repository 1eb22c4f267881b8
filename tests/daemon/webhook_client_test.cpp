#include "daemon/http/server.hpp"
#include "daemon/webhook/client.hpp"
#include "tests/daemon/http_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace smppd::webhook {
namespace {

using namespace std::chrono_literals;
using outcome = webhook_result::outcome;
using http::request;
using http::response;
using testing::Contains;
using testing::ElementsAre;
using testing::Pair;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

/// A client, and a server that answers /<status>, /held (when the gate opens) and more.
class WebhookClient : public testing::Test {
 protected:
  WebhookClient() {
    add("/status/{status}", [this](const request& from) { return answer(*this, from); });
    add("/moved", [](const request& from) { return moved(from); });
    add("/later/{status}", [](const request& from) { return later(from); });
    add("/long", [](const request& from) { return long_answer(from); });
    add("/held", [this](const request& from) { return hold(*this, from); });
    gate_.expires_at(std::chrono::steady_clock::time_point::max());
  }

  void start(const client_limits& limits = {}) {
    const listen_address address{"127.0.0.1", 0};
    server_.emplace(loop_, address, http::server_limits{}, routes_);
    client_.emplace(loop_, limits);
  }
  std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + std::string(path);
  }
  /// The result comes into `results_`, in order of arrival.
  void post(std::string target, std::vector<std::string> headers = {}, std::int64_t account = 1) {
    webhook_request wanted;
    wanted.account = account;
    wanted.url = std::move(target);
    wanted.id = "evt_1";
    wanted.body = R"({"type":"test"})";
    wanted.headers = std::move(headers);
    client_->post(std::move(wanted),
                  [this](webhook_result result) { results_.push_back(std::move(result)); });
  }
  void post_for(std::int64_t account, std::string target) { post(std::move(target), {}, account); }
  webhook_result result_of(std::string target) {
    post(std::move(target));
    run_until([this] { return !results_.empty(); });
    webhook_result result = std::move(results_.back());
    results_.clear();
    return result;
  }
  template <class Condition>
  void run_until(Condition met) {
    while (!met())
      loop_.run_one();
  }
  std::vector<outcome> outcomes() const {
    std::vector<outcome> all;
    for (const auto& result : results_)
      all.push_back(result.what);
    return all;
  }

  void add(std::string_view pattern, http::handler handle) {
    routes_.add("POST", pattern, std::move(handle));
  }
  static asio::awaitable<response> answer(WebhookClient& test, const request& from) {
    test.bodies_.emplace_back(from.body);
    for (const auto& [name, value] : from.headers)
      test.headers_.emplace_back(name, value);
    test.connections_seen_ = std::max(test.connections_seen_, test.server_->connections());
    response made;
    made.status = std::stoi(from.parameters.front());
    made.body = "{}";
    co_return made;
  }
  static asio::awaitable<response> moved(const request&) {
    response made;
    made.status = 302;
    made.headers.emplace_back("Location", "/status/200");
    co_return made;
  }
  static asio::awaitable<response> later(const request& from) {
    response made;
    made.status = std::stoi(from.parameters.front());
    made.headers.emplace_back("Retry-After", made.status == 503 ? "120" : "99999999");
    co_return made;
  }
  static asio::awaitable<response> long_answer(const request&) {
    response made;
    made.body.assign(1'000'000, 'x');
    co_return made;
  }
  static asio::awaitable<response> hold(WebhookClient& test, const request&) {
    ++test.held_;
    std::ignore = co_await test.gate_.async_wait(no_throw);
    co_return response();
  }

  asio::io_context loop_;
  http::router routes_;
  asio::steady_timer gate_{loop_};
  std::optional<http::server> server_;
  std::optional<client> client_;
  std::vector<webhook_result> results_;
  std::vector<std::string> bodies_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::size_t held_{0}, connections_seen_{0};
};

TEST_F(WebhookClient, PostsTheBodyWithItsHeaders) {
  start();
  post(url("/status/204"), {"X-Shared: secret", "X-Bad: a\r\nX-Smuggled: b"});
  run_until([this] { return !results_.empty(); });
  EXPECT_EQ(results_.at(0).what, outcome::delivered);
  EXPECT_EQ(results_.at(0).status, 204);
  EXPECT_EQ(results_.at(0).error, "");
  EXPECT_THAT(bodies_, ElementsAre(R"({"type":"test"})"));
  EXPECT_THAT(headers_, Contains(Pair("Content-Type", "application/json")));
  EXPECT_THAT(headers_, Contains(Pair("webhook-id", "evt_1")));
  EXPECT_THAT(headers_, Contains(Pair("User-Agent", "smppd")));
  EXPECT_THAT(headers_, Contains(Pair("X-Shared", "secret")));
  EXPECT_THAT(headers_, testing::Not(Contains(Pair("X-Smuggled", "b"))));
}

TEST_F(WebhookClient, TellsAnswersApart) {
  start();
  EXPECT_EQ(result_of(url("/status/200")).what, outcome::delivered);
  EXPECT_EQ(result_of(url("/status/299")).what, outcome::delivered);
  EXPECT_EQ(result_of(url("/status/400")).what, outcome::refused);
  EXPECT_EQ(result_of(url("/status/404")).what, outcome::refused);
  EXPECT_EQ(result_of(url("/status/410")).what, outcome::gone);
  EXPECT_EQ(result_of(url("/status/429")).what, outcome::unavailable);
  EXPECT_EQ(result_of(url("/status/500")).what, outcome::unavailable);
  const auto result = result_of(url("/status/503"));
  EXPECT_EQ(result.what, outcome::unavailable);
  EXPECT_EQ(result.status, 503);
  EXPECT_EQ(result.error, "HTTP 503");
}

TEST_F(WebhookClient, UsesAConnectionAgain) {
  start();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(result_of(url("/status/200")).what, outcome::delivered);
  EXPECT_EQ(connections_seen_, 1U);
}

TEST_F(WebhookClient, DoesNotFollowRedirects) {
  start();
  const auto result = result_of(url("/moved"));
  EXPECT_EQ(result.what, outcome::refused);
  EXPECT_EQ(result.status, 302);
  EXPECT_TRUE(bodies_.empty());
}

TEST_F(WebhookClient, PassesRetryAfterOnButNoMoreThanADay) {
  start();
  EXPECT_EQ(result_of(url("/later/503")).retry_after, 120s);
  EXPECT_EQ(result_of(url("/later/429")).retry_after, 24h);
  EXPECT_EQ(result_of(url("/status/503")).retry_after, std::nullopt);
}

TEST_F(WebhookClient, KeepsTheBeginningOfALongAnswer) {
  start();
  EXPECT_EQ(result_of(url("/long")).body, std::string(4096, 'x'));
}

TEST_F(WebhookClient, GivesUpAfterItsTime) {
  client_limits limits;
  limits.timeout = 50ms;
  start(limits);
  const auto result = result_of(url("/held"));
  EXPECT_EQ(result.what, outcome::unavailable);
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.error, "");
}

TEST_F(WebhookClient, SaysThatNobodyListens) {
  start();
  const std::string nowhere = url("/status/200");
  server_.reset();
  const auto result = result_of(nowhere);
  EXPECT_EQ(result.what, outcome::unavailable);
  EXPECT_NE(result.error, "");
}

TEST_F(WebhookClient, CallsNoAddressThatItMayNot) {
  client_limits limits;
  limits.allow_private = false;
  start(limits);
  EXPECT_EQ(result_of(url("/status/200")).what, outcome::forbidden);
  EXPECT_EQ(result_of("http://localhost/").what, outcome::forbidden);
  EXPECT_TRUE(bodies_.empty());
}

TEST_F(WebhookClient, NeverCallsMetadataServices) {
  start();
  for (const char* const target :
       {"http://169.254.169.254/latest/meta-data/", "http://0x7f.0.0.1.nip/", "http://0.0.0.0/",
        "http://[fe80::1]/", "http://2852039166/"}) {
    const auto result = result_of(target);
    EXPECT_NE(result.what, outcome::delivered) << target;
    EXPECT_EQ(result.status, 0) << target;
  }
  EXPECT_EQ(result_of("http://169.254.169.254/").what, outcome::forbidden);
  EXPECT_EQ(result_of("http://2852039166/").what, outcome::forbidden);  // the same, as a number
  EXPECT_EQ(result_of("ftp://127.0.0.1/").what, outcome::forbidden);
}

TEST_F(WebhookClient, LimitsRequestsPerHost) {
  client_limits limits;
  limits.per_host = 2;
  limits.waiting_max = 2;
  start(limits);
  for (int i = 0; i < 5; ++i)
    post(url("/held"));
  run_until([this] { return held_ == 2 && !results_.empty(); });
  EXPECT_THAT(outcomes(), ElementsAre(outcome::busy));  // the fifth
  EXPECT_EQ(client_->in_flight(), 2U);
  EXPECT_EQ(client_->waiting(), 2U);
  run_until([this] {
    gate_.cancel();
    return results_.size() == 5;
  });
  EXPECT_EQ(held_, 4U);
}

TEST_F(WebhookClient, AnotherPortIsTheSameHost) {
  client_limits limits;
  limits.per_host = 1;
  start(limits);
  post(url("/held"));
  post("http://127.0.0.1:1/");
  EXPECT_EQ(client_->in_flight(), 1U);
  EXPECT_EQ(client_->waiting(), 1U);
}

TEST_F(WebhookClient, AnAccountWhoseHostsDoNotAnswerDelaysNobodyElse) {
  client_limits limits;
  limits.requests_max = 4;
  limits.per_account = 3;
  start(limits);
  const std::string same = "http://localhost:" + std::to_string(server_->port()) + "/held";
  for (int i = 0; i < 2; ++i) {
    post_for(1, url("/held"));
    post_for(1, same);
  }
  ASSERT_EQ(client_->in_flight(), 3U);
  post_for(2, url("/status/200"));
  EXPECT_EQ(client_->in_flight(), 4U);
  run_until([this] { return !results_.empty(); });
  EXPECT_THAT(outcomes(), ElementsAre(outcome::delivered));
  EXPECT_EQ(client_->waiting(), 1U);
}

TEST_F(WebhookClient, AccountsTakeTurns) {
  client_limits limits;
  limits.requests_max = 1;
  start(limits);
  for (const int status : {201, 202, 203})
    post_for(1, url("/status/" + std::to_string(status)));
  post_for(2, url("/status/204"));
  run_until([this] { return results_.size() == 4; });
  std::vector<long> order;
  for (const auto& result : results_)
    order.push_back(result.status);
  EXPECT_THAT(order, ElementsAre(201, 202, 204, 203));
}

// A port of somebody else's host that never answers is easily found.
TEST_F(WebhookClient, AnAccountCannotUseUpAnothersShareOfAHost) {
  client_limits limits;
  limits.per_host = 1;
  start(limits);
  post_for(1, url("/held"));
  post_for(2, url("/status/200"));
  EXPECT_EQ(client_->in_flight(), 2U);
}

TEST_F(WebhookClient, GivesAnAccountAQuarter) {
  webhook_config configuration;
  configuration.connections_max = 64;
  EXPECT_EQ(limits_of(configuration).per_account, 16U);
  configuration.connections_max = 1;
  EXPECT_EQ(limits_of(configuration).per_account, 1U);
}

TEST_F(WebhookClient, ASlowHostLeavesRoomForOthers) {
  client_limits limits;
  limits.per_host = 1;
  start(limits);
  post(url("/held"));
  post(url("/held"));
  run_until([this] { return held_ == 1; });
  const auto port = std::to_string(server_->port());
  EXPECT_EQ(result_of("http://localhost:" + port + "/status/200").what, outcome::delivered);
  gate_.cancel();
}

TEST_F(WebhookClient, StopCancelsEverything) {
  client_limits limits;
  limits.per_host = 1;
  start(limits);
  post(url("/held"));
  post(url("/held"));
  run_until([this] { return held_ == 1; });
  client_->stop();
  EXPECT_TRUE(results_.empty());  // not from inside
  run_until([this] { return results_.size() == 2; });
  post(url("/status/200"));
  run_until([this] { return results_.size() == 3; });
  EXPECT_THAT(outcomes(), testing::Each(outcome::cancelled));
  EXPECT_EQ(client_->in_flight(), 0U);
}

TEST_F(WebhookClient, MayBeDestroyedWhileItWorks) {
  start();
  post(url("/held"));
  run_until([this] { return held_ == 1; });
  client_.reset();
  gate_.cancel();
  server_->stop([] {});
  run_until([this] { return server_->connections() == 0; });
  EXPECT_TRUE(results_.empty());
}

}  // namespace
}  // namespace smppd::webhook
