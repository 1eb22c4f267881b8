// Numbers of the protocol as its tables print them.
#pragma once

#include <cstdint>
#include <string>

namespace smpp::detail {

/// "0x00000401": the last `digits` hexadecimal digits of `value`.
[[nodiscard]] inline std::string hexadecimal(std::uint32_t value, unsigned digits = 8) {
  std::string text = "0x";
  while (digits-- > 0)
    text += "0123456789ABCDEF"[(value >> (4 * digits)) & 0xFU];
  return text;
}

}  // namespace smpp::detail
