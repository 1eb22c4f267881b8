// A user data header lies inside of the user data, and what is written of it reads the same.
#include "smpp/udh.hpp"
#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto header = smpp::parse_udh({data, size});
  if (!header) return 0;
  fuzz::check(header->octets <= size, "the header is inside");
  if (!header->concatenation) return 0;
  const auto& part = *header->concatenation;
  fuzz::check(part.sequence >= 1 && part.sequence <= part.total, "a part is one of its total");
  const auto written = smpp::format_udh(part);
  const auto again = smpp::parse_udh(written);
  fuzz::check(again && again->concatenation == header->concatenation, "it reads the same");
  return 0;
}
