// Times as SMPP writes them (SMPP 3.4, 7.1): YYMMDDhhmmsstnnp in 16 characters.
//
//   260131235959 0 04 +   local time, tenth of a second, quarter hours from UTC; + is ahead of it
//   000002000000 0 00 R   relative: years, months, days, hours, minutes, seconds from now
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>

namespace smpp {

using deciseconds = std::chrono::duration<std::int64_t, std::deci>;
using deci_time = std::chrono::sys_time<deciseconds>;

enum class time_form : std::uint8_t {
  full,           ///< 16 characters
  full_or_short,  ///< also YYMMDDhhmmss, taken as UTC: what some put into final_date
};

enum class time_kind : std::uint8_t {
  empty,     ///< no characters: at once, the default validity, or unchanged; the field decides
  invalid,   ///< not a time: RINVSCHED or RINVEXPIRY for the field
  absolute,  ///< `when` is what was written
  relative,  ///< `when` is counted from the given now
};

struct parsed_time {
  time_kind kind = time_kind::invalid;
  deci_time when{};  ///< UTC; the epoch when empty or invalid

  [[nodiscard]] bool has_time() const noexcept { return kind >= time_kind::absolute; }
  bool operator==(const parsed_time&) const = default;
};

/// Reads `text`, without its NUL. Years 00 to 37 are 20xx, 38 to 99 are 19xx. Of a relative time,
/// years and months move the date (to the end of a shorter month), and every number may be 00 to
/// 99. That a time is in the past is for the caller to judge.
[[nodiscard]] parsed_time parse_time(std::string_view text, deci_time now,
                                     time_form form = time_form::full);

/// 16 characters in UTC, offset "00+". The year is written modulo 100: only 1938 to 2037 come back
/// as they went.
[[nodiscard]] std::string format_absolute_time(deci_time when);

/// 16 characters ending in R. `std::nullopt` for a negative time, and for one of 32 days or more,
/// which days alone do not hold; write those as absolute.
[[nodiscard]] std::optional<std::string> format_relative_time(std::chrono::seconds from_now);

}  // namespace smpp
