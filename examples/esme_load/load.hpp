// Keeps the binds, sends as fast as windows and rate allow, and counts what comes back. All of it
// on one loop thread.
#pragma once

#include "smpp/net/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fstream>
#include <memory>
#include <vector>

#include "message_maker.hpp"
#include "settings.hpp"
#include "tally.hpp"

class load final : public smpp::net::session_handler {
 public:
  load(boost::asio::io_context& loop, settings how);

  void start();
  /// Sends no more; what is in flight is awaited.
  void stop_sending() noexcept { sending_ = false; }
  [[nodiscard]] const tally& result() const noexcept { return tally_; }
  /// Why there was nothing to count; empty: there was.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  void on_event(smpp::net::session& from, smpp::event& what) override;
  void on_closed(smpp::net::session& from, const smpp::closed& why) override;
  void on_writable(smpp::net::session& from) override { pump(from); }

 private:
  using session = smpp::net::session;
  using clock = std::chrono::steady_clock;

  boost::asio::awaitable<void> bind();
  void bind_again();
  void on_request(session& from, const smpp::request_received& what);
  void on_response(session& from, const smpp::response_received& what);
  void on_delivery(const smpp::sm_fields& pdu);
  void pump(session& through);
  void tick();
  void on_tick();
  [[nodiscard]] bool is_over(clock::time_point now);
  void finish();

  boost::asio::io_context& loop_;
  settings how_;
  message_maker maker_;
  tally tally_;
  boost::asio::steady_timer timer_;
  std::vector<std::shared_ptr<session>> sessions_;
  std::size_t connecting_{0};
  std::ofstream acked_;
  std::string failure_;
  bool sending_{true}, bound_once_{false}, finishing_{false};
  clock::time_point started_{}, finished_{}, next_progress_{};
  clock::time_point active_{};
  std::uint64_t activity_{0};
  std::uint64_t allowed_{0};  // messages that may have been sent by now
};
