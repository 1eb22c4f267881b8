#include "store/batch.hpp"

namespace store {

void batch::clear() noexcept {
  const auto forget = [](auto&... lists) { (lists.clear(), ...); };
  forget(texts, submissions, accepted, accepted_together, parks, reschedules, recuts, replacements,
         parts, sents, part_settlements, settlements, awaits, awaits_done, unmatched,
         unmatched_done, inbound_parts, inbound_parts_done, inbounds, keyword_hits, notices,
         notices_postponed, notices_done, events, marks, withdrawn);
  changes = 0;
}

void batch::forget_parts(id64 message) {
  const auto forget = [message](auto&... lists) {
    (std::erase_if(lists, [message](const auto& one) { return one.id == message; }), ...);
  };
  forget(parts, part_settlements, awaits);
}

}  // namespace store
