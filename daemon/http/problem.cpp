#include "daemon/http/problem.hpp"

#include "daemon/http/vocabulary.hpp"
#include "daemon/observe/log.hpp"
#include "store/error.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cassert>

namespace smppd::http {

namespace json = boost::json;

std::string title_of(std::string_view code) {
  std::string title;
  while (!code.empty()) {
    const auto end = std::min(code.find('_'), code.size());
    const auto word = code.substr(0, end);
    code.remove_prefix(std::min(end + 1, code.size()));
    const bool abbreviation = word == "API" || word == "JSON" || word == "URL";
    if (!title.empty()) title.push_back(' ');
    for (const char c : word) {
      const bool keep = abbreviation || title.empty() || c < 'A' || c > 'Z';
      title.push_back(keep ? c : static_cast<char>(c - 'A' + 'a'));
    }
  }
  return title;
}

response make_response(const problem& what, const request& to) {
  const std::string title = title_of(what.code);
  json::object body;
  body["type"] = "urn:smppd:error:" + what.code;
  body["title"] = title;
  body["status"] = what.status;
  body["detail"] = valid_utf8(what.detail);
  body["instance"] = valid_utf8(to.path);
  body["error"] = title;
  body["code"] = what.code;
  body["request_id"] = to.id;
  if (!what.errors.empty()) {
    json::array& errors = body["errors"].emplace_array();
    for (const field_error& one : what.errors) {
      errors.push_back({{"pointer", valid_utf8(one.pointer)},
                        {"code", one.code},
                        {"detail", valid_utf8(one.detail)}});
    }
    if (what.more_errors) body["more_errors"] = true;
  }
  response made;
  made.status = what.status;
  made.content_type = "application/problem+json";
  made.body = json::serialize(body);
  if (what.status == 401) made.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"smppd\"");
  if (what.status == 429 || what.status == 503) made.headers.emplace_back("Retry-After", "1");
  return made;
}

problem problem_of(std::vector<field_error> errors) {
  assert(!errors.empty());
  problem made(400, errors.front().code, errors.front().detail);
  made.more_errors = errors.size() > field_errors_max;
  if (made.more_errors) errors.resize(field_errors_max);
  made.errors = std::move(errors);
  return made;
}

problem problem_of(const refusals& why) {
  assert(!why.empty());
  problem made(why.front().http_status, why.front().code, why.front().detail);
  for (const refusal& one : why) {
    if (one.pointer.empty()) continue;
    if (made.errors.size() == field_errors_max) {
      made.more_errors = true;
      break;
    }
    made.errors.push_back({one.pointer, one.code, one.detail});
  }
  return made;
}

problem not_found() { return {404, "NOT_FOUND", "There is nothing with this id."}; }

problem problem_of(boost::system::error_code store_error) {
  if (store_error == store::make_error_code(store::error::not_found)) return not_found();
  log::error("HTTP: the store failed: {}", store_error.message());
  if (store_error == store::make_error_code(store::error::full)) {
    return {503, "STORAGE_FULL", "The disk is full."};
  }
  return {503, "STORAGE_UNAVAILABLE", "The store cannot be read or written at the moment."};
}

}  // namespace smppd::http
