// PDUs and octets for tests: any PDU with its fields empty, typical or at their limits, made from
// its list of fields, and octets on the heap with nothing behind them.
#pragma once

#include "smpp/codec.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// Blanks and line ends between the digits are for the reader.
inline smpp::byte_buffer from_hex(std::string_view text) {
  smpp::byte_buffer octets;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high >= 0) octets.push_back(static_cast<std::uint8_t>(high * 16 + digit));
    high = high >= 0 ? -1 : digit;
  }
  return octets;
}

inline std::string to_hex(smpp::byte_view octets) {
  std::string text;
  for (const auto octet : octets) {
    text += "0123456789ABCDEF"[octet >> 4];
    text += "0123456789ABCDEF"[octet & 0xF];
  }
  return text;
}

/// A copy in a block of exactly its size: what is read behind it, a sanitizer sees.
class exact {
 public:
  explicit exact(smpp::byte_view octets)
      : block_(std::make_unique<std::uint8_t[]>(octets.size())), size_(octets.size()) {
    std::ranges::copy(octets, block_.get());
  }
  operator smpp::byte_view() const { return {block_.get(), size_}; }  // NOLINT

 private:
  std::unique_ptr<std::uint8_t[]> block_;
  std::size_t size_;
};

enum class fill { empty, typical, full };

namespace detail {

inline void set(std::uint8_t& value, const smpp::u8_shape&, fill how, std::uint8_t& next) {
  value = how == fill::full ? 0xFF : ++next;
}
template <std::size_t Inline, std::size_t Max>
void set(smpp::octets<Inline>& value, const smpp::c_octet_shape<Max>&, fill how, std::uint8_t&) {
  value = std::string(how == fill::full ? Max - 1 : Max / 3, static_cast<char>('a' + Max % 26));
}
template <std::size_t Inline>
void set(smpp::octets<Inline>& value, const smpp::time_shape&, fill, std::uint8_t&) {
  value = "261121091530000+";
}
template <std::size_t Inline, std::size_t Max>
void set(smpp::octets<Inline>& value, const smpp::sized_octets_shape<Max>&, fill how,
         std::uint8_t& next) {
  std::string text(how == fill::full ? Max : 7, '\0');
  for (auto& c : text)
    c = static_cast<char>(++next);
  value = text;
}
inline void set(std::vector<smpp::dest_address>& value, const smpp::dest_addresses_shape&, fill how,
                std::uint8_t&) {
  using kind = smpp::dest_address::kind;
  const std::string digits(how == fill::full ? 20 : 5, '7');
  for (int i = 0; i < (how == fill::full ? 254 : 2); ++i) {
    const bool number = i % 2 == 0;
    value.push_back({number ? kind::number : kind::distribution_list,
                     static_cast<std::uint8_t>(number ? 1 : 0),
                     static_cast<std::uint8_t>(number ? 2 : 0), std::string_view(digits)});
  }
}
inline void set(std::vector<smpp::unsuccess_sme>& value, const smpp::unsuccess_smes_shape&,
                fill how, std::uint8_t&) {
  const std::string digits(how == fill::full ? 20 : 5, '8');
  for (int i = 0; i < (how == fill::full ? 255 : 2); ++i)
    value.push_back({1, 2, std::string_view(digits), 0xAABBCC00U + static_cast<unsigned>(i)});
}

}  // namespace detail

/// Its TLVs: none when empty; a known and an unknown one when typical; when full also the longest.
template <class Pdu>
Pdu make(fill how) {
  Pdu pdu{};
  std::uint8_t next = 0;
  if constexpr (requires { pdu.dest_address_list; }) {  // it is never empty
    if (how == fill::empty) pdu.dest_address_list.emplace_back();
  }
  if (how == fill::empty) return pdu;
  smpp::for_each_field(
      pdu, [&](const auto& field, auto& value) { detail::set(value, field.shape, how, next); });
  if constexpr (smpp::has_tlvs<Pdu>) {
    pdu.tlvs.add_u16(smpp::tag::user_message_reference, 0x1234);
    pdu.tlvs.add(static_cast<smpp::tag>(0x1401), smpp::as_bytes("unknown"));
    if (how == fill::full) pdu.tlvs.add(smpp::tag::message_payload, smpp::byte_buffer(65535, 0x55));
  }
  return pdu;
}

template <class Pdu>
smpp::byte_buffer encoded(const Pdu& pdu, std::uint32_t sequence = 1,
                          smpp::command_status status = smpp::command_status::ok) {
  smpp::byte_buffer octets;
  if (!smpp::encode(octets, pdu, sequence, status)) octets.clear();
  return octets;
}

/// A typical PDU of this command; empty where the command is unknown.
inline smpp::byte_buffer encoded(smpp::command_id command, std::uint32_t sequence = 1) {
  smpp::byte_buffer octets;
  smpp::for_each_pdu([&](auto one) {
    using pdu = typename decltype(one)::type;
    if (pdu::id == command) octets = encoded(make<pdu>(fill::typical), sequence);
  });
  return octets;
}

}  // namespace samples
