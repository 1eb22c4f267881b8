#include "daemon/http/authenticate.hpp"

#include "daemon/credentials.hpp"

#include <sodium.h>

#include <algorithm>
#include <optional>

namespace smppd::http {

namespace {

problem invalid_key(std::string detail) { return {401, "INVALID_API_KEY", std::move(detail)}; }

/// What follows `scheme` and spaces in an Authorization header.
std::optional<std::string_view> after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  if (!same_word(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  header.remove_prefix(std::min(header.find_first_not_of(' ', scheme.size()), header.size()));
  return header;
}

/// Empty for what is not base64.
std::string decode_base64(std::string_view text) {
  std::string decoded(text.size(), '\0');
  std::size_t octets{};
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(decoded.data()),
                                       decoded.size(), text.data(), text.size(), nullptr, &octets,
                                       nullptr, sodium_base64_VARIANT_ORIGINAL);
  decoded.resize(failed != 0 ? 0 : octets);
  return decoded;
}

answer<std::int64_t> account_of(parsed_key key, const directory& customers) {
  const store::api_key* const known = customers.find_key(key.key_id);
  if (known == nullptr || !secret_matches(key.secret, known->secret_hash)) {
    return invalid_key("There is no such API key, or it is not active.");
  }
  return known->account;
}

answer<std::int64_t> account_of(std::string_view key, const directory& customers) {
  const auto parsed = parse_key(key);
  if (!parsed) {
    return invalid_key("An API key looks like smppd_live_<id>_<secret>.");
  }
  return account_of(*parsed, customers);
}

answer<std::int64_t> account_of_basic(std::string_view encoded, const directory& customers) {
  const std::string decoded = decode_base64(encoded);
  const auto colon = decoded.find(':');
  if (colon == std::string::npos) {
    return invalid_key("Basic takes the id of an API key and its secret.");
  }
  const std::string_view both(decoded);
  parsed_key key;
  key.key_id = both.substr(0, colon);
  key.secret = both.substr(colon + 1);
  return account_of(key, customers);
}

asio::awaitable<response> refuse(problem why, const request& from) {
  co_return make_response(why, from);
}

}  // namespace

answer<std::int64_t> authenticate(const request& from, const directory& customers) {
  if (const auto key = from.header("X-API-Key"); !key.empty()) return account_of(key, customers);
  const auto authorization = from.header("Authorization");
  if (const auto key = after_scheme(authorization, "Bearer")) return account_of(*key, customers);
  if (const auto both = after_scheme(authorization, "Basic")) {
    return account_of_basic(*both, customers);
  }
  return problem(401, "MISSING_API_KEY", "Send your API key in the header X-API-Key.");
}

handler with_account(const api& of, account_handler handle) {
  return [&of, handle](const request& from) {
    auto account = authenticate(from, of.customers());
    return account ? handle(of, from, *account) : refuse(account.error(), from);
  };
}

}  // namespace smppd::http
