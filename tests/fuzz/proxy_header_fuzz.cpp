// However a stream begins: a header lies inside of it, whoever reads no more than he is asked for
// takes nothing away from the session, and comes to the same end.
#include "smpp/proxy_header.hpp"
#include "tests/fuzz/check.hpp"

namespace {

using outcome = decltype(smpp::parse_proxy_header({}));

// As the driver reads: exactly what is asked for.
outcome read_as_asked(smpp::byte_view stream) {
  std::size_t have = 0;
  while (true) {
    auto said = smpp::parse_proxy_header(stream.first(have));
    const auto* more = std::get_if<smpp::proxy_incomplete>(&said);
    if (more == nullptr) return said;
    fuzz::check(more->octets > have, "more is asked for than is there");
    fuzz::check(more->octets <= smpp::proxy_header_octets_max, "no header is that long");
    if (more->octets > stream.size()) return said;
    have = more->octets;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const smpp::byte_view stream(data, size);
  const auto whole = smpp::parse_proxy_header(stream);
  const auto asked = read_as_asked(stream);
  const auto* header = std::get_if<smpp::proxy_header>(&whole);
  const auto* same = std::get_if<smpp::proxy_header>(&asked);
  fuzz::check((header == nullptr) == (same == nullptr), "pieces do not matter");
  if (header == nullptr) return 0;
  fuzz::check(header->octets <= size, "the header is inside");
  fuzz::check(same->octets == header->octets && same->source == header->source, "it is the same");
  const auto alone = smpp::parse_proxy_header(stream.first(header->octets));
  fuzz::check(std::holds_alternative<smpp::proxy_header>(alone), "nothing behind it is needed");
  return 0;
}
