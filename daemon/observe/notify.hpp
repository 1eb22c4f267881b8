// Tells systemd how the daemon is (sd_notify(3)). Everything here does nothing where systemd did
// not start the process.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace smppd::notify {

/// The start, or a reload, is complete.
void ready(std::string_view status);
void reloading();
void stopping(std::string_view status);
/// What `systemctl status` shows.
void status(std::string_view text);
/// The loop is alive. To be called at least every `watchdog_period()`.
void watchdog();
/// Half of what the unit's WatchdogSec= allows; empty: nobody watches.
[[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_period();

}  // namespace smppd::notify
