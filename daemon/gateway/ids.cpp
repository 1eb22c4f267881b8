#include "daemon/gateway/ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace smppd {

namespace {

// An id:    | 40 bits: milliseconds since 2024-01-01 | 16 bits: sequence | 6 bits: node |
// Its UUID: | 48 bits: Unix milliseconds | 7 | 12 bits: 0 | variant 10 | the 62 bits of the id |
constexpr std::int64_t epoch_ms = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
constexpr int time_shift = 22;
constexpr std::uint64_t variant = std::uint64_t{1} << 63U;  // RFC 9562: the two top bits are 10
constexpr std::size_t uuid_length = 36;

constexpr std::uint64_t id_max = (std::uint64_t{1} << 62U) - 1;

std::optional<std::uint64_t> parse_number(std::string_view digits, int base) noexcept {
  std::uint64_t value{};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_hex(std::string_view digits) noexcept {
  return parse_number(digits, 16);
}

std::optional<store::id64> id_of_low_half(std::uint64_t low) noexcept {
  if (low >> 62U != 2) return std::nullopt;
  return static_cast<store::id64>(low & ~variant);
}

// The lowest `digits` digits of `number`, the last of them at `last`. Ids are printed several times
// for each message, and a format string costs ten times as much.
void put_hex(std::string& into, std::size_t last, std::size_t digits, std::uint64_t number) {
  for (; digits > 0; --digits, number >>= 4U)
    into[last--] = "0123456789abcdef"[number & 0xFU];
}

}  // namespace

store::id64 id_generator::take(store::wall_time now, std::size_t count) noexcept {
  const store::id64 first =
      std::max(std::max<store::id64>(store::first_id_at(now), 0) | node_, last_ + store::id_step);
  last_ = first + store::id_step * (static_cast<store::id64>(count) - 1);
  return first;
}

void id_generator::pass(store::id64 id) noexcept { last_ = std::max(last_, id | node_); }

store::wall_time time_of(store::id64 id) noexcept {
  return store::wall_time{std::chrono::milliseconds{(id >> time_shift) + epoch_ms}};
}

std::string to_smpp_id(store::id64 id, store::message_id_form form) {
  if (form == store::message_id_form::decimal) return fmt::format("{}", id);
  std::string text(16, '0');
  put_hex(text, 15, 16, static_cast<std::uint64_t>(id) | variant);
  return text;
}

std::optional<store::id64> parse_smpp_id(std::string_view text,
                                         store::message_id_form form) noexcept {
  if (form == store::message_id_form::decimal) {
    const auto value = parse_number(text, 10);
    if (!value || *value > id_max) return std::nullopt;
    return static_cast<store::id64>(*value);
  }
  if (text.size() != 16) return std::nullopt;
  const auto low = parse_hex(text);
  return low ? id_of_low_half(*low) : std::nullopt;
}

std::string to_uuid(store::id64 id) {
  const auto ms = static_cast<std::uint64_t>(time_of(id).time_since_epoch().count());
  const auto low = static_cast<std::uint64_t>(id) | variant;
  std::string printed("00000000-0000-7000-0000-000000000000");
  put_hex(printed, 7, 8, ms >> 16U);
  put_hex(printed, 12, 4, ms);
  put_hex(printed, 22, 4, low >> 48U);
  put_hex(printed, 35, 12, low);
  return printed;
}

std::optional<store::id64> parse_uuid(std::string_view text) {
  if (text.starts_with("msg-")) text.remove_prefix(4);
  if (text.size() != uuid_length || text[18] != '-' || text[23] != '-') return std::nullopt;
  const auto group = parse_hex(text.substr(19, 4));
  const auto node = parse_hex(text.substr(24, 12));
  if (!group || !node) return std::nullopt;
  const auto id = id_of_low_half(*group << 48U | *node);
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return id && to_uuid(*id) == lower ? id : std::nullopt;
}

}  // namespace smppd
