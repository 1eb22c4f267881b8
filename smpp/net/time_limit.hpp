// How long a coroutine may wait for a socket.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace smpp::net {

/// Closes `socket` when the time is over, unless this is destroyed before: whatever waits for the
/// socket then fails, and whatever would wait next.
class time_limit {
 public:
  time_limit(boost::asio::ip::tcp::socket& socket, std::chrono::milliseconds limit)
      : timer_(socket.get_executor(), limit) {
    timer_.async_wait([&socket, how = how_](boost::system::error_code cancelled) {
      if (cancelled || *how == outcome::met) return;
      *how = outcome::missed;
      boost::system::error_code ignored;
      socket.close(ignored);
    });
  }
  ~time_limit() { *how_ = outcome::met; }
  time_limit(const time_limit&) = delete;
  time_limit& operator=(const time_limit&) = delete;

  [[nodiscard]] bool missed() const noexcept { return *how_ == outcome::missed; }

 private:
  enum class outcome : std::uint8_t { pending, met, missed };
  // The timer may have fired, and its handler wait to run, when this and the socket are gone.
  std::shared_ptr<outcome> how_{std::make_shared<outcome>(outcome::pending)};
  boost::asio::steady_timer timer_;
};

}  // namespace smpp::net
