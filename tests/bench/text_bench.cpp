// What is done to a message outside of its PDU: alphabets, long messages, receipts and message ids.
#include "smpp/gsm7.hpp"
#include "smpp/message_id.hpp"
#include "smpp/receipt.hpp"
#include "smpp/segmenter.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"
#include "tests/bench/allocation_count.hpp"

#include <benchmark/benchmark.h>

#include <string_view>

namespace {

// 160 septets with characters of the extension table, 70 units of UCS-2.
constexpr std::string_view western =
    "Your order of 3 café crèmes {large} is ready: 12,50 € to pay, please bring this code: 123456 "
    "[valid until 18:00]. Questions? Call us on +46 70 123 45 67. Välkommen!";
constexpr std::string_view cyrillic =
    "Ваш код подтверждения: 123456. Он действителен пять минут, храните его";
constexpr std::string_view receipt_text =
    "id:0123456789ABCDEF sub:001 dlvrd:001 submit date:2611211430 done date:2611211431 "
    "stat:DELIVRD err:000 text:Your one-time passwo";

/// One call in a loop, its result used.
template <class Call>
void measure(benchmark::State& state, Call call) {
  const bench::allocation_count count;
  for (auto _ : state)
    benchmark::DoNotOptimize(call());
  count.report(state, state.iterations());
}

void gsm7_encode(benchmark::State& state) {
  measure(state, [] { return smpp::gsm7_encode(western); });
}
BENCHMARK(gsm7_encode);

void gsm7_decode(benchmark::State& state) {
  const auto septets = smpp::gsm7_encode(western).value();
  measure(state, [&] { return smpp::gsm7_decode(septets); });
}
BENCHMARK(gsm7_decode);

void gsm7_pack(benchmark::State& state) {
  const auto septets = smpp::gsm7_encode(western).value();
  measure(state, [&] { return smpp::gsm7_pack(septets); });
}
BENCHMARK(gsm7_pack);

void gsm7_unpack(benchmark::State& state) {
  const auto septets = smpp::gsm7_encode(western).value();
  const auto packed = smpp::gsm7_pack(septets);
  measure(state, [&] { return smpp::gsm7_unpack(packed, septets.size()); });
}
BENCHMARK(gsm7_unpack);

// Not in GSM 7-bit, which is tried first.
void encode_text_ucs2(benchmark::State& state) {
  measure(state, [] { return smpp::encode_text(cyrillic); });
}
BENCHMARK(encode_text_ucs2);

void split_in_three(benchmark::State& state) {
  const smpp::byte_buffer septets(400, 'x');
  measure(state, [&] {
    return smpp::split(smpp::data_coding_default, septets, smpp::concatenation::udh8, 1);
  });
}
BENCHMARK(split_in_three);

void parse_receipt(benchmark::State& state) {
  measure(state, [] { return smpp::parse_receipt(receipt_text); });
}
BENCHMARK(parse_receipt);

void parse_receipt_of_a_message(benchmark::State& state) {
  measure(state, [] { return smpp::parse_receipt(western); });
}
BENCHMARK(parse_receipt_of_a_message);

void parse_udh(benchmark::State& state) {
  smpp::concatenation_element part;
  part.total = 3;
  part.sequence = 2;
  auto user_data = smpp::format_udh(part);
  user_data.resize(140, 'x');
  measure(state, [&] { return smpp::parse_udh(user_data); });
}
BENCHMARK(parse_udh);

void canonical_id(benchmark::State& state) {
  measure(state, [] { return smpp::canonical_id("00B8BE19"); });
}
BENCHMARK(canonical_id);

void receipt_id_candidates(benchmark::State& state) {
  measure(state, [] { return smpp::receipt_id_candidates("0972660181"); });
}
BENCHMARK(receipt_id_candidates);

}  // namespace
