#include "smpp/net/proxy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <tuple>
#include <utility>
#include <variant>

namespace smpp::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

}  // namespace

asio::awaitable<result<proxy_header>> read_proxy_header(asio::ip::tcp::socket& connected,
                                                        std::chrono::milliseconds limit) {
  enum class outcome : std::uint8_t { pending, done, late };
  asio::steady_timer timer(connected.get_executor(), limit);
  const auto how = std::make_shared<outcome>(outcome::pending);
  timer.async_wait([&connected, how](error_code cancelled) {
    if (cancelled || *how == outcome::done) return;
    *how = outcome::late;
    error_code ignored;
    connected.cancel(ignored);
  });
  byte_buffer octets;
  result<proxy_header> found = make_error_code(error::bad_proxy_header);
  auto looked = parse_proxy_header(octets);
  while (const auto* more = std::get_if<proxy_incomplete>(&looked)) {
    const auto had = octets.size();
    octets.resize(more->octets);
    const auto into = asio::buffer(octets.data() + had, octets.size() - had);
    const auto [error, count] = co_await asio::async_read(connected, into, no_throw);
    std::ignore = count;
    // Late also where octets came in the same moment: nobody is there to interrupt another read.
    const bool late = *how == outcome::late;
    if (error || late) {
      *how = outcome::done;
      co_return late ? asio::error::make_error_code(asio::error::timed_out) : error;
    }
    looked = parse_proxy_header(octets);
  }
  *how = outcome::done;
  if (auto* header = std::get_if<proxy_header>(&looked)) found = std::move(*header);
  co_return found;
}

}  // namespace smpp::net
