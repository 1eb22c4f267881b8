// Accepts connections.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>

namespace smpp::net {

class listener {
 public:
  using tcp = boost::asio::ip::tcp;
  using on_connection = std::function<void(tcp::socket)>;

  /// Binds at once; throws boost::system::system_error where the address cannot be used. Port 0
  /// takes any free one.
  listener(boost::asio::io_context& loop, const tcp::endpoint& at, on_connection handler);
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Starts to accept. This object must outlive the loop's run, or be stopped and the loop polled
  /// before.
  void start() { accept(); }
  void stop();
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept();

  tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  on_connection handler_;
  bool stopped_{false};
};

}  // namespace smpp::net
