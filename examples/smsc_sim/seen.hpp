// Which messages came before. A message is known by the first "#<number>" in its text, or else by a
// hash of its destination and its octets.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

class seen {
 public:
  /// False: it came before.
  [[nodiscard]] bool first_time(std::string_view destination, std::string_view octets);
  [[nodiscard]] std::uint64_t distinct() const noexcept { return numbers_.size() + hashes_.size(); }

  /// The number after the first "#"; NULs are passed over, so that UCS-2 is read as well.
  [[nodiscard]] static std::optional<std::uint64_t> find_number(std::string_view octets);

 private:
  boost::unordered_flat_set<std::uint64_t> numbers_, hashes_;
};
