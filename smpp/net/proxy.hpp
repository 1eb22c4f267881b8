// Reads the PROXY header of a connection that came through a balancer.
#pragma once

#include "smpp/error.hpp"
#include "smpp/proxy_header.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>

namespace smpp::net {

/// Takes the header off the stream, and nothing behind it. Errors: of the network, timed_out, and
/// error::bad_proxy_header for anything else than a header. `connected` outlives the call.
[[nodiscard]] boost::asio::awaitable<result<proxy_header>> read_proxy_header(
    boost::asio::ip::tcp::socket& connected, std::chrono::milliseconds limit);

}  // namespace smpp::net
