// The PROXY protocol, versions 1 and 2: what a balancer writes in front of a connection to say who
// is at its other end (haproxy, doc/proxy-protocol.txt).
//
//   v1   PROXY TCP4 192.0.2.1 198.51.100.1 43210 2775\r\n
//   v2   signature (12) | version and command (1) | family (1) | length (2) | addresses, TLVs
#pragma once

#include "smpp/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace smpp {

/// `octets` of the stream are the header, the rest belongs to the session.
struct proxy_header {
  std::size_t octets{};
  std::string source;  ///< "192.0.2.1:43210" or "[2001:db8::1]:43210"; empty: the balancer itself
};
/// At least so many octets in all are needed before more can be said.
struct proxy_incomplete {
  std::size_t octets{};
};
struct proxy_invalid {
  std::string why;
};

inline constexpr std::size_t proxy_header_octets_max = 16 + 65535;

/// Looks at the beginning of a stream. `octets` of proxy_incomplete never counts one that belongs
/// to the session, so that whoever reads exactly as many takes nothing away from it.
[[nodiscard]] std::variant<proxy_header, proxy_incomplete, proxy_invalid> parse_proxy_header(
    byte_view stream);

}  // namespace smpp
