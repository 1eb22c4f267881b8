// A PDU of every kind with every field set, made from the PDU's own list of fields.
#pragma once

#include "smpp/pdu.hpp"

#include <type_traits>

namespace smpp_test {

class filler {
 public:
  void fill(std::uint8_t& value) { value = ++count_; }
  template <std::size_t Inline, std::size_t Max>
  void fill(smpp::octets<Inline>& value, smpp::c_octet_shape<Max>) {
    value = text(Max - 1);
  }
  template <std::size_t Inline>
  void fill(smpp::octets<Inline>& value, smpp::time_shape) {
    value = text(16);
  }
  template <std::size_t Inline, std::size_t Max>
  void fill(smpp::octets<Inline>& value, smpp::sized_octets_shape<Max>) {
    value = text(Max);
  }
  void fill(std::uint8_t& value, smpp::u8_shape) { fill(value); }
  void fill(std::vector<smpp::dest_address>& value, smpp::dest_addresses_shape) {
    value = {{smpp::dest_address::kind::number, 1, 2, text(20)},
             {smpp::dest_address::kind::distribution_list, 0, 0, text(20)}};
  }
  void fill(std::vector<smpp::unsuccess_sme>& value, smpp::unsuccess_smes_shape) {
    value = {{1, 2, text(20), 0x01020304}, {3, 4, {}, 0xB}};
  }

 private:
  std::string text(std::size_t length) {
    ++count_;
    return std::string(length, static_cast<char>('a' + count_ % 26));
  }
  std::uint8_t count_{0};
};

/// Every field is as long as the specification allows, and there are two TLVs where TLVs may be,
/// one of them unknown.
template <class Pdu>
[[nodiscard]] Pdu sample() {
  Pdu pdu;
  filler with;
  smpp::for_each_field(pdu, [&](const auto& one, auto& value) {
    with.fill(value, std::decay_t<decltype(one.shape)>{});
  });
  if constexpr (smpp::has_tlvs<Pdu>) {
    pdu.tlvs.add_u16(smpp::tag::user_message_reference, 0x1234);
    pdu.tlvs.add(smpp::tag{0x2153}, smpp::as_bytes("unknown"));
  }
  return pdu;
}

}  // namespace smpp_test
