#include "store/sqlite/recent.hpp"

#include <algorithm>

namespace store {
namespace {

recent::key key_of(const notice_key& one) { return {one.target, one.sequence}; }

template <class Number>
Number or_else(Number value, Number otherwise) {
  return value != Number{} ? value : otherwise;
}

// These say what the statements of message_writer say.

void bring(const recent::change::sent_part& from, message_state& state, arena& texts) {
  if (state.state > progress::sent && state.sent_at != wall_time{}) return;
  if (state.state == progress::queued) {
    state.state = progress::sent;
    state.changed_at = from.first_at;
  }
  state.sent_at = from.at;
  state.attempts = from.attempts;
  state.carrier = from.carrier;
  state.possible_duplicate = state.possible_duplicate || from.possible_duplicate;
  state.carrier_message_id = texts.keep(from.carrier_message_id);
}

void bring(const recent::change::settled_part& from, message_state& state, arena& texts) {
  if (is_final(state.state) || state.state > from.state) return;
  state.state = from.state;
  state.why = from.why;
  state.changed_at = from.at;
  state.attempts = or_else(from.attempts, state.attempts);
  state.carrier = or_else(from.carrier, state.carrier);
  state.possible_duplicate = state.possible_duplicate || from.possible_duplicate;
  if (!from.error.empty()) state.error = texts.keep(from.error);
}

}  // namespace

bool recent::waits_for(id64 id) const {
  const auto found = changes_.find(id);
  return found != changes_.end() && found->second.waits;
}

bool recent::may_be_in_table(const notice_key& one) const {
  const auto found = notices_.find(key_of(one));
  return found == notices_.end() || found->second.maybe_in_table;
}

recent::kept_change& recent::touch(id64 id) {
  const auto [place, is_new] = changes_.try_emplace(id);
  if (is_new || !place->second.waits) {
    ++waiting_;
    coming_ids_.push_back(id);
  }
  place->second.waits = true;
  return place->second;
}

void recent::merge(const sent& from) {
  change& to = touch(from.id).what;
  const bool ended = to.settled && is_final(to.settled->state);
  if (ended && to.sent) return;
  if (to.settled && !ended) {  // as far as `from` says it too, it is newer
    to.settled->attempts = 0;
    to.settled->carrier = 0;
  }
  const bool before = to.sent && to.sent->possible_duplicate;
  to.sent = change::sent_part{.first_at = to.sent ? to.sent->first_at : from.at,
                              .at = from.at,
                              .carrier = from.carrier,
                              .attempts = from.attempts,
                              .possible_duplicate = before || from.possible_duplicate,
                              .after_end = ended,
                              .carrier_message_id = std::string(from.carrier_message_id)};
}

void recent::merge(const settled& from) {
  auto& to = touch(from.id).what.settled;
  if (to && (is_final(to->state) || to->state > from.state)) return;
  change::settled_part merged{.at = from.at,
                              .state = from.state,
                              .why = from.why,
                              .possible_duplicate = from.possible_duplicate,
                              .attempts = from.attempts,
                              .carrier = from.carrier,
                              .error = std::string(from.error)};
  if (to) {
    merged.attempts = or_else(merged.attempts, to->attempts);
    merged.carrier = or_else(merged.carrier, to->carrier);
    merged.possible_duplicate = merged.possible_duplicate || to->possible_duplicate;
    if (merged.error.empty()) merged.error = std::move(to->error);
  }
  to = std::move(merged);
}

void recent::add(const batch& changes) {
  const std::lock_guard lock(mutex_);
  for (const sent& one : changes.sents)
    merge(one);
  for (const settled& one : changes.settlements)
    merge(one);
  for (const notice& one : changes.notices) {
    const auto [place, is_new] = notices_.try_emplace({one.target, one.sequence},
                                                      kept{.what = {.kind = one.kind,
                                                                    .subject = one.subject,
                                                                    .attempts = one.attempts,
                                                                    .due = one.due,
                                                                    .url = std::string(one.url)}});
    if (!is_new) continue;
    ++waiting_;
    ++waiting_notices_;
    url_octets_ += one.url.size();
  }
  for (const postponed_notice& one : changes.notices_postponed) {
    const auto found = notices_.find(key_of(one.key));
    if (found == notices_.end()) continue;
    found->second.what.attempts = one.attempts;
    found->second.what.due = one.due;
  }
  for (const notice_key& one : changes.notices_done) {
    const auto found = notices_.find(key_of(one));
    if (found == notices_.end()) continue;
    if (found->second.waits) {
      --waiting_;
      --waiting_notices_;
    }
    erase(found);
  }
}

void recent::erase(std::map<key, kept>::iterator one) {
  url_octets_ -= one->second.what.url.size();
  notices_.erase(one);
}

bool recent::forget() {
  const std::lock_guard lock(mutex_);
  forget_written();
  return changes_.empty() && notices_.empty();
}

void recent::freeze() {
  frozen_ids_ = std::exchange(coming_ids_, {});
  std::ranges::make_heap(frozen_ids_, std::greater{});
  frozen_notices_.clear();
  next_notice_ = 0;
  for (const auto& [whose, one] : notices_) {
    if (one.waits) frozen_notices_.push_back(whose);
  }
}

void recent::wrote_piece(bool committed) {
  if (!committed) {
    for (const id64 id : writing_.ids) {
      frozen_ids_.push_back(id);
      std::ranges::push_heap(frozen_ids_, std::greater{});
    }
    writing_ = {};
    return;
  }
  if (writing_.ids.empty() && writing_.notices.empty()) return;
  const std::lock_guard lock(mutex_);
  pieces_ = writing_.number;
  next_notice_ += writing_.notices.size();
  for (const id64 id : writing_.ids) {
    const auto found = changes_.find(id);
    if (found == changes_.end() || !found->second.waits) continue;
    found->second.waits = false;
    found->second.written_in = pieces_;
    --waiting_;
  }
  for (const key& one : writing_.notices) {
    const auto found = notices_.find(one);
    if (found == notices_.end() || !found->second.waits) continue;
    found->second.waits = false;
    found->second.written_in = pieces_;
    --waiting_;
    --waiting_notices_;
  }
  written_.push_back(std::move(writing_));
  writing_ = {};
  forget_written();
}

// What a reader began before the piece was committed, its tables do not have.
void recent::forget_written() {
  while (!written_.empty() && (readers_.empty() || written_.front().number <= *readers_.begin())) {
    for (const id64 id : written_.front().ids) {
      const auto found = changes_.find(id);
      if (found == changes_.end() || found->second.waits) continue;
      if (found->second.written_in == written_.front().number) changes_.erase(found);
    }
    for (const key& one : written_.front().notices) {
      const auto found = notices_.find(one);
      if (found == notices_.end() || found->second.waits) continue;
      if (found->second.written_in == written_.front().number) erase(found);
    }
    written_.pop_front();
  }
}

recent::reading::reading(recent& of) : of_(of) {
  const std::lock_guard lock(of_.mutex_);
  since_ = of_.readers_.insert(of_.pieces_);
}

recent::reading::~reading() {
  const std::lock_guard lock(of_.mutex_);
  of_.readers_.erase(since_);
}

bool recent::reading::bring_up_to_date(id64 id, message_state& state, arena& texts) const {
  const std::lock_guard lock(of_.mutex_);
  const auto found = of_.changes_.find(id);
  if (found == of_.changes_.end()) return false;
  const change& what = found->second.what;
  if (what.sent && !what.sent->after_end) bring(*what.sent, state, texts);
  if (what.settled) bring(*what.settled, state, texts);
  if (what.sent && what.sent->after_end) bring(*what.sent, state, texts);
  return true;
}

std::vector<id64> recent::reading::find(id64 first, id64 last, id64 step) const {
  const std::lock_guard lock(of_.mutex_);
  std::vector<id64> ids;
  if (static_cast<std::size_t>((last - first) / step) < of_.changes_.size()) {
    for (id64 id = first; id <= last; id += step) {
      if (of_.changes_.contains(id)) ids.push_back(id);
    }
    return ids;
  }
  for (const auto& [id, what] : of_.changes_) {
    if (id >= first && id <= last) ids.push_back(id);
  }
  return ids;
}

std::vector<notice> recent::reading::find_notices(std::int64_t target, std::int64_t after,
                                                  std::size_t limit, arena& texts) const {
  const std::lock_guard lock(of_.mutex_);
  std::vector<notice> found;
  for (auto one = of_.notices_.upper_bound({target, after});
       one != of_.notices_.end() && one->first.first == target && found.size() < limit; ++one) {
    const kept_notice& what = one->second.what;
    found.push_back({.target = target,
                     .sequence = one->first.second,
                     .kind = what.kind,
                     .subject = what.subject,
                     .attempts = what.attempts,
                     .due = what.due,
                     .url = texts.keep(what.url)});
  }
  return found;
}

std::size_t recent::reading::count_notices() const {
  const std::lock_guard lock(of_.mutex_);
  return of_.waiting_notices_;
}

}  // namespace store
