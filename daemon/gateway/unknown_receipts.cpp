// Receipts that memory knows no message for: of old messages, of such whose submit_sm_resp is still
// on its way, and of nobody's.
#include "daemon/clock.hpp"
#include "daemon/gateway/receipts.hpp"
#include "daemon/observe/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace smppd {

namespace {

std::string early_key(std::int64_t carrier, std::string_view key) {
  return fmt::format("{}/{}", carrier, key);
}

}  // namespace

// It waits in the store since long, or its submit_sm_resp is still on the way, or it is nobody's.
void receipts::ask_soon() {
  grace_.expires_after(response_grace);
  grace_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled && !stopped_) ask_store();
  });
}

// One question at a time, asked once all that was said before is durable; and what leaves memory
// until it is answered is found there. So whatever is known of a message, memory or the answer has
// it.
void receipts::ask_store() {
  std::vector<unknown_receipt> asked;
  std::map<std::int64_t, std::set<std::string>> questions;  // carrier -> keys
  for (auto& one : std::exchange(unknown_, {})) {
    if (apply_if_known(one.receipt, one.by)) {
      acknowledgements_.add(std::move(one.ack));
      continue;
    }
    auto& ask = questions[one.by.id];
    for (const auto* id : {&one.receipt.id, &one.receipt.other_id}) {
      for (auto& candidate : smpp::receipt_id_candidates(*id)) {
        ask.insert(candidate.key);
        one.candidates.push_back(std::move(candidate));
      }
    }
    asked.push_back(std::move(one));
  }
  if (asked.empty()) return;
  // All in order: rows by carrier and key, messages and parts by id.
  auto query = [questions = std::move(questions)](store::reader& from) -> store::result<answer> {
    answer found;
    std::vector<store::id64> ids;
    for (const auto& [carrier, wanted] : questions) {
      const std::vector<std::string> keys(wanted.begin(), wanted.end());
      const auto rows = from.find_awaited(carrier, keys);
      if (!rows) return rows.error();
      for (auto row : rows->items) {
        row.key = found.awaited.texts.keep(row.key);
        found.awaited.items.push_back(row);
        ids.push_back(row.id);
      }
    }
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    auto messages = from.find_messages(ids);
    if (!messages) return messages.error();
    found.messages = std::move(*messages);
    auto parts = from.sent_parts(ids);
    if (!parts) return parts.error();
    found.parts = std::move(*parts);
    return found;
  };
  asking_ = true;
  store_.when_durable([this, query = std::move(query), asked = std::move(asked)]() mutable {
    if (stopped_) return;
    store_.read(std::move(query),
                [this, asked = std::move(asked)](const store::result<answer>& found) mutable {
                  resolve(asked, found);
                  left_.clear();
                  asking_ = false;
                  if (!unknown_.empty()) ask_soon();
                });
  });
}

void receipts::resolve(std::vector<unknown_receipt>& asked, const store::result<answer>& found) {
  for (auto& one : asked) {
    if (found) {
      resolve(one, *found);
      continue;
    }
    log::error("carrier receipt {}: the store did not answer: {}", one.receipt.id,
               found.error().message());
    one.ack.answer(smpp::command_status::x_t_appn);
  }
}

// Of two messages with one id the later one is meant.
std::optional<receipts::stored_match> receipts::choose(const unknown_receipt& one,
                                                       const answer& found) const {
  std::optional<stored_match> best;
  int most = 0;
  for (const auto& candidate : one.candidates) {
    const auto rows = std::ranges::equal_range(
        found.awaited.items, std::pair(one.by.id, std::string_view(candidate.key)), {},
        [](const store::awaited_receipt& row) { return std::pair(row.carrier, row.key); });
    for (const auto& row : rows) {
      const auto of =
          std::ranges::lower_bound(found.messages.items, row.id, {},
                                   [](const store::found_message& any) { return any.message.id; });
      if (of == found.messages.items.end() || of->message.id != row.id) continue;
      const auto belief =
          belief_in(candidate.form, one.receipt.source, of->message.destination, one.by);
      if (belief == 0 || belief < most) continue;
      most = belief;
      best = {&*of, &row, candidate.form};
    }
  }
  return best;
}

void receipts::resolve(unknown_receipt& one, const answer& found) {
  auto& [receipt, by, ack, otherwise, candidates] = one;
  if (apply_if_known(receipt, by)) return acknowledgements_.add(std::move(ack));
  if (const auto match = choose(one, found)) {
    const auto& row = *match->row;
    const auto message = message_of(*match, found);
    message->has_row = true;
    apply({message, row.part, match->form, row.key}, receipt, by, counted::yes);
    // It may be repeated. What is not settled the store knows, but for what this answer is too old
    // for.
    auto& known_to = message->settled ? book_ : left_;
    known_to.add(row.carrier, row.key, row.part, message, std::chrono::steady_clock::now());
  } else if (!receipt.sure) {
    return otherwise(std::move(ack));
  } else {
    by.figures.receipts_unmatched.Increment();
    evidence_[by.id].miss();
    log::info("carrier {}: a receipt for the unknown id '{}' ({}) waits for its message",
              by.settings.name, receipt.id, smpp::receipt_word(receipt.state));
    keep_unmatched(receipt, by.id);
  }
  acknowledgements_.add(std::move(ack));
}

awaited_ptr receipts::message_of(const stored_match& match, const answer& found) {
  auto made = make_awaited(*match.message);
  if (made->parts == 1) return made;
  if (const auto known = shared_.find(made->id);
      known != shared_.end() &&
      (known->second.message->parts != made->parts || known->second.message->cut_anew)) {
    made->settled = true;  // it has been cut anew since
    return made;
  }
  for (const auto& part :
       std::ranges::equal_range(found.parts.items, made->id, {}, &store::sent_part::id)) {
    if (part.state == store::progress::delivered) made->set_delivered(part.part);
  }
  return share(std::move(made));
}

void receipts::keep_unmatched(const carrier_receipt& receipt, std::int64_t carrier) {
  const auto sequence = ids_.take(wall_now());
  store_.add(&store::batch::unmatched,
             store::unmatched_receipt{.sequence = sequence,
                                      .carrier = carrier,
                                      .received_at = wall_now(),
                                      .carrier_message_id = store_.keep(receipt.id),
                                      .state = static_cast<std::uint8_t>(receipt.state),
                                      .error = store_.keep(receipt.error)});
  remember_early(carrier, {sequence, receipt, std::chrono::steady_clock::now()});
}

void receipts::remember_early(std::int64_t carrier, early_receipt early) {
  if (early_.size() >= early_max) return;  // it stays in the store, for a person to look at
  const auto kept = std::make_shared<const early_receipt>(std::move(early));
  for (const auto* id : {&kept->receipt.id, &kept->receipt.other_id}) {
    for (const auto& candidate : smpp::receipt_id_candidates(*id))
      early_.emplace(early_key(carrier, candidate.key), early_candidate{kept, candidate.form});
  }
}

void receipts::forget_early(std::int64_t carrier,
                            const std::shared_ptr<const early_receipt>& early) {
  for (const auto* id : {&early->receipt.id, &early->receipt.other_id}) {
    for (const auto& candidate : smpp::receipt_id_candidates(*id)) {
      auto [one, last] = early_.equal_range(early_key(carrier, candidate.key));
      while (one != last)
        one = one->second.early == early ? early_.erase(one) : std::next(one);
    }
  }
}

// There may be several: first what is not final, as they came.
void receipts::match_early(const receipt_source& by, std::string_view carrier_id, std::uint8_t part,
                           const awaited_ptr& message) {
  const auto key = smpp::canonical_id(carrier_id);
  while (match_one_early(by, {message, part, smpp::id_form::exact, key})) {
  }
}

bool receipts::match_one_early(const receipt_source& by, receipt_book::match with) {
  const auto [first, last] = early_.equal_range(early_key(by.id, with.key.view()));
  std::shared_ptr<const early_receipt> best;
  int most = 0;
  for (auto one = first; one != last; ++one) {
    const auto& [early, early_form] = one->second;
    const auto belief =
        belief_in(early_form, early->receipt.source, with.message->destination.view(), by);
    // One that was read back has no address that could speak against it: its id must speak for it.
    if (belief < most || belief == 0 || (early->read_back && belief == 1)) continue;
    if (belief == most && best->sequence < early->sequence) continue;
    most = belief;
    best = early;
    with.form = early_form;
  }
  if (!best) return false;
  forget_early(by.id, best);
  store_.add(&store::batch::unmatched_done, best->sequence);
  apply(with, best->receipt, by, counted::no);
  return true;
}

}  // namespace smppd
