#include "smpp/receipt.hpp"

#include "smpp/smpp_time.hpp"
#include "smpp/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace smpp {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_small(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}
constexpr char to_small(char c) { return is_capital(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view value) {
  while (!value.empty() && is_blank(value.front()))
    value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back()))
    value.remove_suffix(1);
  return value;
}

std::string_view first_word(std::string_view value) {
  value = trimmed(value);
  value = {value.begin(), std::ranges::find_if(value, is_blank)};
  while (!value.empty() && (value.back() == ',' || value.back() == ';'))
    value.remove_suffix(1);
  return value;
}

using slot = std::optional<std::string> receipt::*;

struct field_name {
  std::string_view name;  // in small letters; a space is any number of blanks and underscores
  slot field;
};

constexpr auto field_names = std::to_array<field_name>({
    {"id", &receipt::id},
    {"sub", &receipt::sub},
    {"dlvrd", &receipt::dlvrd},
    {"submit date", &receipt::submit_date},
    {"done date", &receipt::done_date},
    {"stat", &receipt::stat},
    {"err", &receipt::err},
    {"text", &receipt::text},
});

// Where `name` begins when it ends at `end`.
std::optional<std::size_t> find_name(std::string_view message, std::size_t end,
                                     std::string_view name) {
  std::size_t at = end;
  for (; !name.empty(); name.remove_suffix(1)) {
    if (name.back() == ' ') {
      while (at > 0 && (is_blank(message[at - 1]) || message[at - 1] == '_'))
        --at;
    } else if (at > 0 && to_small(message[at - 1]) == name.back()) {
      --at;
    } else {
      return std::nullopt;
    }
  }
  return at;
}

struct field_start {
  slot field;
  std::size_t begin;  // of the name
};

class receipt_reader {
 public:
  receipt_reader(std::string_view message, receipt& into) : message_(message), found_(into) {}

  void read() {
    std::size_t colon = message_.find(':');
    while (colon != std::string_view::npos && !rest_is_text()) {
      if (const auto next = find_field(colon)) {
        close_field(next->begin);
        field_ = next->field;
        value_ = colon + 1;
      }
      colon = message_.find(':', colon + 1);
    }
    close_field(message_.size());
  }

 private:
  // A text may hold anything, field names too; it ends at one only while the fields that make a
  // receipt are still to come.
  [[nodiscard]] bool rest_is_text() const {
    return field_ == &receipt::text && found_.id && found_.stat;
  }

  [[nodiscard]] std::optional<field_start> find_field(std::size_t colon) const {
    std::size_t end = colon;
    while (end > value_ && is_blank(message_[end - 1]))
      --end;
    if (end == value_) return std::nullopt;
    const char last = to_small(message_[end - 1]);
    for (const auto& [name, field] : field_names) {
      if (name.back() != last) continue;
      const auto begin = find_name(message_, end, name);
      if (begin && *begin >= value_ && may_begin(*begin, field)) return field_start{field, *begin};
    }
    return std::nullopt;
  }

  // A name begins a word; or, some carriers leave the space out, it follows a value that looks
  // different from it: "sub:001dlvrd:001", "stat:DELIVRDerr:000".
  [[nodiscard]] bool may_begin(std::size_t begin, slot field) const {
    if (begin == 0) return true;
    const char before = message_[begin - 1];
    if (!is_digit(before) && !is_small(before) && !is_capital(before) && before != '_') return true;
    if (field_ == nullptr || field == &receipt::id) return begin == value_;
    return begin == value_ || is_digit(before) || (is_capital(before) && is_small(message_[begin]));
  }

  void close_field(std::size_t end) {
    if (field_ == nullptr) return;
    auto& kept = found_.*field_;
    if (kept && !kept->empty()) return;
    const std::string_view value = message_.substr(value_, end - value_);
    kept = field_ == &receipt::text ? trimmed(value) : first_word(value);
  }

  std::string_view message_;
  receipt& found_;
  slot field_ = nullptr;   // the one being read
  std::size_t value_ = 0;  // where its value begins
};

bool has_value(const std::optional<std::string>& field) { return field && !field->empty(); }

bool is_receipt(const receipt& found) {
  const auto fields = std::ranges::count_if(
      field_names, [&](const field_name& name) { return (found.*name.field).has_value(); });
  const bool known_state = has_value(found.stat) && parse_receipt_word(*found.stat);
  if (has_value(found.id) && known_state) return true;
  return fields >= 3 && (has_value(found.stat) || has_value(found.done_date));
}

std::optional<std::chrono::sys_seconds> as_seconds(const parsed_time& time) {
  if (time.kind != time_kind::absolute) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(time.when);
}

std::optional<std::chrono::sys_seconds> parse_short(std::string_view digits) {
  return as_seconds(parse_time(digits, {}, time_form::full_or_short));
}

// YYYYMMDDhhmm[ss] of this century or the last.
std::optional<std::chrono::sys_seconds> parse_with_century(std::string_view digits) {
  const auto date = parse_short(std::string(digits.substr(2)) + (digits.size() == 12 ? "00" : ""));
  if (!date) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(*date)};
  const int century = static_cast<int>(day.year()) / 100;
  if (digits.substr(0, 2) != std::to_string(century)) return std::nullopt;
  return date;
}

void put_counter(std::string& text, unsigned count) {
  count = std::min(count, 999U);
  for (const unsigned unit : {100U, 10U, 1U})
    text += static_cast<char>('0' + count / unit % 10);
}

// YYMMDDhhmm.
void put_date(std::string& text, std::chrono::sys_seconds when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const auto minutes = static_cast<unsigned>((when - day) / std::chrono::minutes{1});
  const auto year = static_cast<unsigned>((static_cast<int>(date.year()) % 100 + 100) % 100);
  std::array<char, 10> digits;
  auto* digit = digits.data();
  for (const unsigned field : {year, static_cast<unsigned>(date.month()),
                               static_cast<unsigned>(date.day()), minutes / 60, minutes % 60}) {
    *digit++ = static_cast<char>('0' + field / 10);
    *digit++ = static_cast<char>('0' + field % 10);
  }
  text.append(digits.data(), digits.size());
}

std::string_view beginning_of(std::string_view text) {
  constexpr std::size_t octets_max = 20;
  if (text.size() <= octets_max) return text;
  std::size_t end = octets_max;
  const auto continues = [&] { return (as_bytes(text)[end] & 0xC0U) == 0x80U; };
  while (end > octets_max - 3 && continues())
    --end;
  return text.substr(0, end);
}

}  // namespace

std::optional<receipt> parse_receipt(std::string_view message) {
  std::optional<receipt> found(std::in_place);
  receipt_reader(message, *found).read();
  if (!is_receipt(*found)) found.reset();
  return found;
}

std::optional<receipt> parse_receipt(std::uint8_t data_coding, byte_view octets) {
  auto found = parse_receipt(as_text(octets));
  if (!found) {
    if (alphabet_of(data_coding) != alphabet::ucs2) return std::nullopt;
    return parse_receipt(decode_text(data_coding, octets));
  }
  if (found->text) {
    const bool seven_bit = alphabet_of(data_coding) == alphabet::gsm7;
    const auto coding = seven_bit ? data_coding : data_coding_latin1;
    found->text = decode_text(coding, as_bytes(*found->text));
  }
  return found;
}

std::optional<std::chrono::sys_seconds> parse_receipt_date(std::string_view date) {
  date = trimmed(date);
  const bool is_zero = date.find_first_not_of('0') == std::string_view::npos;
  if (is_zero || !std::ranges::all_of(date.substr(0, date.size() - 1), is_digit)) {
    return std::nullopt;
  }
  switch (date.size()) {
    case 10: return parse_short(std::string(date) + "00");
    case 12:
      // No year after 2012 reads as a year and a month, so the two forms tell themselves apart.
      if (const auto with_seconds = parse_short(date)) return with_seconds;
      return parse_with_century(date);
    case 14: return parse_with_century(date);
    case 16: return as_seconds(parse_time(date, {}));
    default: return std::nullopt;
  }
}

std::string format_receipt(const receipt_fields& fields) {
  std::string text;
  text.reserve(160);
  text += "id:";
  text += fields.id;
  text += " sub:";
  put_counter(text, fields.sub);
  text += " dlvrd:";
  put_counter(text, fields.dlvrd);
  text += " submit date:";
  put_date(text, fields.submit);
  text += " done date:";
  put_date(text, fields.done);
  text += " stat:";
  text += receipt_word(fields.state);
  text += " err:";
  text += fields.err;
  text += " text:";
  text += beginning_of(fields.text);
  return text;
}

}  // namespace smpp
