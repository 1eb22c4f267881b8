#include "smpp/smpp_dump/capture.hpp"

#include <boost/endian/conversion.hpp>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using smpp::byte_buffer;
using smpp::byte_view;

constexpr unsigned smpp_port = 2775;

unsigned u16_at(byte_view octets, std::size_t at) {
  return boost::endian::load_big_u16(octets.data() + at);
}
std::uint32_t u32_at(byte_view octets, std::size_t at) {
  return boost::endian::load_big_u32(octets.data() + at);
}

/// One TCP segment.
struct segment {
  std::string from, to;  // "address:port"
  unsigned from_port{}, to_port{};
  std::uint32_t sequence{};
  bool syn{}, ends{};  // ends: FIN or RST
  byte_view payload;
};

std::string endpoint(byte_view address, unsigned port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v6 = address.size() == 16;
  inet_ntop(v6 ? AF_INET6 : AF_INET, address.data(), text.data(), text.size());
  return fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), text.data(), port);
}

// Each layer takes its own header off, and gives nothing where it is not what we look for.

std::optional<segment> parse_tcp(byte_view source, byte_view destination, byte_view rest) {
  constexpr std::size_t header_min = 20;
  if (rest.size() < header_min) return std::nullopt;
  const std::size_t header = std::size_t{rest[12]} / 16 * 4;
  if (header < header_min || header > rest.size()) return std::nullopt;
  segment found;
  found.from_port = u16_at(rest, 0);
  found.to_port = u16_at(rest, 2);
  found.from = endpoint(source, found.from_port);
  found.to = endpoint(destination, found.to_port);
  found.sequence = u32_at(rest, 4);
  found.ends = (rest[13] & 0x05U) != 0;
  found.syn = (rest[13] & 0x02U) != 0;
  found.payload = rest.subspan(header);
  return found;
}

std::optional<segment> parse_ipv4(byte_view rest) {
  constexpr std::size_t header_min = 20;
  if (rest.size() < header_min || rest[9] != 6) return std::nullopt;
  const std::size_t header = (rest[0] & 0x0FU) * std::size_t{4};
  // A length of 0 is what segmentation offload leaves.
  const std::size_t length = u16_at(rest, 2) == 0 ? rest.size() : u16_at(rest, 2);
  const bool fragment = (u16_at(rest, 6) & 0x3FFFU) != 0;
  if (header < header_min || length < header || rest.size() < header || fragment)
    return std::nullopt;
  const auto packet = rest.first(std::min(rest.size(), length));
  return parse_tcp(rest.subspan(12, 4), rest.subspan(16, 4), packet.subspan(header));
}

std::optional<segment> parse_ipv6(byte_view rest) {
  constexpr std::size_t header = 40;
  if (rest.size() < header || rest[6] != 6) return std::nullopt;
  const std::size_t length = u16_at(rest, 4) == 0 ? rest.size() - header : u16_at(rest, 4);
  const auto body = rest.subspan(header);
  return parse_tcp(rest.subspan(8, 16), rest.subspan(24, 16),
                   body.first(std::min(body.size(), length)));
}

std::optional<segment> parse_ip(byte_view rest) {
  if (rest.empty()) return std::nullopt;
  if (rest[0] / 16 == 4) return parse_ipv4(rest);
  if (rest[0] / 16 == 6) return parse_ipv6(rest);
  return std::nullopt;
}

// `at`: where the EtherType stands.
std::optional<segment> parse_ether(byte_view rest, std::size_t at) {
  while (rest.size() >= at + 2) {
    const auto type = u16_at(rest, at);
    if (type == 0x0800 || type == 0x86DD) return parse_ip(rest.subspan(at + 2));
    if (type != 0x8100 && type != 0x88A8) return std::nullopt;
    at += 4;  // a VLAN tag
  }
  return std::nullopt;
}

byte_view without(byte_view octets, std::size_t count) {
  return octets.size() < count ? byte_view{} : octets.subspan(count);
}

std::optional<segment> parse_packet(int link, byte_view packet) {
  switch (link) {
    case DLT_EN10MB: return parse_ether(packet, 12);
    case DLT_LINUX_SLL: return parse_ether(packet, 14);
    case DLT_LINUX_SLL2: {
      constexpr std::size_t header = 20;
      if (packet.size() < header) return std::nullopt;
      return parse_ip(packet.subspan(header));
    }
    case DLT_NULL:
    case DLT_LOOP: return parse_ip(without(packet, 4));
    default: return parse_ip(packet);
  }
}

bool is_known_link(int link) {
  constexpr std::array known{DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2,
                             DLT_NULL,   DLT_LOOP,      DLT_RAW,
                             DLT_IPV4,   DLT_IPV6,      DLT_WIRESHARK_UPPER_PDU};
  return std::ranges::find(known, link) != known.end();
}

/// A PDU as Wireshark exports it: tag (2), length (2), value, ... up to tag 0; then its octets.
struct exported_pdu {
  std::string from{"?"}, to{"?"};
  byte_view octets;
};

std::optional<exported_pdu> parse_exported(byte_view rest) {
  enum tags : unsigned {
    end,
    name = 12,
    v4_src = 20,
    v4_dst,
    v6_src,
    v6_dst,
    src_port = 25,
    dst_port
  };
  byte_view source, destination;
  unsigned source_port = 0, destination_port = 0;
  bool is_smpp = false;
  while (rest.size() >= 4) {
    const auto tag = u16_at(rest, 0);
    const std::size_t length = u16_at(rest, 2);
    if (rest.size() < 4 + length) return std::nullopt;
    const auto value = rest.subspan(4, length);
    rest = rest.subspan(4 + length);
    if (tag == end) {
      if (!is_smpp) return std::nullopt;
      exported_pdu found;
      found.octets = rest;
      if (!source.empty()) found.from = endpoint(source, source_port);
      if (!destination.empty()) found.to = endpoint(destination, destination_port);
      return found;
    }
    if (tag == name) is_smpp = smpp::as_text(value).starts_with("smpp");
    if ((tag == v4_src && length == 4) || (tag == v6_src && length == 16)) source = value;
    if ((tag == v4_dst && length == 4) || (tag == v6_dst && length == 16)) destination = value;
    if (tag == src_port && length == 4) source_port = u32_at(value, 0);
    if (tag == dst_port && length == 4) destination_port = u32_at(value, 0);
  }
  return std::nullopt;
}

// One direction of a connection.
class stream {
 public:
  stream(const segment& first, std::uint32_t pdu_octets_max, const capture_events& events)
      : from_(first.from),
        to_(first.to),
        well_known_(first.from_port == smpp_port || first.to_port == smpp_port),
        max_(pdu_octets_max),
        events_(events) {}

  void add(std::uint64_t packet, const segment& one) {
    packet_ = packet;
    if (one.syn) {
      end();
      next_ = one.sequence + 1;
      placed_ = true;
      state_ = state::fresh;
      return;
    }
    if (!one.payload.empty() && state_ != state::foreign) take(one);
    if (one.ends && early_.empty()) end();
  }

  /// Nothing more comes.
  void end() {
    while (!early_.empty())
      skip_hole();
    if (!pending_.empty()) report_broken("");
  }

 private:
  enum class state : std::uint8_t {
    unknown,  // captured from the middle on
    fresh,    // nothing of it came yet
    smpp,
    foreign,  // another protocol
  };
  static constexpr std::size_t early_octets_max = std::size_t{4} << 20U;

  [[nodiscard]] bool looks_like_pdu(byte_view octets) const {
    if (octets.size() < smpp::header_octets) return false;
    const auto head = smpp::decode_header(octets);
    const auto number = smpp::to_number(head.id) & ~smpp::response_bit;
    return head.command_length >= smpp::header_octets && head.command_length <= max_ &&
           number <= 0x1FF;
  }

  void take(const segment& one) {
    if (!placed_) {
      if (!looks_like_pdu(one.payload)) return;
      next_ = one.sequence;
      placed_ = true;
    }
    const auto ahead = ahead_of_next(one.sequence);
    if (ahead > 0) return keep_early(one);
    append(one.payload, static_cast<std::size_t>(-ahead));
    take_early();
  }

  [[nodiscard]] std::int64_t ahead_of_next(std::uint32_t sequence) const {
    return static_cast<std::int32_t>(sequence - next_);  // sequence numbers wrap around
  }

  void keep_early(const segment& one) {
    auto& kept = early_[one.sequence];
    if (kept.size() >= one.payload.size()) return;  // it was sent again
    early_octets_ += one.payload.size() - kept.size();
    kept.assign(one.payload.begin(), one.payload.end());
    if (early_octets_ > early_octets_max) skip_hole();
  }

  // All of `payload` but the first `seen` octets, which came before.
  void append(byte_view payload, std::size_t seen) {
    if (seen >= payload.size()) return;
    const auto fresh = payload.subspan(seen);
    next_ += static_cast<std::uint32_t>(fresh.size());
    if (state_ == state::foreign) return;
    pending_.insert(pending_.end(), fresh.begin(), fresh.end());
    if (state_ != state::smpp) {
      if (!well_known_ && pending_.size() < smpp::header_octets) return;
      state_ = well_known_ || looks_like_pdu(pending_) ? state::smpp : state::foreign;
      if (state_ == state::foreign) return pending_.clear();
    }
    cut();
  }

  // What follows without a hole; where it begins again, from there on.
  void take_early() {
    while (!early_.empty() && (placed_ || find_start())) {
      const auto one = nearest();
      const auto ahead = ahead_of_next(one->first);
      if (ahead > 0) return;
      const auto octets = remove_early(one);
      append(octets, static_cast<std::size_t>(-ahead));
    }
  }

  // Among what came early; what stands before it is of no use.
  bool find_start() {
    while (!early_.empty() && !placed_) {
      const auto one = nearest();
      placed_ = looks_like_pdu(one->second);
      if (placed_) {
        next_ = one->first;
      } else {
        remove_early(one);
      }
    }
    return placed_;
  }

  void cut() {
    smpp::framing frames(max_);
    frames.add(pending_);
    while (const auto pdu = frames.next())
      events_.on_pdu(packet_, from_, to_, *pdu);
    pending_.erase(pending_.begin(),
                   pending_.end() - static_cast<std::ptrdiff_t>(frames.waiting()));
    if (frames.lost()) {
      report_broken("");
      begin_again();
    }
  }

  // What is missing was not captured: it begins again behind the hole.
  void skip_hole() {
    const auto missing = ahead_of_next(nearest()->first);
    report_broken(fmt::format("{} octets were not captured", missing));
    begin_again();
    take_early();
  }

  void begin_again() {
    placed_ = false;
    state_ = state::unknown;
  }

  // Of another protocol nothing is said, nor of what is too short to know.
  void report_broken(const std::string& why) {
    const auto rest = std::exchange(pending_, {});
    if (well_known_ || state_ == state::smpp) events_.on_broken(packet_, from_, to_, rest, why);
  }

  using segments = std::map<std::uint32_t, byte_buffer>;  // by sequence number

  // The first of those behind `next_`, if there are any.
  [[nodiscard]] segments::iterator nearest() {
    const auto one = early_.lower_bound(next_);
    return one == early_.end() || ahead_of_next(early_.begin()->first) <= 0 ? early_.begin() : one;
  }
  byte_buffer remove_early(segments::iterator one) {
    auto octets = std::move(one->second);
    early_octets_ -= octets.size();
    early_.erase(one);
    return octets;
  }

  std::string from_, to_;
  bool well_known_;
  std::uint32_t max_;
  const capture_events& events_;
  std::uint64_t packet_{};
  state state_{state::unknown};
  std::uint32_t next_{};  // the sequence number that is expected, if `placed_`
  bool placed_{false};    // false: nothing is early either
  byte_buffer pending_;   // of a PDU that is not whole yet
  segments early_;
  std::size_t early_octets_{0};
};

}  // namespace

void read_capture(std::string& octets, std::uint32_t pdu_octets_max, const capture_events& events) {
  std::array<char, PCAP_ERRBUF_SIZE> mistake{};
  std::FILE* const file = fmemopen(octets.data(), octets.size(), "rb");
  if (file == nullptr) throw std::runtime_error("empty");
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> capture(pcap_fopen_offline(file, mistake.data()),
                                                           &pcap_close);
  if (!capture) {
    std::fclose(file);
    throw std::runtime_error(std::string("not a capture: ") + mistake.data());
  }
  const int link = pcap_datalink(capture.get());
  if (!is_known_link(link))
    throw std::runtime_error(fmt::format("packets of link type {} are not known here", link));

  std::map<std::pair<std::string, std::string>, stream> streams;
  std::uint64_t packet = 0;
  pcap_pkthdr* head = nullptr;
  const unsigned char* start = nullptr;
  int outcome = 0;
  while ((outcome = pcap_next_ex(capture.get(), &head, &start)) == 1) {
    ++packet;
    const byte_view whole(start, head->caplen);
    if (link == DLT_WIRESHARK_UPPER_PDU) {
      const auto pdu = parse_exported(whole);
      if (!pdu) continue;
      smpp::framing frames(pdu_octets_max);
      frames.add(pdu->octets);
      while (const auto frame = frames.next())
        events.on_pdu(packet, pdu->from, pdu->to, *frame);
      if (frames.waiting() > 0)
        events.on_broken(packet, pdu->from, pdu->to, pdu->octets.last(frames.waiting()), "");
      continue;
    }
    const auto found = parse_packet(link, whole);
    if (!found) continue;
    auto [at, fresh] =
        streams.try_emplace({found->from, found->to}, *found, pdu_octets_max, events);
    at->second.add(packet, *found);
  }
  for (auto& [ends, one] : streams)
    one.end();
  if (outcome == PCAP_ERROR) throw std::runtime_error(pcap_geterr(capture.get()));
}
