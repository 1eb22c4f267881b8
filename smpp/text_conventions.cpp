#include "smpp/text_conventions.hpp"

#include "smpp/ucs2.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace smpp {
namespace {

gsm7_language language_of(const std::optional<std::uint8_t>& identifier) {
  return static_cast<gsm7_language>(identifier.value_or(0));
}

// Whether the peer reads other octets than septets under this data_coding.
bool is_transcoded(std::uint8_t data_coding, const text_conventions& peer) {
  return data_coding == data_coding_default && peer.default_alphabet != default_alphabet::gsm7;
}

std::uint8_t data_coding_of(default_alphabet means) {
  switch (means) {
    case default_alphabet::latin1: return data_coding_latin1;
    case default_alphabet::ascii: return data_coding_ascii;
    case default_alphabet::gsm7: break;
  }
  return data_coding_default;
}

// Octet for character, '?' for what is beyond the alphabet.
byte_buffer to_default_alphabet(std::string_view utf8, default_alphabet means) {
  const char32_t last = means == default_alphabet::latin1 ? 0xFF : 0x7F;
  byte_buffer octets;
  octets.reserve(utf8.size());
  while (const auto character = next_code_point(utf8))
    octets.push_back(static_cast<std::uint8_t>(*character <= last ? *character : U'?'));
  return octets;
}

}  // namespace

encoded_text read_text(std::uint8_t data_coding, byte_view octets, const user_data_header& header,
                       const text_conventions& peer) {
  encoded_text read;
  read.data_coding =
      is_transcoded(data_coding, peer) ? data_coding_of(peer.default_alphabet) : data_coding;
  if (alphabet_of(read.data_coding) != alphabet::gsm7) {
    read.octets.assign(octets.begin(), octets.end());
    return read;
  }
  read.tables = {language_of(header.locking_shift), language_of(header.single_shift)};
  if (peer.gsm7_packed) {
    read.octets = gsm7_unpack_all(octets, gsm7_fill_bits(header.octets));
  } else {
    read.octets.assign(octets.begin(), octets.end());
  }
  return read;
}

byte_buffer write_text(const encoded_text& text, std::size_t udh_octets,
                       const text_conventions& peer) {
  if (is_transcoded(text.data_coding, peer))
    return to_default_alphabet(decode_text(text), peer.default_alphabet);
  if (peer.gsm7_packed && alphabet_of(text.data_coding) == alphabet::gsm7)
    return gsm7_pack(text.octets, gsm7_fill_bits(udh_octets));
  return text.octets;
}

bool can_write_text(const encoded_text& text, const text_conventions& peer) {
  if (!is_transcoded(text.data_coding, peer)) {
    // An octet that is no septet has no room where septets are packed.
    const bool packs = peer.gsm7_packed && alphabet_of(text.data_coding) == alphabet::gsm7;
    return !packs ||
           std::ranges::all_of(text.octets, [](std::uint8_t octet) { return octet < 0x80; });
  }
  return encode_text(decode_text(text), data_coding_of(peer.default_alphabet)).has_value();
}

}  // namespace smpp
