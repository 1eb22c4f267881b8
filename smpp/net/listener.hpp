// Accepts connections.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>

namespace smpp::net {

class listener {
 public:
  using tcp = boost::asio::ip::tcp;
  using on_connection = std::function<void(tcp::socket)>;
  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

  /// Binds at once; throws boost::system::system_error where the address cannot be used. Port 0
  /// takes any free one.
  listener(boost::asio::io_context& loop, const tcp::endpoint& at, on_connection handler,
           std::size_t connections_max = no_limit);
  ~listener() { stop(); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Starts to accept.
  void start() { accept(); }
  /// `handler` is not called any more. The port is free.
  void stop();
  /// Whoever was given a connection says that it ended. At `connections_max` nothing is accepted:
  /// who comes waits in the kernel's queue, and is not refused.
  void release();

  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept();
  void on_accept(boost::system::error_code error, tcp::socket connected);

  tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  on_connection handler_;
  std::size_t connections_max_;
  std::size_t connections_{0};
  bool accepting_{false};
  // What the loop still has to call may be called when this is gone.
  std::shared_ptr<bool> stopped_{std::make_shared<bool>(false)};
};

}  // namespace smpp::net
