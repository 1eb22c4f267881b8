// Two ids, of a submit_sm_resp and of a receipt: what matches is found by its candidates, and the
// other way about. The first octet says where the second id begins.
#include "smpp/bytes.hpp"
#include "smpp/message_id.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>

namespace {

void check_candidates(std::string_view id) {
  const auto canonical = smpp::canonical_id(id);
  fuzz::check(smpp::canonical_id(canonical) == canonical, "canonical stays canonical");
  const auto candidates = smpp::receipt_id_candidates(id);
  fuzz::check(candidates.empty() == canonical.empty(), "only an empty id means nothing");
  for (auto one = candidates.begin(); one != candidates.end(); ++one) {
    fuzz::check(smpp::canonical_id(one->key) == one->key, "a key is canonical");
    fuzz::check(std::ranges::count(candidates, one->key, &smpp::id_candidate::key) == 1,
                "no key comes twice");
    fuzz::check((one->form == smpp::id_form::exact) == (one == candidates.begin()), "exact first");
    fuzz::check(smpp::match_ids(one->key, id).has_value(), "what a candidate names matches");
  }
}

void check_evidence(smpp::byte_view steps, std::string_view submitted, std::string_view told) {
  smpp::id_form_evidence evidence;
  for (const auto step : steps) {
    switch (step % 4U) {
      case 0: evidence.saw_submit_id(submitted); break;
      case 1: evidence.saw_receipt_id(told); break;
      case 2: evidence.add(static_cast<smpp::id_form>(step / 4U % 6U)); break;
      default: evidence.miss();
    }
    const auto sure = evidence.confidence();
    fuzz::check(sure >= 0 && sure <= 1, "a confidence is a share");
    fuzz::check(evidence.form().has_value() == (sure > 0), "what is believed has evidence");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const smpp::byte_view octets(data + 1, size - 1);
  const auto cut = std::min<std::size_t>(data[0], octets.size());
  const auto submitted = smpp::as_text(octets.first(cut));
  const auto told = smpp::as_text(octets.subspan(cut));
  check_candidates(submitted);
  check_candidates(told);
  const auto form = smpp::match_ids(submitted, told);
  const auto candidates = smpp::receipt_id_candidates(told);
  const auto found =
      std::ranges::find(candidates, smpp::canonical_id(submitted), &smpp::id_candidate::key);
  fuzz::check(form.has_value() == (found != candidates.end()), "what matches is found");
  check_evidence(octets, submitted, told);
  return 0;
}
