#include "tests/bench/allocation_count.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t> allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace bench {

allocation_count::allocation_count() : before_(allocations) {}

std::int64_t allocation_count::so_far() const noexcept { return allocations - before_; }

void allocation_count::report(benchmark::State& state, std::int64_t processed) const {
  const auto count = so_far();
  state.SetItemsProcessed(processed);
  state.counters["allocations_each"] =
      static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(processed, 1));
}

void allocation_count::report_none(benchmark::State& state, std::int64_t processed) const {
  const auto count = so_far();
  report(state, processed);
  if (count != 0) state.SkipWithError("it allocates in steady state");
}

}  // namespace bench
