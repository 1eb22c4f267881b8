#include "smpp/pcap_trace.hpp"

#include "smpp/wire.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace smpp {

namespace {

// Of the longest PDU that any session takes; what is longer was refused anyway.
constexpr std::uint32_t pdu_octets_max = std::uint32_t{1} << 20U;
constexpr std::uint32_t link_type_exported_pdu = 252;

// Wireshark, epan/exported_pdu.h: tag (2), length (2), value padded to 4 octets; ends with tag 0.
enum class export_tag : std::uint16_t {
  end = 0,
  dissector_name = 12,
  ipv4_source = 20,
  ipv4_destination = 21,
  ipv6_source = 22,
  ipv6_destination = 23,
  port_type = 24,
  source_port = 25,
  destination_port = 26,
};
constexpr std::uint32_t port_type_tcp = 2;

void append_u16(byte_buffer& to, std::uint16_t number) {
  to.resize(to.size() + 2);
  boost::endian::store_big_u16(to.data() + to.size() - 2, number);
}
void append_u32(byte_buffer& to, std::uint32_t number) {
  to.resize(to.size() + 4);
  boost::endian::store_big_u32(to.data() + to.size() - 4, number);
}
void append_tag(byte_buffer& to, export_tag tag, byte_view value) {
  const auto padding = (4 - value.size() % 4) % 4;
  append_u16(to, static_cast<std::uint16_t>(tag));
  append_u16(to, static_cast<std::uint16_t>(value.size() + padding));
  to.insert(to.end(), value.begin(), value.end());
  to.insert(to.end(), padding, 0);
}
void append_tag(byte_buffer& to, export_tag tag, std::uint32_t number) {
  byte_buffer octets;
  append_u32(octets, number);
  append_tag(to, tag, octets);
}

struct endpoint {
  byte_buffer address;  // of 4 or 16 octets, or empty
  std::uint16_t port{};
};

template <class Number>
std::optional<Number> parse_number(std::string_view text, int base) {
  Number number{};
  const auto* const end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data(), end, number, base);
  if (text.empty() || wrong != std::errc{} || stop != end) return std::nullopt;
  return number;
}

byte_buffer parse_ipv4(std::string_view host) {
  byte_buffer address;
  while (address.size() < 4) {
    const auto end = std::min(host.find('.'), host.size());
    const auto octet = parse_number<std::uint8_t>(host.substr(0, end), 10);
    if (!octet) return {};
    address.push_back(*octet);
    host.remove_prefix(std::min(end + 1, host.size()));
  }
  return host.empty() ? address : byte_buffer{};
}

// One group after the other; an IPv4 address counts for two of them ("::ffff:192.0.2.1").
std::optional<byte_buffer> parse_groups(std::string_view groups) {
  byte_buffer octets;
  while (!groups.empty()) {
    const auto end = std::min(groups.find(':'), groups.size());
    const auto text = groups.substr(0, end);
    const auto v4 = parse_ipv4(text);
    const auto group = parse_number<std::uint16_t>(text, 16);
    if (v4.empty() && !group) return std::nullopt;
    octets.insert(octets.end(), v4.begin(), v4.end());
    if (group) append_u16(octets, *group);
    groups.remove_prefix(std::min(end + 1, groups.size()));
  }
  return octets;
}

byte_buffer parse_ipv6(std::string_view host) {
  constexpr std::size_t octets = 16;
  host = host.substr(0, host.find('%'));
  const auto gap = host.find("::");
  const bool whole = gap == std::string_view::npos;
  auto address = parse_groups(host.substr(0, gap));
  const auto behind = parse_groups(whole ? std::string_view{} : host.substr(gap + 2));
  if (!address || !behind || address->size() + behind->size() > octets) return {};
  if (whole && address->size() != octets) return {};
  address->resize(octets - behind->size());
  address->insert(address->end(), behind->begin(), behind->end());
  return *address;
}

endpoint parse_endpoint(std::string_view text) {
  endpoint found;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return found;
  found.port = parse_number<std::uint16_t>(text.substr(colon + 1), 10).value_or(0);
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    found.address = parse_ipv6(host.substr(1, host.size() - 2));
  } else {
    found.address = parse_ipv4(host);
  }
  return found;
}

byte_buffer packet_start(const endpoint& from, const endpoint& to) {
  byte_buffer start;
  append_tag(start, export_tag::dissector_name, as_bytes("smpp"));
  if (!from.address.empty() && from.address.size() == to.address.size()) {
    const bool v4 = from.address.size() == 4;
    append_tag(start, v4 ? export_tag::ipv4_source : export_tag::ipv6_source, from.address);
    append_tag(start, v4 ? export_tag::ipv4_destination : export_tag::ipv6_destination, to.address);
    append_tag(start, export_tag::port_type, port_type_tcp);
    append_tag(start, export_tag::source_port, from.port);
    append_tag(start, export_tag::destination_port, to.port);
  }
  append_tag(start, export_tag::end, byte_view{});
  return start;
}

bool has_password(command_id command) noexcept {
  return command == command_id::bind_receiver || command == command_id::bind_transmitter ||
         command == command_id::bind_transceiver || command == command_id::outbind;
}

// Behind system_id and its NUL; how long it was shows.
void hide_password(byte_view pdu, std::uint8_t* copy) {
  if (pdu.size() < header_octets || !has_password(decode_header(pdu).id)) return;
  const auto text = as_text(pdu);
  const auto nul = text.find('\0', header_octets);
  if (nul == std::string_view::npos) return;
  const auto end = std::min(text.find('\0', nul + 1), text.size());
  std::fill(copy + nul + 1, copy + end, std::uint8_t{'*'});
}

}  // namespace

void append_pcap_header(byte_buffer& file) {
  append_u32(file, 0xA1B2C3D4);  // big-endian, microseconds
  append_u16(file, 2);
  append_u16(file, 4);
  append_u32(file, 0);
  append_u32(file, 0);
  append_u32(file, pdu_octets_max + 1024);
  append_u32(file, link_type_exported_pdu);
}

pcap_trace::pcap_trace(std::string_view local, std::string_view remote)
    : sent_(pdu_octets_max), received_(pdu_octets_max) {
  const auto here = parse_endpoint(local);
  const auto there = parse_endpoint(remote);
  sent_start_ = packet_start(here, there);
  received_start_ = packet_start(there, here);
}

void pcap_trace::add(direction way, byte_view octets, time now, byte_buffer& file) {
  auto& frames = way == direction::sent ? sent_ : received_;
  if (frames.lost()) return append(way, octets, now, file);
  frames.add(octets);
  while (const auto pdu = frames.next()) {
    // The header stands right before the body.
    append(way, byte_view(pdu->body.data() - header_octets, pdu->head.command_length), now, file);
  }
  if (frames.lost()) append(way, frames.rest(), now, file);
}

void pcap_trace::append(direction way, byte_view pdu, time now, byte_buffer& file) const {
  const auto& start = way == direction::sent ? sent_start_ : received_start_;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto length = static_cast<std::uint32_t>(start.size() + pdu.size());
  append_u32(file, static_cast<std::uint32_t>(seconds.time_since_epoch().count()));
  append_u32(file, static_cast<std::uint32_t>((now - seconds).count()));
  append_u32(file, length);
  append_u32(file, length);
  file.insert(file.end(), start.begin(), start.end());
  const auto at = file.size();
  file.insert(file.end(), pdu.begin(), pdu.end());
  hide_password(pdu, file.data() + at);
}

}  // namespace smpp
