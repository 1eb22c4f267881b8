// However a message is cut, for whatever peer, each part fits a short message, and whoever puts the
// parts together reads the same text. The first octet is the data_coding, the second chooses how
// the parts are marked, the third is the peer; then octets, which may be UTF-8.
#include "smpp/fit_text.hpp"
#include "smpp/segmenter.hpp"
#include "smpp/udh.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/conventions.hpp"

#include <algorithm>

namespace {

constexpr std::size_t short_message_octets = 140;

void check_octets(std::uint8_t data_coding, smpp::byte_view octets, smpp::concatenation how) {
  const auto parts = smpp::split(data_coding, octets, how, 0x1234);
  fuzz::check(parts.size() == smpp::count_parts(data_coding, octets, how), "they are counted");
  if (parts.empty()) return;
  const bool marked = parts.size() > 1 && how != smpp::concatenation::sar;
  smpp::byte_buffer together;
  for (const auto& part : parts) {
    const auto header = marked ? smpp::parse_udh(part).value().octets : 0;
    fuzz::check(parts.size() == 1 || part.size() > header, "no part is empty");
    together.insert(together.end(), part.begin() + static_cast<std::ptrdiff_t>(header), part.end());
  }
  fuzz::check(std::ranges::equal(together, octets), "nothing is lost");
}

void check_text(std::string_view text, smpp::concatenation how,
                const smpp::text_conventions& peer) {
  const auto encoded = smpp::encode_text(text, how, peer);
  if (!encoded) return;
  const auto parts = smpp::split(*encoded, how, 0x1234, peer);
  const auto total = parts.user_data.size();
  fuzz::check(total == smpp::count_parts(*encoded, how, peer), "they are counted");
  if (total == 0) return;
  // Latin-1 or ASCII as the default alphabet is counted as the septets that the SMSC makes of it.
  const bool is_default = parts.data_coding == smpp::data_coding_default &&
                          peer.default_alphabet != smpp::default_alphabet::gsm7;
  const bool septets = smpp::alphabet_of(parts.data_coding) == smpp::alphabet::gsm7 &&
                       (is_default || !peer.gsm7_packed);
  std::string together;
  std::size_t number = 0;
  for (const auto& part : parts.user_data) {
    ++number;
    smpp::user_data_header header;
    if (parts.has_header) header = smpp::parse_udh(part).value();
    if (const auto& said = header.concatenation)
      fuzz::check(said->sequence == number && said->total == total, "the parts are numbered");
    const auto rest = smpp::byte_view(part).subspan(header.octets);
    const auto packed = septets ? (rest.size() * 7 + 7) / 8 : rest.size();
    if (how != smpp::concatenation::payload)
      fuzz::check(header.octets + packed <= short_message_octets, "a part fits");
    together += smpp::decode_text(smpp::read_text(parts.data_coding, rest, header, peer));
  }
  if (peer.gsm7_packed) {
    fuzz::check(fuzz::without_padding(together) == fuzz::without_padding(text), "it reads alike");
  } else {
    fuzz::check(together == text, "it reads the same");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto how = static_cast<smpp::concatenation>(data[1] % 4U);
  const smpp::byte_view octets(data + 3, size - 3);
  check_octets(data[0], octets, how);
  check_text(smpp::as_text(octets), how, fuzz::conventions(data[2]));
  check_text(smpp::decode_text(data[0], octets), how, fuzz::conventions(data[2]));
  return 0;
}
