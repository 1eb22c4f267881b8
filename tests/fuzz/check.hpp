// What a fuzz target says when a property does not hold.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace fuzz {

/// Ends the process, as a crash that the fuzzer keeps.
inline void check(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

}  // namespace fuzz
