// How often memory was asked for. Whoever links allocation_count.cpp has operator new counted, and
// a main that runs its benchmarks.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

namespace bench {

/// Counts from here on.
class allocation_count {
 public:
  allocation_count();
  [[nodiscard]] std::int64_t so_far() const noexcept;
  /// Adds to what the benchmark prints: what was processed per second, and how many allocations
  /// there were for each.
  void report(benchmark::State& state, std::int64_t processed) const;
  /// The same, and the benchmark fails where there was a single one.
  void report_none(benchmark::State& state, std::int64_t processed) const;

 private:
  std::int64_t before_;
};

}  // namespace bench
