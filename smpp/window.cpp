#include "smpp/window.hpp"

#include <bit>
#include <cassert>

namespace smpp {

window::window(std::uint32_t requests_max)
    : requests_max_(requests_max == 0 ? 1 : requests_max),
      mask_(std::bit_ceil(std::size_t{requests_max_} * 4) - 1),
      shift_(std::countl_zero(static_cast<std::uint32_t>(mask_))),
      slots_(std::size_t{requests_max_} * 2),
      buckets_(mask_ + 1, nowhere) {
  for (place at = static_cast<place>(slots_.size()); at-- > 0;)
    free_.push_back(at);
}

void window::append(list& to, place at) {
  slots_[at].before = to.last;
  slots_[at].after = nowhere;
  (to.last == nowhere ? to.first : slots_[to.last].after) = at;
  to.last = at;
  ++to.count;
}

void window::unlink(list& from, place at) {
  const auto [what, before, after] = slots_[at];
  (before == nowhere ? from.first : slots_[before].after) = after;
  (after == nowhere ? from.last : slots_[after].before) = before;
  --from.count;
}

std::size_t window::find_bucket(std::uint32_t sequence) const noexcept {
  auto bucket = bucket_of(sequence);
  while (buckets_[bucket] != nowhere && slots_[buckets_[bucket]].what.sequence != sequence) {
    bucket = (bucket + 1) & mask_;
  }
  return bucket;
}

// Entries behind the gap that could not stand in their own bucket move up.
void window::erase_bucket(std::size_t gap) {
  for (auto next = (gap + 1) & mask_; buckets_[next] != nowhere; next = (next + 1) & mask_) {
    const auto home = bucket_of(slots_[buckets_[next]].what.sequence);
    if (((next - home) & mask_) >= ((next - gap) & mask_)) {
      buckets_[gap] = buckets_[next];
      gap = next;
    }
  }
  buckets_[gap] = nowhere;
}

void window::release(place at) {
  erase_bucket(find_bucket(slots_[at].what.sequence));
  free_.push_back(at);
}

void window::add(const request& sent) {
  assert(!full() && find(sent.sequence) == nullptr);
  if (free_.empty()) {  // only late ones can be in the way
    const place forgotten = late_.first;
    unlink(late_, forgotten);
    release(forgotten);
  }
  const place at = free_.back();
  free_.pop_back();
  slots_[at].what = sent;
  buckets_[find_bucket(sent.sequence)] = at;
  append(waiting_, at);
}

const window::request* window::find(std::uint32_t sequence) const noexcept {
  const place at = buckets_[find_bucket(sequence)];
  return at == nowhere ? nullptr : &slots_[at].what;
}

window::request window::take(std::uint32_t sequence) {
  const place at = buckets_[find_bucket(sequence)];
  assert(at != nowhere);
  const request found = slots_[at].what;
  unlink(found.late ? late_ : waiting_, at);
  release(at);
  return found;
}

const window::request* window::oldest() const noexcept {
  return waiting_.first == nowhere ? nullptr : &slots_[waiting_.first].what;
}

window::request window::expire_oldest() {
  const place at = waiting_.first;
  unlink(waiting_, at);
  slots_[at].what.late = true;
  append(late_, at);
  return slots_[at].what;
}

window::request window::drop_oldest() {
  const place at = waiting_.first;
  const request dropped = slots_[at].what;
  unlink(waiting_, at);
  release(at);
  return dropped;
}

}  // namespace smpp
