// What somebody may have meant who wrote a word that nobody knows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smppd {

/// The known word that is nearest to `unknown`; empty when none is near.
[[nodiscard]] std::optional<std::string_view> nearest_word(
    std::string_view unknown, const std::vector<std::string_view>& known);

/// `did you mean 'window'?`, or a list of what is known.
[[nodiscard]] std::string suggestion(std::string_view unknown,
                                     const std::vector<std::string_view>& known);

}  // namespace smppd
