#include "smpp/net/connector.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace smpp::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

using outcome = boost::system::result<tcp::socket>;

// One try. It completes in time even where the resolver, which cannot be interrupted, does not:
// whatever comes after that finds `done_` empty.
class attempt : public std::enable_shared_from_this<attempt> {
 public:
  using handler = asio::any_completion_handler<void(outcome)>;

  attempt(const asio::any_io_executor& loop, handler done)
      : resolver_(loop), socket_(loop), timer_(loop), done_(std::move(done)) {}

  void start(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit) {
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled) self->finish(asio::error::make_error_code(asio::error::timed_out));
    });
    error_code not_numeric;
    const auto address = asio::ip::make_address(host, not_numeric);
    if (!not_numeric) return connect(std::array{tcp::endpoint(address, port)});
    resolver_.async_resolve(host, std::to_string(port),
                            [self = shared_from_this()](error_code error, const auto& found) {
                              if (error) return self->finish(error);
                              self->connect(found);
                            });
  }

 private:
  template <class Endpoints>
  void connect(const Endpoints& to) {
    if (!done_) return;
    asio::async_connect(socket_, to, [self = shared_from_this()](error_code error, const auto&) {
      if (error) return self->finish(error);
      self->finish(std::move(self->socket_));
    });
  }

  void finish(outcome with) {
    if (!done_) return;
    timer_.cancel();
    resolver_.cancel();
    if (!with) {
      error_code ignored;
      socket_.close(ignored);
    }
    // Moved, not exchanged: assigning an empty any_completion_handler crashes in Boost 1.81.
    handler done(std::move(done_));
    std::move(done)(std::move(with));
  }

  tcp::resolver resolver_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  handler done_;
};

}  // namespace

asio::awaitable<outcome> connect(std::string host, std::uint16_t port,
                                 std::chrono::milliseconds limit) {
  const auto loop = co_await asio::this_coro::executor;
  const auto start = [&](attempt::handler done) {
    std::make_shared<attempt>(loop, std::move(done))->start(host, port, limit);
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(outcome)>(
      start, asio::use_awaitable);
}

}  // namespace smpp::net
