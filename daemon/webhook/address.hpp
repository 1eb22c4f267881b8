// Which addresses a webhook may lead to.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>

namespace smppd::webhook {

enum class reach : std::uint8_t {
  anyone,   // a public address
  inside,   // loopback, private or shared address space: only where the administrator allows it
  nowhere,  // link-local (cloud metadata), multicast, unspecified, reserved: never
};
/// IPv4 inside IPv6 (mapped, NAT64) is judged as the IPv4 address.
[[nodiscard]] reach reach_of(const boost::asio::ip::address& address);

}  // namespace smppd::webhook
