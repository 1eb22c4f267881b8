#include "smpp/net/proxy.hpp"

#include "smpp/net/time_limit.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>

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
  const time_limit in_time(connected, limit);
  byte_buffer octets;
  result<proxy_header> found = make_error_code(error::bad_proxy_header);
  auto looked = parse_proxy_header(octets);
  while (const auto* more = std::get_if<proxy_incomplete>(&looked)) {
    const auto had = octets.size();
    octets.resize(more->octets);
    const auto into = asio::buffer(octets.data() + had, octets.size() - had);
    const auto [error, count] = co_await asio::async_read(connected, into, no_throw);
    std::ignore = count;
    if (in_time.missed()) co_return asio::error::make_error_code(asio::error::timed_out);
    if (error) co_return error;
    looked = parse_proxy_header(octets);
  }
  if (auto* header = std::get_if<proxy_header>(&looked)) found = std::move(*header);
  co_return found;
}

}  // namespace smpp::net
