// Any file may be a capture. And any stream that is traced is read again, but for its passwords.
#include "smpp/pcap_trace.hpp"
#include "smpp/smpp_dump/capture.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

constexpr std::uint32_t pdu_octets_max = 4096;

struct contents {
  std::vector<smpp::header> heads;
  std::size_t octets{0};
};

contents read(std::string file) {
  contents found;
  std::map<std::pair<std::string, std::string>, std::uint64_t> last_packets;
  capture_events events;
  events.on_pdu = [&](std::uint64_t packet, const std::string& from, const std::string& to,
                      const smpp::framing::frame& pdu) {
    auto& last = last_packets[{from, to}];
    fuzz::check(packet >= last, "the packets of a stream are in order");
    last = packet;
    const auto length = pdu.body.size() + smpp::header_octets;
    fuzz::check(pdu.head.command_length == length && length <= pdu_octets_max, "a PDU is whole");
    found.heads.push_back(pdu.head);
    found.octets += length;
  };
  events.on_broken = [&](std::uint64_t, const std::string&, const std::string&,
                         smpp::byte_view rest, const std::string&) { found.octets += rest.size(); };
  try {
    read_capture(file, pdu_octets_max, events);
  } catch (const std::runtime_error&) {
    // Not a capture, or one that breaks off.
  }
  return found;
}

contents read_frames(smpp::byte_view stream) {
  smpp::framing frames(pdu_octets_max);
  frames.add(stream);
  contents found;
  while (const auto pdu = frames.next()) {
    found.heads.push_back(pdu->head);
    found.octets += pdu->head.command_length;
  }
  return found;
}

std::string traced(smpp::byte_view stream) {
  using trace = smpp::pcap_trace;
  trace session("127.0.0.1:2775", "[2001:db8::1]:40000");
  smpp::byte_buffer file;
  smpp::append_pcap_header(file);
  session.add(trace::direction::sent, stream, trace::time{}, file);
  return {file.begin(), file.end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const smpp::byte_view octets(data, size);
  fuzz::check(read(std::string(smpp::as_text(octets))).octets <= size, "nothing is invented");
  const auto sent = read_frames(octets);
  const auto seen = read(traced(octets));
  fuzz::check(seen.heads.size() >= sent.heads.size() &&
                  std::equal(sent.heads.begin(), sent.heads.end(), seen.heads.begin()),
              "what was sent is in the trace");
  return 0;
}
