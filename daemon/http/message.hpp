// What a resource sees of HTTP: a request, a response, and the function between the two.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smppd::http {

namespace asio = boost::asio;

/// The views are valid until the request is answered.
struct request {
  std::string_view method;
  std::string_view target;  // as it came: path and query
  std::string_view path;    // still percent-encoded
  std::string_view query;   // what follows the '?', still percent-encoded
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  std::string_view remote;              // the peer's address
  std::string id;                       // X-Request-Id: the caller's, or made here
  std::vector<std::string> parameters;  // what the {parts} of the route stand for, decoded

  /// Empty where there is no such header. `name` in any case.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

struct response {
  int status{200};
  std::vector<std::pair<std::string, std::string>> headers{};  // besides those that the server adds
  std::string body{};
  std::string_view content_type{"application/json"};  // a literal; not sent without a body
};

/// Answers a request. The request outlives the coroutine.
using handler = std::function<asio::awaitable<response>(const request&)>;

/// Decodes %XX (and, in a query, '+'). False: `text` is not well-formed.
enum class decode_as { path, query };
[[nodiscard]] bool percent_decode(std::string_view text, decode_as how, std::string& decoded);

/// The names and values of a query, decoded, in order. False: it is not well-formed.
[[nodiscard]] bool parse_query(std::string_view query,
                               std::vector<std::pair<std::string, std::string>>& pairs);

/// Do two header names or words match, whatever their case (ASCII)?
[[nodiscard]] bool same_word(std::string_view a, std::string_view b) noexcept;

}  // namespace smppd::http
