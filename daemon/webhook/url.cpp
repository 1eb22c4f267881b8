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

}  // namespace

bool valid_url(std::string_view url, std::string& why) {
  why.clear();
  if (url.size() > url_octets_max) {
    why = fmt::format("A URL may have {} octets.", url_octets_max);
  } else if (const auto parsed = urls::parse_uri(url)) {
    why = fault_of(*parsed);
  } else {
    why = "This is not a URL such as https://example.com/sms (RFC 3986).";
  }
  return why.empty();
}

std::string host_of(std::string_view url) {
  std::string ignored;
  if (!valid_url(url, ignored)) return {};
  std::string host = urls::parse_uri(url)->host();
  std::ranges::transform(host, host.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return host;
}

}  // namespace smppd::webhook
