// Cuts a long message into parts that fit a short message of 140 octets: each with a concatenation
// header (3GPP TS 23.040, 9.2.3.24.1 and .8) in front, or with room for the header that the SMSC
// makes of the sar_ TLVs (SMPP 3.4, 5.3.2.22 to .24).
//
//                                     one part   8-bit reference, sar_   16-bit reference
//   GSM 7-bit, septets                   160              153                  152
//     naming one national table          155              149                  148
//     naming two                         152              146                  145
//   octets                               140              134                  133
//   UCS-2, 16-bit units                   70               67                   66
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/text.hpp"
#include "smpp/text_conventions.hpp"

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

/// How many parts `split` makes of the same message; 0 when that is more than `parts_max`, when a
/// payload is longer than `payload_max`, or when several parts would need a header for their tables
/// beside sar_ TLVs, which exclude it (SMPP 3.4, 5.2.12). A message that fits, an empty one too, is
/// one part.
[[nodiscard]] std::size_t count_parts(const encoded_text& text, concatenation how,
                                      const text_conventions& peer = {});

/// Likewise of septets, octets or UTF-16BE, to a peer with the usual conventions.
[[nodiscard]] std::size_t count_parts(std::uint8_t data_coding, byte_view octets,
                                      concatenation how);

/// A message as its submit_sm or deliver_sm have it.
struct message_parts {
  std::uint8_t data_coding{};
  bool has_header{};  ///< every part begins with a user data header: set the UDH indicator
  std::vector<byte_buffer> user_data;  ///< of each part, in order
};

/// The parts of `text` as `peer` gets them; none where `count_parts` is 0. Of several parts each
/// begins with its header unless `how` is sar; udh8 takes the low octet of `reference`. Text in
/// national tables has a header in every part, also in an only one. A part never ends inside an
/// escaped character or a surrogate pair, nor, packed, with a carriage return that would be read as
/// padding, unless it is the end of the text.
[[nodiscard]] message_parts split(const encoded_text& text, concatenation how,
                                  std::uint16_t reference, const text_conventions& peer = {});

/// Likewise the user data of septets, octets or UTF-16BE, to a peer with the usual conventions. One
/// part has no header then.
[[nodiscard]] std::vector<byte_buffer> split(std::uint8_t data_coding, byte_view octets,
                                             concatenation how, std::uint16_t reference);

}  // namespace smpp
