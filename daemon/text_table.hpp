// Rows of text in columns, for people at a terminal.
#pragma once

#include <string>
#include <vector>

namespace smppd {

/// The first row is the heading. Every row has as many cells as it.
[[nodiscard]] std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace smppd
