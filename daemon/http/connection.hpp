// A caller's connection, as the server and its limits see it.
#pragma once

#include "daemon/http/message.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace smppd::http {

struct connection {
  using clock = std::chrono::steady_clock;
  static constexpr auto never = clock::time_point::max();

  explicit connection(asio::ip::tcp::socket taken) : socket(std::move(taken)) {}
  asio::ip::tcp::socket socket;
  clock::time_point deadline{never};  // then it is closed
  bool idle{false};                   // between two requests
  bool refused{false};
  std::string remote;
  asio::ip::address neighbourhood;  // see `neighbours`
  boost::beast::flat_buffer buffer;
  request current;
  std::string head;  // of the response that is written
};

}  // namespace smppd::http
