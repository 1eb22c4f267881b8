// Octets in tests: written as people write them, held so that a sanitizer sees every overrun.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/codec.hpp"

#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace smpp_test {

/// "0000 'text' 00": pairs of hexadecimal digits, and characters between apostrophes.
[[nodiscard]] inline smpp::byte_buffer from_hex(std::string_view written) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  smpp::byte_buffer octets;
  bool quoted = false;
  bool half = false;
  for (const char c : written) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (quoted) {
      octets.push_back(static_cast<std::uint8_t>(c));
    } else if (c != ' ') {
      const auto value = static_cast<std::uint8_t>(digits.find(c));
      if (half) {
        octets.back() = static_cast<std::uint8_t>(octets.back() * 16 + value);
      } else {
        octets.push_back(value);
      }
      half = !half;
    }
  }
  return octets;
}

[[nodiscard]] inline std::string to_hex(smpp::byte_view octets) {
  std::string text;
  for (const auto octet : octets) {
    text += "0123456789ABCDEF"[octet / 16];
    text += "0123456789ABCDEF"[octet % 16];
  }
  return text;
}

/// A copy on the heap that is exactly as long as its content.
class exact {
 public:
  explicit exact(smpp::byte_view octets)
      : data_(std::make_unique_for_overwrite<std::uint8_t[]>(octets.size())), size_(octets.size()) {
    if (!octets.empty()) std::memcpy(data_.get(), octets.data(), octets.size());
  }
  [[nodiscard]] smpp::byte_view view() const noexcept { return {data_.get(), size_}; }

 private:
  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_;
};

/// The octets of a PDU that can be encoded.
template <class Pdu>
[[nodiscard]] smpp::byte_buffer encoded(const Pdu& pdu, std::uint32_t sequence = 1,
                                        smpp::command_status status = smpp::command_status::ok) {
  smpp::byte_buffer octets;
  smpp::encode(octets, pdu, sequence, status).value();
  return octets;
}

}  // namespace smpp_test
