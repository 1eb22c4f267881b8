// Outbind over a real connection (SMPP 3.4, 2.2.1): the SMSC connects to an ESME that listens, and
// the ESME binds on that connection.
#include "smpp/net/connector.hpp"
#include "smpp/net/listener.hpp"
#include "smpp/net/session.hpp"
#include "tests/support/run_until.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace smpp::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;

/// Listens, binds as a receiver where the outbind is the one it knows, and takes one message.
class waiting_esme final : public session_handler {
 public:
  explicit waiting_esme(asio::io_context& loop)
      : listener_(loop, {asio::ip::address_v4::loopback(), 0},
                  [this](tcp::socket connected) { accept(std::move(connected)); }) {
    listener_.start();
  }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

  std::chrono::milliseconds session_init{10s};
  std::optional<deliver_sm> received;
  std::optional<close_reason> end;

 private:
  void accept(tcp::socket connected) {
    session_options options;
    options.session_init_timeout = session_init;
    std::make_shared<session>(std::move(connected), options, *this)->start();
    listener_.stop();
  }
  void on_event(session& from, event& what) override {
    const auto* const request = std::get_if<request_received>(&what);
    if (request == nullptr) return;
    if (const auto* invitation = std::get_if<outbind>(&request->pdu)) {
      if (invitation->password != "secret") return from.close("not our SMSC");
      bind_receiver answer;
      answer.system_id = "esme";
      EXPECT_TRUE(from.send(answer));
    } else if (const auto* message = std::get_if<deliver_sm>(&request->pdu)) {
      received = *message;
      EXPECT_TRUE(from.reply(request->head.sequence, deliver_sm_resp{}));
    }
  }
  void on_closed(session&, const closed& why) override { end = why.reason; }

  listener listener_;
};

/// Connects, sends an outbind, and delivers one message to whoever binds then.
class calling_smsc final : public session_handler {
 public:
  asio::awaitable<void> call(std::uint16_t port, std::string password) {
    const std::string host = "127.0.0.1";
    auto connected = (co_await connect(host, port, 10s)).value();
    session_options options;
    options.role = role::smsc;
    options.session_init_timeout = session_init;
    link_ = std::make_shared<session>(std::move(connected), options, *this);
    link_->start();
    if (password.empty()) co_return;
    outbind invitation;
    invitation.system_id = "smsc";
    invitation.password = password;
    EXPECT_TRUE(link_->send(invitation));
  }

  std::chrono::milliseconds session_init{10s};
  bind_state state{};
  std::optional<close_reason> end;

 private:
  void on_event(session& from, event& what) override {
    if (const auto* request = std::get_if<request_received>(&what)) {
      from.accept_bind(request->head.sequence);
      state = from.core().state();
      deliver_sm message;
      message.short_message = "hello";
      EXPECT_TRUE(from.send(message));
    } else if (std::holds_alternative<response_received>(what)) {
      from.unbind();
    }
  }
  void on_closed(session&, const closed& why) override {
    end = why.reason;
    link_.reset();
  }

  std::shared_ptr<session> link_;
};

class NetOutbind : public testing::Test {
 protected:
  void call(const std::string& password) {
    asio::co_spawn(loop, smsc.call(esme.port(), password),
                   [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
    ASSERT_TRUE(tests::run_until(loop, [&] { return smsc.end && esme.end; }));
  }
  asio::io_context loop{1};
  waiting_esme esme{loop};
  calling_smsc smsc;
};

TEST_F(NetOutbind, LeadsToABindAndAMessage) {
  call("secret");
  EXPECT_EQ(smsc.state, bind_state::bound_rx);
  ASSERT_TRUE(esme.received);
  EXPECT_EQ(esme.received->short_message, "hello");
  EXPECT_EQ(smsc.end, close_reason::unbind);
  EXPECT_EQ(esme.end, close_reason::unbind);
}

TEST_F(NetOutbind, OfAStrangerEndsTheConnection) {
  call("wrong");
  EXPECT_EQ(smsc.end, close_reason::by_peer);
  EXPECT_EQ(esme.end, close_reason::by_us);
}

TEST_F(NetOutbind, ThatDoesNotComeInTimeEndsTheConnection) {
  esme.session_init = 20ms;
  call("");
  EXPECT_EQ(esme.end, close_reason::session_init);
  EXPECT_EQ(smsc.end, close_reason::by_peer);
}

}  // namespace
}  // namespace smpp::net
