// How one peer writes text, where SMPP leaves it open: which alphabet is the "SMSC Default
// Alphabet" of data_coding 0 (SMPP 3.4, 5.2.19), and whether septets are packed.
//
//   octets of one peer -- read_text --> encoded_text -- write_text --> octets of another
//
// Where the text has a user data header, both are about the octets after it.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/gsm7.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace smpp {

/// What data_coding 0 means.
enum class default_alphabet : std::uint8_t { gsm7, latin1, ascii };

/// What one peer means by its octets. The defaults are what nearly all do.
struct text_conventions {
  smpp::default_alphabet default_alphabet = smpp::default_alphabet::gsm7;
  /// Whether GSM 7-bit text, of every data_coding that names it, is packed: eight septets in seven
  /// octets, with fill bits after a header (3GPP TS 23.038, 6.1.2.1).
  bool gsm7_packed = false;
  /// Whose tables a text to this peer may use (see fit_text.hpp). What comes from a peer names its
  /// tables itself.
  std::vector<gsm7_language> national_languages{};

  /// Whether an `encoded_text` is already what the peer writes.
  [[nodiscard]] bool are_usual() const noexcept {
    return default_alphabet == smpp::default_alphabet::gsm7 && !gsm7_packed;
  }

  bool operator==(const text_conventions&) const = default;
};

/// What `peer` wrote: `octets` are its user data after `header`, which is `{}` where there is none.
/// Septets come one to an octet, with the tables that the header names; text of data_coding 0 that
/// is Latin-1 or ASCII to the peer has that data_coding (3, 1) afterwards. All else is as it came.
[[nodiscard]] encoded_text read_text(std::uint8_t data_coding, byte_view octets,
                                     const user_data_header& header, const text_conventions& peer);

/// `text` as `peer` writes it after a header of `udh_octets` octets (0: none), under the same
/// data_coding. A character that the peer's default alphabet lacks becomes '?'.
[[nodiscard]] byte_buffer write_text(const encoded_text& text, std::size_t udh_octets,
                                     const text_conventions& peer);

/// Whether `write_text` keeps every character of `text`.
[[nodiscard]] bool can_write_text(const encoded_text& text, const text_conventions& peer);

}  // namespace smpp
