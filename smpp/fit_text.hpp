// Which alphabet a text goes out in, to one peer.
#pragma once

#include "smpp/segmenter.hpp"
#include "smpp/text.hpp"
#include "smpp/text_conventions.hpp"

#include <optional>
#include <string_view>

namespace smpp {

/// `text` in the alphabet that `peer` gets it in:
/// - GSM 7-bit text that the peer's default alphabet cannot show in full becomes UCS-2;
/// - UCS-2 text becomes GSM 7-bit in tables of the peer's national languages (3GPP TS 23.038, annex
///   A), if it has any, where it then has fewer parts; of several choices the one with the fewest
///   parts, and of those the one with the shortest header;
/// - all else stays. A message class stays in any case.
[[nodiscard]] encoded_text fit_text(encoded_text text, concatenation how,
                                    const text_conventions& peer);

/// UTF-8 likewise. `std::nullopt` only for text that is not valid UTF-8.
[[nodiscard]] std::optional<encoded_text> encode_text(std::string_view utf8, concatenation how,
                                                      const text_conventions& peer);

}  // namespace smpp
