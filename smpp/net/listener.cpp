#include "smpp/net/listener.hpp"

namespace smpp::net {

namespace {

// Out of file descriptors, or memory: accepting at once again would spin.
constexpr std::chrono::milliseconds pause_after_error{200};

}  // namespace

listener::listener(boost::asio::io_context& loop, const tcp::endpoint& at, on_connection handler)
    : acceptor_(loop), pause_(loop), handler_(std::move(handler)) {
  acceptor_.open(at.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.bind(at);
  acceptor_.listen();
}

void listener::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void listener::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket connected) {
    if (stopped_) return;
    if (!error) {
      handler_(std::move(connected));
      return accept();
    }
    pause_.expires_after(pause_after_error);
    pause_.async_wait([this](boost::system::error_code) {
      if (!stopped_) accept();
    });
  });
}

}  // namespace smpp::net
