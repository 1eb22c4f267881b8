#include "tally.hpp"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <iterator>

namespace {

std::string percentiles(const histogram& of) {
  return fmt::format("p50 {} us, p99 {} us, p99.9 {} us, at most {} us", of.percentile(0.5),
                     of.percentile(0.99), of.percentile(0.999), of.max());
}

std::size_t hash_of(std::string_view message_id) {
  return std::hash<std::string_view>()(message_id);
}

}  // namespace

void tally::sent(time now) { messages_.push_back({now}); }

void tally::answered(std::uint64_t serial, smpp::command_status status, std::string_view message_id,
                     time now) {
  ++statuses_[status];
  last_answer_ = now;
  submit_.add(now - messages_[serial - first_serial_].sent);
  if (status != smpp::command_status::ok) {
    ++refused_;
    return;
  }
  ++acked_;
  if (!receipts_wanted_) return;
  const auto id = hash_of(message_id);
  serials_[id] = serial;
  if (early_.empty()) return;
  const auto [first, last] = early_.equal_range(id);
  for (auto at = first; at != last; ++at)
    take_receipt(serial, at->second);
  early_.erase(first, last);
}

void tally::receipt(std::string_view message_id, std::optional<smpp::message_state> state,
                    time now) {
  ++states_[state ? std::string(smpp::receipt_word(*state)) : "without a state"];
  const auto found = serials_.find(hash_of(message_id));
  if (found == serials_.end()) {
    early_.emplace(hash_of(message_id), now);
  } else {
    take_receipt(found->second, now);
  }
}

void tally::take_receipt(std::uint64_t serial, time now) {
  message& of = messages_[serial - first_serial_];
  if (of.has_receipt) {
    ++duplicates_;
    return;
  }
  of.has_receipt = true;
  ++receipts_;
  receipt_.add(now - of.sent);
}

double tally::seconds() const {
  if (messages_.empty() || answers() == 0) return 0;
  return std::chrono::duration<double>(last_answer_ - messages_.front().sent).count();
}

double tally::rate() const {
  return seconds() > 0 ? static_cast<double>(answers()) / seconds() : 0;
}

std::string tally::progress() const {
  return fmt::format("sent {}, answered {}, receipts {}", sent(), answers(), receipts_);
}

std::string tally::report() const {
  std::string text = fmt::format("{} submit_sm in {:.3f} s, {:.0f}/s\n", sent(), seconds(), rate());
  text += fmt::format("submit_sm_resp: {}\n", percentiles(submit_));
  for (const auto& [status, count] : statuses_)
    text += fmt::format("  {} {}\n", smpp::name(status), count);
  if (!all_answered()) text += fmt::format("  unanswered {}\n", sent() - answers());
  if (receipts_wanted_) {
    text += fmt::format("receipts: {}\n", percentiles(receipt_));
    for (const auto& [state, count] : states_)
      text += fmt::format("  {} {}\n", state, count);
    text += fmt::format("  missing {}, duplicate {}, unknown {}\n", acked_ - receipts_, duplicates_,
                        early_.size());
  }
  return text;
}

std::string tally::line() const {
  const std::array<std::pair<std::string_view, std::uint64_t>, 18> all{
      {{"sent", sent()},
       {"acked", acked_},
       {"refused", refused_},
       {"unanswered", sent() - answers()},
       {"late", late_},
       {"receipts", receipts_},
       {"receipts_missing", receipts_wanted_ ? acked_ - receipts_ : 0},
       {"receipts_duplicate", duplicates_},
       {"receipts_unknown", early_.size()},
       {"inbound", inbound_},
       {"disconnects", disconnects_},
       {"rate", static_cast<std::uint64_t>(rate())},
       {"submit_p50_us", submit_.percentile(0.5)},
       {"submit_p99_us", submit_.percentile(0.99)},
       {"submit_p999_us", submit_.percentile(0.999)},
       {"receipt_p50_us", receipt_.percentile(0.5)},
       {"receipt_p99_us", receipt_.percentile(0.99)},
       {"receipt_p999_us", receipt_.percentile(0.999)}}};
  std::string text;
  for (const auto& [name, value] : all)
    text += fmt::format("{}={} ", name, value);
  return text + fmt::format("seconds={:.3f}", seconds());
}
