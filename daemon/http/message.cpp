#include "daemon/http/message.hpp"

#include <algorithm>
#include <charconv>

namespace smppd::http {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view request::header(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (same_word(key, name)) return value;
  }
  return {};
}

bool percent_decode(std::string_view text, decode_as how, std::string& decoded) {
  decoded.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return false;
      unsigned octet{};
      const char* const digits = text.data() + i + 1;
      const auto [end, error] = std::from_chars(digits, digits + 2, octet, 16);
      if (error != std::errc{} || end != digits + 2) return false;
      decoded.push_back(static_cast<char>(octet));
      i += 2;
    } else {
      decoded.push_back(how == decode_as::query && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return true;
}

bool parse_query(std::string_view query, std::vector<std::pair<std::string, std::string>>& pairs) {
  pairs.clear();
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (one.empty()) continue;
    const auto equals = std::min(one.find('='), one.size());
    const auto value = one.substr(std::min(equals + 1, one.size()));
    auto& [name_text, value_text] = pairs.emplace_back();
    if (!percent_decode(one.substr(0, equals), decode_as::query, name_text) ||
        !percent_decode(value, decode_as::query, value_text)) {
      return false;
    }
  }
  return true;
}

}  // namespace smppd::http
