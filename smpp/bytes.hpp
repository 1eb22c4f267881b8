// The octets that everything in smpp/ reads and writes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace smpp {

using byte_view = std::span<const std::uint8_t>;
using byte_buffer = std::vector<std::uint8_t>;

/// The octets of `text`, not copied: valid as long as `text` is.
[[nodiscard]] inline byte_view as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// `octets` as characters, not copied: valid as long as `octets` is.
[[nodiscard]] inline std::string_view as_text(byte_view octets) noexcept {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

}  // namespace smpp
