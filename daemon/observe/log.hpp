// The daemon's log: one line per event, to standard error or to a file. A message is formatted only
// where its level is wanted. Any thread may log.
#pragma once

#include "daemon/config/config.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <string_view>

namespace smppd::log {

enum class level : std::uint8_t { trace, debug, info, warning, error };

/// Starts to log as `wanted` says; called again it changes level and place. Throws
/// std::runtime_error when the file cannot be opened and leaves the log as it was. Where standard
/// error is the journal ($JOURNAL_STREAM), lines carry a priority (sd-daemon(3)) instead of a time
/// stamp.
void set_up(const log_config& wanted);

/// Opens the log file again: after something else renamed it. Does nothing for standard error.
/// Throws std::runtime_error when it cannot be opened, and goes on with the old one.
void reopen();

[[nodiscard]] bool enabled(level wanted) noexcept;
/// Of the steps in the life of a message: info where log.messages is on, else debug.
[[nodiscard]] level message_level() noexcept;

/// One line. Control characters are escaped, so that what a peer sent cannot look like a line of
/// its own.
void write(level of, std::string_view line);
void write_formatted(level of, fmt::string_view format, fmt::format_args arguments);

template <class... Args>
void trace(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::trace)) {
    write_formatted(level::trace, format, fmt::make_format_args(args...));
  }
}

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::debug)) {
    write_formatted(level::debug, format, fmt::make_format_args(args...));
  }
}

template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::info)) {
    write_formatted(level::info, format, fmt::make_format_args(args...));
  }
}

template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::warning)) {
    write_formatted(level::warning, format, fmt::make_format_args(args...));
  }
}

template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level::error)) {
    write_formatted(level::error, format, fmt::make_format_args(args...));
  }
}

}  // namespace smppd::log
