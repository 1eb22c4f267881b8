#include "smpp/message_id.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace smpp {
namespace {

constexpr std::size_t convertible_digits_max = 80;
constexpr std::string_view digits = "0123456789abcdef";

constexpr bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

constexpr bool is_hex_digit(char c) {
  return is_decimal_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr char to_small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view id) {
  constexpr std::string_view around{" \0\t\r\n", 5};
  const std::size_t first = id.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return id.substr(first, id.find_last_not_of(around) - first + 1);
}

bool all_hex_digits(std::string_view id) { return std::ranges::all_of(id, is_hex_digit); }
bool all_decimal_digits(std::string_view id) { return std::ranges::all_of(id, is_decimal_digit); }

// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view id) {
  if (id.size() != 36) return false;
  for (std::size_t at = 0; at < id.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? id[at] != '-' : !is_hex_digit(id[at])) return false;
  }
  return true;
}

std::string_view without_zeros(std::string_view number) {
  const std::size_t first = std::min(number.find_first_not_of('0'), number.size() - 1);
  return number.substr(first);
}

// A natural number as long as any id that is converted: 80 hexadecimal digits are 320 bits.
class wide_number {
 public:
  void push_digit(unsigned base, unsigned digit) {
    std::uint64_t carry = digit;
    for (std::size_t i = 0; i < used_; ++i) {
      carry += std::uint64_t{limbs_[i]} * base;
      limbs_[i] = static_cast<std::uint32_t>(carry & 0xFFFFFFFFU);
      carry >>= 32U;
    }
    if (carry != 0) limbs_[used_++] = static_cast<std::uint32_t>(carry);
  }

  [[nodiscard]] unsigned pop_digit(unsigned base) {
    std::uint64_t rest = 0;
    for (std::size_t i = used_; i-- > 0;) {
      rest = rest << 32U | limbs_[i];
      limbs_[i] = static_cast<std::uint32_t>(rest / base);
      rest %= base;
    }
    while (used_ > 0 && limbs_[used_ - 1] == 0)
      --used_;
    return static_cast<unsigned>(rest);
  }

  [[nodiscard]] bool is_zero() const { return used_ == 0; }

 private:
  std::array<std::uint32_t, convertible_digits_max * 4 / 32> limbs_{};  // lowest first
  std::size_t used_ = 0;
};

// `number` is canonical digits of base `from`; so is the result of base `to`.
std::string convert(std::string_view number, unsigned from, unsigned to) {
  wide_number value;
  for (const char c : number)
    value.push_digit(from, static_cast<unsigned>(digits.find(c)));
  std::string converted;
  while (!value.is_zero())
    converted += digits[value.pop_digit(to)];
  std::ranges::reverse(converted);
  return converted.empty() ? "0" : converted;
}

bool is_convertible(std::string_view canonical) {
  return !canonical.empty() && canonical.size() <= convertible_digits_max &&
         all_hex_digits(canonical);
}

// What a submit_sm_resp said in hex for a receipt that says `canonical` in decimal.
std::optional<std::string> as_hex(std::string_view canonical) {
  if (!is_convertible(canonical) || !all_decimal_digits(canonical)) return std::nullopt;
  return convert(canonical, 10, 16);
}

// What a submit_sm_resp said in decimal for a receipt that says `canonical` in hex.
std::optional<std::string> as_decimal(std::string_view canonical) {
  if (!is_convertible(canonical)) return std::nullopt;
  return convert(canonical, 16, 10);
}

bool has_hex_letter(std::string_view id) {
  id = trimmed(id);
  return all_hex_digits(id) && !all_decimal_digits(id);
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_small, to_small);
}

}  // namespace

std::string canonical_id(std::string_view id) {
  id = trimmed(id);
  const bool uuid = is_uuid(id);
  if (!uuid && !id.empty() && all_hex_digits(id)) id = without_zeros(id);
  std::string canonical;
  canonical.resize(id.size());
  std::ranges::transform(id, canonical.begin(), to_small);
  if (!uuid) return canonical;
  std::erase(canonical, '-');
  canonical.erase(0, canonical.size() - without_zeros(canonical).size());
  return canonical;
}

std::vector<id_candidate> receipt_id_candidates(std::string_view receipt_id) {
  std::vector<id_candidate> candidates;
  std::string canonical = canonical_id(receipt_id);
  if (canonical.empty()) return candidates;
  auto hex = as_hex(canonical);
  auto decimal = as_decimal(canonical);
  const bool one_digit = hex == canonical;  // and so is the other
  if (decimal == canonical || one_digit) decimal.reset();
  if (one_digit) hex.reset();
  candidates.reserve(3);
  candidates.push_back({std::move(canonical), id_form::exact});
  if (hex) candidates.push_back({std::move(*hex), id_form::hex_to_decimal});
  if (decimal) candidates.push_back({std::move(*decimal), id_form::decimal_to_hex});
  return candidates;
}

std::optional<id_form> match_ids(std::string_view submit_id, std::string_view receipt_id) {
  submit_id = trimmed(submit_id);
  receipt_id = trimmed(receipt_id);
  if (submit_id.empty() || receipt_id.empty()) return std::nullopt;
  if (submit_id == receipt_id) return id_form::exact;
  if (equal_but_for_case(submit_id, receipt_id)) return id_form::letter_case;
  const std::string submit = canonical_id(submit_id);
  const std::string receipt = canonical_id(receipt_id);
  if (submit == receipt) {
    return is_uuid(submit_id) != is_uuid(receipt_id) ? id_form::dashes : id_form::padding;
  }
  if (as_hex(receipt) == submit) return id_form::hex_to_decimal;
  if (as_decimal(receipt) == submit) return id_form::decimal_to_hex;
  return std::nullopt;
}

void id_form_evidence::saw_submit_id(std::string_view id) noexcept {
  submit_letters_ = submit_letters_ || has_hex_letter(id);
}

void id_form_evidence::saw_receipt_id(std::string_view id) noexcept {
  receipt_letters_ = receipt_letters_ || has_hex_letter(id);
}

bool id_form_evidence::plausible(id_form form) const noexcept {
  switch (form) {
    case id_form::hex_to_decimal: return submit_letters_;
    case id_form::decimal_to_hex: return receipt_letters_;
    default: return true;
  }
}

void id_form_evidence::halve() noexcept {
  same_ /= 2;
  hex_to_decimal_ /= 2;
  decimal_to_hex_ /= 2;
}

void id_form_evidence::miss() noexcept {
  if (++misses_ < misses_tolerated) return;
  misses_ = 0;
  halve();
}

void id_form_evidence::add(id_form form) noexcept {
  misses_ = 0;
  if (same_ + hex_to_decimal_ + decimal_to_hex_ >= remembered) halve();
  switch (form) {
    case id_form::hex_to_decimal: ++hex_to_decimal_; break;
    case id_form::decimal_to_hex: ++decimal_to_hex_; break;
    default: ++same_; break;
  }
}

std::optional<id_form> id_form_evidence::form() const noexcept {
  if (same_ + hex_to_decimal_ + decimal_to_hex_ == 0) return std::nullopt;
  if (same_ >= hex_to_decimal_ && same_ >= decimal_to_hex_) return id_form::exact;
  return hex_to_decimal_ >= decimal_to_hex_ ? id_form::hex_to_decimal : id_form::decimal_to_hex;
}

double id_form_evidence::confidence() const noexcept {
  const auto all = same_ + hex_to_decimal_ + decimal_to_hex_;
  if (all == 0) return 0;
  return static_cast<double>(std::max({same_, hex_to_decimal_, decimal_to_hex_})) / all;
}

std::string_view name(id_form form) noexcept {
  switch (form) {
    case id_form::exact: return "exact";
    case id_form::letter_case: return "letter_case";
    case id_form::padding: return "padding";
    case id_form::dashes: return "dashes";
    case id_form::hex_to_decimal: return "hex_to_decimal";
    case id_form::decimal_to_hex: return "decimal_to_hex";
  }
  return "";
}

}  // namespace smpp
