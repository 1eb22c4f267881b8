// An SMSC on a loopback port that does what its test says.
#pragma once

#include "smpp/net/listener.hpp"
#include "smpp/net/session.hpp"
#include "smpp/net/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

class scripted_carrier final : public smpp::net::session_handler {
 public:
  using session = smpp::net::session;
  using status = smpp::command_status;

  struct request {
    std::shared_ptr<session> by;
    std::uint32_t sequence{};
    smpp::submit_sm pdu;
  };

  explicit scripted_carrier(boost::asio::io_context& loop)
      : listener_(loop, {boost::asio::ip::make_address("127.0.0.1"), 0},
                  [this](boost::asio::ip::tcp::socket connected) { on_connection(connected); }) {
    listener_.start();
  }
  scripted_carrier(const scripted_carrier&) = delete;
  scripted_carrier& operator=(const scripted_carrier&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  /// From now on its connections are TLS.
  void secure(const smpp::net::tls_server_options& how) { tls_.emplace(how); }
  [[nodiscard]] bool bound() const {
    return std::ranges::any_of(sessions_,
                               [](const auto& one) { return smpp::is_bound(one->core().state()); });
  }

  /// What to answer to a bind; anything but ok ends the connection.
  status on_bind{status::ok};
  /// What to do with a submit_sm: unless told otherwise, take it.
  std::function<void(const request&)> on_submit{[this](const request& one) { accept(one); }};
  /// Every submit_sm that came, in order.
  std::vector<request> submits;
  /// The answers to what was delivered, in the order they came.
  std::vector<status> answers;

  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& one : submits)
      all.emplace_back(one.pdu.short_message.view());
    return all;
  }

  /// Takes it, and calls it "id-1", "id-2", ...
  void accept(const request& one) { accept(one, "id-" + std::to_string(++ids_)); }
  static void accept(const request& one, std::string_view id) {
    smpp::submit_sm_resp response;
    response.message_id = id;
    std::ignore = one.by->reply(one.sequence, response);
  }
  static void refuse(const request& one, status why) {
    one.by->reply_error(smpp::submit_sm::id, one.sequence, why);
  }

  /// Sends a deliver_sm or data_sm, on the first session that may; false: none may.
  template <class Pdu>
  bool deliver(const Pdu& pdu) {
    return std::ranges::any_of(sessions_, [&](const auto& one) { return bool{one->send(pdu)}; });
  }
  /// A receipt as most carriers write it.
  [[nodiscard]] static smpp::deliver_sm receipt(std::string_view id,
                                                std::string_view stat = "DELIVRD") {
    smpp::deliver_sm pdu;
    pdu.source_addr = "4791234567";
    pdu.destination_addr = "Shop";
    pdu.esm_class = 0x04;
    pdu.short_message =
        "id:" + std::string(id) +
        " sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:" + std::string(stat) +
        " err:000 text:Hello";
    return pdu;
  }
  /// Keeps its connections and does not say or hear anything any more.
  void freeze() {
    for (const auto& one : sessions_)
      one->pause_reading();
  }
  /// Ends every connection without a word.
  void drop() {
    const auto all = sessions_;
    for (const auto& one : all)
      one->close();
  }

 private:
  void on_connection(boost::asio::ip::tcp::socket& connected) {
    if (!tls_) return open(std::move(connected));
    boost::asio::co_spawn(connected.get_executor(), shake_hands(std::move(connected)),
                          [](const std::exception_ptr& thrown) {
                            if (thrown) std::rethrow_exception(thrown);
                          });
  }
  boost::asio::awaitable<void> shake_hands(boost::asio::ip::tcp::socket connected) {
    auto made = co_await tls_->accept(std::move(connected), std::chrono::seconds(10));
    if (made) open(std::move(*made));
  }
  void open(smpp::net::connection connected) {
    smpp::session_options options;
    options.role = smpp::role::smsc;
    options.system_id = "scripted";
    options.window_max = 20'000;
    sessions_.push_back(std::make_shared<session>(std::move(connected), options, *this));
    sessions_.back()->start();
  }

  void on_event(session& from, smpp::event& what) override {
    if (const auto* response = std::get_if<smpp::response_received>(&what)) {
      answers.push_back(response->status);
    }
    const auto* asked = std::get_if<smpp::request_received>(&what);
    if (asked == nullptr) return;
    if (const auto* submit = std::get_if<smpp::submit_sm>(&asked->pdu)) {
      const request one{from.shared_from_this(), asked->head.sequence, *submit};
      submits.push_back(one);
      on_submit(one);
    } else if (on_bind == status::ok) {
      from.accept_bind(asked->head.sequence);
    } else {
      from.reject_bind(asked->head.sequence, on_bind);
      from.close();
    }
  }
  void on_closed(session& from, const smpp::closed& /*why*/) override {
    std::erase_if(sessions_, [&](const auto& one) { return one.get() == &from; });
  }

  std::optional<smpp::net::tls_server> tls_;
  smpp::net::listener listener_;
  std::vector<std::shared_ptr<session>> sessions_;
  unsigned ids_{0};
};

}  // namespace tests
