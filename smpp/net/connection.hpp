// A stream of octets to a peer: a TCP connection, or TLS on top of one.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace smpp::net {

/// TLS on a TCP connection; `tls_client` and `tls_server` make it (smpp/net/tls.hpp).
class tls_stream {
 public:
  using handler = std::function<void(boost::system::error_code, std::size_t)>;

  virtual ~tls_stream() = default;
  virtual void read_some(boost::asio::mutable_buffer into, handler done) = 0;
  virtual void write(boost::asio::const_buffer all, handler done) = 0;
  /// Says goodbye, and then ends our half of the connection. `done` is called when it is over.
  virtual void shutdown(handler done) = 0;
  [[nodiscard]] virtual boost::asio::ip::tcp::socket& socket() noexcept = 0;
};

class connection {
 public:
  using socket = boost::asio::ip::tcp::socket;

  connection(socket plain);  // NOLINT(google-explicit-constructor): a socket is a connection
  explicit connection(std::unique_ptr<tls_stream> secured);

  [[nodiscard]] socket& tcp() noexcept { return tls_ ? tls_->socket() : *plain_; }
  [[nodiscard]] const socket& tcp() const noexcept { return tls_ ? tls_->socket() : *plain_; }
  [[nodiscard]] bool is_tls() const noexcept { return tls_ != nullptr; }
  [[nodiscard]] bool is_open() const noexcept { return tcp().is_open(); }

  /// The peer's address, "192.0.2.1:43210"; what a balancer said where there is one.
  [[nodiscard]] const std::string& remote() const noexcept { return remote_; }
  void set_remote(std::string address) { remote_ = std::move(address); }
  /// Our own address.
  [[nodiscard]] std::string local() const;

  /// As of an Asio stream; handlers are (error_code, size_t) and must be copyable.
  template <class Handler>
  void async_read_some(boost::asio::mutable_buffer into, Handler done) {
    if (tls_) return tls_->read_some(into, std::move(done));
    plain_->async_read_some(into, std::move(done));
  }
  /// All of it.
  template <class Handler>
  void async_write(boost::asio::const_buffer all, Handler done) {
    if (tls_) return tls_->write(all, std::move(done));
    boost::asio::async_write(*plain_, all, std::move(done));
  }
  /// Ends our half: nothing is written after this. `keep` lives until that is done.
  void shutdown_send(std::shared_ptr<void> keep);
  void close() noexcept;

 private:
  std::optional<socket> plain_;
  std::unique_ptr<tls_stream> tls_;
  std::string remote_;
};

}  // namespace smpp::net
