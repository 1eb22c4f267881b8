// Does `smppd account|key|login ...` on the store. A running daemon may have the same store open:
// it notices the change by the directory's version.
#pragma once

#include "daemon/command_line.hpp"
#include "daemon/terminal.hpp"
#include "store/store.hpp"

namespace smppd {

/// Returns the exit status: 0, or 1 after saying on `err` what is wrong and what to do.
[[nodiscard]] int administer(const administration_command& wanted, store::database& database,
                             store::wall_time now, terminal console);

/// The same on the store that the configuration file of `wanted` names.
[[nodiscard]] int administer(const administration_command& wanted, store::wall_time now,
                             terminal console);

}  // namespace smppd
