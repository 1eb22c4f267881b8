// How long things took: percentiles within three per cent, in constant memory.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

class histogram {
 public:
  using duration = std::chrono::microseconds;

  void add(std::chrono::nanoseconds took) noexcept {
    const auto count = std::chrono::duration_cast<duration>(took).count();
    const auto value = static_cast<std::uint64_t>(std::max<duration::rep>(count, 0));
    ++buckets_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t max() const noexcept { return max_; }
  /// Microseconds within which `share` of all were done; 0 if there were none.
  [[nodiscard]] std::uint64_t percentile(double share) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    std::uint64_t passed = 0;
    for (std::size_t at = 0; at < buckets_.size(); ++at) {
      passed += buckets_[at];
      if (passed > wanted) return std::min(end_of(at), max_);
    }
    return max_;
  }

 private:
  // Below 64 a bucket is one value; above, each power of two has 32 buckets.
  static constexpr unsigned bits = 5;
  static constexpr std::uint64_t steps = 1U << bits;

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < 2 * steps) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - bits - 1;
    return shift * steps + (value >> shift);
  }
  [[nodiscard]] static std::uint64_t end_of(std::size_t bucket) noexcept {
    if (bucket < 2 * steps) return bucket;
    const auto shift = bucket / steps - 1;
    return ((bucket % steps + steps + 1) << shift) - 1;
  }

  std::array<std::uint64_t, 60 * steps> buckets_{};
  std::uint64_t count_{0}, max_{0};
};
