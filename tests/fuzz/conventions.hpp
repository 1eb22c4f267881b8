// A peer's conventions from an octet of the input.
#pragma once

#include "smpp/text_conventions.hpp"

#include <cstdint>
#include <string_view>

namespace fuzz {

inline smpp::text_conventions conventions(std::uint8_t setup) {
  smpp::text_conventions made;
  made.default_alphabet = static_cast<smpp::default_alphabet>(setup % 3U);
  made.gsm7_packed = (setup & 0x10U) != 0;
  using enum smpp::gsm7_language;
  if ((setup & 0x20U) != 0) made.national_languages.push_back(turkish);
  if ((setup & 0x40U) != 0) made.national_languages.push_back(spanish);
  if ((setup & 0x80U) != 0) made.national_languages.push_back(portuguese);
  return made;
}

/// Octets that nobody counted may end in padding (3GPP TS 23.038, 6.1.2.3.1): packed, a carriage
/// return at the very end may be lost, and another one may be put behind it.
inline std::string_view without_padding(std::string_view text) {
  return text.substr(0, text.find_last_not_of('\r') + 1);
}

}  // namespace fuzz
