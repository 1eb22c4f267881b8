// GSM 7-bit alphabets (3GPP TS 23.038): text to septets and back, and septets packed into octets.
// Septets are kept unpacked, one to an octet with the top bit clear, as SMPP carries them.
#pragma once

#include "smpp/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smpp {

/// The septet that announces a character of the extension table; the two stay together.
inline constexpr std::uint8_t gsm7_escape = 0x1B;

/// National language identifiers of 3GPP TS 23.038, 6.2.1.2.4. The values are on the wire: do not
/// renumber. A language without tables here is read with the default ones.
enum class gsm7_language : std::uint8_t { standard = 0, turkish = 1, spanish = 2, portuguese = 3 };

/// Spanish has a single shift table only.
[[nodiscard]] constexpr bool has_locking_table(gsm7_language language) noexcept {
  return language == gsm7_language::turkish || language == gsm7_language::portuguese;
}

/// The pair of tables some text is written in.
struct gsm7_tables {
  gsm7_language locking = gsm7_language::standard;  ///< replaces the default alphabet
  gsm7_language single = gsm7_language::standard;   ///< replaces the extension table

  bool operator==(const gsm7_tables&) const = default;
};

/// The septets of `utf8`: a character of the alphabet is one, a character of the extension table
/// two (the escape, then the character). `std::nullopt` when some character is in neither, or when
/// `utf8` is not valid UTF-8. What is encoded decodes to the same text.
[[nodiscard]] std::optional<byte_buffer> gsm7_encode(std::string_view utf8);

/// As above in the given tables, which the message must then name in its user data header.
[[nodiscard]] std::optional<byte_buffer> gsm7_encode(std::string_view utf8, gsm7_tables tables);

/// The text of `septets` as UTF-8. Never fails: an octet above 7F, which is no septet, is U+FFFD;
/// an escape before a septet that the extension table lacks is ignored (23.038, 6.2.1.1); two
/// escapes are a space; an escape at the end is dropped.
[[nodiscard]] std::string gsm7_decode(byte_view septets, gsm7_tables tables = {});

/// What fills the seven bits left over when the last octet would otherwise read as one more '@'.
enum class gsm7_padding : std::uint8_t { zero, carriage_return };

/// The fill bits, 0 to 6, between a user data header of `udh_octets` octets (its length octet
/// included) and the first packed septet (3GPP TS 23.040, 9.2.3.24).
[[nodiscard]] constexpr unsigned gsm7_fill_bits(std::size_t udh_octets) noexcept {
  return static_cast<unsigned>((7 - udh_octets * 8 % 7) % 7);
}

/// Packs septets into octets, the first in the lowest bits, after `fill_bits` (0 to 6) zero bits.
/// Only the low seven bits of each octet are used. A carriage return that is the last septet and
/// ends exactly with an octet cannot be told from padding (3GPP TS 23.038, 6.1.2.3.1).
[[nodiscard]] byte_buffer gsm7_pack(byte_view septets, unsigned fill_bits = 0,
                                    gsm7_padding padding = gsm7_padding::carriage_return);

/// The first `count` septets of `packed`, or as many as it holds.
[[nodiscard]] byte_buffer gsm7_unpack(byte_view packed, std::size_t count, unsigned fill_bits = 0);

/// All the septets of `packed` when nobody counted them: a carriage return that ends exactly with
/// the last octet is padding and is dropped.
[[nodiscard]] byte_buffer gsm7_unpack_all(byte_view packed, unsigned fill_bits = 0);

}  // namespace smpp
