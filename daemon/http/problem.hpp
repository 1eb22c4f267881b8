// Errors as HTTP shows them: application/problem+json (RFC 9457) that also carries `error` and
// `code`.
#pragma once

#include "daemon/gateway/submission.hpp"
#include "daemon/http/message.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <vector>

namespace smppd::http {

/// As many errors are listed; of a request with more it is said that there are more.
inline constexpr std::size_t field_errors_max = refusals_told_max;

/// What is wrong with one field.
struct field_error {
  std::string pointer;  // JSON pointer (RFC 6901)
  std::string code;
  std::string detail;
};

struct problem {
  problem() : problem(500, "INTERNAL", {}) {}
  problem(int http_status, std::string_view of, std::string why)
      : status(http_status), code(of), detail(std::move(why)) {}

  int status;
  std::string code;    // one of docs/http-api.md
  std::string detail;  // a sentence: what is wrong and what would be right
  std::vector<field_error> errors{};
  bool more_errors{false};  // than `errors` says
};

/// A value, or why there is none.
template <class T>
using answer = boost::system::result<T, problem>;

/// "INVALID_API_KEY" becomes "Invalid API key".
[[nodiscard]] std::string title_of(std::string_view code);

/// The response for `what` on `to`.
[[nodiscard]] response make_response(const problem& what, const request& to);

/// Status and code of the first error stand for all. `errors` is not empty.
[[nodiscard]] problem problem_of(std::vector<field_error> errors);
[[nodiscard]] problem problem_of(const refusals& why);
/// 404: the id names nothing that the caller may see.
[[nodiscard]] problem not_found();
/// 404 for store::error::not_found; for anything else 503, and it is logged.
[[nodiscard]] problem problem_of(boost::system::error_code store_error);

}  // namespace smppd::http
