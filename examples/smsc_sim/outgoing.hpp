// What the simulated carrier sends on its own: receipts, of which there may be millions, and
// inbound messages.
#pragma once

#include "smpp/pdu.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

/// A string without memory of its own.
template <std::size_t Max>
class short_text {
 public:
  short_text() = default;
  explicit short_text(std::string_view text)
      : size_(static_cast<std::uint8_t>(std::min(text.size(), Max))) {
    std::copy_n(text.begin(), size_, octets_.begin());
  }
  [[nodiscard]] std::string_view view() const noexcept { return {octets_.data(), size_}; }

 private:
  std::uint8_t size_{0};
  std::array<char, Max> octets_{};
};

/// All that is remembered of a message until its receipt.
struct receipt_note {
  std::uint64_t number{};     // its message_id, before it is written in some form
  std::uint32_t submitted{};  // seconds since 1970
  short_text<21> source, destination;
  short_text<20> text;
};

using inbound_part = std::unique_ptr<smpp::deliver_sm>;

using outgoing = std::variant<receipt_note, inbound_part>;
