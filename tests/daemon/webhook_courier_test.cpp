#include "daemon/webhook/courier.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

namespace smppd::webhook {
namespace {

using asio::ip::tcp;

/// Notices for a host that takes connections and never answers.
class WebhookCourier : public testing::Test {
 protected:
  void take(std::int64_t account, std::int64_t target) {
    webhook_content content;
    content.id = "evt_1";
    content.body = "{}";
    content.account = account;
    notice_item item;
    item.target = target;
    item.url = "http://127.0.0.1:" + std::to_string(silent_.local_endpoint().port()) + "/";
    item.content = std::make_unique<notice_content>(content);
    courier_.take(std::move(item));
  }
  static webhook_config settings() {
    webhook_config made;
    made.connections_max = 4;  // so one for each account
    return made;
  }

  asio::io_context loop_;
  tcp::acceptor silent_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  const webhook_config settings_{settings()};
  metrics figures_;
  client client_{loop_, limits_of(settings_)};
  courier courier_{client_, settings_, figures_};
};

TEST_F(WebhookCourier, SaysWhoseNoticeItIs) {
  take(1, -10);
  take(1, -11);
  EXPECT_EQ(client_.in_flight(), 1U);
  take(2, -12);
  EXPECT_EQ(client_.in_flight(), 2U);
}

}  // namespace
}  // namespace smppd::webhook
