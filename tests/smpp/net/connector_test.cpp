#include "smpp/net/connector.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace smpp::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

class NetConnector : public testing::Test {
 protected:
  using outcome = boost::system::result<tcp::socket>;

  outcome connect_to(std::string host, std::uint16_t port, std::chrono::milliseconds limit) {
    std::optional<outcome> made;
    asio::co_spawn(loop, connect_into(made, std::move(host), port, limit),
                   [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
    loop.run();
    loop.restart();
    return std::move(*made);
  }
  static asio::awaitable<void> connect_into(std::optional<outcome>& into, std::string host,
                                            std::uint16_t port, std::chrono::milliseconds limit) {
    into.emplace(co_await connect(std::move(host), port, limit));
  }
  static tcp::endpoint any_port() { return {asio::ip::address_v4::loopback(), 0}; }

  asio::io_context loop;
};

TEST_F(NetConnector, ConnectsToANumberOrAName) {
  tcp::acceptor acceptor(loop, any_port());
  const auto port = acceptor.local_endpoint().port();
  // The resolver takes "127.1" for a name, on a system without /etc/hosts too.
  for (const char* host : {"127.0.0.1", "127.1"}) {
    const auto made = connect_to(host, port, 10s);
    ASSERT_TRUE(made) << host << ": " << made.error().message();
    EXPECT_EQ(made->remote_endpoint().port(), port);
  }
}

TEST_F(NetConnector, ARefusalIsAnError) {
  tcp::acceptor acceptor(loop, any_port());
  const auto port = acceptor.local_endpoint().port();
  acceptor.close();
  EXPECT_EQ(connect_to("127.0.0.1", port, 10s).error(), asio::error::connection_refused);
}

TEST_F(NetConnector, ANameThatDoesNotExistIsAnError) {
  EXPECT_TRUE(connect_to("no such host", 2775, 10s).has_error());
}

// A listener whose queue is full does not answer.
TEST_F(NetConnector, WhoDoesNotAnswerInTimeIsGivenUp) {
  tcp::acceptor acceptor(loop);
  acceptor.open(tcp::v4());
  acceptor.bind(any_port());
  acceptor.listen(0);
  const auto at = acceptor.local_endpoint();
  asio::io_context crowd;
  std::vector<tcp::socket> queued;
  for (int i = 0; i < 4; ++i) {
    queued.emplace_back(crowd).async_connect(at, [](boost::system::error_code) {});
  }
  crowd.poll();
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(connect_to("127.0.0.1", at.port(), 30ms).error(), asio::error::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 5s);
}

}  // namespace
}  // namespace smpp::net
