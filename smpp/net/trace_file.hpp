// A pcap file that sessions write their PDUs to (smpp/pcap_trace.hpp).
#pragma once

#include "smpp/pcap_trace.hpp"

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

namespace smpp::net {

class trace_file {
 public:
  /// Creates the file, for its owner alone to read, or empties it. Beyond `octets_max` nothing is
  /// written any more. Throws std::system_error where it cannot be created.
  trace_file(const std::string& path, std::size_t octets_max);

  /// What a session sent or received, at the present time. Where the disk is full the file counts
  /// as full too: a packet behind a cut one could not be read.
  void add(pcap_trace& of, pcap_trace::direction way, byte_view octets);
  [[nodiscard]] bool full() const noexcept { return octets_ >= octets_max_; }

 private:
  void write();

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::size_t octets_max_;
  std::size_t octets_{0};
  byte_buffer buffer_;
};

}  // namespace smpp::net
