// What a session needs of a connection is the same with TLS and without.
#include "smpp/net/connection.hpp"

#include "smpp/bytes.hpp"
#include "tests/smpp/net/secured.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace smpp::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

enum class kind { plain, tls };

std::string name_of(const testing::TestParamInfo<kind>& tested) {
  return tested.param == kind::tls ? "Tls" : "Plain";
}

class NetConnection : public testing::TestWithParam<kind> {
 protected:
  std::pair<connection, connection> connect() {
    if (GetParam() == kind::plain) {
      auto [here, there] = tests::connected(loop);
      return {std::move(here), std::move(there)};
    }
    const tests::key_folder keys;
    auto made = tests::shake_hands(loop, tls_client(keys.client()), tls_server(keys.server()));
    return {std::move(made.client->value()), std::move(made.server->value())};
  }
  void wait_for(const std::function<bool()>& done) {
    ASSERT_TRUE(tests::run_until(loop, done)) << "it did not happen in time";
  }
  /// The octets that come until there is an error.
  struct heard {
    byte_buffer octets;
    error_code end;
  };
  void listen(connection& on, heard& into) {
    on.async_read_some(asio::buffer(block_), [this, &on, &into](error_code error, std::size_t n) {
      into.octets.insert(into.octets.end(), block_.begin(), block_.begin() + n);
      into.end = error;
      if (!error) listen(on, into);
    });
  }

  asio::io_context loop;

 private:
  std::array<std::uint8_t, 4096> block_{};
};

INSTANTIATE_TEST_SUITE_P(Both, NetConnection, testing::Values(kind::plain, kind::tls), name_of);

TEST_P(NetConnection, KnowsWhatItIsAndBothItsEnds) {
  const auto [here, there] = connect();
  EXPECT_EQ(here.is_tls(), GetParam() == kind::tls);
  EXPECT_TRUE(here.is_open());
  EXPECT_EQ(here.local().rfind("127.0.0.1:", 0), 0U);
  EXPECT_EQ(here.local(), there.remote());
  EXPECT_EQ(here.remote(), there.local());
  EXPECT_EQ(here.remote(), "127.0.0.1:" + std::to_string(here.tcp().remote_endpoint().port()));
}

TEST_P(NetConnection, OctetsArriveAsTheyWereWritten) {
  auto [here, there] = connect();
  byte_buffer octets(300'000);
  for (std::size_t i = 0; i < octets.size(); ++i)
    octets[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  heard all;
  listen(there, all);
  std::size_t written = 0;
  here.async_write(asio::buffer(octets), [&](error_code error, std::size_t count) {
    EXPECT_FALSE(error) << error.message();
    written = count;
  });
  wait_for([&] { return all.octets.size() >= octets.size(); });
  EXPECT_EQ(written, octets.size());
  EXPECT_TRUE(all.octets == octets);
  EXPECT_FALSE(all.end);
}

TEST_P(NetConnection, ShutdownIsTheEndOfTheStreamForThePeer) {
  auto [here, there] = connect();
  heard all, back;
  listen(there, all);
  listen(here, back);
  here.async_write(asio::buffer("bye", 3), [](error_code, std::size_t) {});
  wait_for([&] { return all.octets.size() == 3; });
  here.shutdown_send(nullptr);
  wait_for([&] { return all.end.failed(); });
  EXPECT_EQ(all.end, asio::error::eof);
  there.shutdown_send(nullptr);
  wait_for([&] { return back.end.failed(); });
  EXPECT_EQ(back.end, asio::error::eof);
}

TEST_P(NetConnection, WhatMustLiveUntilTheShutdownIsOverDoes) {
  auto [here, there] = connect();
  heard all;
  listen(there, all);
  auto keep = std::make_shared<int>(0);
  const std::weak_ptr<int> kept = keep;
  here.shutdown_send(std::move(keep));
  EXPECT_EQ(kept.expired(), GetParam() == kind::plain) << "TLS waits for the peer's goodbye";
  wait_for([&] { return all.end.failed(); });
  there.shutdown_send(nullptr);
  wait_for([&] { return kept.expired(); });
}

TEST_P(NetConnection, CloseInterruptsWhoReads) {
  auto [here, there] = connect();
  heard nothing;
  listen(here, nothing);
  here.close();
  EXPECT_FALSE(here.is_open());
  wait_for([&] { return nothing.end.failed(); });
  EXPECT_NE(nothing.end, asio::error::eof);
  here.close();
}

TEST_P(NetConnection, APeerThatClosesIsAnEndOfStream) {
  auto [here, there] = connect();
  heard nothing;
  listen(here, nothing);
  there.close();
  wait_for([&] { return nothing.end.failed(); });
  EXPECT_EQ(nothing.end, asio::error::eof);
}

TEST_P(NetConnection, ABalancerMayKnowBetterWhoThePeerIs) {
  auto [here, there] = connect();
  here.set_remote("192.0.2.1:43210");
  EXPECT_EQ(here.remote(), "192.0.2.1:43210");
  const auto moved = std::move(here);
  EXPECT_EQ(moved.remote(), "192.0.2.1:43210");
}

TEST(NetConnectionAddress, IsUnknownWhereThereIsNone) {
  asio::io_context loop;
  const connection nobody{tcp::socket(loop)};
  EXPECT_EQ(nobody.remote(), "unknown");
  EXPECT_EQ(nobody.local(), "unknown");
  EXPECT_FALSE(nobody.is_open());
}

TEST(NetConnectionAddress, OfIpv6IsInBrackets) {
  asio::io_context loop;
  tcp::socket v6(loop);
  error_code none;  // on a machine without IPv6
  v6.open(tcp::v6(), none);
  const connection unbound(std::move(v6));
  EXPECT_EQ(unbound.local(), none ? "unknown" : "[::]:0");
}

}  // namespace
}  // namespace smpp::net
