// The header is taken off a connection, and what belongs to the session is still there.
#include "smpp/net/proxy.hpp"

#include "smpp/net/session.hpp"
#include "tests/smpp/net/secured.hpp"
#include "tests/smpp/samples.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace smpp::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

using outcome = std::optional<result<proxy_header>>;

asio::awaitable<void> read_into(outcome& into, tcp::socket& from, std::chrono::milliseconds limit) {
  into.emplace(co_await read_proxy_header(from, limit));
}

class NetProxy : public testing::Test {
 protected:
  void start(std::chrono::milliseconds limit = 20s) {
    asio::co_spawn(loop, read_into(found, ends.second, limit),
                   [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
  }
  void finish() {
    ASSERT_TRUE(tests::run_until(loop, [&] { return found.has_value(); }));
  }
  void send(std::string_view octets) { asio::write(balancer(), asio::buffer(octets)); }
  tcp::socket& balancer() { return ends.first; }
  /// What the session would read next.
  std::string rest(std::size_t count) {
    std::string octets(count, '\0');
    asio::read(ends.second, asio::buffer(octets));
    EXPECT_EQ(ends.second.available(), 0U);
    return octets;
  }

  asio::io_context loop;
  std::pair<tcp::socket, tcp::socket> ends = tests::connected(loop);
  outcome found;
};

const std::string v1 = "PROXY TCP4 192.0.2.1 198.51.100.1 43210 2775\r\n";

std::string v2() {
  const auto octets =
      samples::from_hex("0D0A0D0A000D0A515549540A 21 11 000C C0000201 C6336401 A8CA 0AD7");
  return std::string(as_text(octets));
}

TEST_F(NetProxy, TakesTheHeaderAndNothingBehindIt) {
  const std::vector<std::pair<std::string, std::string>> headers{
      {v1, "192.0.2.1:43210"}, {v2(), "192.0.2.1:43210"}, {"PROXY UNKNOWN\r\n", ""}};
  for (const auto& [header, source] : headers) {
    found.reset();
    send(header + "bind");
    start();
    finish();
    ASSERT_TRUE(*found) << found->error().message();
    EXPECT_EQ((*found)->octets, header.size());
    EXPECT_EQ((*found)->source, source);
    EXPECT_EQ(rest(4), "bind");
  }
}

TEST_F(NetProxy, TheHeaderMayComeInPieces) {
  balancer().set_option(tcp::no_delay(true));
  for (const auto& header : {v1, v2()}) {
    found.reset();
    start();
    for (const char octet : header) {
      EXPECT_FALSE(found);
      send({&octet, 1});
      loop.poll();
    }
    finish();
    EXPECT_TRUE(*found);
  }
}

TEST_F(NetProxy, TheLongestHeaderIsTaken) {
  auto header = v2();
  header[14] = header[15] = '\xFF';
  header.resize(proxy_header_octets_max);
  start();
  asio::async_write(balancer(), asio::buffer(header), [](error_code, std::size_t) {});
  finish();
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->octets, proxy_header_octets_max);
}

TEST_F(NetProxy, AnythingElseIsNotAHeader) {
  const auto bind = samples::encoded(bind_transceiver{});
  send(as_text(bind));
  start();
  finish();
  EXPECT_EQ(found->error(), make_error_code(error::bad_proxy_header));
}

TEST_F(NetProxy, ABadHeaderIsNotAHeader) {
  send("PROXY TCP4 192.0.2.1 198.51.100.1 43210 65536\r\n");
  start();
  finish();
  EXPECT_EQ(found->error(), make_error_code(error::bad_proxy_header));
}

TEST_F(NetProxy, WhoSaysNothingIsGivenUp) {
  start(20ms);
  finish();
  EXPECT_EQ(found->error(), asio::error::timed_out);
}

TEST_F(NetProxy, WhoStopsInTheMiddleIsGivenUp) {
  send(v1.substr(0, v1.size() - 1));
  start(20ms);
  finish();
  EXPECT_EQ(found->error(), asio::error::timed_out);
}

// The limit is for all of it: one octet now and then does not move it.
TEST_F(NetProxy, WhoDawdlesIsGivenUp) {
  balancer().set_option(tcp::no_delay(true));
  send("PROXY UNKNOWN ");
  start(20ms);
  std::size_t octets = 14;
  asio::steady_timer pace(loop);
  std::function<void()> dawdle = [&] {
    pace.expires_after(1ms);
    pace.async_wait([&](error_code stopped) {
      if (stopped || found || octets > 100) return;
      send("x");
      ++octets;
      dawdle();
    });
  };
  dawdle();
  finish();
  ASSERT_FALSE(*found);
  EXPECT_EQ(found->error(), asio::error::timed_out) << octets;
}

TEST_F(NetProxy, WhoHangsUpIsAnEndOfStream) {
  send(v1.substr(0, 20));
  balancer().close();
  start();
  finish();
  EXPECT_EQ(found->error(), asio::error::eof);
}

TEST_F(NetProxy, TheTimerIsGoneWithTheHeader) {
  send(v1);
  start(20s);
  finish();
  EXPECT_TRUE(*found);
  loop.restart();
  loop.run_for(5s);
  EXPECT_TRUE(loop.stopped()) << "something still waits";
}

struct binder final : session_handler {
  void on_event(session& from, event& what) override {
    if (const auto* request = std::get_if<request_received>(&what))
      from.accept_bind(request->head.sequence);
  }
  void on_closed(session& /*from*/, const closed& /*why*/) override { over = true; }
  bool over{false};
};

TEST_F(NetProxy, ASessionBehindItHasTheAddressOfTheClient) {
  send(v1 + std::string(as_text(samples::encoded(bind_transceiver{}))));
  start();
  finish();
  ASSERT_TRUE(*found);
  connection behind(std::move(ends.second));
  behind.set_remote((*found)->source);
  session_options options;
  options.role = role::smsc;
  binder handler;
  const auto link = std::make_shared<session>(std::move(behind), options, handler);
  link->start();
  EXPECT_TRUE(tests::run_until(loop, [&] { return is_bound(link->core().state()); }));
  EXPECT_EQ(link->remote(), "192.0.2.1:43210");
  balancer().close();
  EXPECT_TRUE(tests::run_until(loop, [&] { return handler.over; }));
}

}  // namespace
}  // namespace smpp::net
