// Requests that wait for their response (SMPP 3.4, 2.9). Finding, adding and removing take constant
// time.
#pragma once

#include "smpp/command.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace smpp {

using steady_time = std::chrono::steady_clock::time_point;

/// Holds at most `requests_max` waiting requests. One that expired stays known, up to as many
/// again, so that a response that comes late is still matched; no other request may take its
/// sequence number meanwhile.
class window {
 public:
  struct request {
    std::uint32_t sequence{};
    command_id command{};
    std::uint64_t cookie{};
    steady_time sent, deadline;
    bool late{false};  // its deadline has passed
  };

  explicit window(std::uint32_t requests_max);

  [[nodiscard]] bool full() const noexcept { return waiting_.count >= requests_max_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return waiting_.count; }

  /// Must not be full, nor know the sequence number; deadlines are added in ascending order.
  void add(const request& sent);
  /// The request with this sequence number, late or not; null: none. Until the next change.
  [[nodiscard]] const request* find(std::uint32_t sequence) const noexcept;
  /// Removes and returns a request that `find` finds.
  request take(std::uint32_t sequence);
  /// The waiting request whose deadline comes first; null: none waits.
  [[nodiscard]] const request* oldest() const noexcept;
  /// Moves `oldest()` to the late ones and returns it.
  request expire_oldest();
  /// Removes and returns `oldest()`.
  request drop_oldest();

 private:
  using place = std::uint32_t;
  static constexpr place nowhere = ~place{0};

  struct slot {
    request what;
    place before{nowhere}, after{nowhere};
  };
  struct list {
    place first{nowhere}, last{nowhere};
    std::uint32_t count{0};
  };

  void append(list& to, place at);
  void unlink(list& from, place at);
  void release(place at);
  // Sequence number to slot: open addressing. Numbers in use are nearly consecutive: next to each
  // other they would be one long run that every removal has to walk. Multiplied with 2^32 by the
  // golden ratio they stand far apart.
  [[nodiscard]] std::size_t bucket_of(std::uint32_t sequence) const noexcept {
    return std::uint32_t{sequence * 0x9E3779B1U} >> shift_;
  }
  [[nodiscard]] std::size_t find_bucket(std::uint32_t sequence) const noexcept;
  void erase_bucket(std::size_t bucket);

  std::uint32_t requests_max_;
  std::size_t mask_;
  int shift_;
  std::vector<slot> slots_;
  std::vector<place> free_;
  std::vector<place> buckets_;
  list waiting_, late_;
};

}  // namespace smpp
