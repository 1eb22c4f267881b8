// URLs that customers give us to call.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smppd::webhook {

inline constexpr std::size_t url_octets_max = 2048;

/// What a request needs of a URL.
struct parsed_url {
  bool secure{false};     // https
  std::string host;       // "example.com" of "https://Ex%61mple.com:8443/sms"
  std::string server;     // "example.com:443": what a connection leads to
  std::string authority;  // of the Host field: as it was written, without the scheme's own port
  std::string target;     // path and query, as they were written
};
/// http or https with a host, no user name, no fragment, at most `url_octets_max` long. Where it is
/// none, `why` says in a sentence what is wrong.
[[nodiscard]] std::optional<parsed_url> parse_url(std::string_view url, std::string& why);

/// Would `parse_url` take it?
[[nodiscard]] bool valid_url(std::string_view url, std::string& why);

}  // namespace smppd::webhook
