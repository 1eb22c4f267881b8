#include "daemon/suggestion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace smppd {
namespace {

// How many letters must be added, removed or replaced to make one word of the other (Levenshtein).
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> nearest_word(std::string_view unknown,
                                             const std::vector<std::string_view>& known) {
  const auto nearest =
      std::min_element(known.begin(), known.end(), [&](std::string_view a, std::string_view b) {
        return edit_distance(unknown, a) < edit_distance(unknown, b);
      });
  if (nearest == known.end()) return std::nullopt;
  const auto near = std::max<std::size_t>(2, unknown.size() / 3);
  const auto distance = edit_distance(unknown, *nearest);
  if (distance > near || distance >= nearest->size()) return std::nullopt;
  return *nearest;
}

std::string suggestion(std::string_view unknown, const std::vector<std::string_view>& known) {
  if (const auto word = nearest_word(unknown, known)) {
    return fmt::format("did you mean '{}'?", *word);
  }
  return fmt::format("known here: {}", fmt::join(known, ", "));
}

}  // namespace smppd
