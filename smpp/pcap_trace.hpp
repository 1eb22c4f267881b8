// PDUs in the pcap format, for Wireshark. Each is a packet of its own ("exported PDU"), so that it
// is read as SMPP whatever the port, and also where the connection itself was TLS.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/framing.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace smpp {

/// The start of a file. Packets of any number of sessions may follow.
void append_pcap_header(byte_buffer& file);

/// The packets of one session.
class pcap_trace {
 public:
  using time = std::chrono::sys_time<std::chrono::microseconds>;
  enum class direction : std::uint8_t { sent, received };

  /// Addresses with their ports, "192.0.2.1:2775" or "[2001:db8::1]:2775"; anything else is left
  /// out.
  pcap_trace(std::string_view local, std::string_view remote);

  /// Takes octets of the stream as they come and appends a packet for each PDU that they complete.
  /// Passwords are overwritten with asterisks. Once framing is lost the octets follow as they are.
  void add(direction way, byte_view octets, time now, byte_buffer& file);

 private:
  void append(direction way, byte_view pdu, time now, byte_buffer& file) const;

  // The start of every packet, by direction.
  byte_buffer sent_start_, received_start_;
  framing sent_, received_;
};

}  // namespace smpp
