// However a message is cut, each part fits, and together they are the message. The first octet is
// the data_coding, the second chooses how the parts are marked.
#include "smpp/reassembler.hpp"
#include "smpp/segmenter.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>

namespace {

// Takes the header off a part, and checks what it says.
smpp::byte_view user_data(smpp::byte_view part, std::size_t number, std::size_t total) {
  const auto header = smpp::parse_udh(part);
  fuzz::check(header && header->concatenation, "a part of several has a header");
  const auto& said = *header->concatenation;
  fuzz::check(said.sequence == number && said.total == total, "the parts are counted");
  return part.subspan(header->octets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto data_coding = data[0];
  const auto how = static_cast<smpp::concatenation>(data[1] % 4U);
  const smpp::byte_view octets(data + 2, size - 2);
  const auto parts = smpp::split(data_coding, octets, how, 0x1234);
  fuzz::check(parts.size() == smpp::count_parts(data_coding, octets, how), "they are counted");
  if (parts.empty()) return 0;
  const bool marked = parts.size() > 1 && how != smpp::concatenation::sar;
  const bool septets = smpp::alphabet_of(data_coding) == smpp::alphabet::gsm7;
  smpp::byte_buffer together;
  std::size_t number = 0;
  for (const auto& part : parts) {
    ++number;
    const auto rest = marked ? user_data(part, number, parts.size()) : smpp::byte_view(part);
    const auto header = part.size() - rest.size();
    const auto packed = septets ? (rest.size() * 7 + 7) / 8 : rest.size();
    if (how != smpp::concatenation::payload)
      fuzz::check(header + packed <= 140, "a part fits a short message");
    fuzz::check(parts.size() == 1 || !rest.empty(), "no part is empty");
    together.insert(together.end(), rest.begin(), rest.end());
  }
  fuzz::check(std::ranges::equal(together, octets), "nothing is lost");
  return 0;
}
