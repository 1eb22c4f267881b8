// What the engine costs without a network: decoding, encoding, and a pair of sessions back to back,
// in time and in allocations. The last line has the figures as key=value.
#include "smpp/codec.hpp"
#include "smpp/session_core.hpp"

#include <benchmark/benchmark.h>

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

namespace {

/// Counts what is allocated from here on, for each of the PDUs that were processed.
class allocation_count {
 public:
  void report(benchmark::State& state, std::int64_t pdus) const {
    state.SetItemsProcessed(pdus);
    state.counters["allocations_per_pdu"] =
        static_cast<double>(allocations - before_) / static_cast<double>(pdus);
  }

 private:
  std::int64_t before_{allocations};
};

using namespace std::chrono_literals;

smpp::submit_sm typical() {
  smpp::submit_sm pdu;
  pdu.source_addr_ton = 5;
  pdu.source_addr = "Bank";
  pdu.dest_addr_ton = 1;
  pdu.dest_addr_npi = 1;
  pdu.destination_addr = "46701234567";
  pdu.registered_delivery = 1;
  pdu.short_message = "Your one-time password is 123456. It is valid for five minutes.";
  return pdu;
}

void decode_submit_sm(benchmark::State& state) {
  smpp::byte_buffer octets;
  smpp::encode(octets, typical(), 1).value();
  const auto view = smpp::byte_view(octets);
  smpp::any_pdu into;
  const allocation_count count;
  for (auto _ : state) {
    const auto failure = smpp::decode(smpp::decode_header(view), view.subspan(smpp::header_octets),
                                      smpp::leniency::strict, into);
    if (failure) state.SkipWithError("does not decode");
    benchmark::DoNotOptimize(into);
  }
  count.report(state, state.iterations());
}
BENCHMARK(decode_submit_sm);

void encode_submit_sm(benchmark::State& state) {
  const auto pdu = typical();
  smpp::byte_buffer octets;
  const allocation_count count;
  for (auto _ : state) {
    octets.clear();
    benchmark::DoNotOptimize(smpp::encode(octets, pdu, 1));
  }
  count.report(state, state.iterations());
}
BENCHMARK(encode_submit_sm);

// An ESME and an SMSC in one thread. Their octets are handed over a buffer at a time.
class pair_of_cores {
 public:
  explicit pair_of_cores(std::uint32_t window)
      : esme_(options(smpp::role::esme, window), now_),
        smsc_(options(smpp::role::smsc, window), now_) {
    std::ignore = esme_.send(smpp::bind_transceiver{}, now_);
    while (esme_.state() != smpp::bind_state::bound_trx)
      turn();
  }

  void fill_window() {
    while (esme_.can_send())
      std::ignore = esme_.send(pdu_, now_, 1);
  }
  /// Returns how many responses came.
  std::int64_t turn() {
    hand_over(esme_, smsc_);
    while (smsc_.poll_event(event_, now_)) {
      const auto* request = std::get_if<smpp::request_received>(&event_);
      if (request == nullptr) std::abort();
      if (request->head.id == smpp::command_id::submit_sm) {
        std::ignore = smsc_.reply(request->head.sequence, answer_);
      } else {
        smsc_.accept_bind(request->head.sequence);
      }
    }
    hand_over(smsc_, esme_);
    std::int64_t responses = 0;
    while (esme_.poll_event(event_, now_))
      responses += std::holds_alternative<smpp::response_received>(event_) ? 1 : 0;
    return responses;
  }

 private:
  static smpp::session_options options(smpp::role role, std::uint32_t window) {
    smpp::session_options made;
    made.role = role;
    made.window_max = window;
    return made;
  }
  void hand_over(smpp::session_core& from, smpp::session_core& to) {
    from.take_output(wire_);
    to.on_bytes(wire_, now_);
  }

  smpp::steady_time now_{1h};
  smpp::session_core esme_, smsc_;
  smpp::submit_sm pdu_ = typical();
  smpp::submit_sm_resp answer_ = [] {
    smpp::submit_sm_resp made;
    made.message_id = "0123456789ABCDEF";
    return made;
  }();
  smpp::event event_;
  smpp::byte_buffer wire_;
};

void submit_and_response(benchmark::State& state) {
  pair_of_cores both(static_cast<std::uint32_t>(state.range(0)));
  std::int64_t responses = 0;
  both.fill_window();  // its buffers grow once
  std::ignore = both.turn();
  const allocation_count count;
  for (auto _ : state) {
    both.fill_window();
    responses += both.turn();
  }
  count.report(state, responses);
}
BENCHMARK(submit_and_response)->Arg(1)->Arg(64)->Arg(1000);

/// Remembers what it prints, for the last line.
class figures final : public benchmark::ConsoleReporter {
 public:
  figures() : ConsoleReporter(OO_Tabular) {}  // without colours, which would begin the last line

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs) {
      auto name = run.benchmark_name();
      std::ranges::replace(name, '/', '_');
      if (!line_.empty()) line_ += ' ';
      line_ += name + "_per_s=" + std::to_string(std::llround(figure(run, "items_per_second")));
      line_ += " " + name + "_allocations=" + std::to_string(figure(run, "allocations_per_pdu"));
    }
    ConsoleReporter::ReportRuns(runs);
  }
  [[nodiscard]] const std::string& line() const noexcept { return line_; }

 private:
  static double figure(const Run& run, const char* name) {
    const auto found = run.counters.find(name);
    return found == run.counters.end() ? 0 : found->second.value;
  }
  std::string line_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  figures reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  std::printf("%s\n", reporter.line().c_str());
}
