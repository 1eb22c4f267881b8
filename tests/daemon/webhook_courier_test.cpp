#include "daemon/webhook/courier.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

namespace smppd::webhook {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

/// Notices for a host that takes connections and never answers.
class WebhookCourier : public testing::Test {
 protected:
  WebhookCourier() { accept(); }

  void take(std::int64_t account, std::int64_t target) {
    webhook_content content;
    content.id = "evt_" + std::to_string(target);
    content.body = "{}";
    content.account = account;
    notice_item item;
    item.target = target;
    item.url = "http://127.0.0.1:" + std::to_string(silent_.local_endpoint().port()) + "/";
    item.content = std::make_unique<notice_content>(content);
    courier_.take(std::move(item));
  }
  void accept() {
    silent_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      ASSERT_FALSE(error);
      read(connections_.emplace_back(std::move(socket)));
      accept();
    });
  }
  void read(tcp::socket& from) {
    auto text = std::make_shared<std::string>();
    asio::async_read_until(from, asio::dynamic_buffer(*text), "{}",
                           [this, text](boost::system::error_code error, std::size_t) {
                             if (!error) requests_.push_back(*text);
                           });
  }
  static webhook_config settings() {
    webhook_config made;
    made.connections_max = 4;  // so one for each account
    return made;
  }

  asio::io_context loop_;
  tcp::acceptor silent_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::list<tcp::socket> connections_;
  std::vector<std::string> requests_;
  const webhook_config settings_{settings()};
  metrics figures_;
  client_thread client_{loop_, limits_of(settings_)};
  courier courier_{client_, settings_, figures_};
};

TEST_F(WebhookCourier, SaysWhoseNoticeItIs) {
  take(1, -10);
  take(1, -11);
  take(2, -12);
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (requests_.size() < 2 && loop_.run_one_until(until) != 0) {
  }
  EXPECT_THAT(requests_, UnorderedElementsAre(HasSubstr("evt_-10"), HasSubstr("evt_-12")));
}

}  // namespace
}  // namespace smppd::webhook
