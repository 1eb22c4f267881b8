// A header and a body: whatever decodes strictly encodes, and what was encoded decodes the same.
#include "smpp/codec.hpp"
#include "smpp/dump.hpp"
#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const smpp::byte_view input(data, size);
  if (size < smpp::header_octets) return 0;
  const auto head = smpp::decode_header(input);
  const auto body = input.subspan(smpp::header_octets);
  smpp::any_pdu pdu;
  std::ignore = smpp::decode(head, body, smpp::leniency::lenient, pdu);
  fuzz::check(!smpp::dump(head, pdu).empty(), "every PDU has a dump");
  smpp::any_pdu strict;
  if (const auto failure = smpp::decode(head, body, smpp::leniency::strict, strict)) {
    fuzz::check(failure->status != smpp::command_status::ok, "a failure has a status");
    fuzz::check(failure->offset <= body.size(), "a failure is inside of the body");
    return 0;
  }
  fuzz::check(strict == pdu, "what is read strictly is read leniently");
  smpp::byte_buffer octets;
  std::visit(
      [&](const auto& one) {
        const bool encodes = smpp::encode(octets, one, head.sequence).has_value();
        const bool no_body = smpp::is_response(one.id) && body.empty();
        fuzz::check(encodes || no_body, "what was decoded encodes");
      },
      strict);
  if (octets.empty()) return 0;
  smpp::any_pdu again;
  const auto failure =
      smpp::decode(smpp::decode_header(octets), smpp::byte_view(octets).subspan(16),
                   smpp::leniency::strict, again);
  fuzz::check(!failure && again == strict, "what was encoded decodes the same");
  return 0;
}
