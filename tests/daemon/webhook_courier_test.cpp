#include "daemon/clock.hpp"
#include "daemon/webhook/courier.hpp"
#include "tests/support/faulty_database.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/store_records.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

namespace smppd::webhook {
namespace {

using asio::ip::tcp;
using testing::Contains;
using testing::HasSubstr;

/// Webhooks at a host that takes connections and never answers, and at one that is not there.
class WebhookCourier : public testing::Test {
 protected:
  WebhookCourier() {
    courier_.deliver_for(notices_);
    notices_.start({});
    accept();
    tcp::acceptor gone(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    gone_port_ = gone.local_endpoint().port();
  }

  [[nodiscard]] notice_item make(std::int64_t account, std::int64_t target) const {
    webhook_content content;
    content.id = "evt_" + std::to_string(target);
    content.body = "{}";
    content.account = account;
    notice_item item;
    item.target = target;
    item.url = url_of(silent_.local_endpoint().port());
    item.content = std::make_unique<notice_content>(content);
    return item;
  }
  void take(std::int64_t account, std::int64_t target) { courier_.take(make(account, target)); }
  [[nodiscard]] static std::string url_of(std::uint16_t port) {
    return "http://127.0.0.1:" + std::to_string(port) + "/";
  }
  void add(std::string_view url) {
    notices_.add(webhook_target(1, url), store::notice_kind::receipt, 7, url,
                 std::make_unique<notice_content>(webhook_content{"", "{}", 1}));
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
    made.connections_max = 64;  // so 16 for each account
    made.per_origin = 16;
    made.retry = {std::chrono::seconds{1}};
    return made;
  }
  static bool take_as_it_is(const store::notice&, const notices::loaded&, notice_item&) {
    return true;
  }
  [[nodiscard]] double retried() const { return figures_.webhook_retried.Value(); }

  asio::io_context loop_{1};
  tcp::acceptor silent_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::uint16_t gone_port_{};
  std::list<tcp::socket> connections_;
  std::vector<std::string> requests_;
  const webhook_config settings_{settings()};
  metrics figures_;
  tests::temporary_directory directory_;
  std::unique_ptr<tests::faulty_database> database_{
      tests::open_faulty(directory_.file("smppd.db"))};
  async_store store_{loop_, *database_, {}};
  id_generator ids_{0};
  client_thread client_{loop_, limits_of(settings_)};
  courier courier_{client_, settings_, figures_};
  notices notices_{loop_, store_, ids_, 1000, wall_now, take_as_it_is, courier_, courier_};
};

TEST_F(WebhookCourier, SaysWhoseNoticeItIs) {
  for (int i = 0; i < 17; ++i)
    take(1, -10);
  take(2, -11);
  ASSERT_TRUE(tests::run_until(loop_, [this] { return requests_.size() == 17; }));
  EXPECT_THAT(requests_, Contains(HasSubstr("evt_-10")).Times(16));
  EXPECT_THAT(requests_, Contains(HasSubstr("evt_-11")).Times(1));
}

// No turn of the loop goes by between an answer and the next request.
TEST_F(WebhookCourier, AsManyWaitAsMayBeUnderWay) {
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(courier_.can_take(make(1, -10)), notice_courier::taking::now) << i;
    take(1, -10);
  }
  EXPECT_EQ(courier_.can_take(make(1, -10)), notice_courier::taking::later);
  EXPECT_EQ(courier_.can_take(make(1, -11)), notice_courier::taking::now);
}

TEST_F(WebhookCourier, WhoFailsAgainAndAgainIsLeftAlone) {
  const std::string gone = url_of(gone_port_), silent = url_of(silent_.local_endpoint().port());
  for (int i = 0; i < 40; ++i)
    add(gone);
  ASSERT_TRUE(tests::run_until(loop_, [this] { return retried() == 32; }));
  add(silent);
  ASSERT_TRUE(tests::run_until(loop_, [this] { return requests_.size() == 1; }));
  EXPECT_EQ(retried(), 32) << "it rests for a minute, and the other one does not";
}

}  // namespace
}  // namespace smppd::webhook
