// How carriers write the same number.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "settings.hpp"

[[nodiscard]] inline std::string written(std::uint64_t number, id_style how) {
  switch (how) {
    case id_style::hex: return fmt::format("{:x}", number);
    case id_style::upper: return fmt::format("{:X}", number);
    case id_style::padded: return fmt::format("{:020}", number);
    case id_style::decimal: break;
  }
  return fmt::format("{}", number);
}
