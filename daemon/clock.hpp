// The one place where the daemon asks what time it is. Rules and stores are told: time is a
// parameter there.
#pragma once

#include "store/records.hpp"

#include <chrono>

namespace smppd {

[[nodiscard]] inline store::wall_time wall_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace smppd
