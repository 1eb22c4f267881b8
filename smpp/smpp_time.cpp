#include "smpp/smpp_time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace smpp {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::months;
using std::chrono::seconds;
using std::chrono::years;

constexpr std::size_t full_length = 16;
constexpr std::size_t short_length = 12;

struct clock_fields {  // the six numbers YYMMDDhhmmss, each 0 to 99
  int year, month, day, hour, minute, second;
};

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

clock_fields read_fields(std::string_view text) {
  return {two_digits(text, 0), two_digits(text, 2), two_digits(text, 4),
          two_digits(text, 6), two_digits(text, 8), two_digits(text, 10)};
}

seconds time_of_day(const clock_fields& fields) {
  return hours(fields.hour) + minutes(fields.minute) + seconds(fields.second);
}

std::optional<deci_time> on_the_calendar(const clock_fields& fields) {
  const std::chrono::year_month_day date{
      std::chrono::year(fields.year + (fields.year <= 37 ? 2000 : 1900)),
      std::chrono::month(static_cast<unsigned>(fields.month)),
      std::chrono::day(static_cast<unsigned>(fields.day))};
  if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 59) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + time_of_day(fields);
}

deci_time counted_from(deci_time now, const clock_fields& fields) {
  const auto today = std::chrono::floor<days>(now);
  std::chrono::year_month_day date{today};
  date += years(fields.year);
  date += months(fields.month);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return std::chrono::sys_days(date) + (now - today) + days(fields.day) + time_of_day(fields);
}

parsed_time absolute(const clock_fields& fields, deciseconds tenths, minutes ahead_of_utc) {
  const auto local = on_the_calendar(fields);
  if (!local) return {};
  return {time_kind::absolute, *local + tenths - ahead_of_utc};
}

parsed_time parse_full(std::string_view text, deci_time now) {
  constexpr int quarters_max = 48;
  const clock_fields fields = read_fields(text);
  const deciseconds tenths(text[12] - '0');
  const int quarters = two_digits(text, 13);
  switch (text.back()) {
    case 'R': return {time_kind::relative, counted_from(now, fields)};
    case '+':
      return quarters <= quarters_max ? absolute(fields, tenths, minutes(15 * quarters))
                                      : parsed_time{};
    case '-':
      return quarters <= quarters_max ? absolute(fields, tenths, minutes(-15 * quarters))
                                      : parsed_time{};
    default: return {};
  }
}

void put_two_digits(std::string& text, long number) {
  text += static_cast<char>('0' + number / 10 % 10);
  text += static_cast<char>('0' + number % 10);
}

}  // namespace

parsed_time parse_time(std::string_view text, deci_time now, time_form form) {
  if (text.empty()) return {time_kind::empty, {}};
  const bool is_short = form == time_form::full_or_short && text.size() == short_length;
  if (is_short) return all_digits(text) ? absolute(read_fields(text), {}, {}) : parsed_time{};
  if (text.size() != full_length || !all_digits(text.substr(0, full_length - 1))) return {};
  return parse_full(text, now);
}

std::string format_absolute_time(deci_time when) {
  const auto day = std::chrono::floor<days>(when);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{when - day};
  std::string text;
  text.reserve(full_length);
  put_two_digits(text, (static_cast<int>(date.year()) % 100 + 100) % 100);
  put_two_digits(text, static_cast<long>(static_cast<unsigned>(date.month())));
  put_two_digits(text, static_cast<long>(static_cast<unsigned>(date.day())));
  put_two_digits(text, time.hours().count());
  put_two_digits(text, time.minutes().count());
  put_two_digits(text, time.seconds().count());
  text += static_cast<char>('0' + time.subseconds().count());
  text += "00+";
  return text;
}

std::optional<std::string> format_relative_time(std::chrono::seconds from_now) {
  if (from_now < seconds(0) || from_now >= days(32)) return std::nullopt;
  const auto whole_days = std::chrono::floor<days>(from_now);
  const std::chrono::hh_mm_ss time{from_now - whole_days};
  std::string text = "0000";
  text.reserve(full_length);
  put_two_digits(text, whole_days.count());
  put_two_digits(text, time.hours().count());
  put_two_digits(text, time.minutes().count());
  put_two_digits(text, time.seconds().count());
  text += "000R";
  return text;
}

}  // namespace smpp
