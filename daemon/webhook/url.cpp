#include "daemon/webhook/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace smppd::webhook {

namespace urls = boost::urls;

namespace {

/// Boost 1.81 lets 99999 pass.
bool is_port(std::string_view digits) noexcept {
  std::uint16_t port{};
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, port);
  return parsed.ec == std::errc{} && parsed.ptr == end && port != 0;
}

/// Why it cannot be called; empty: it can.
std::string fault_of(const urls::url_view& url) {
  if (url.scheme_id() != urls::scheme::http && url.scheme_id() != urls::scheme::https) {
    return "A URL to call begins with https:// or http://.";
  }
  if (url.host().empty()) return "The URL has no host.";
  if (url.has_userinfo()) return "The URL should have no user name or password.";
  if (url.has_fragment()) return "The URL should have no fragment (#...).";
  if (url.has_port() && !is_port(url.port())) return "The URL's port is not one.";
  return {};
}

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

std::optional<parsed_url> parse_url(std::string_view url, std::string& why) {
  why.clear();
  if (url.size() > url_octets_max) {
    why = fmt::format("A URL may have {} octets.", url_octets_max);
    return std::nullopt;
  }
  const auto found = urls::parse_uri(url);
  why = found ? fault_of(*found) : "This is not a URL such as https://example.com/sms (RFC 3986).";
  if (!why.empty()) return std::nullopt;
  parsed_url parsed;
  parsed.secure = found->scheme_id() == urls::scheme::https;
  parsed.host = in_lower_case(found->host());
  // Not decoded: there could be the end of a line in it.
  parsed.authority = std::string(found->encoded_host());
  const std::string_view own_port = parsed.secure ? "443" : "80";
  const std::string_view port = found->has_port() ? std::string_view(found->port()) : own_port;
  parsed.server = fmt::format("{}:{}", in_lower_case(parsed.authority), port);
  if (port != own_port) parsed.authority += fmt::format(":{}", port);
  const std::string_view target = found->encoded_target();
  parsed.target = fmt::format("{}{}", target.starts_with('/') ? "" : "/", target);
  return parsed;
}

bool valid_url(std::string_view url, std::string& why) {
  static thread_local std::string last;  // a valid one: mostly the next is the same
  why.clear();
  if (url == last && !url.empty()) return true;
  if (!parse_url(url, why)) return false;
  last = url;
  return true;
}

}  // namespace smppd::webhook
