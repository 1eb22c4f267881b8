// What the engine costs without a network: decoding, encoding, and a pair of sessions back to back,
// in time and in allocations. In steady state there are none of them.
#include "smpp/codec.hpp"
#include "smpp/session_core.hpp"
#include "tests/bench/allocation_count.hpp"
#include "tests/bench/typical_submit.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>

namespace {

using namespace std::chrono_literals;

// A receipt, as carriers send it: in the text and in TLVs.
smpp::deliver_sm typical_receipt() {
  smpp::deliver_sm pdu;
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 1;
  pdu.source_addr = "46701234567";
  pdu.destination_addr = "Bank";
  pdu.esm_class = 0x04;
  pdu.short_message =
      "id:0123456789ABCDEF sub:001 dlvrd:001 submit date:2611211430 done date:2611211431 "
      "stat:DELIVRD err:000 text:Your one-time passwo";
  pdu.tlvs.add_text(smpp::tag::receipted_message_id, "0123456789ABCDEF");
  pdu.tlvs.add_u8(smpp::tag::message_state, 2);
  return pdu;
}

template <class Pdu>
void decode(benchmark::State& state, const Pdu& pdu) {
  smpp::byte_buffer octets;
  smpp::encode(octets, pdu, 1).value();
  const auto view = smpp::byte_view(octets);
  const auto decoded = [&](smpp::any_pdu& into) {
    return !smpp::decode(smpp::decode_header(view), view.subspan(smpp::header_octets),
                         smpp::leniency::strict, into);
  };
  smpp::any_pdu into;
  if (!decoded(into)) state.SkipWithError("does not decode");  // its strings grow once
  const bench::allocation_count count;
  for (auto _ : state)
    benchmark::DoNotOptimize(decoded(into));
  count.report_none(state, state.iterations());
}
BENCHMARK_CAPTURE(decode, submit_sm, typical_submit());
BENCHMARK_CAPTURE(decode, deliver_sm, typical_receipt());

template <class Pdu>
void encode(benchmark::State& state, const Pdu& pdu) {
  smpp::byte_buffer octets;
  octets.reserve(smpp::encoded_size(pdu));
  const bench::allocation_count count;
  for (auto _ : state) {
    octets.clear();
    benchmark::DoNotOptimize(smpp::encode(octets, pdu, 1));
  }
  count.report_none(state, state.iterations());
}
BENCHMARK_CAPTURE(encode, submit_sm, typical_submit());
BENCHMARK_CAPTURE(encode, deliver_sm, typical_receipt());

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
  smpp::submit_sm pdu_ = typical_submit();
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
  for (int turns = 0; turns < 8; ++turns) {  // the buffers grow, and are swapped around
    both.fill_window();
    std::ignore = both.turn();
  }
  const bench::allocation_count count;
  for (auto _ : state) {
    both.fill_window();
    responses += both.turn();
  }
  count.report_none(state, responses);
}
BENCHMARK(submit_and_response)->Arg(1)->Arg(64)->Arg(1000);

}  // namespace
