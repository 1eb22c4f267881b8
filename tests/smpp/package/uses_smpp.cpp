// What links the installed smpp alone: a PDU to octets and back.
#include <smpp/codec.hpp>
#include <smpp/dump.hpp>

#include <iostream>

int main() {
  smpp::submit_sm message;
  message.destination_addr = "46700000001";
  message.short_message = "hello";
  smpp::byte_buffer octets;
  if (!smpp::encode(octets, message, 7)) return 1;
  const auto head = smpp::decode_header(octets);
  smpp::any_pdu pdu;
  const auto body = smpp::byte_view(octets).subspan(smpp::header_octets);
  if (smpp::decode(head, body, smpp::leniency::strict, pdu)) return 1;
  if (std::get<smpp::submit_sm>(pdu) != message) return 1;
  std::cout << smpp::dump(head, pdu) << '\n';
}
