#include "daemon/webhook/client.hpp"
#include "daemon/webhook/curl_loop.hpp"
#include "daemon/webhook/curl_request.hpp"
#include "daemon/webhook/kept_connections.hpp"
#include "tests/daemon/scripted_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

namespace smppd::webhook {
namespace {

using namespace std::chrono_literals;
using outcome = webhook_result::outcome;
using server = tests::scripted_server;
using testing::HasSubstr;
using testing::StartsWith;

const std::string body = R"({"type":"test"})";
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const std::string oops = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n";

/// A client of servers that follow a script.
class WebhookConnection : public testing::Test {
 protected:
  void start(const client_limits& limits = {}) { client_.emplace(loop_, limits); }
  std::string url(std::string_view path = "/hook") { return url_of(server_, path); }
  static std::string url_of(const server& at, std::string_view path = "/hook") {
    return "http://127.0.0.1:" + std::to_string(at.port()) + std::string(path);
  }
  void post(std::string target, std::string content = body, std::vector<std::string> headers = {}) {
    webhook_request wanted;
    wanted.account = 1;
    wanted.url = std::move(target);
    wanted.id = "evt_1";
    wanted.body = std::move(content);
    wanted.headers = std::move(headers);
    client_->post(std::move(wanted),
                  [this](webhook_result result) { results_.push_back(std::move(result)); });
  }
  webhook_result result() {
    run_until([this] { return !results_.empty(); });
    webhook_result taken = std::move(results_.front());
    results_.erase(results_.begin());
    return taken;
  }
  webhook_result result_of(std::string target) {
    post(std::move(target));
    return result();
  }
  /// A request was answered on a connection that stays, and then follows `rest`.
  void keep_one(const server::script& rest) {
    server::script steps{server::request(), server::say(ok)};
    steps.insert(steps.end(), rest.begin(), rest.end());
    server_.then(std::move(steps));
    EXPECT_EQ(result_of(url()).what, outcome::delivered);
  }
  template <class Condition>
  void run_until(Condition met) {
    while (!met()) {
      if (loop_.run_one_for(10s) == 0) throw std::runtime_error("nothing happens any more");
    }
  }

  asio::io_context loop_;
  server server_{loop_, body};
  std::optional<client> client_;
  std::vector<webhook_result> results_;
};

TEST_F(WebhookConnection, CarriesOneRequestAfterAnother) {
  start();
  server_.then({server::request(), server::say(ok), server::request(), server::say(oops),
                server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(result_of(url()).status, 500);
  EXPECT_EQ(result_of(url("/other")).body, "{}");
  EXPECT_EQ(server_.accepted(), 1U);
}

TEST_F(WebhookConnection, SaysWhatHttpWants) {
  start();
  server_.then({server::request(), server::say(ok)});
  post(url("/a%20b?c=d"), body, {"X-Shared: secret", "X-Bad: a\r\nX-Smuggled: b"});
  EXPECT_EQ(result().what, outcome::delivered);
  const std::string& said = server_.requests().at(0);
  const std::string host = "127.0.0.1:" + std::to_string(server_.port());
  EXPECT_THAT(said, StartsWith("POST /a%20b?c=d HTTP/1.1\r\nHost: " + host + "\r\n"));
  for (const char* const line :
       {"\r\nUser-Agent: smppd\r\n", "\r\nContent-Type: application/json\r\n",
        "\r\nContent-Length: 15\r\n", "\r\nwebhook-id: evt_1\r\n", "\r\nX-Shared: secret\r\n"}) {
    EXPECT_THAT(said, HasSubstr(line));
  }
  EXPECT_THAT(said, testing::EndsWith("\r\n\r\n" + body));
  EXPECT_THAT(said, testing::Not(HasSubstr("X-Smuggled")));
}

TEST_F(WebhookConnection, IsReplacedWhereItsServerClosedIt) {
  start();
  keep_one({server::hang_up()});
  server_.then({server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(server_.accepted(), 2U);
}

TEST_F(WebhookConnection, ARequestThatAKeptOneDidNotAnswerIsSentAgain) {
  start();
  keep_one({server::request(), server::hang_up()});
  server_.then({server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(server_.requests().size(), 3U);
}

TEST_F(WebhookConnection, ARequestIsSentAgainOnlyOnce) {
  start();
  keep_one({server::request(), server::hang_up()});
  server_.then({server::request(), server::hang_up()});
  const auto failed = result_of(url());
  EXPECT_EQ(failed.what, outcome::unavailable);
  EXPECT_EQ(failed.status, 0);
  EXPECT_EQ(server_.accepted(), 2U);
}

TEST_F(WebhookConnection, ARequestThatANewOneDidNotAnswerIsNotSentAgain) {
  start();
  server_.then({server::request(), server::hang_up()});
  const auto failed = result_of(url());
  EXPECT_EQ(failed.what, outcome::unavailable);
  EXPECT_EQ(failed.error, "The server closed the connection.");
  EXPECT_EQ(server_.accepted(), 1U);
}

TEST_F(WebhookConnection, ARequestWhoseAnswerBeganIsNotSentAgain) {
  start();
  keep_one({server::request(), server::say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"),
            server::hang_up()});
  const auto failed = result_of(url());
  EXPECT_EQ(failed.what, outcome::unavailable);
  EXPECT_EQ(failed.status, 0);
  EXPECT_EQ(failed.error, "The server closed within its answer.");
  EXPECT_EQ(server_.accepted(), 1U);
}

TEST_F(WebhookConnection, CarriesOnAfterInterimAndChunkedAnswers) {
  start();
  server_.then({server::request(), server::say("HTTP/1.1 100 Continue\r\n\r\n"),
                server::say("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok),
                server::request(),
                server::say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab"),
                server::say("cd\r\n0\r\n\r\n"), server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).status, 200);
  EXPECT_EQ(result_of(url()).body, "abcd");
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(server_.accepted(), 1U);
}

TEST_F(WebhookConnection, CarriesOnAfterALongAnswer) {
  start();
  const std::string text(300'000, 'x');
  server_.then({server::request(), server::say("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n"),
                server::say(text), server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).body, text.substr(0, client_limits().response_octets));
  EXPECT_EQ(result_of(url()).body, "{}");
  EXPECT_EQ(server_.accepted(), 1U);
}

TEST_F(WebhookConnection, EndsWhereTheAnswerSaysSo) {
  start();
  server_.then({server::request(), server::say("HTTP/1.1 204 No Content\r\nConnection: close\r\n"
                                               "\r\n")});
  server_.then(
      {server::request(), server::say("HTTP/1.0 200 OK\r\n\r\nall of it"), server::hang_up()});
  server_.then({server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).status, 204);
  run_until([this] { return server_.closed_by_client() == 1; });
  EXPECT_EQ(result_of(url()).body, "all of it");
  EXPECT_EQ(result_of(url()).body, "{}");
  EXPECT_EQ(server_.accepted(), 3U);
}

TEST_F(WebhookConnection, EndsWhereTheAnswerIsNotHttp) {
  start();
  server_.then({server::request(), server::say("SSH-2.0-OpenSSH_9.2\r\n")});
  const auto failed = result_of(url());
  EXPECT_EQ(failed.what, outcome::unavailable);
  EXPECT_EQ(failed.status, 0);
  EXPECT_THAT(failed.error, StartsWith("The answer is not HTTP/1.1"));
  run_until([this] { return server_.closed_by_client() == 1; });
}

// They could be taken for the answer to the next request.
TEST_F(WebhookConnection, EndsWhereMoreThanTheAnswerComes) {
  start();
  server_.then({server::request(), server::say(ok + oops)});
  server_.then({server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(server_.accepted(), 2U);
}

TEST_F(WebhookConnection, EndsWhereAnAnswerComesThatNobodyAskedFor) {
  start();
  keep_one({server::pause(), server::say(oops)});
  server_.then({server::request(), server::say(ok)});
  server_.resume();
  run_until([this] { return server_.closed_by_client() == 1; });
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(server_.accepted(), 2U);
}

TEST_F(WebhookConnection, EndsAfterAnAnswerThatCameBeforeTheRequestWasRead) {
  start();
  server_.then({server::say("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")});
  server_.then({server::request(), server::say(ok)});
  post(url(), std::string(50'000'000, 'x'));
  EXPECT_EQ(result().status, 413);
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(server_.accepted(), 2U);
}

TEST_F(WebhookConnection, DoesNotWaitForAnEndThatNeverComes) {
  client_limits limits;
  limits.timeout = 50ms;
  start(limits);
  for (const char* const endless : {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nX: "}) {
    server_.then(
        {server::request(), server::say(endless), server::say_for_ever(std::string(1000, 'x'))});
  }
  EXPECT_EQ(result_of(url()).error, "Timed out after 50 ms.");
  const auto failed = result_of(url());
  EXPECT_EQ(failed.what, outcome::unavailable);
  EXPECT_EQ(failed.status, 0);
  EXPECT_THAT(failed.error, StartsWith("The answer is not HTTP/1.1: header limit"));
  EXPECT_EQ(client_->in_flight(), 0U);
}

TEST_F(WebhookConnection, EachRequestHasATimeoutOfItsOwn) {
  client_limits limits;
  limits.timeout = 60ms;
  start(limits);
  server_.then({server::request()});
  server_.then({server::request()});
  post(url());
  asio::steady_timer later(loop_, 20ms);
  later.async_wait([this](boost::system::error_code) { post(url()); });
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(result().error, "Timed out after 60 ms.");
  run_until([this] { return server_.closed_by_client() == 2; });
}

TEST_F(WebhookConnection, OfAServerThatBendsHttpIsLeftToLibcurl) {
  start();
  const std::string no_phrase = "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}";
  server_.then({server::request(), server::say(no_phrase)});
  server_.then(
      {server::request(), server::say(no_phrase), server::request(), server::say(no_phrase)});
  EXPECT_THAT(result_of(url()).error, StartsWith("The answer is not HTTP/1.1"));
  EXPECT_EQ(result_of(url()).body, "{}");
  EXPECT_EQ(result_of(url()).body, "{}");
  EXPECT_EQ(server_.accepted(), 2U);
}

// It asked no name server.
TEST_F(WebhookConnection, OfLibcurlThatIsSilentDoesNotCountAsAnUnknownName) {
  client_limits limits;
  limits.timeout = 50ms;
  limits.per_host = limits.per_account = limits.requests_max = 1;
  start(limits);
  const std::string no_phrase = "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}";
  server_.then({server::request(), server::say(no_phrase)});
  server_.then({server::request(), server::say(no_phrase), server::request()});
  server_.then({server::request(), server::say(no_phrase)});
  EXPECT_EQ(result_of(url()).what, outcome::unavailable);
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(result_of(url()).error, "Timed out after 50 ms.");
  EXPECT_EQ(result_of(url("/another")).what, outcome::delivered);
}

TEST_F(WebhookConnection, TakesADateForRetryAfter) {
  start();
  server_.then({server::request(), server::say("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n"
                                               "Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n"
                                               "\r\n")});
  EXPECT_EQ(result_of(url()).retry_after, 24h);
}

TEST_F(WebhookConnection, IsNotMadeToAnAddressThatMayNotBeCalled) {
  client_limits limits;
  limits.allow_private = false;
  start(limits);
  EXPECT_EQ(result_of(url()).what, outcome::forbidden);
  EXPECT_EQ(server_.accepted(), 0U);
}

TEST_F(WebhookConnection, GivesItsPlaceToAnother) {
  client_limits limits;
  limits.requests_max = 1;
  start(limits);
  server other(loop_, body);
  server_.then({server::request(), server::say(ok)});
  other.then({server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  EXPECT_EQ(result_of(url_of(other)).what, outcome::delivered);
  run_until([this] { return server_.closed_by_client() == 1; });
  client_.reset();
  run_until([&other] { return other.closed_by_client() == 1; });
}

TEST_F(WebhookConnection, IsClosedWhereNobodyNeedsIt) {
  client_limits limits;
  limits.kept = 10ms;
  start(limits);
  server_.then({server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  run_until([this] { return server_.closed_by_client() == 1; });
}

TEST_F(WebhookConnection, IsClosedByStop) {
  start();
  server other(loop_, body);
  other.then({server::request()});
  server_.then({server::request(), server::say(ok)});
  EXPECT_EQ(result_of(url()).what, outcome::delivered);
  post(url_of(other));
  run_until([&other] { return other.requests().size() == 1; });
  client_->stop();
  EXPECT_EQ(result().what, outcome::cancelled);
  EXPECT_EQ(client_->in_flight(), 0U);
  run_until([&] { return server_.closed_by_client() == 1 && other.closed_by_client() == 1; });
}

TEST_F(WebhookConnection, MayBeBrokenOffWhileItIsMade) {
  start();
  post(url());
  client_->stop();
  EXPECT_EQ(result().what, outcome::cancelled);
  start();
  post(url());
  client_.reset();
  loop_.restart();
  loop_.poll();
  EXPECT_TRUE(results_.empty());
}

/// Connections whose other ends are held here.
class WebhookKeptConnections : public testing::Test {
 protected:
  std::shared_ptr<connection> make_connection() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    others_.emplace_back(loop_).assign(asio::ip::tcp::v4(), ends[1]);
    return std::make_shared<connection>(loop_, ends[0], 0);
  }
  using time = kept_connections::time;

  asio::io_context loop_;
  std::vector<asio::ip::tcp::socket> others_;
  kept_connections kept_;
};

TEST_F(WebhookKeptConnections, GivesTheOneThatWasUsedLast) {
  const auto first = make_connection(), second = make_connection(), third = make_connection();
  kept_.keep("a:80", first, time(1s));
  kept_.keep("a:80", second, time(2s));
  kept_.keep("b:80", third, time(3s));
  EXPECT_EQ(kept_.find("a:80"), second);
  EXPECT_EQ(kept_.find("a:80"), first);
  EXPECT_EQ(kept_.find("a:80"), nullptr);
  EXPECT_EQ(kept_.size(), 1U);
}

TEST_F(WebhookKeptConnections, GivesNoneThatIsClosed) {
  const auto first = make_connection(), second = make_connection();
  kept_.keep("a:80", first, time(1s));
  kept_.keep("a:80", second, time(2s));
  second->close();
  EXPECT_EQ(kept_.find("a:80"), first);
  EXPECT_EQ(kept_.size(), 0U);
}

TEST_F(WebhookKeptConnections, ClosesTheOneThatWaitsLongest) {
  const auto first = make_connection(), second = make_connection();
  kept_.keep("a:80", first, time(1s));
  kept_.keep("b:80", second, time(2s));
  EXPECT_EQ(kept_.waits_since(), time(1s));
  kept_.close_oldest();
  EXPECT_FALSE(first->is_open());
  EXPECT_TRUE(second->is_open());
  EXPECT_EQ(kept_.waits_since(), time(2s));
}

// An answer that comes before its request is written may be one to somebody else's request.
TEST_F(WebhookKeptConnections, AnAnswerBeforeTheRequestIsWrittenIsNotTaken) {
  const auto one = make_connection();
  std::optional<boost::system::error_code> ended;
  const auto note = [&ended](boost::system::error_code error, const answer&) { ended = error; };
  const auto run_until_ended = [&] {
    while (!ended)
      loop_.run_one();
    return *std::exchange(ended, std::nullopt);
  };
  one->send("first", note);
  asio::write(others_[0], asio::buffer(ok));
  EXPECT_FALSE(run_until_ended());
  one->send(std::string(50'000'000, 'x'), note);
  loop_.poll();
  asio::write(others_[0], asio::buffer(ok));
  EXPECT_TRUE(run_until_ended());
  EXPECT_TRUE(one->was_stale());
  EXPECT_FALSE(one->is_open());
}

/// A whole request by libcurl, as for https.
class WebhookCurlRequest : public testing::Test {
 protected:
  answer call(const std::string& content) {
    const std::string url = "http://127.0.0.1:" + std::to_string(server_.port()) + "/hook";
    request_.prepare_post(url, 5s, {"X-Shared: secret"}, content);
    std::optional<CURLcode> ended;
    curl_->on_done([&ended](CURL*, CURLcode code) { ended = code; });
    EXPECT_EQ(curl_->add(request_.easy()), CURLM_OK);
    while (!ended)
      loop_.run_one();
    EXPECT_EQ(*ended, CURLE_OK);
    curl_->remove(request_.easy());
    return request_.take_answer();
  }

  asio::io_context loop_;
  server server_{loop_, body};
  std::shared_ptr<curl_loop> curl_ = std::make_shared<curl_loop>(loop_, 2);
  curl_request request_{{.allow_private = true, .response_octets = 5}};
};

TEST_F(WebhookCurlRequest, SendsAndTakesAllThatMatters) {
  server_.then({server::request(),
                server::say("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 10\r\n\r\n"
                            "0123456789"),
                server::request(), server::say(ok)});
  const auto refused = call("first " + body);
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.retry_after, "7");
  EXPECT_EQ(refused.body, "01234");
  const auto taken = call("second " + body);
  EXPECT_EQ(taken.status, 200U);
  EXPECT_EQ(taken.retry_after, "");
  EXPECT_EQ(taken.body, "{}");
  ASSERT_EQ(server_.requests().size(), 2U);
  const std::string& said = server_.requests()[0];
  EXPECT_THAT(said, StartsWith("POST /hook HTTP/1.1\r\n"));
  for (const char* const line : {"\r\nUser-Agent: smppd\r\n", "\r\nX-Shared: secret\r\n",
                                 "\r\nContent-Type: application/json\r\n"})
    EXPECT_THAT(said, HasSubstr(line));
  EXPECT_THAT(said, testing::EndsWith("\r\n\r\nfirst " + body));
  EXPECT_THAT(server_.requests()[1], testing::EndsWith("\r\n\r\nsecond " + body));
  EXPECT_EQ(server_.accepted(), 1U);
}

}  // namespace
}  // namespace smppd::webhook
