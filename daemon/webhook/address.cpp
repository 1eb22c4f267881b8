#include "daemon/webhook/address.hpp"

#include <algorithm>
#include <array>

namespace smppd::webhook {

namespace {

using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct network_v4 {
  std::uint32_t prefix;
  unsigned bits;
};

constexpr std::uint32_t quad(unsigned a, unsigned b, unsigned c = 0, unsigned d = 0) {
  return a << 24U | b << 16U | c << 8U | d;
}

template <std::size_t N>
bool among(const std::array<network_v4, N>& networks, std::uint32_t address) noexcept {
  return std::ranges::any_of(networks, [&](const network_v4& network) {
    return (address ^ network.prefix) >> (32 - network.bits) == 0;
  });
}

reach reach_of(const address_v4& address) noexcept {
  static constexpr std::array never{
      network_v4{quad(0, 0), 8},                 // this host (RFC 1122)
      network_v4{quad(169, 254), 16},            // link-local; the metadata service of most clouds
      network_v4{quad(100, 100, 100, 200), 32},  // that of Alibaba Cloud
      network_v4{quad(192, 0, 0), 24},  // protocol assignments (RFC 6890); Oracle's metadata
      network_v4{quad(224, 0), 3},      // multicast, reserved, broadcast
  };
  static constexpr std::array inside{
      network_v4{quad(127, 0), 8},     // loopback
      network_v4{quad(10, 0), 8},      // private (RFC 1918)
      network_v4{quad(172, 16), 12},   //
      network_v4{quad(192, 168), 16},  //
      network_v4{quad(100, 64), 10},   // shared (RFC 6598)
      network_v4{quad(198, 18), 15},   // benchmarks (RFC 2544)
  };
  const std::uint32_t bits = address.to_uint();
  if (among(never, bits)) return reach::nowhere;
  return among(inside, bits) ? reach::inside : reach::anyone;
}

reach reach_of(const address_v6& address) noexcept {
  const auto octets = address.to_bytes();
  const auto last_four = quad(octets[12], octets[13], octets[14], octets[15]);
  constexpr std::array<unsigned char, 12> nat64{0x00, 0x64, 0xff, 0x9b};  // RFC 6052
  if (address.is_v4_mapped() || std::equal(nat64.begin(), nat64.end(), octets.begin())) {
    return reach_of(address_v4(last_four));
  }
  if (address.is_loopback()) return reach::inside;
  constexpr std::array<unsigned char, 16> metadata{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0,    0,
                                                   0,    0,    0,    0,    0, 0, 0x02, 0x54};
  if (octets == metadata) return reach::nowhere;           // that of Amazon
  if ((octets[0] & 0xfeU) == 0xfcU) return reach::inside;  // unique local (RFC 4193)
  const bool global = (octets[0] & 0xe0U) == 0x20U;        // 2000::/3 (RFC 4291)
  const bool six_to_four = octets[0] == 0x20U && octets[1] == 0x02U;
  return global && !six_to_four ? reach::anyone : reach::nowhere;
}

}  // namespace

reach reach_of(const boost::asio::ip::address& address) {
  return address.is_v4() ? reach_of(address.to_v4()) : reach_of(address.to_v6());
}

}  // namespace smppd::webhook
