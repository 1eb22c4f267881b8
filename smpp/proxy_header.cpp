#include "smpp/proxy_header.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace smpp {

namespace {

using outcome = std::variant<proxy_header, proxy_incomplete, proxy_invalid>;

constexpr std::string_view v1_start = "PROXY ";
constexpr std::size_t v1_octets_min = 15;   // "PROXY UNKNOWN\r\n"
constexpr std::size_t v1_octets_max = 107;  // two whole IPv6 addresses
constexpr std::string_view v2_signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t v2_fixed = 16;

std::string_view next_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::optional<unsigned> parse_number(std::string_view digits, unsigned max) {
  unsigned number = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stop, wrong] = std::from_chars(digits.data(), end, number);
  if (wrong != std::errc{} || stop != end || number > max) return std::nullopt;
  return number;
}

bool is_ipv4(std::string_view text) {
  int groups = 0;
  while (true) {
    const auto end = std::min(text.find('.'), text.size());
    const auto group = text.substr(0, end);
    if (group.size() > 3 || !parse_number(group, 255)) return false;
    ++groups;
    if (end == text.size()) return groups == 4;
    text.remove_prefix(end + 1);
  }
}

// Whether it may be one; nothing is routed by it.
bool is_ipv6(std::string_view text) {
  return text.size() >= 2 && text.size() <= 39 && text.find(':') != std::string_view::npos &&
         text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

outcome parse_v1(byte_view stream) {
  const auto text = as_text(stream);
  const auto end = text.substr(0, v1_octets_max).find('\n');
  if (end == std::string_view::npos) {
    if (stream.size() >= v1_octets_max) return proxy_invalid{"a PROXY line without an end"};
    return proxy_incomplete{std::max(stream.size() + 1, v1_octets_min)};
  }
  if (end == 0 || text[end - 1] != '\r') return proxy_invalid{"a PROXY line without CR"};
  auto rest = text.substr(v1_start.size(), end - 1 - v1_start.size());
  const auto family = next_word(rest);
  proxy_header found;
  found.octets = end + 1;
  if (family == "UNKNOWN") return found;
  const bool v4 = family == "TCP4";
  if (!v4 && family != "TCP6") return proxy_invalid{"a PROXY line of an unknown family"};
  const auto source = next_word(rest);
  const auto destination = next_word(rest);
  const auto source_port = parse_number(next_word(rest), 65535);
  const auto destination_port = parse_number(next_word(rest), 65535);
  const auto is_address = v4 ? is_ipv4 : is_ipv6;
  if (!is_address(source) || !is_address(destination) || !source_port || !destination_port ||
      !rest.empty()) {
    return proxy_invalid{"a PROXY line with a bad address or port"};
  }
  const std::string host = v4 ? std::string(source) : "[" + std::string(source) + "]";
  found.source = host + ":" + std::to_string(*source_port);
  return found;
}

std::string ipv4_text(byte_view address) {
  std::string text;
  for (const auto octet : address)
    text += (text.empty() ? "" : ".") + std::to_string(octet);
  return text;
}

// Without "::" for zeros: it is only shown.
std::string ipv6_text(byte_view address) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t at = 0; at < address.size(); at += 2) {
    if (at > 0) text += ':';
    const unsigned group = boost::endian::load_big_u16(address.data() + at);
    bool shown = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const unsigned digit = group >> static_cast<unsigned>(shift) & 0xFU;
      shown = shown || digit != 0 || shift == 0;
      if (shown) text += digits[digit];
    }
  }
  return "[" + text + "]";
}

outcome parse_v2(byte_view stream) {
  if (stream.size() < v2_fixed) return proxy_incomplete{v2_fixed};
  const unsigned version = stream[12] >> 4U;
  const unsigned command = stream[12] & 0xFU;
  const unsigned family = stream[13];
  const std::size_t length = boost::endian::load_big_u16(stream.data() + 14);
  if (version != 2 || command > 1) return proxy_invalid{"a PROXY header of an unknown version"};
  proxy_header found;
  found.octets = v2_fixed + length;
  if (stream.size() < found.octets) return proxy_incomplete{found.octets};
  constexpr unsigned local = 0, tcp4 = 0x11, tcp6 = 0x21;
  const std::size_t address = family == tcp4 ? 4 : 16;
  if (command == local || (family != tcp4 && family != tcp6)) return found;
  if (length < 2 * address + 4) return proxy_invalid{"a PROXY header with a short address"};
  const auto source = stream.subspan(v2_fixed, address);
  const auto port = boost::endian::load_big_u16(stream.data() + v2_fixed + 2 * address);
  found.source =
      (family == tcp4 ? ipv4_text(source) : ipv6_text(source)) + ":" + std::to_string(port);
  return found;
}

}  // namespace

outcome parse_proxy_header(byte_view stream) {
  const auto text = as_text(stream);
  const auto begins = [&](std::string_view start) {
    return text.substr(0, start.size()) == start.substr(0, text.size());
  };
  if (text.size() >= v1_start.size() && begins(v1_start)) return parse_v1(stream);
  if (text.size() >= v2_signature.size() && begins(v2_signature)) return parse_v2(stream);
  if (begins(v1_start)) return proxy_incomplete{v1_octets_min};
  if (begins(v2_signature)) return proxy_incomplete{v2_fixed};
  return proxy_invalid{"no PROXY header"};
}

}  // namespace smpp
