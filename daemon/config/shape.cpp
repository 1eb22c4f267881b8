#include "daemon/config/shape.hpp"

#include "daemon/config/name.hpp"

#include <fmt/ranges.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace smppd::shape {
namespace {

struct time_unit {
  std::string_view suffix;
  std::int64_t milliseconds;
};
// The largest first.
constexpr std::array<time_unit, 5> time_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_control(char c) noexcept { return (c >= '\0' && c < ' ') || c == '\x7f'; }

std::string shortened(std::string_view text) {
  constexpr std::size_t shown_max = 40;
  std::string shown(text.substr(0, shown_max));
  std::replace_if(shown.begin(), shown.end(), is_control, '?');
  return fmt::format("\"{}{}\"", shown, text.size() > shown_max ? "..." : "");
}

template <class Integer>
std::optional<Integer> whole_number(std::string_view text) {
  Integer number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Without a value: it is not a duration, or one that no limit allows.
std::optional<milliseconds> duration_from(std::int64_t number, std::int64_t unit) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (number < 0 || number > most / unit) return std::nullopt;
  return milliseconds{number * unit};
}

std::optional<milliseconds> duration_from(std::string_view text) {
  const auto suffix_at = text.find_first_not_of("0123456789");
  if (suffix_at == std::string_view::npos) return std::nullopt;
  const auto number = whole_number<std::int64_t>(text.substr(0, suffix_at));
  const auto* unit = std::find_if(time_units.begin(), time_units.end(), [&](const time_unit& u) {
    return u.suffix == text.substr(suffix_at);
  });
  if (!number || unit == time_units.end()) return std::nullopt;
  return duration_from(*number, unit->milliseconds);
}

bool is_numeric_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  return inet_pton(AF_INET, host.c_str(), octets.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), octets.data()) == 1;
}

}  // namespace

std::string quoted(const toml::node& value) {
  if (const auto* string = value.as_string()) return shortened(string->get());
  if (const auto* integer = value.as_integer()) return fmt::format("{}", integer->get());
  if (const auto* floating = value.as_floating_point()) return fmt::format("{}", floating->get());
  if (const auto* boolean = value.as_boolean()) return fmt::format("{}", boolean->get());
  if (value.is_array()) return "a list";
  if (value.is_table()) return "a table";
  return "a date";
}

std::string quoted(milliseconds duration) {
  for (const auto& unit : time_units) {
    const auto count = duration.count();
    if (count >= unit.milliseconds && count % unit.milliseconds == 0) {
      return fmt::format("\"{}{}\"", count / unit.milliseconds, unit.suffix);
    }
  }
  return "0";
}

parsed<std::int64_t> read_number(const toml::node& value, std::int64_t min, std::int64_t max,
                                 std::string_view noun) {
  const auto* integer = value.as_integer();
  if (integer == nullptr) {
    return complaint{.what = fmt::format("{} is not a whole number; use one from {} to {}",
                                         quoted(value), min, max)};
  }
  if (integer->get() < min || integer->get() > max) {
    return complaint{
        .what = fmt::format("{} is {}; use a number from {} to {}", integer->get(),
                            noun.empty() ? "out of range" : fmt::format("not {}", noun), min, max)};
  }
  return integer->get();
}

parsed<milliseconds> read_duration(const toml::node& value, milliseconds min, milliseconds max,
                                   milliseconds unit) {
  std::optional<milliseconds> read;
  if (const auto* text = value.as_string()) read = duration_from(text->get());
  if (const auto* number = value.as_integer()) read = duration_from(number->get(), 1000);
  if (!read) {
    return complaint{
        .what = fmt::format(
            R"({} is not a duration; write one like "100ms", "30s", "5m", "2h" or "90d")",
            quoted(value))};
  }
  if (*read < min || *read > max) {
    return complaint{.what = fmt::format("{} is out of range; use {} to {}", quoted(value),
                                         quoted(min), quoted(max))};
  }
  if (*read % unit != milliseconds{0}) {
    return complaint{
        .what = fmt::format("{} is too fine; use a multiple of {}", quoted(value), quoted(unit))};
  }
  return *read;
}

complaint not_one_of(const toml::node& value, const std::vector<std::string_view>& names) {
  return {.what = fmt::format(R"({} is none of the values it may have; use "{}")", quoted(value),
                              fmt::join(names, "\", \""))};
}

parsed<std::string> text::operator()(const toml::node& value) const {
  const auto* string = value.as_string();
  if (string == nullptr) {
    return complaint{.what = fmt::format("{} is not text; write it in quotes", quoted(value))};
  }
  const std::string& content = string->get();
  if (content.size() < min) return complaint{.what = "it is empty; give a value"};
  if (content.size() > max) {
    return complaint{.what = fmt::format("{} has {} octets; at most {} are allowed", quoted(value),
                                         content.size(), max)};
  }
  if (std::any_of(content.begin(), content.end(), is_control)) {
    return complaint{
        .what = fmt::format("{} contains a control character; take it out", quoted(value))};
  }
  return content;
}

parsed<std::string> name::operator()(const toml::node& value) const {
  auto read = text{1, 64}(value);
  if (!read) return read;
  if (!is_name(*read)) {
    return complaint{.what =
                         fmt::format("{} is not a name; use letters and digits, then also . _ -",
                                     quoted(value))};
  }
  return read;
}

parsed<std::string> digits::operator()(const toml::node& value) const {
  auto read = text{0, 20}(value);
  if (!read) return read;
  if (!std::all_of(read->begin(), read->end(), is_digit)) {
    return complaint{
        .what = fmt::format(
            "{} is not a number; use digits only, with the country code and without the +",
            quoted(value))};
  }
  return read;
}

parsed<bool> flag::operator()(const toml::node& value) const {
  if (const auto* boolean = value.as_boolean()) return boolean->get();
  return complaint{
      .what = fmt::format("{} is neither true nor false; write one of them, without quotes",
                          quoted(value))};
}

parsed<double> rate::operator()(const toml::node& value) const {
  const auto read = value.is_number() ? value.value<double>() : std::nullopt;
  if (!read || !std::isfinite(*read) || *read < 0 || *read > max) {
    return complaint{
        .what = fmt::format("{} is not a rate; use a number from 0 to {}", quoted(value), max)};
  }
  return *read;
}

parsed<listen_address> address::operator()(const toml::node& value) const {
  const auto read = text{1, 64}(value);
  if (!read) return read.error();
  const std::string_view given = *read;
  const auto colon = given.rfind(':');
  if (colon != std::string_view::npos) {
    auto host = given.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto port = whole_number<std::uint16_t>(given.substr(colon + 1));
    const bool ipv6 = host.find(':') != std::string_view::npos;
    if (port && ipv6 == bracketed && is_numeric_address(std::string(host))) {
      return listen_address{std::string(host), *port};
    }
  }
  return complaint{
      .what = fmt::format(
          "{} is not an address to listen on; write one like \"127.0.0.1:2775\", \"0.0.0.0:2775\" "
          "(all of IPv4) or \"[::]:2775\" (all)",
          quoted(value))};
}

}  // namespace smppd::shape
