// One session (or a transmitter and a receiver) with a carrier, connected again whenever it ends.
// Loop thread only.
#pragma once

#include "daemon/bridge.hpp"
#include "daemon/carrier/acknowledgement.hpp"
#include "daemon/config/config.hpp"
#include "daemon/observe/metrics.hpp"
#include "smpp/net/session.hpp"
#include "smpp/net/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace smppd {

class bind;

class bind_events {
 public:
  virtual ~bind_events() = default;
  virtual void on_up(bind& by) = 0;
  virtual void on_down(bind& by) = 0;
  /// The answer to the submit_sm with this cookie, on time or late.
  virtual void on_answer(bind& by, std::uint64_t cookie, smpp::command_status status,
                         std::string_view message_id, std::chrono::nanoseconds round_trip) = 0;
  /// There was none in time; where the session lives it may still come.
  virtual void on_no_answer(bind& by, std::uint64_t cookie, bool session_lives) = 0;
  virtual void on_delivery(bind& by, const delivery& pdu, acknowledgement ack) = 0;
  /// The window has room again.
  virtual void on_room(bind& by) = 0;
};

enum class bind_role : std::uint8_t { transceiver, transmitter, receiver };
[[nodiscard]] std::string_view name(bind_role role) noexcept;

class bind final : public smpp::net::session_handler {
 public:
  /// `label` names it in the log, such as "telco-a/1". `trace` may be empty. Throws
  /// std::runtime_error where the settings of TLS name files that cannot be used.
  bind(asio::io_context& loop, std::string label, bind_role role, const carrier_config& settings,
       std::shared_ptr<smpp::net::trace_file> trace, metrics::carrier_figures& figures,
       bind_events& events);
  ~bind();
  bind(const bind&) = delete;
  bind& operator=(const bind&) = delete;

  void start();
  /// Reads the files of TLS again, for the next connection. Throws as the constructor.
  void reload_tls();
  /// Unbinds and stays down.
  void begin_stop();
  /// No longer waits for the carrier to agree.
  void disconnect();
  /// It has no session, and will have none after `begin_stop`: a connection that is being made is
  /// dropped.
  [[nodiscard]] bool ended() const noexcept { return !session_; }

  [[nodiscard]] const std::string& label() const noexcept { return label_; }
  [[nodiscard]] bool up() const noexcept { return bound_; }
  /// Bound, and of a role that submits.
  [[nodiscard]] bool transmits() const noexcept { return bound_ && role_ != bind_role::receiver; }
  /// Parts that may be in flight on it now: none where it does not transmit, fewer than configured
  /// where the carrier says that it is congested.
  [[nodiscard]] std::uint32_t window() const noexcept;
  /// And its window has room.
  [[nodiscard]] bool can_submit() const;
  /// False where the session refused it; then no answer follows.
  [[nodiscard]] bool submit(const smpp::submit_sm& pdu, std::uint64_t cookie);
  [[nodiscard]] const std::string& last_error() const noexcept { return last_error_; }

 private:
  [[nodiscard]] asio::awaitable<void> run();
  [[nodiscard]] asio::awaitable<bool> connect_once();
  [[nodiscard]] asio::awaitable<smpp::result<smpp::net::connection>> connect();
  [[nodiscard]] std::chrono::milliseconds next_pause();
  void send_bind();
  void note_error(std::string what);

  void on_event(smpp::net::session& from, smpp::event& what) override;
  void on_closed(smpp::net::session& from, const smpp::closed& why) override;
  void on_request(smpp::net::session& from, smpp::request_received& request);
  void on_response(smpp::response_received& response);

  asio::io_context& loop_;
  std::string label_;
  bind_role role_;
  const carrier_config& settings_;
  metrics::carrier_figures& figures_;
  bind_events& events_;
  std::shared_ptr<smpp::net::trace_file> trace_;
  std::optional<smpp::net::tls_client> tls_;
  std::shared_ptr<smpp::net::session> session_;
  asio::steady_timer pause_;
  asio::steady_timer ended_;  // cancelled when the session ends
  std::mt19937 random_{std::random_device{}()};
  std::chrono::milliseconds backoff_{0};
  bool already_bound_{false};
  bool bound_{false};
  bool stopping_{false};
  std::string last_error_;
};

}  // namespace smppd
