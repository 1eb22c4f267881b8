// The SMPP in a capture file: TCP segments put back in order, and cut into PDUs.
#pragma once

#include "smpp/framing.hpp"

#include <cstdint>
#include <functional>
#include <string>

/// What a capture has to say, in the order in which it was seen.
struct capture_events {
  /// A whole PDU. `packet` is the number, from 1, of the packet that completed it; `from` and `to`
  /// are "address:port".
  std::function<void(std::uint64_t packet, const std::string& from, const std::string& to,
                     const smpp::framing::frame& pdu)>
      on_pdu;
  /// A stream that does not go on: `rest` are octets of a PDU that never became whole; `why` says
  /// what is wrong where it is not just that the capture ends.
  std::function<void(std::uint64_t packet, const std::string& from, const std::string& to,
                     smpp::byte_view rest, const std::string& why)>
      on_broken;
};

/// Reads a whole pcap or pcapng file: Ethernet, Linux cooked, loopback and raw IP packets, and the
/// PDUs that Wireshark exports or smpp::pcap_trace writes. A TCP stream counts as SMPP when it has
/// port 2775 or when its first octets look like a PDU; one that was captured from its middle on, or
/// with holes, begins again at the first segment that does. Segments that come too early wait, 4
/// MiB of them for each stream. Throws std::runtime_error where the file is not a capture or breaks
/// off.
void read_capture(std::string& octets, std::uint32_t pdu_octets_max, const capture_events& events);
