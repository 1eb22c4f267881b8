#include "tests/bench/allocation_count.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

namespace {

std::int64_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace bench {

allocation_count::allocation_count() : before_(allocations) {}

void allocation_count::report(benchmark::State& state, std::int64_t processed) const {
  const auto count = allocations - before_;
  state.SetItemsProcessed(processed);
  state.counters["allocations_each"] =
      static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(processed, 1));
}

void allocation_count::report_none(benchmark::State& state, std::int64_t processed) const {
  const auto count = allocations - before_;
  report(state, processed);
  if (count != 0) state.SkipWithError("it allocates in steady state");
}

}  // namespace bench

namespace {

/// Remembers what it prints, for the last line.
class figures final : public benchmark::ConsoleReporter {
 public:
  figures() : ConsoleReporter(OO_Tabular) {}  // without colours, which would begin the last line

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs) {
      failed_ = failed_ || run.error_occurred;
      auto name = run.benchmark_name();
      std::ranges::replace(name, '/', '_');
      if (!line_.empty()) line_ += ' ';
      line_ += name + "_per_s=" + std::to_string(std::llround(figure(run, "items_per_second")));
      line_ += " " + name + "_allocations=" + std::to_string(figure(run, "allocations_each"));
    }
    ConsoleReporter::ReportRuns(runs);
  }
  [[nodiscard]] const std::string& line() const noexcept { return line_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  static double figure(const Run& run, const char* name) {
    const auto found = run.counters.find(name);
    return found == run.counters.end() ? 0 : found->second.value;
  }
  std::string line_;
  bool failed_{false};
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  figures reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  std::printf("%s\n", reporter.failed() ? "a benchmark failed" : reporter.line().c_str());
  return reporter.failed() ? EXIT_FAILURE : EXIT_SUCCESS;
}
