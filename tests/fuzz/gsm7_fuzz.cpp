// What encodes decodes to the same, what is packed unpacks to the same. The first octet chooses
// tables and fill bits.
#include "smpp/gsm7.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <tuple>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const smpp::gsm7_tables tables{static_cast<smpp::gsm7_language>(data[0] % 4),
                                 static_cast<smpp::gsm7_language>(data[0] / 4 % 4)};
  const unsigned fill_bits = data[0] / 16U % 7;
  const smpp::byte_view octets(data + 1, size - 1);
  const auto text = smpp::as_text(octets);
  if (const auto septets = smpp::gsm7_encode(text, tables))
    fuzz::check(smpp::gsm7_decode(*septets, tables) == text, "text comes back");
  std::ignore = smpp::gsm7_decode(octets, tables);
  smpp::byte_buffer septets(octets.begin(), octets.end());
  for (auto& one : septets)
    one &= 0x7F;
  const auto packed = smpp::gsm7_pack(septets, fill_bits);
  fuzz::check(smpp::gsm7_unpack(packed, septets.size(), fill_bits) == septets, "septets come back");
  std::ignore = smpp::gsm7_unpack_all(octets, fill_bits);
  return 0;
}
