// User data between the form that is kept and what a carrier, or an application, means by it.
//
// What is kept is canonical: under data_coding 0, and in the other groups that are GSM 7-bit,
// septets of the default tables, one to an octet; else UCS-2, or octets as somebody else gave them.
#pragma once

#include "daemon/config/config.hpp"
#include "smpp/bytes.hpp"
#include "smpp/segmenter.hpp"
#include "smpp/text_conventions.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace smppd {

/// Says of esm_class that user data begin with a header (SMPP 3.4, 5.2.12).
inline constexpr std::uint8_t udh_indicator = 0x40;

/// The user data of one message. `is_part`: whoever gave it has cut it, with a header or sar_ TLVs.
struct user_data {
  smpp::byte_view octets{};
  std::uint8_t data_coding{};
  bool has_header{false}, is_part{false};
};

struct canonical_data {
  std::uint8_t data_coding{};
  smpp::byte_buffer octets;  // with the header, where there was one
};

/// What an application wrote. A part does not become UCS-2, nor longer than 140 octets on the air
/// with many characters of the extension table: instead it keeps its octets, under the data_coding
/// of the application's default alphabet. So do septets in national tables, since the header that
/// names these goes with them.
[[nodiscard]] canonical_data read_from_esme(const user_data& from,
                                            const smpp::text_conventions& esme);

/// What a carrier wrote. Parts are not cut again, so they may become longer.
[[nodiscard]] canonical_data read_from_carrier(const user_data& from,
                                               const smpp::text_conventions& carrier);
/// False: the octets are canonical already.
[[nodiscard]] bool must_be_read(const user_data& from, const smpp::text_conventions& carrier);

/// How many parts a carrier gets of what is kept; they go to `made`, if that is given, unless the
/// octets as they are make the only one. 0: too many. A part stays one, and is only written as the
/// carrier writes text.
[[nodiscard]] std::size_t cut(const user_data& kept, const carrier_config& carrier,
                              std::uint16_t reference, smpp::message_parts* made);

}  // namespace smppd
