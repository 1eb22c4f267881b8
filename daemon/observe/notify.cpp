#include "daemon/observe/notify.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <ctime>
#include <string>

#include <systemd/sd-daemon.h>

namespace smppd::notify {
namespace {

// A failure to tell systemd is nothing that the daemon could act upon; the watchdog notices.
void tell(const std::string& state) { static_cast<void>(sd_notify(0, state.c_str())); }

}  // namespace

void ready(std::string_view status) { tell(fmt::format("READY=1\nSTATUS={}", status)); }

void reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

void stopping(std::string_view status) { tell(fmt::format("STOPPING=1\nSTATUS={}", status)); }

void status(std::string_view text) { tell(fmt::format("STATUS={}", text)); }

void watchdog() { tell("WATCHDOG=1"); }

std::optional<std::chrono::milliseconds> watchdog_period() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::microseconds{microseconds / 2});
}

}  // namespace smppd::notify
