#include "smpp/net/listener.hpp"

#include <chrono>

namespace smpp::net {

namespace {

// Out of file descriptors, or memory: accepting at once again would spin.
constexpr std::chrono::milliseconds pause_after_error{200};

}  // namespace

listener::listener(boost::asio::io_context& loop, const tcp::endpoint& at, on_connection handler,
                   std::size_t connections_max)
    : acceptor_(loop),
      pause_(loop),
      handler_(std::move(handler)),
      connections_max_(connections_max) {
  acceptor_.open(at.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(at);
  acceptor_.listen();
}

void listener::stop() {
  *stopped_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void listener::release() {
  --connections_;
  accept();
}

void listener::accept() {
  if (accepting_ || *stopped_ || connections_ >= connections_max_) return;
  accepting_ = true;
  acceptor_.async_accept(
      [this, stopped = stopped_](boost::system::error_code error, tcp::socket connected) {
        if (!*stopped) on_accept(error, std::move(connected));
      });
}

void listener::on_accept(boost::system::error_code error, tcp::socket connected) {
  if (!error) {
    accepting_ = false;
    ++connections_;
    const auto stopped = stopped_;  // the handler may destroy this
    handler_(std::move(connected));
    if (!*stopped) accept();
    return;
  }
  pause_.expires_after(pause_after_error);
  pause_.async_wait([this, stopped = stopped_](boost::system::error_code) {
    if (*stopped) return;
    accepting_ = false;
    accept();
  });
}

}  // namespace smpp::net
