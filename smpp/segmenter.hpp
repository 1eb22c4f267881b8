// Cuts a long message into parts that fit a short message of 140 octets: each with a concatenation
// header (3GPP TS 23.040, 9.2.3.24.1 and .8) in front, or with room for the header that the SMSC
// makes of the sar_ TLVs (SMPP 3.4, 5.3.2.22 to .24).
//
//                        one part   8-bit reference, sar_   16-bit reference
//   GSM 7-bit, septets      160              153                  152
//   octets                  140              134                  133
//   UCS-2, 16-bit units      70               67                   66
#pragma once

#include "smpp/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace smpp {

/// How the parts of a message say that they belong together.
enum class concatenation : std::uint8_t {
  udh8,     ///< a header with an 8-bit reference
  udh16,    ///< a header with a 16-bit reference
  sar,      ///< sar_msg_ref_num, sar_total_segments and sar_segment_seqnum
  payload,  ///< there is one part, in message_payload
};

inline constexpr std::size_t payload_max = 65535;

inline constexpr std::size_t parts_max = 255;

/// How many parts `split` makes of the same message; 0 when that is more than `parts_max`, or when
/// a payload is longer than `payload_max`. A message that fits, an empty one too, is one part.
[[nodiscard]] std::size_t count_parts(std::uint8_t data_coding, byte_view octets,
                                      concatenation how);

/// The parts of `octets` (unpacked septets, octets or UTF-16BE, without a header of its own), in
/// order. One part is the message as it is, without a header: do not set the UDH indicator. Of
/// several, each begins with its header where there is one; udh8 takes the low octet of
/// `reference`. A part never ends inside an escaped character or a surrogate pair. Empty where
/// `count_parts` is 0.
[[nodiscard]] std::vector<byte_buffer> split(std::uint8_t data_coding, byte_view octets,
                                             concatenation how, std::uint16_t reference);

}  // namespace smpp
