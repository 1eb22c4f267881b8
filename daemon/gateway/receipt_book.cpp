#include "daemon/gateway/receipt_book.hpp"

#include <boost/container_hash/hash.hpp>

namespace smppd {

namespace {

std::uint64_t hash_of(std::int64_t carrier, std::string_view key) {
  std::size_t seed = boost::hash_range(key.begin(), key.end());
  boost::hash_combine(seed, carrier);
  return seed;
}

}  // namespace

bool permits(carrier_id_form allowed, smpp::id_form form) noexcept {
  switch (form) {
    case smpp::id_form::hex_to_decimal:
      return allowed == carrier_id_form::automatic || allowed == carrier_id_form::hex_to_decimal;
    case smpp::id_form::decimal_to_hex:
      return allowed == carrier_id_form::automatic || allowed == carrier_id_form::decimal_to_hex;
    default: return true;
  }
}

void receipt_book::add(std::int64_t carrier, std::string_view carrier_id, std::uint8_t part,
                       awaited_ptr message, time now) {
  while (entries_.size() >= entries_max_ && !entries_.empty())
    evict_oldest();
  const std::string key = smpp::canonical_id(carrier_id);
  const auto hash = hash_of(carrier, key);
  numbers_[hash] = first_ + entries_.size();
  entries_.push_back({hash, carrier, key, part, now, std::move(message)});
}

const receipt_book::entry* receipt_book::look_up(std::int64_t carrier, std::string_view key) const {
  const auto found = numbers_.find(hash_of(carrier, key));
  if (found == numbers_.end()) return nullptr;
  const entry& candidate = entries_[found->second - first_];
  // A 64-bit hash may collide: a receipt must not be credited to a stranger.
  return candidate.carrier == carrier && candidate.key.view() == key ? &candidate : nullptr;
}

std::optional<receipt_book::match> receipt_book::find(std::int64_t carrier,
                                                      std::string_view receipt_id,
                                                      carrier_id_form allowed) const {
  if (const auto* exact = look_up(carrier, smpp::canonical_id(receipt_id))) {
    return match{exact->message, exact->part, smpp::id_form::exact};
  }
  for (const auto& candidate : smpp::receipt_id_candidates(receipt_id)) {
    if (!permits(allowed, candidate.form)) continue;
    if (const auto* found = look_up(carrier, candidate.key)) {
      return match{found->message, found->part, candidate.form};
    }
  }
  return std::nullopt;
}

void receipt_book::evict_oldest() {
  entry& oldest = entries_.front();
  if (!oldest.message->settled && !oldest.message->delivered[oldest.part]) {
    on_evicted_(oldest.carrier, oldest.key.view(), *oldest.message, oldest.part);
  }
  if (const auto found = numbers_.find(oldest.hash);
      found != numbers_.end() && found->second == first_) {
    numbers_.erase(found);
  }
  entries_.pop_front();
  ++first_;
}

void receipt_book::age(time now) {
  while (!entries_.empty() && now - entries_.front().added > age_max)
    evict_oldest();
}

std::optional<store::id64> receipt_book::oldest_waiting() const {
  std::optional<store::id64> oldest;
  for (const auto& one : entries_) {
    if (one.message->settled) continue;
    if (!oldest || one.message->id < *oldest) oldest = one.message->id;
  }
  return oldest;
}

}  // namespace smppd
