#include "smpp/net/connector.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace smpp::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

asio::awaitable<boost::system::result<tcp::socket>> connect(std::string host, std::uint16_t port,
                                                            std::chrono::milliseconds limit) {
  constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  tcp::socket socket(executor);
  asio::steady_timer timer(executor, limit);
  const auto late = std::make_shared<bool>(false);
  timer.async_wait([late, &resolver, &socket](boost::system::error_code cancelled) {
    if (cancelled || *late) return;
    *late = true;
    resolver.cancel();
    boost::system::error_code ignored;
    socket.close(ignored);
  });
  const auto [not_found, found] =
      co_await resolver.async_resolve(host, std::to_string(port), no_throw);
  boost::system::error_code error = not_found;
  if (!error && !*late) {
    const auto [refused, peer] = co_await asio::async_connect(socket, found, no_throw);
    error = refused;
  }
  // The timer's handler holds references to what is in this frame: it must be gone, or known to do
  // nothing.
  if (*late) co_return asio::error::make_error_code(asio::error::timed_out);
  timer.cancel();
  *late = true;
  if (error) co_return error;
  co_return std::move(socket);
}

}  // namespace smpp::net
