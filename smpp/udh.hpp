// The user data header in front of a short message (3GPP TS 23.040, 9.2.3.24).
//
//   UDHL | IEI IEDL data... | IEI IEDL data... | ...     UDHL counts the octets after itself
//
//   05 00 03 RR TT NN      part NN of TT of message RR       (8-bit reference)
//   06 08 04 RR RR TT NN   the same                          (16-bit reference)
//   03 24 01 LL            the text uses the single shift table of language LL; 25: the locking one
#pragma once

#include "smpp/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace smpp {

enum class reference_width : std::uint8_t { octet, word };

/// Where a part belongs. As parsed: 1 <= sequence <= total, and a reference of width octet is at
/// most 255.
struct concatenation_element {
  std::uint16_t reference{};
  std::uint8_t total{};
  std::uint8_t sequence{};
  reference_width width = reference_width::octet;

  bool operator==(const concatenation_element&) const = default;
};

struct application_ports {
  std::uint16_t destination{};
  std::uint16_t source{};

  bool operator==(const application_ports&) const = default;
};

struct user_data_header {
  std::size_t octets{};  ///< the whole header, its length octet included
  std::optional<concatenation_element> concatenation{};
  std::optional<application_ports> ports{};
  std::optional<std::uint8_t> single_shift{};   ///< national language identifier, as received
  std::optional<std::uint8_t> locking_shift{};  ///< national language identifier, as received

  bool operator==(const user_data_header&) const = default;
};

/// The header at the start of `user_data`; `std::nullopt` when it is broken, that is when it, or an
/// element in it, is longer than what is there. Unknown elements, elements of a wrong length and
/// impossible part numbers are skipped; of an element given twice the last counts.
[[nodiscard]] std::optional<user_data_header> parse_udh(byte_view user_data);

/// The header, length octet included, that holds `element` alone: 6 octets for an octet reference
/// (whose high octet is dropped), 7 for a word.
[[nodiscard]] byte_buffer format_udh(const concatenation_element& element);

/// The header, length octet included, with the elements that `header` has; `header.octets` is not
/// looked at. Empty where it has none. Ports are written in 16 bits.
[[nodiscard]] byte_buffer format_udh(const user_data_header& header);

}  // namespace smpp
