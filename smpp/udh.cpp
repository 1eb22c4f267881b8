#include "smpp/udh.hpp"

namespace smpp {
namespace {

// Information element identifiers (3GPP TS 23.040, 9.2.3.24).
constexpr std::uint8_t iei_concatenation_8 = 0x00;
constexpr std::uint8_t iei_ports_8 = 0x04;
constexpr std::uint8_t iei_ports_16 = 0x05;
constexpr std::uint8_t iei_concatenation_16 = 0x08;
constexpr std::uint8_t iei_single_shift = 0x24;
constexpr std::uint8_t iei_locking_shift = 0x25;

std::uint16_t word_at(byte_view data, std::size_t at) {
  return static_cast<std::uint16_t>(data[at] << 8U | data[at + 1]);
}

void keep_if_possible(user_data_header& header, const concatenation_element& element) {
  const bool possible = element.sequence >= 1 && element.sequence <= element.total;
  if (possible) header.concatenation = element;
}

void read_element(user_data_header& header, std::uint8_t iei, byte_view data) {
  if (iei == iei_concatenation_8 && data.size() == 3) {
    keep_if_possible(header, {data[0], data[1], data[2], reference_width::octet});
  } else if (iei == iei_concatenation_16 && data.size() == 4) {
    keep_if_possible(header, {word_at(data, 0), data[2], data[3], reference_width::word});
  } else if (iei == iei_ports_8 && data.size() == 2) {
    header.ports = {data[0], data[1]};
  } else if (iei == iei_ports_16 && data.size() == 4) {
    header.ports = {word_at(data, 0), word_at(data, 2)};
  } else if (iei == iei_single_shift && data.size() == 1) {
    header.single_shift = data[0];
  } else if (iei == iei_locking_shift && data.size() == 1) {
    header.locking_shift = data[0];
  }
}

}  // namespace

std::optional<user_data_header> parse_udh(byte_view user_data) {
  if (user_data.empty() || user_data[0] >= user_data.size()) return std::nullopt;
  user_data_header header;
  header.octets = std::size_t{user_data[0]} + 1;
  byte_view rest = user_data.subspan(1, user_data[0]);
  while (!rest.empty()) {
    if (rest.size() < 2 || rest[1] > rest.size() - 2) return std::nullopt;
    read_element(header, rest[0], rest.subspan(2, rest[1]));
    rest = rest.subspan(std::size_t{rest[1]} + 2);
  }
  return header;
}

byte_buffer format_udh(const concatenation_element& element) {
  user_data_header header;
  header.concatenation = element;
  return format_udh(header);
}

byte_buffer format_udh(const user_data_header& header) {
  byte_buffer octets{0};
  const auto put_word = [&](std::uint16_t word) {
    octets.push_back(static_cast<std::uint8_t>(word >> 8U));
    octets.push_back(static_cast<std::uint8_t>(word & 0xFFU));
  };
  if (const auto& part = header.concatenation) {
    if (part->width == reference_width::octet) {
      const auto low = static_cast<std::uint8_t>(part->reference & 0xFFU);
      octets.insert(octets.end(), {iei_concatenation_8, 3, low});
    } else {
      octets.insert(octets.end(), {iei_concatenation_16, 4});
      put_word(part->reference);
    }
    octets.insert(octets.end(), {part->total, part->sequence});
  }
  if (const auto& ports = header.ports) {
    octets.insert(octets.end(), {iei_ports_16, 4});
    put_word(ports->destination);
    put_word(ports->source);
  }
  if (header.single_shift) octets.insert(octets.end(), {iei_single_shift, 1, *header.single_shift});
  if (header.locking_shift)
    octets.insert(octets.end(), {iei_locking_shift, 1, *header.locking_shift});
  if (octets.size() == 1) return {};
  octets.front() = static_cast<std::uint8_t>(octets.size() - 1);
  return octets;
}

}  // namespace smpp
