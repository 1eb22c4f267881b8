#include "smpp/net/connection.hpp"

namespace smpp::net {

namespace {

using tcp = boost::asio::ip::tcp;
using boost::system::error_code;

std::string describe(const tcp::endpoint& at) {
  const auto host = at.address().to_string();
  const auto port = std::to_string(at.port());
  return at.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

std::string describe_remote(const tcp::socket& connected) {
  error_code error;
  const auto peer = connected.remote_endpoint(error);
  return error ? "unknown" : describe(peer);
}

}  // namespace

connection::connection(socket plain)
    : plain_(std::move(plain)), remote_(describe_remote(*plain_)) {}

connection::connection(std::unique_ptr<tls_stream> secured)
    : tls_(std::move(secured)), remote_(describe_remote(tls_->socket())) {}

std::string connection::local() const {
  error_code error;
  const auto own = tcp().local_endpoint(error);
  return error ? "unknown" : describe(own);
}

void connection::shutdown_send(std::shared_ptr<void> keep) {
  error_code ignored;
  if (!tls_) {
    plain_->shutdown(socket::shutdown_send, ignored);
    return;
  }
  tls_->shutdown([keep = std::move(keep)](error_code, std::size_t) {});
}

void connection::close() noexcept {
  error_code ignored;
  tcp().close(ignored);
}

}  // namespace smpp::net
