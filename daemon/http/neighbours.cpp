#include "daemon/http/neighbours.hpp"

#include <algorithm>

namespace smppd::http {

namespace {

constexpr std::size_t refused_max = 8;  // connections beyond the limit that are told so

}  // namespace

asio::ip::address neighbourhood_of(const asio::ip::address& remote) {
  if (remote.is_v4()) return remote;
  auto v6 = remote.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
  auto octets = v6.to_bytes();
  std::fill(octets.begin() + octets.size() / 2, octets.end(), 0);
  return asio::ip::address_v6(octets);
}

bool neighbours::take_place(connection& added) {
  auto& all = all_[added.neighbourhood];
  all.push_back(&added);
  if (all.size() <= most_) return true;
  boost::system::error_code ignored;
  const auto longest = std::ranges::min_element(all, {}, [](const connection* each) {
    return each->idle ? each->deadline : connection::never;
  });
  const auto idle_since = (*longest)->deadline - idle_timeout_;
  if ((*longest)->idle && connection::clock::now() - idle_since >= idle_enough_) {
    (*longest)->socket.close(ignored);
    all.erase(longest);
    return true;
  }
  if (all.size() > most_ + refused_max) added.socket.close(ignored);
  return false;
}

void neighbours::forget(const connection& gone) {
  const auto found = all_.find(gone.neighbourhood);
  if (found == all_.end()) return;
  std::erase(found->second, &gone);
  if (found->second.empty()) all_.erase(found);
}

}  // namespace smppd::http
