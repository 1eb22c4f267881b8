#include "daemon/http/server.hpp"
#include "daemon/observe/log.hpp"
#include "tests/daemon/http_client.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>

namespace smppd::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using tests::http_client;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

std::string get(std::string_view path, std::string_view headers = "") {
  std::string request("GET ");
  request.append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(headers).append("\r\n");
  return request;
}

std::string post(std::string_view path, std::string_view body) {
  std::string request("POST ");
  request.append(path).append(" HTTP/1.1\r\nHost: test\r\nContent-Length: ");
  return request.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

class HttpServer : public testing::Test {
 protected:
  HttpServer() {
    routes_.add("POST", "/echo", echo);
    routes_.add("GET", "/items/{id}", item);
    routes_.add("PUT", "/items/{id}", item);
    routes_.add("GET", "/throws", broken);
    routes_.add("GET", "/slow", [this](const request& from) { return slow(*this, from); });
  }
  ~HttpServer() override { thread_.stop(); }

  std::uint16_t start(const server_limits& limits = {}) {
    return thread_.call([&] {
      const listen_address address{"127.0.0.1", 0};
      gate_.emplace(thread_.loop, std::chrono::steady_clock::time_point::max());
      server_.emplace(thread_.loop, address, limits, routes_);
      return server_->port();
    });
  }
  void open_gate() {
    thread_.call([&] { gate_->cancel(); });
  }
  void wait_for_slow() { entered_.get_future().wait(); }

  /// Ready once the server has stopped.
  std::future<void> stop() {
    auto stopped = std::make_shared<std::promise<void>>();
    thread_.call([&] { server_->stop([stopped] { stopped->set_value(); }); });
    return stopped->get_future();
  }

  static asio::awaitable<response> echo(const request& from) {
    response made;
    made.body = from.body;
    made.content_type = "text/plain";
    co_return made;
  }
  static asio::awaitable<response> item(const request& from) {
    response made;
    made.body = from.parameters.front() + "?" + std::string(from.query);
    co_return made;
  }
  static asio::awaitable<response> broken(const request&) {
    throw std::runtime_error("a bug");
    co_return response();
  }
  static asio::awaitable<response> full(const request&) {
    response made;
    made.status = 503;
    co_return made;
  }
  static asio::awaitable<response> slow(HttpServer& test, const request&) {
    test.entered_.set_value();
    std::ignore = co_await test.gate_->async_wait(no_throw);
    response made;
    made.body = "at last";
    co_return made;
  }

  router routes_;
  tests::loop_thread thread_;
  std::optional<asio::steady_timer> gate_;
  std::promise<void> entered_;
  std::optional<server> server_;
};

TEST_F(HttpServer, KeepsTheConnectionForTheNextRequest) {
  http_client client(start());
  EXPECT_EQ(client.exchange(post("/echo", "one")).body, "one");
  const auto second = client.exchange(post("/echo", "two"));
  EXPECT_EQ(second.body, "two");
  EXPECT_EQ(second.headers.at("connection"), "keep-alive");
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  http_client client(start());
  client.send(get("/slow") + post("/echo", "two") + get("/items/3"));
  wait_for_slow();
  open_gate();
  EXPECT_EQ(client.read().body, "at last");
  EXPECT_EQ(client.read().body, "two");
  EXPECT_EQ(client.read().body, "3?");
}

TEST_F(HttpServer, ReadsARequestThatComesOctetByOctet) {
  http_client client(start());
  const std::string request = post("/echo", "body");
  for (const char& octet : request)
    client.send({&octet, 1});
  EXPECT_EQ(client.read().body, "body");
}

TEST_F(HttpServer, ReadsAChunkedBody) {
  http_client client(start());
  const auto answer = client.exchange(
      "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n");
  EXPECT_EQ(answer.body, "Wikipedia");
}

TEST_F(HttpServer, DecodesPathsAndKeepsTheQuery) {
  http_client client(start());
  EXPECT_EQ(client.exchange(get("/items/a%2Fb%20c?x=1")).body, "a/b c?x=1");
  EXPECT_EQ(client.exchange(get("http://test/items/7")).body, "7?");
}

TEST_F(HttpServer, SaysWhichMethodsAPathTakes) {
  http_client client(start());
  const auto answer = client.exchange(post("/items/7", ""));
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD, PUT");
  EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
  EXPECT_EQ(client.exchange(get("/nowhere")).status, 404);
  EXPECT_EQ(client.exchange(get("/items/")).status, 404);
}

TEST_F(HttpServer, AnswersHeadWithoutABody) {
  http_client client(start());
  client.send("HEAD /items/77 HTTP/1.1\r\nHost: test\r\n\r\n");
  const auto answer = client.read(false);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-length"), "3");
  EXPECT_EQ(client.exchange(get("/items/8")).body, "8?");
}

TEST_F(HttpServer, EchoesTheRequestIdOrMakesOne) {
  http_client client(start());
  EXPECT_EQ(client.exchange(get("/items/1", "X-Request-Id: mine\r\n")).headers.at("x-request-id"),
            "mine");
  EXPECT_THAT(client.exchange(get("/items/1")).headers.at("x-request-id"), StartsWith("req_"));
  EXPECT_THAT(client.exchange(get("/items/1", "X-Request-Id: a b\r\n")).headers.at("x-request-id"),
              StartsWith("req_"));
}

TEST_F(HttpServer, AnswersExpectContinue) {
  http_client client(start());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  EXPECT_EQ(client.exchange("hi").body, "hi");
}

TEST_F(HttpServer, ClosesWhereTheClientAsksForIt) {
  const auto port = start();
  http_client polite(port);
  EXPECT_EQ(polite.exchange(get("/items/1", "Connection: close\r\n")).headers.at("connection"),
            "close");
  EXPECT_TRUE(polite.closed());
  http_client old(port);
  EXPECT_EQ(old.exchange("GET /items/1 HTTP/1.0\r\n\r\n").body, "1?");
  EXPECT_TRUE(old.closed());
}

TEST_F(HttpServer, MakesA500OfAnException) {
  http_client client(start());
  const auto answer = client.exchange(get("/throws"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("\"INTERNAL\""));
  EXPECT_EQ(client.exchange(get("/items/1")).status, 200);
}

struct bad_request {
  const char* name;
  std::string octets;
  int status;
};

class HttpServerRefuses : public HttpServer, public testing::WithParamInterface<bad_request> {};

TEST_P(HttpServerRefuses, AndCloses) {
  server_limits limits;
  limits.header_octets_max = 1024;
  limits.headers_max = 20;
  limits.body_octets_max = 100;
  http_client client(start(limits));
  EXPECT_EQ(client.exchange(GetParam().octets).status, GetParam().status);
  EXPECT_TRUE(client.closed());
}

std::string many_headers() {
  std::string headers;
  for (int i = 0; i < 30; ++i)
    headers += "X" + std::to_string(i) + ": 1\r\n";
  return headers;
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpServerRefuses,
    testing::Values(
        bad_request{"Garbage", "\x16\x03\x01\x02\r\n\r\n", 400},
        bad_request{"NoHost", "GET /items/1 HTTP/1.1\r\n\r\n", 400},
        bad_request{"TwoHosts", get("/items/1", "Host: other\r\n"), 400},
        bad_request{"BadVersion", "GET / HTTP/3.0\r\nHost: test\r\n\r\n", 400},
        bad_request{"LengthAndChunked",
                    "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n"
                    "Transfer-Encoding: chunked\r\n\r\nabc",
                    400},
        bad_request{"BadLength", "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: -1\r\n\r\n",
                    400},
        bad_request{"LongHeader", get("/items/1", "X: " + std::string(2000, 'x') + "\r\n"), 431},
        bad_request{"EndlessHeader", "GET /" + std::string(5000, 'x'), 431},
        bad_request{"ManyHeaders", get("/items/1", many_headers()), 431},
        bad_request{"LongBody", post("/echo", std::string(200, 'x')), 413},
        bad_request{"LongChunks",
                    "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "50\r\n" +
                        std::string(80, 'x') + "\r\n50\r\n" + std::string(80, 'x') +
                        "\r\n0\r\n\r\n",
                    413}),
    [](const auto& of) { return of.param.name; });

TEST_F(HttpServer, RefusesALongBodyBeforeItIsSent) {
  server_limits limits;
  limits.body_octets_max = 100;
  http_client client(start(limits));
  EXPECT_EQ(client
                .exchange("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n"
                          "Expect: 100-continue\r\n\r\n")
                .status,
            413);
}

TEST_F(HttpServer, ClosesAClientThatIsTooSlow) {
  server_limits limits;
  limits.read_timeout = 50ms;
  http_client client(start(limits));
  client.send("GET /items/1 HTTP/1.1\r\nHo");
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServer, DoesNotLetASlowClientBuyTimeWithSingleOctets) {
  server_limits limits;
  limits.read_timeout = 50ms;
  limits.header_octets_max = std::size_t{1} << 30U;  // not what ends it
  http_client client(start(limits));
  client.send("GET /items/1 HTTP/1.1\r\nX: ");
  bool taken = true;
  for (int octets = 0; taken && octets < 5'000'000; ++octets)
    taken = client.send("x");
  EXPECT_FALSE(taken);  // long before it has sent so many
}

TEST_F(HttpServer, ClosesAnIdleConnection) {
  server_limits limits;
  limits.idle_timeout = 50ms;
  http_client client(start(limits));
  EXPECT_EQ(client.exchange(get("/items/1")).status, 200);
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServer, GivesAHandlerAllTheTimeItNeeds) {
  server_limits limits;
  limits.read_timeout = 20ms;
  limits.idle_timeout = 20ms;
  const auto port = start(limits);
  http_client waiting(port);
  waiting.send(get("/slow"));
  wait_for_slow();
  http_client idle(port);
  EXPECT_TRUE(idle.closed());  // so much time has passed
  open_gate();
  EXPECT_EQ(waiting.read().body, "at last");
}

TEST_F(HttpServer, TellsAConnectionTooManyThatItIsOne) {
  server_limits limits;
  limits.connections_max = 1;
  const auto port = start(limits);
  http_client first(port);
  EXPECT_EQ(first.exchange(get("/items/1")).status, 200);
  http_client second(port);
  EXPECT_EQ(second.read().status, 503);
  EXPECT_TRUE(second.closed());
  EXPECT_EQ(first.exchange(get("/items/2")).status, 200);
}

TEST_F(HttpServer, TakesSoManyConnectionsOfAnAddress) {
  server_limits limits;
  limits.connections_per_address = 1;
  const auto port = start(limits);
  http_client busy(port);
  busy.send(get("/slow"));
  wait_for_slow();
  http_client second(port);
  const auto refused = second.read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_THAT(refused.body, HasSubstr("TOO_MANY_CONNECTIONS"));
  EXPECT_TRUE(second.closed());
  http_client other(port, "127.0.0.2");
  EXPECT_EQ(other.exchange(get("/items/1")).status, 200);
  open_gate();
  EXPECT_EQ(busy.read().body, "at last");
}

TEST_F(HttpServer, ClosesAnIdleConnectionForAnotherOfItsAddress) {
  server_limits limits;
  limits.connections_per_address = 2;
  limits.idle_enough = 0ms;
  const auto port = start(limits);
  http_client first(port);
  EXPECT_EQ(first.exchange(get("/items/1")).status, 200);
  http_client second(port);
  EXPECT_EQ(second.exchange(get("/items/2")).status, 200);
  http_client third(port);
  EXPECT_EQ(third.exchange(get("/items/3")).status, 200);
  EXPECT_TRUE(first.closed());
  EXPECT_EQ(second.exchange(get("/items/2")).status, 200);
}

TEST_F(HttpServer, DoesNotCloseAConnectionThatJustBecameIdle) {
  server_limits limits;
  limits.connections_per_address = 1;
  limits.idle_enough = 1h;
  const auto port = start(limits);
  http_client first(port);
  EXPECT_EQ(first.exchange(get("/items/1")).status, 200);
  http_client second(port);
  EXPECT_EQ(second.read().status, 503);
  EXPECT_EQ(first.exchange(get("/items/1")).status, 200);
}

TEST_F(HttpServer, AnAddressGetsItsPlacesBack) {
  server_limits limits;
  limits.connections_per_address = 1;
  const auto port = start(limits);
  for (int i = 0; i < 3; ++i) {
    http_client one(port);
    EXPECT_EQ(one.exchange(get("/items/1", "Connection: close\r\n")).status, 200);
    EXPECT_TRUE(one.closed());
    one.close();
    while (thread_.call([this] { return server_->connections(); }) != 0) {
    }
  }
}

TEST_F(HttpServer, LogsErrorsUnderTheirRequestId) {
  const tests::temporary_directory folder;
  const std::string file = folder.file("smppd.log");
  log_config wanted;
  wanted.level = "debug";
  wanted.file = file;
  log::set_up(wanted);
  routes_.add("GET", "/full", full);
  http_client client(start());
  client.exchange(get("/nowhere", "X-Request-Id: one\r\n"));
  client.exchange(get("/full", "X-Request-Id: two\r\n"));
  client.exchange(get("/throws", "X-Request-Id: three\r\n"));
  client.exchange(get("/items/1", "X-Request-Id: four\r\n"));
  const auto bad = client.exchange("GET /items/1 HTTP/1.1\r\n\r\n");  // no Host
  log::set_up({});
  std::ifstream written(file);
  const std::string log(std::istreambuf_iterator<char>(written), {});
  EXPECT_THAT(log, HasSubstr(" debug HTTP GET /nowhere from 127.0.0.1 (request one): 404\n"));
  EXPECT_THAT(log, HasSubstr(" warning HTTP GET /full from 127.0.0.1 (request two): 503\n"));
  EXPECT_THAT(log, HasSubstr(" error GET /throws (request three) failed: a bug\n"));
  EXPECT_THAT(log, testing::Not(HasSubstr("(request four)")));
  EXPECT_THAT(log, HasSubstr("(request " + bad.headers.at("x-request-id") + "): 400\n"));
}

TEST_F(HttpServer, StopLetsARunningRequestBeAnswered) {
  const auto port = start();
  http_client running(port);
  http_client idle(port);
  EXPECT_EQ(idle.exchange(get("/items/1")).status, 200);
  running.send(get("/slow"));
  wait_for_slow();
  auto stopped = stop();
  EXPECT_TRUE(idle.closed());
  EXPECT_THROW(http_client{port}, boost::system::system_error);
  EXPECT_EQ(stopped.wait_for(0s), std::future_status::timeout);
  open_gate();
  const auto answer = running.read();
  EXPECT_EQ(answer.body, "at last");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(running.closed());
  running.close();  // else the server lingers for a second
  stopped.wait();
}

TEST_F(HttpServer, StopCompletesAtOnceWithoutConnections) {
  start();
  stop().wait();
}

TEST_F(HttpServer, SurvivesAClientThatLeavesWhileItsRequestRuns) {
  const auto port = start();
  {
    http_client leaving(port);
    leaving.send(get("/slow"));
    wait_for_slow();
  }
  open_gate();
  stop().wait();
}

TEST_F(HttpServer, NamesTheAddressItCannotListenOn) {
  const listen_address taken{"127.0.0.1", start()};
  try {
    const server second(thread_.loop, taken, {}, routes_);
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), "HTTP cannot listen on 127.0.0.1 port " + std::to_string(taken.port) +
                                ": Address already in use; see http.listen and admin.listen");
  }
}

TEST_F(HttpServer, TellsTheObserverRoutesNotPaths) {
  std::promise<std::string> seen;
  routes_.on_answer([&](std::string_view route, int status, std::chrono::nanoseconds) {
    seen.set_value(std::string(route) + " " + std::to_string(status));
  });
  http_client client(start());
  client.exchange(get("/items/secret"));
  EXPECT_EQ(seen.get_future().get(), "GET /items/{id} 200");
}

}  // namespace
}  // namespace smppd::http
