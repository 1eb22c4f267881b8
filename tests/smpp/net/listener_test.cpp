#include "smpp/net/listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace smpp::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

class NetListener : public testing::Test {
 protected:
  std::unique_ptr<listener> listen(std::size_t connections_max = listener::no_limit) {
    auto made = std::make_unique<listener>(
        loop, any_port(), [this](tcp::socket one) { accepted.push_back(std::move(one)); },
        connections_max);
    made->start();
    return made;
  }
  static tcp::endpoint any_port() { return {asio::ip::address_v4::loopback(), 0}; }
  tcp::socket connect_to(std::uint16_t port) {
    tcp::socket made(loop);
    made.connect({asio::ip::address_v4::loopback(), port});
    return made;
  }
  void run_until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!done() && std::chrono::steady_clock::now() < limit) {
      loop.restart();
      loop.run_one_for(50ms);
    }
    ASSERT_TRUE(done()) << "it did not happen in time";
  }

  asio::io_context loop;
  std::vector<tcp::socket> accepted;
};

TEST_F(NetListener, HandsOverWhoConnects) {
  const auto at = listen();
  const auto one = connect_to(at->port());
  const auto two = connect_to(at->port());
  run_until([&] { return accepted.size() == 2; });
  EXPECT_EQ(at->connections(), 2U);
  EXPECT_EQ(accepted[0].remote_endpoint(), one.local_endpoint());
}

TEST_F(NetListener, AtItsLimitOthersWaitUntilOneIsReleased) {
  const auto at = listen(1);
  const auto one = connect_to(at->port());
  const auto two = connect_to(at->port());
  run_until([&] { return accepted.size() == 1; });
  loop.run_for(10ms);
  EXPECT_EQ(accepted.size(), 1U);
  at->release();
  run_until([&] { return accepted.size() == 2; });
}

TEST_F(NetListener, AcceptsNobodyAfterStop) {
  const auto at = listen();
  const auto port = at->port();
  at->stop();
  loop.poll();
  tcp::socket late(loop);
  boost::system::error_code refused;
  late.connect({asio::ip::address_v4::loopback(), port}, refused);
  EXPECT_EQ(refused, asio::error::connection_refused);
  EXPECT_TRUE(accepted.empty());
}

TEST_F(NetListener, MayBeDestroyedAtAnyTime) {
  auto at = listen();
  const auto one = connect_to(at->port());
  at.reset();
  loop.run_for(10ms);
  EXPECT_TRUE(accepted.empty());
}

TEST_F(NetListener, MayBeDestroyedByItsHandler) {
  std::unique_ptr<listener> at;
  bool called = false;
  at = std::make_unique<listener>(loop, any_port(), [&](tcp::socket) {
    called = true;
    at.reset();
  });
  at->start();
  const auto one = connect_to(at->port());
  run_until([&] { return called; });
  loop.run_for(10ms);
}

TEST_F(NetListener, AnAddressInUseIsAnError) {
  const auto at = listen();
  const tcp::endpoint same(asio::ip::address_v4::loopback(), at->port());
  EXPECT_THROW(listener(loop, same, [](tcp::socket) {}), boost::system::system_error);
}

// Without a pause it would spin, and without a second try it would never accept again.
TEST_F(NetListener, SurvivesALackOfFileDescriptors) {
  const auto at = listen();
  // UBSan looks at objects it has not met before through a pipe, for which there will be no room.
  loop.run_one_for(1ms);
  const auto one = connect_to(at->port());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  std::size_t turns = 0;
  const auto until = std::chrono::steady_clock::now() + 50ms;
  while (std::chrono::steady_clock::now() < until)
    turns += loop.run_one_for(10ms);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(accepted.empty());
  EXPECT_LT(turns, 10U) << "it spins";
  run_until([&] { return accepted.size() == 1; });
}

}  // namespace
}  // namespace smpp::net
