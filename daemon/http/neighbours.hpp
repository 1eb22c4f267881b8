// How many connections one host may have: whoever opens very many keeps nobody else out.
#pragma once

#include "daemon/http/connection.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <vector>

namespace smppd::http {

/// What shares one limit of connections: an IPv4 address, or the /64 of an IPv6 address, all of
/// which one host may have.
[[nodiscard]] asio::ip::address neighbourhood_of(const asio::ip::address& remote);

/// The connections of each neighbourhood, those that are refused, too. Loop thread only.
class neighbours {
 public:
  /// A neighbourhood may have `most` connections. One more closes the one that has been idle
  /// longest, if that is `idle_enough`; a connection is closed after `idle_timeout` in any case.
  neighbours(std::size_t most, std::chrono::milliseconds idle_enough,
             std::chrono::milliseconds idle_timeout)
      : most_(most), idle_enough_(idle_enough), idle_timeout_(idle_timeout) {}

  /// May the neighbourhood of `added` have one more connection? `added` is closed at once where
  /// there are many already that are told no. It stays in place until `forget`.
  [[nodiscard]] bool take_place(connection& added);
  void forget(const connection& gone);

 private:
  const std::size_t most_;
  const std::chrono::milliseconds idle_enough_, idle_timeout_;
  std::map<asio::ip::address, std::vector<connection*>> all_;
};

}  // namespace smppd::http
