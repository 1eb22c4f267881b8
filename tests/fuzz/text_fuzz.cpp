// Any octets are text for people in any data_coding, whatever a peer means by it; and what is text
// is sent and read as it is. The first octet is the data_coding, the second the peer.
#include "smpp/fit_text.hpp"
#include "smpp/text.hpp"
#include "smpp/typography.hpp"
#include "smpp/ucs2.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/conventions.hpp"

namespace {

bool is_utf8(std::string_view text) { return smpp::ucs2_encode(text).has_value(); }

void check_octets(std::uint8_t data_coding, smpp::byte_view octets,
                  const smpp::text_conventions& peer) {
  fuzz::check(is_utf8(smpp::decode_text(data_coding, octets)), "what is shown is UTF-8");
  const auto header = smpp::parse_udh(octets);
  const auto text =
      header ? smpp::read_text(data_coding, octets.subspan(header->octets), *header, peer)
             : smpp::read_text(data_coding, octets, {}, peer);
  const auto shown = smpp::decode_text(text);
  fuzz::check(is_utf8(shown), "what a peer wrote is UTF-8");
  const auto canonical = smpp::canonical_text(text);
  fuzz::check(smpp::decode_text(canonical) == shown, "everybody reads the same");
}

void check_text(std::string_view text, const smpp::text_conventions& peer) {
  const auto sent = smpp::encode_text(text);
  fuzz::check(sent.has_value() == is_utf8(text), "what is UTF-8 is sent");
  if (!sent) return;
  fuzz::check(smpp::decode_text(*sent) == text, "it comes back");
  const auto fitted = smpp::fit_text(*sent, smpp::concatenation::udh8, peer);
  fuzz::check(smpp::decode_text(fitted) == text, "it is the same in another alphabet");
  fuzz::check(smpp::can_write_text(fitted, peer), "the peer's alphabet has all of it");
  const auto plain = smpp::replace_typography(text);
  fuzz::check(plain == text || smpp::gsm7_encode(plain), "typography is replaced to some purpose");
}

void check_coding(std::string_view text, std::uint8_t data_coding) {
  if (const auto octets = smpp::encode_text(text, data_coding))
    fuzz::check(smpp::decode_text(data_coding, *octets) == text, "it is in the alphabet asked for");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto data_coding = data[0];
  const auto peer = fuzz::conventions(data[1]);
  const smpp::byte_view octets(data + 2, size - 2);
  check_octets(data_coding, octets, peer);
  const auto shown = smpp::decode_text(data_coding, octets);
  for (const auto text : {std::string_view(shown), smpp::as_text(octets)}) {
    check_text(text, peer);
    check_coding(text, data_coding);
  }
  return 0;
}
