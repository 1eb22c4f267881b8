#include "daemon/http/server.hpp"
#include "daemon/webhook/client_thread.hpp"
#include "tests/support/run_until.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace smppd::webhook {
namespace {

using asio::ip::tcp;
using outcome = webhook_result::outcome;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

/// A client on its thread, and a server on the loop that answers /now, and /never does not.
class WebhookClientThread : public testing::Test {
 protected:
  WebhookClientThread() {
    never_.expires_at(std::chrono::steady_clock::time_point::max());
    routes_.add("POST", "/now",
                [this](const http::request& from) -> asio::awaitable<http::response> {
                  bodies_.emplace_back(from.body);
                  co_return http::response();
                });
    routes_.add("POST", "/never", [this](const http::request&) -> asio::awaitable<http::response> {
      ++held_;
      std::ignore = co_await never_.async_wait(asio::as_tuple(asio::use_awaitable));
      co_return http::response();
    });
    server_.emplace(loop_, listen_address{"127.0.0.1", 0}, http::server_limits{}, routes_);
    client_.emplace(loop_, client_limits{});
  }

  void post(std::string_view path, std::string body = "{}") {
    post_to("http://127.0.0.1:" + std::to_string(server_->port()) + std::string(path),
            std::move(body));
  }
  void post_to(std::string url, std::string body) {
    webhook_request wanted;
    wanted.account = 1;
    wanted.url = std::move(url);
    wanted.id = "evt_1";
    wanted.body = std::move(body);
    client_->post(std::move(wanted), [this](const webhook_result& result) {
      EXPECT_EQ(std::this_thread::get_id(), here_);
      outcomes_.push_back(result.what);
    });
  }
  template <class Condition>
  [[nodiscard]] bool run_until(Condition happened) {
    return tests::run_until(loop_, happened);
  }

  const std::thread::id here_{std::this_thread::get_id()};
  asio::io_context loop_;
  http::router routes_;
  asio::steady_timer never_{loop_};
  std::optional<http::server> server_;
  std::optional<client_thread> client_;
  std::vector<outcome> outcomes_;
  std::vector<std::string> bodies_;
  std::size_t held_{0};
};

TEST_F(WebhookClientThread, BringsResultsToTheLoop) {
  for (const auto* const body : {"1", "2", "3"})
    post("/now", body);
  EXPECT_TRUE(outcomes_.empty()) << "never from inside the call";
  ASSERT_TRUE(run_until([this] { return outcomes_.size() == 3; }));
  EXPECT_THAT(outcomes_, ElementsAre(outcome::delivered, outcome::delivered, outcome::delivered));
  EXPECT_THAT(bodies_, UnorderedElementsAre("1", "2", "3"));
}

TEST_F(WebhookClientThread, StopTellsWhatIsFinishedAndCancelsTheRest) {
  post("/never");
  ASSERT_TRUE(run_until([this] { return held_ == 1; }));
  post("/now");
  ASSERT_TRUE(run_until([this] { return outcomes_.size() == 1; }));
  post("/now");  // it has not left the loop
  client_->stop();
  post("/now");
  EXPECT_EQ(outcomes_.size(), 1U);
  ASSERT_TRUE(run_until([this] { return outcomes_.size() == 4; }));
  EXPECT_THAT(outcomes_, ElementsAre(outcome::delivered, outcome::cancelled, outcome::cancelled,
                                     outcome::cancelled));
  client_->stop();
}

// What a server took is not sent to it once more after the next start.
TEST_F(WebhookClientThread, StopBringsWhatTheLoopHasNotSeen) {
  tcp::acceptor place(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const std::string url = "http://127.0.0.1:" + std::to_string(place.local_endpoint().port()) + "/";
  post_to(url, "{}");
  loop_.poll();  // it goes to the thread; then the loop rests
  tcp::socket server = place.accept();
  std::string text;
  asio::read_until(server, asio::dynamic_buffer(text), "{}");
  const std::string_view answer =
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  asio::write(server, asio::buffer(answer));
  boost::system::error_code ended;
  asio::read_until(server, asio::dynamic_buffer(text), "never", ended);
  ASSERT_EQ(ended, asio::error::eof) << "the thread has the response, and closes";
  client_->stop();
  ASSERT_TRUE(run_until([this] { return !outcomes_.empty(); }));
  EXPECT_THAT(outcomes_, ElementsAre(outcome::delivered));
}

TEST_F(WebhookClientThread, IsReachedUntilItStops) {
  int reached = 0;
  client_->reach([&reached] { ++reached; });
  client_->reach([&reached] { ++reached; });
  EXPECT_EQ(reached, 0);
  ASSERT_TRUE(run_until([&reached] { return reached == 2; }));
  client_->stop();
  client_->reach([&reached] { ++reached; });
  loop_.poll();
  EXPECT_EQ(reached, 2);
}

TEST_F(WebhookClientThread, EndsInTheMiddleOfEverything) {
  post("/never");
  ASSERT_TRUE(run_until([this] { return held_ == 1; }));
  post("/never");
  client_.reset();
  EXPECT_TRUE(outcomes_.empty());
}

}  // namespace
}  // namespace smppd::webhook
