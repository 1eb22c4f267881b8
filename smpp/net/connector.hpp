// Opens connections.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <string>

namespace smpp::net {

/// Resolves `host` and tries its addresses in turn until one answers, all within `limit`. The error
/// is the last one, or timed_out. Completes on the loop it is awaited on.
[[nodiscard]] boost::asio::awaitable<boost::system::result<boost::asio::ip::tcp::socket>> connect(
    std::string host, std::uint16_t port, std::chrono::milliseconds limit);

}  // namespace smpp::net
