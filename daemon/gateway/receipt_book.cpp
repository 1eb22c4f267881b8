#include "daemon/gateway/receipt_book.hpp"

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <utility>

namespace smppd {

namespace {

std::uint64_t hash_of(std::int64_t carrier, std::string_view key) {
  std::size_t seed = boost::hash_range(key.begin(), key.end());
  boost::hash_combine(seed, carrier);
  return seed;
}

}  // namespace

std::optional<bool> addresses_agree(std::string_view receipt_source,
                                    std::string_view message_destination) noexcept {
  constexpr std::size_t digits_min = 6;
  const auto significant = [](std::string_view address) {
    return address.substr(std::min(address.find_first_not_of("+0"), address.size()));
  };
  auto longer = significant(receipt_source);
  auto shorter = significant(message_destination);
  if (longer.empty() || shorter.empty()) return std::nullopt;
  if (longer.size() < shorter.size()) std::swap(longer, shorter);
  return longer == shorter || (shorter.size() >= digits_min && longer.ends_with(shorter));
}

int belief(smpp::id_form form, std::optional<bool> address_agrees, carrier_id_form allowed,
           const smpp::id_form_evidence& learned) noexcept {
  using smpp::id_form;
  std::optional<id_form> known = learned.form();
  switch (allowed) {
    case carrier_id_form::exact: known = id_form::exact; break;
    case carrier_id_form::hex_to_decimal: known = id_form::hex_to_decimal; break;
    case carrier_id_form::decimal_to_hex: known = id_form::decimal_to_hex; break;
    case carrier_id_form::automatic: break;
  }
  const bool converted = form != id_form::exact;
  const bool agrees = address_agrees.value_or(false);
  if (converted && form != known && (known || address_agrees == false || !learned.plausible(form)))
    return 0;
  return 1 + (form == known.value_or(id_form::exact) ? 1 : 0) + (agrees ? 2 : 0);
}

void receipt_book::add(std::int64_t carrier, std::string_view carrier_id, std::uint8_t part,
                       awaited_ptr message, time now) {
  while (entries_.size() >= entries_max_ && !entries_.empty())
    evict_oldest();
  const std::string key = smpp::canonical_id(carrier_id);
  const auto number = first_ + entries_.size();
  numbers_[hash_of(carrier, key)] = number;
  if (!message->settled) {
    while (!lowest_.empty() && lowest_.back().second >= message->id)
      lowest_.pop_back();
    lowest_.emplace_back(number, message->id);
  }
  entries_.push_back({carrier, key, now, std::move(message), part});
}

const receipt_book::entry* receipt_book::look_up(std::int64_t carrier, std::string_view key) const {
  const auto found = numbers_.find(hash_of(carrier, key));
  if (found == numbers_.end()) return nullptr;
  const entry& candidate = entries_[found->second - first_];
  // A 64-bit hash may collide: a receipt must not be credited to a stranger.
  return candidate.carrier == carrier && candidate.key.view() == key ? &candidate : nullptr;
}

std::optional<receipt_book::match> receipt_book::find_exact(std::int64_t carrier,
                                                            std::string_view receipt_id) const {
  const auto* const found = look_up(carrier, smpp::canonical_id(receipt_id));
  if (found == nullptr) return std::nullopt;
  return match{found->message, found->part, smpp::id_form::exact, found->key};
}

std::vector<receipt_book::match> receipt_book::find(std::int64_t carrier,
                                                    std::string_view receipt_id) const {
  std::vector<match> all;
  for (const auto& candidate : smpp::receipt_id_candidates(receipt_id)) {
    if (const auto* found = look_up(carrier, candidate.key))
      all.push_back({found->message, found->part, candidate.form, found->key});
  }
  return all;
}

void receipt_book::evict_oldest() {
  const entry& oldest = entries_.front();
  on_evicted_(oldest.carrier, oldest.key.view(), oldest.message, oldest.part);
  if (const auto found = numbers_.find(hash_of(oldest.carrier, oldest.key.view()));
      found != numbers_.end() && found->second == first_) {
    numbers_.erase(found);
  }
  entries_.pop_front();
  ++first_;
  while (!lowest_.empty() && lowest_.front().first < first_)
    lowest_.pop_front();
}

void receipt_book::age(time now) {
  while (!entries_.empty() && now - entries_.front().added > age_max)
    evict_oldest();
}

void receipt_book::clear() noexcept {
  first_ += entries_.size();
  entries_.clear();
  numbers_.clear();
  lowest_.clear();
}

std::optional<store::id64> receipt_book::oldest_waiting() {
  waiting_from_ = std::max(waiting_from_, first_);
  const auto end = first_ + entries_.size();
  while (waiting_from_ < end && entries_[waiting_from_ - first_].message->settled)
    ++waiting_from_;
  while (!lowest_.empty() && lowest_.front().first < waiting_from_)
    lowest_.pop_front();
  if (lowest_.empty()) return std::nullopt;
  return lowest_.front().second;
}

}  // namespace smppd
