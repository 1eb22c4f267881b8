// Typographic characters and their plain neighbours. A word processor's quotation mark, or a space
// that does not break, is often all that keeps a text out of GSM 7-bit and makes it cost twice.
#pragma once

#include <string>
#include <string_view>

namespace smpp {

/// `utf8` with quotation marks, dashes, ellipses, bullets, spaces of every width, characters
/// without width, full-width forms, ligatures and signs such as U+2122 replaced by what GSM 7-bit
/// has for them, if all of it is in GSM 7-bit then; otherwise, and where it already is, unchanged.
/// Letters with accents are not touched.
[[nodiscard]] std::string replace_typography(std::string_view utf8);

}  // namespace smpp
