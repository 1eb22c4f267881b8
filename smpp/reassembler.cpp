#include "smpp/reassembler.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace smpp {
namespace {

std::size_t octets_of(const std::vector<incomplete_message::part>& parts) {
  std::size_t octets = 0;
  for (const auto& part : parts)
    octets += part.octets.size();
  return octets;
}

std::vector<std::uint8_t> missing_of(const std::vector<incomplete_message::part>& parts,
                                     std::uint8_t total) {
  std::vector<std::uint8_t> missing;
  auto next = parts.begin();
  for (unsigned sequence = 1; sequence <= total; ++sequence) {
    if (next != parts.end() && next->sequence == sequence) {
      ++next;
    } else {
      missing.push_back(static_cast<std::uint8_t>(sequence));
    }
  }
  return missing;
}

std::size_t hash_of(byte_view octets) { return std::hash<std::string_view>{}(as_text(octets)); }

byte_buffer copy_of(byte_view octets) { return {octets.begin(), octets.end()}; }

}  // namespace

std::size_t part_key_hash::operator()(const part_key& key) const noexcept {
  constexpr std::size_t spread = 0x9E3779B97F4A7C15;  // 2^64 by the golden ratio
  const std::hash<std::string> hash;
  const std::size_t numbers = std::size_t{key.reference} << 16U | std::size_t{key.total} << 8U |
                              static_cast<std::size_t>(key.kind);
  return ((hash(key.source) * spread) ^ hash(key.destination)) * spread ^ (numbers * spread);
}

part_outcome reassembler::add(const part_key& key, std::uint8_t sequence, byte_view user_data,
                              std::uint64_t cookie, time_point now) {
  using cause = part_refused::cause;
  if (sequence == 0 || sequence > key.total) return part_refused{cause::number};
  if (key.total == 1) return message_complete{copy_of(user_data), {cookie}};
  forget_completed(now);
  const auto message = messages_.find(key);
  const bool is_new = message == messages_.end();
  const part* const held = is_new ? nullptr : find_part(message->second, sequence);
  if (held != nullptr && std::ranges::equal(held->octets, user_data)) return part_duplicate{};
  const bool repeats = was_completed(key, sequence, user_data);
  // A repetition that comes late does not displace what came after it.
  if (held != nullptr && repeats) return part_duplicate{};
  if (!has_room(is_new ? 1 : 0, user_data.size())) return part_refused{cause::full};
  part added{sequence, cookie, copy_of(user_data)};
  octets_held_ += user_data.size();
  if (is_new) return start(key, std::move(added), repeats, now);
  if (held != nullptr) {
    incomplete_message displaced = give_up(message);
    part_waiting waiting = start(key, std::move(added), repeats, now);
    waiting.displaced = std::move(displaced);
    return waiting;
  }
  auto& parts = message->second.parts;
  const auto place = std::ranges::upper_bound(parts, sequence, {}, &part::sequence);
  parts.insert(place, std::move(added));
  message->second.repeats = message->second.repeats && repeats;
  if (parts.size() == key.total) return finish(message, now);
  return part_waiting{key.total - parts.size(), std::nullopt};
}

std::vector<incomplete_message> reassembler::expire(time_point now) {
  forget_completed(now);
  std::vector<incomplete_message> expired;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    expired.push_back(give_up(messages_.find(*deadlines_.begin()->second)));
  }
  return expired;
}

std::optional<reassembler::time_point> reassembler::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

const reassembler::part* reassembler::find_part(const pending& message, std::uint8_t sequence) {
  const auto found = std::ranges::lower_bound(message.parts, sequence, {}, &part::sequence);
  return found != message.parts.end() && found->sequence == sequence ? &*found : nullptr;
}

bool reassembler::has_room(std::size_t new_messages, std::size_t new_octets) const noexcept {
  return messages_.size() + new_messages <= limits_.messages_max &&
         octets_held_ + new_octets <= limits_.octets_max;
}

part_waiting reassembler::start(const part_key& key, part first, bool repeats, time_point now) {
  const auto message = messages_.try_emplace(key).first;
  message->second.parts.push_back(std::move(first));
  message->second.repeats = repeats;
  message->second.deadline = deadlines_.emplace(now + limits_.timeout, &message->first);
  return {key.total - std::size_t{1}, std::nullopt};
}

incomplete_message reassembler::give_up(messages::iterator message) {
  auto taken = take(message);
  incomplete_message incomplete{std::move(taken.key()), std::move(taken.mapped().parts), {}};
  incomplete.missing = missing_of(incomplete.parts, incomplete.key.total);
  incomplete.repeated = taken.mapped().repeats;
  return incomplete;
}

message_complete reassembler::finish(messages::iterator message, time_point now) {
  const auto taken = take(message);
  const auto& parts = taken.mapped().parts;
  message_complete complete;
  complete.octets.reserve(octets_of(parts));
  complete.cookies.reserve(parts.size());
  for (const auto& each : parts) {
    complete.octets.insert(complete.octets.end(), each.octets.begin(), each.octets.end());
    complete.cookies.push_back(each.cookie);
  }
  remember(taken.key(), parts, now);
  return complete;
}

reassembler::messages::node_type reassembler::take(messages::iterator message) {
  octets_held_ -= octets_of(message->second.parts);
  deadlines_.erase(message->second.deadline);
  return messages_.extract(message);
}

// What has been completed.

bool reassembler::was_completed(const part_key& key, std::uint8_t sequence,
                                byte_view user_data) const {
  const auto found = completed_.find(key);
  return found != completed_.end() && found->second.hashes[sequence - 1U] == hash_of(user_data);
}

void reassembler::remember(const part_key& key, const std::vector<part>& parts, time_point now) {
  if (const auto before = completed_.find(key); before != completed_.end()) forget(before);
  if (limits_.messages_max == 0) return;
  if (completed_.size() >= limits_.messages_max)
    forget(completed_.find(*completed_deadlines_.begin()->second));
  const auto message = completed_.try_emplace(key).first;
  for (const auto& each : parts)
    message->second.hashes.push_back(hash_of(each.octets));
  message->second.deadline = completed_deadlines_.emplace(now + limits_.timeout, &message->first);
}

void reassembler::forget(completed_messages::iterator message) {
  completed_deadlines_.erase(message->second.deadline);
  completed_.erase(message);
}

void reassembler::forget_completed(time_point now) {
  while (!completed_deadlines_.empty() && completed_deadlines_.begin()->first <= now)
    forget(completed_.find(*completed_deadlines_.begin()->second));
}

}  // namespace smpp
