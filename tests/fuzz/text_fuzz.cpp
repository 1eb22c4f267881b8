// Any octets are text for people in any data_coding, and what is text is sent and read as it is.
// The first octet is the data_coding.
#include "smpp/text.hpp"
#include "smpp/ucs2.hpp"
#include "tests/fuzz/check.hpp"

namespace {

void check_text(std::string_view text) {
  const auto sent = smpp::encode_text(text);
  fuzz::check(sent.has_value() == smpp::ucs2_encode(text).has_value(), "what is UTF-8 is sent");
  if (sent)
    fuzz::check(smpp::decode_text(sent->data_coding, sent->octets) == text, "it comes back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const smpp::byte_view octets(data + 1, size - 1);
  const auto shown = smpp::decode_text(data[0], octets);
  fuzz::check(smpp::encode_text(shown).has_value(), "what is shown is UTF-8");
  check_text(shown);
  check_text(smpp::as_text(octets));
  return 0;
}
