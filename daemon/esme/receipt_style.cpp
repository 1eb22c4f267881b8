#include "daemon/esme/receipt_style.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace smppd {

namespace {

constexpr std::size_t error_octets_max = 20, usual_error_octets = 3;

std::string counter(unsigned value) { return fmt::format("{:03}", std::min(value, 999U)); }

std::string date_10(std::chrono::sys_seconds at) {
  return fmt::format("{:%y%m%d%H%M}", fmt::gmtime(at.time_since_epoch().count()));
}
std::string date_12(std::chrono::sys_seconds at) {
  return fmt::format("{:%y%m%d%H%M%S}", fmt::gmtime(at.time_since_epoch().count()));
}

struct placeholder {
  std::string_view name;
  std::string (*write)(const smpp::receipt_fields&);
};
constexpr std::array placeholders{
    placeholder{"id", [](const auto& from) { return std::string(from.id); }},
    placeholder{"sub", [](const auto& from) { return counter(from.sub); }},
    placeholder{"dlvrd", [](const auto& from) { return counter(from.dlvrd); }},
    placeholder{"submit_date", [](const auto& from) { return date_10(from.submit); }},
    placeholder{"submit_date:12", [](const auto& from) { return date_12(from.submit); }},
    placeholder{"done_date", [](const auto& from) { return date_10(from.done); }},
    placeholder{"done_date:12", [](const auto& from) { return date_12(from.done); }},
    placeholder{"stat",
                [](const auto& from) { return std::string(smpp::receipt_word(from.state)); }},
    placeholder{"err", [](const auto& from) { return std::string(from.err); }},
    placeholder{"text", [](const auto& from) { return std::string(from.text); }},
};

const placeholder* find_placeholder(std::string_view name) {
  const auto* const found = std::ranges::find(placeholders, name, &placeholder::name);
  return found == placeholders.end() ? nullptr : found;
}

// Calls `literal(text)` and `named(name)` in turn. False where a brace has no partner.
template <class Literal, class Named>
bool walk(std::string_view format, Literal literal, Named named) {
  while (!format.empty()) {
    const auto open = format.find_first_of("{}");
    literal(format.substr(0, open));
    if (open == std::string_view::npos) return true;
    const auto close = format.find_first_of("{}", open + 1);
    if (format[open] != '{' || close == std::string_view::npos || format[close] != '}')
      return false;
    named(format.substr(open + 1, close - open - 1));
    format.remove_prefix(close + 1);
  }
  return true;
}

struct reason_name {
  store::reason why;
  std::string_view name;
};
constexpr std::array reason_names{
    reason_name{store::reason::none, "delivered"},
    reason_name{store::reason::invalid_number, "invalid_number"},
    reason_name{store::reason::no_route, "no_route"},
    reason_name{store::reason::sender_rejected, "sender_rejected"},
    reason_name{store::reason::rejected, "rejected"},
    reason_name{store::reason::undeliverable, "undeliverable"},
    reason_name{store::reason::expired, "expired"},
    reason_name{store::reason::deleted, "deleted"},
    reason_name{store::reason::unknown, "unknown"},
    reason_name{store::reason::buffered, "buffered"},
    reason_name{store::reason::unknown_outcome, "unknown_outcome"},
};

// Calls `entry(key, value)` for each until that returns false. Without "=" the value is empty.
template <class Entry>
void for_each_error(std::string_view errors, Entry entry) {
  while (!errors.empty()) {
    const auto one = errors.substr(0, errors.find(','));
    errors.remove_prefix(std::min(one.size() + 1, errors.size()));
    const auto equals = std::min(one.find('='), one.size());
    if (!entry(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())))) return;
  }
}

std::optional<std::string_view> find_error(std::string_view errors, std::string_view key) {
  std::optional<std::string_view> found;
  for_each_error(errors, [&](std::string_view name, std::string_view value) {
    if (name == key) found = value;
    return !found;
  });
  return found;
}

bool is_error_word(std::string_view text) {
  return !text.empty() && text.size() <= error_octets_max && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

}  // namespace

std::string format_receipt(std::string_view format, const smpp::receipt_fields& fields) {
  if (format.empty()) return smpp::format_receipt(fields);
  std::string text;
  walk(
      format, [&](std::string_view literal) { text += literal; },
      [&](std::string_view name) {
        if (const auto* const known = find_placeholder(name)) text += known->write(fields);
      });
  return text;
}

std::string mistake_in_receipt_format(std::string_view format) {
  if (format.size() > receipt_format_octets_max) {
    return fmt::format("the format has {} octets; {} are allowed", format.size(),
                       receipt_format_octets_max);
  }
  if (std::ranges::any_of(format, [](char c) { return c < ' ' || c > '~'; }))
    return "the format has characters that are not ASCII; receipts are plain text";
  std::string mistake;
  std::vector<std::string_view> names;
  const auto has = [&](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  const bool paired = walk(
      format, [](std::string_view) {},
      [&](std::string_view name) {
        if (mistake.empty() && find_placeholder(name) == nullptr) {
          mistake = fmt::format(
              "there is no placeholder {{{}}}; there are {{id}} {{sub}} {{dlvrd}} {{submit_date}} "
              "{{submit_date:12}} {{done_date}} {{done_date:12}} {{stat}} {{err}} {{text}}",
              name);
        } else if (mistake.empty() && has(name)) {
          mistake = fmt::format("{{{}}} stands twice in the format; once is allowed", name);
        }
        names.push_back(name);
      });
  if (!paired) return "a brace of the format has no partner; write placeholders as {id}";
  if (!mistake.empty() || format.empty()) return mistake;
  if (!has("id") || !has("stat"))
    return "the format needs {id} and {stat}; without them it says nothing";
  return "";
}

std::string_view receipt_error(std::string_view errors, store::reason why,
                               std::string_view carriers_own) {
  const auto* const reason = std::ranges::find(reason_names, why, &reason_name::why);
  const auto name = reason == reason_names.end() ? std::string_view{} : reason->name;
  for (const auto key : {carriers_own, name, std::string_view("default")}) {
    if (key.empty()) continue;
    if (const auto found = find_error(errors, key)) return *found;
  }
  const bool usual = !carriers_own.empty() && carriers_own.size() <= usual_error_octets;
  return usual ? carriers_own : "000";
}

std::string mistake_in_receipt_errors(std::string_view errors) {
  std::string mistake;
  for_each_error(errors, [&](std::string_view key, std::string_view value) {
    if (!is_error_word(key) || !is_error_word(value)) {
      mistake = fmt::format(
          "'{}={}' is no error; write KEY=TEXT, each of at most {} letters and digits, such as "
          "undeliverable=001",
          key, value, error_octets_max);
    }
    return mistake.empty();
  });
  return mistake;
}

}  // namespace smppd
