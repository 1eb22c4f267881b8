#include "daemon/http/neighbours.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <list>

namespace smppd::http {
namespace {

using namespace std::chrono_literals;

asio::ip::address of(const char* address) {
  return neighbourhood_of(asio::ip::make_address(address));
}

TEST(Neighbourhood, IsAnAddressOrWhatOneHostMayHaveOfIPv6) {
  EXPECT_NE(of("192.0.2.1"), of("192.0.2.2"));
  EXPECT_EQ(of("::ffff:192.0.2.1"), of("192.0.2.1"));
  EXPECT_EQ(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff:ffff:ffff:ffff"));
  EXPECT_NE(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
}

class Neighbours : public testing::Test {
 protected:
  connection& open(const char* address) {
    asio::ip::tcp::socket socket(loop_, asio::ip::tcp::v4());
    auto& added = connections_.emplace_back(std::move(socket));
    added.neighbourhood = of(address);
    return added;
  }
  static void rest(connection& one, std::chrono::milliseconds since) {
    one.idle = true;
    one.deadline = connection::clock::now() - since + 60s;
  }

  asio::io_context loop_;
  std::list<connection> connections_;
  neighbours all_{2, 1s, 60s};
};

TEST_F(Neighbours, OnlyTheirOwnHaveNoRoom) {
  auto& first = open("192.0.2.1");
  EXPECT_TRUE(all_.take_place(first));
  EXPECT_TRUE(all_.take_place(open("192.0.2.1")));
  auto& third = open("192.0.2.1");
  EXPECT_FALSE(all_.take_place(third));
  EXPECT_TRUE(third.socket.is_open()) << "it is told why";
  EXPECT_TRUE(all_.take_place(open("192.0.2.2")));
  all_.forget(third);
  all_.forget(first);
  EXPECT_TRUE(all_.take_place(open("192.0.2.1")));
}

TEST_F(Neighbours, TheOneThatIsIdleLongestGoes) {
  auto &first = open("192.0.2.1"), &second = open("192.0.2.1");
  EXPECT_TRUE(all_.take_place(first));
  EXPECT_TRUE(all_.take_place(second));
  rest(first, 2s);
  rest(second, 3s);
  EXPECT_TRUE(all_.take_place(open("192.0.2.1")));
  EXPECT_TRUE(first.socket.is_open());
  EXPECT_FALSE(second.socket.is_open());
}

// A request may be on its way on it.
TEST_F(Neighbours, OneThatBecameIdleJustNowStays) {
  auto &first = open("192.0.2.1"), &second = open("192.0.2.1");
  EXPECT_TRUE(all_.take_place(first));
  EXPECT_TRUE(all_.take_place(second));
  rest(first, 0s);
  EXPECT_FALSE(all_.take_place(open("192.0.2.1")));
  EXPECT_TRUE(first.socket.is_open());
}

TEST_F(Neighbours, NotEverMoreAreToldNo) {
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(all_.take_place(open("192.0.2.1")));
  for (int i = 0; i < 8; ++i) {
    auto& refused = open("192.0.2.1");
    EXPECT_FALSE(all_.take_place(refused));
    EXPECT_TRUE(refused.socket.is_open()) << i;
  }
  auto& last = open("192.0.2.1");
  EXPECT_FALSE(all_.take_place(last));
  EXPECT_FALSE(last.socket.is_open());
}

}  // namespace
}  // namespace smppd::http
