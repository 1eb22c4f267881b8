#include "daemon/esme/address_range.hpp"

#include <re2/re2.h>

#include <cstdint>
#include <optional>

namespace smppd {

namespace {

constexpr std::int64_t memory_max = 128 * 1024;  // of one expression, in octets

re2::RE2::Options options() {
  re2::RE2::Options made;
  made.set_posix_syntax(true);
  made.set_perl_classes(true);  // \d, which many write
  made.set_encoding(re2::RE2::Options::EncodingLatin1);
  made.set_never_capture(true);
  made.set_log_errors(false);
  made.set_max_mem(memory_max);
  return made;
}

// What people write who do not think of regular expressions: a number, with % as databases have it
// or a * at its end as shells do. None: it is something else.
std::optional<std::string> read_number(std::string_view expression) {
  if (expression.starts_with('+')) expression.remove_prefix(1);
  std::string pattern = "^\\+?";
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c >= '0' && c <= '9') {
      pattern += c;
    } else if (c == '%' || (c == '*' && i + 1 == expression.size())) {
      pattern += ".*";
    } else {
      return std::nullopt;
    }
  }
  return pattern + '$';
}

}  // namespace

address_range::address_range() noexcept = default;
address_range::~address_range() = default;
address_range::address_range(address_range&&) noexcept = default;
address_range& address_range::operator=(address_range&&) noexcept = default;

address_range::address_range(std::string_view expression) {
  if (expression.empty()) return;
  const auto pattern = read_number(expression).value_or(std::string(expression));
  auto made = std::make_unique<const re2::RE2>(pattern, options());
  if (made->ok()) {
    expression_ = std::move(made);
  } else {
    trouble_ = made->error();
  }
}

bool address_range::matches(std::string_view address) const {
  return !expression_ ||
         re2::RE2::PartialMatch(re2::StringPiece(address.data(), address.size()), *expression_);
}

}  // namespace smppd
