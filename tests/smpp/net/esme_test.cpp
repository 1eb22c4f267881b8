// The client that waits, against a carrier of a few lines on a loopback port.
#include "smpp/net/esme.hpp"

#include "smpp/net/listener.hpp"
#include "smpp/net/session.hpp"
#include "tests/smpp/net/secured.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using smpp::net::esme;
using smpp::net::esme_login;

// Accepts whoever has the password "right"; answers submit_sm with its destination as the id.
class carrier final : public smpp::net::session_handler {
 public:
  explicit carrier(asio::io_context& loop)
      : listener_(loop, {asio::ip::make_address("127.0.0.1"), 0},
                  [this](asio::ip::tcp::socket connected) { accept(std::move(connected)); }) {
    listener_.start();
  }

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  /// From now on inside of TLS.
  void secure(const smpp::net::tls_server_options& how) { tls_.emplace(how); }
  void stop() { listener_.stop(); }

  void on_event(smpp::net::session& from, smpp::event& what) override {
    if (auto* response = std::get_if<smpp::response_received>(&what))
      answers.push_back(response->status);
    const auto* request = std::get_if<smpp::request_received>(&what);
    if (request == nullptr) return;
    const auto sequence = request->head.sequence;
    if (const auto* bind = std::get_if<smpp::bind_transceiver>(&request->pdu)) {
      if (bind->password == "right") return from.accept_bind(sequence);
      return from.reject_bind(sequence, smpp::command_status::invpaswd);
    }
    if (const auto* submit = std::get_if<smpp::submit_sm>(&request->pdu))
      on_submit(from, sequence, *submit);
  }
  void on_closed(smpp::net::session& /*from*/, const smpp::closed& why) override {
    reason = why.reason;
    stop();
  }

  std::vector<smpp::command_status> answers;  // to what was delivered
  smpp::close_reason reason{};

 private:
  void accept(asio::ip::tcp::socket connected) {
    if (!tls_) return open(std::move(connected));
    asio::co_spawn(connected.get_executor(), shake_hands(std::move(connected)),
                   [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
  }
  asio::awaitable<void> shake_hands(asio::ip::tcp::socket connected) {
    auto made = co_await tls_->accept(std::move(connected), 10s);
    if (made) {
      open(std::move(*made));
    } else {
      stop();
    }
  }
  void open(smpp::net::connection connected) {
    smpp::session_options options;
    options.role = smpp::role::smsc;
    std::make_shared<smpp::net::session>(std::move(connected), options, *this)->start();
  }
  static void on_submit(smpp::net::session& from, std::uint32_t sequence,
                        const smpp::submit_sm& pdu) {
    if (pdu.destination_addr == "hang up") return from.close();
    if (pdu.destination_addr == "refuse")
      return from.reply_error(smpp::submit_sm::id, sequence, smpp::command_status::throttled);
    smpp::submit_sm_resp response;
    response.message_id = pdu.destination_addr.view();
    EXPECT_TRUE(from.reply(sequence, response));
    if (pdu.registered_delivery == 0) return;
    smpp::deliver_sm receipt;
    receipt.short_message = "receipt";
    EXPECT_TRUE(from.send(receipt));
    smpp::data_sm data;
    data.source_addr = "data";
    EXPECT_TRUE(from.send(data));
  }

  std::optional<smpp::net::tls_server> tls_;
  smpp::net::listener listener_;
};

class Esme : public testing::Test {
 protected:
  // Runs `story` against the carrier until both have ended.
  template <class Story>
  void play(Story story, std::string password = "right") {
    const esme_login login("127.0.0.1", carrier_.port(), "me", std::move(password));
    bool ended = false;
    asio::co_spawn(loop_, story(login), [&](std::exception_ptr failed) {
      ended = true;
      carrier_.stop();
      if (failed) std::rethrow_exception(failed);
    });
    loop_.run_for(20s);
    EXPECT_TRUE(ended);
  }

  static smpp::submit_sm message_to(const char* destination) {
    smpp::submit_sm message;
    message.destination_addr = destination;
    return message;
  }

  asio::io_context loop_{1};
  carrier carrier_{loop_};
};

asio::awaitable<void> bind_and_unbind(esme_login login) {
  auto smsc = (co_await esme::connect(login)).value();
  co_await smsc.unbind();
  co_await smsc.unbind();
}

TEST_F(Esme, UnbindsInGoodOrderAndOnce) {
  play(bind_and_unbind);
  EXPECT_EQ(carrier_.reason, smpp::close_reason::unbind);
}

asio::awaitable<void> bind_inside(esme_login login, smpp::net::tls_client inside,
                                  smpp::submit_sm message) {
  auto smsc = (co_await esme::connect(login, inside)).value();
  const auto id = co_await smsc.submit(message);
  EXPECT_EQ(id.value(), "4791234567");
  co_await smsc.unbind();
}

TEST_F(Esme, SpeaksInsideOfTls) {
  const tests::key_folder keys;
  carrier_.secure(keys.server());
  const smpp::net::tls_client inside(keys.client());
  play([&](esme_login login) { return bind_inside(login, inside, message_to("4791234567")); });
  EXPECT_EQ(carrier_.reason, smpp::close_reason::unbind);
}

asio::awaitable<void> not_trust(esme_login login, smpp::net::tls_client inside,
                                boost::system::error_code& why) {
  smpp::session_options options;
  options.window_max = 2;
  const auto smsc = co_await esme::connect(login, inside, options);
  why = smsc.error();
}

TEST_F(Esme, DoesNotBindWhereTheCertificateIsAnothers) {
  const tests::key_folder keys;
  carrier_.secure(keys.server());
  auto options = keys.client();
  options.server_name = "other.example";
  const smpp::net::tls_client inside(options);
  boost::system::error_code why;
  play([&](esme_login login) { return not_trust(login, inside, why); });
  EXPECT_EQ(why.category(), smpp::net::certificate_category()) << why.message();
}

asio::awaitable<void> be_refused(esme_login login) {
  const auto smsc = co_await esme::connect(login);
  EXPECT_TRUE(smsc.has_error());
  EXPECT_EQ(smsc.error().category(), smpp::net::status_category());
  EXPECT_EQ(smsc.error().message(), "ESME_RINVPASWD, invalid password");
}

TEST_F(Esme, ReportsTheStatusOfARefusedBind) { play(be_refused, "wrong"); }

asio::awaitable<void> find_nobody(esme_login login) {
  login.port = 1;
  const auto smsc = co_await esme::connect(login);
  EXPECT_EQ(smsc.error(), boost::system::errc::connection_refused);
}

TEST_F(Esme, ReportsThatNobodyListens) { play(find_nobody); }

asio::awaitable<void> submit_one(esme_login login, smpp::submit_sm message,
                                 boost::system::result<std::string>& outcome) {
  auto smsc = (co_await esme::connect(login)).value();
  outcome = co_await smsc.submit(message);
}

TEST_F(Esme, SubmitGivesTheMessageId) {
  boost::system::result<std::string> outcome;
  play([&](esme_login login) { return submit_one(login, message_to("4791234567"), outcome); });
  EXPECT_EQ(outcome.value(), "4791234567");
}

TEST_F(Esme, SubmitGivesTheStatusOfARefusal) {
  boost::system::result<std::string> outcome;
  play([&](esme_login login) { return submit_one(login, message_to("refuse"), outcome); });
  EXPECT_EQ(outcome.error().value(), static_cast<int>(smpp::command_status::throttled));
  EXPECT_EQ(outcome.error().category(), smpp::net::status_category());
}

TEST_F(Esme, SubmitFailsWhereTheLinkEnds) {
  boost::system::result<std::string> outcome;
  play([&](esme_login login) { return submit_one(login, message_to("hang up"), outcome); });
  EXPECT_EQ(outcome.error(), smpp::make_error_code(smpp::error::closed));
}

asio::awaitable<void> submit_in_flight(esme& smsc, smpp::submit_sm message, int& done) {
  const auto id = co_await smsc.submit(message);
  EXPECT_TRUE(id);
  ++done;
}

asio::awaitable<void> submit_many(esme_login login, smpp::submit_sm message, int& done) {
  smpp::session_options options;
  options.window_max = 2;
  auto smsc = (co_await esme::connect(login, options)).value();
  const auto loop = co_await asio::this_coro::executor;
  const auto check = [](std::exception_ptr failed) { EXPECT_FALSE(failed); };
  for (int i = 0; i < 9; ++i)
    asio::co_spawn(loop, submit_in_flight(smsc, message, done), check);
  const auto last = co_await smsc.submit(message);
  EXPECT_TRUE(last);
  while (done < 9) {
    const auto another = co_await smsc.submit(message);
    EXPECT_TRUE(another);
  }
  co_await smsc.unbind();
}

TEST_F(Esme, SubmitWaitsWhileTheWindowIsFull) {
  int done = 0;
  play([&](esme_login login) { return submit_many(login, message_to("4791234567"), done); });
  EXPECT_EQ(done, 9);
}

asio::awaitable<void> receive_three(esme_login login, smpp::submit_sm message) {
  auto smsc = (co_await esme::connect(login)).value();
  message.registered_delivery = 1;
  const auto id = co_await smsc.submit(message);
  EXPECT_TRUE(id);
  const auto first = co_await smsc.receive(10s);
  EXPECT_EQ(first.value().short_message, "receipt");
  const auto second = co_await smsc.receive(10s);
  EXPECT_EQ(second.value().source_addr, "data");
  const auto third = co_await smsc.receive(1ms);
  EXPECT_EQ(third.error(), boost::system::errc::timed_out);
  co_await smsc.unbind();
  const auto fourth = co_await smsc.receive(10s);
  EXPECT_EQ(fourth.error(), smpp::make_error_code(smpp::error::closed));
}

TEST_F(Esme, ReceivesInOrderAndAcknowledges) {
  play([&](esme_login login) { return receive_three(login, message_to("4791234567")); });
  const std::vector both(2, smpp::command_status::ok);
  EXPECT_EQ(carrier_.answers, both);
}

asio::awaitable<void> vanish(esme_login login) {
  const auto smsc = co_await esme::connect(login);
  EXPECT_TRUE(smsc);
}

TEST_F(Esme, ClosesWhereItIsDestroyed) {
  play(vanish);
  EXPECT_EQ(carrier_.reason, smpp::close_reason::by_peer);
}

}  // namespace
