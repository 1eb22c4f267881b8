// URLs that customers give us to call.
#pragma once

#include <string>
#include <string_view>

namespace smppd::webhook {

inline constexpr std::size_t url_octets_max = 2048;

/// http or https with a host, no user name, no fragment, at most `url_octets_max` long. `why` says
/// in a sentence what is wrong.
[[nodiscard]] bool valid_url(std::string_view url, std::string& why);

/// "example.com" of "https://Example.com:443/sms". Empty for what is not valid.
[[nodiscard]] std::string host_of(std::string_view url);

}  // namespace smppd::webhook
