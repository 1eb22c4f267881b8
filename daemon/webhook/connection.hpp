// A connection to a web server: a request goes out, its answer comes in, and then the next. It
// knows neither who asks nor how long to wait.
#pragma once

#include "daemon/webhook/answer.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace smppd::webhook {

namespace asio = boost::asio;

/// On the thread of its loop only. What the loop still has to call holds it: it goes when it is
/// closed and nobody else holds it.
class connection : public std::enable_shared_from_this<connection> {
 public:
  using error_code = boost::system::error_code;
  /// Without an error there is an answer. With one the connection is closed.
  using handler = std::function<void(error_code error, answer got)>;

  /// Takes `descriptor`, a connected TCP socket with TCP_NODELAY, over. Closed from the start where
  /// that fails.
  connection(asio::io_context& loop, int descriptor, std::size_t body_octets_max);
  ~connection() = default;
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Only while it is open and no other request is under way. `done` is called on the loop, never
  /// from inside this call, and not after `close`.
  void send(std::string request, handler done);
  void close();

  /// Between two requests: may there be another? A server closes a connection at any time.
  [[nodiscard]] bool is_open() const noexcept { return socket_.is_open(); }
  /// Was the last request not the first, and failed before an octet of its answer had come? Then
  /// the server mostly closed before it knew of the request. It may be sent again (RFC 9112,
  /// 9.3.1): where the server did know, webhook-id says that it is the same.
  [[nodiscard]] bool was_stale() const noexcept { return requests_ > 1 && !answer_begun_; }

 private:
  // The executor's type is known: what happens for each request is not called through pointers.
  using stream = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
  // A line of the header, or what follows the first incomplete one, has to fit.
  static constexpr std::size_t buffer_octets = 16'384;

  void read_some();
  void on_read(error_code error, std::size_t count);
  void on_octets(error_code& error);
  void finish(error_code error);

  stream socket_;
  std::array<char, buffer_octets> buffer_{};
  std::size_t filled_{0};
  answer_reader reader_;
  std::string request_;
  handler done_;  // of the request that is under way
  std::size_t requests_{0};
  bool writing_{false};
  bool answer_begun_{false};
};

/// Was the answer not HTTP/1.1, as Beast reads it?
[[nodiscard]] bool is_not_http(const boost::system::error_code& error);
/// "The server closed the connection." and such.
[[nodiscard]] std::string sentence_of(const boost::system::error_code& error);

}  // namespace smppd::webhook
