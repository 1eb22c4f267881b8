// Runs the benchmarks, and ends with a line of their figures as key=value, if all of them went
// well.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

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
