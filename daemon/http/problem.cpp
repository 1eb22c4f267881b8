#include "daemon/http/problem.hpp"

#include "daemon/http/json_writer.hpp"
#include "daemon/observe/log.hpp"
#include "store/error.hpp"

#include <array>
#include <cassert>

namespace smppd::http {

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
  json_writer body;
  body.begin_object();
  body.text("type", "urn:smppd:error:" + what.code);
  body.text("title", title);
  body.number("status", what.status);
  body.text("detail", what.detail);
  body.text("instance", to.path);
  body.text("error", title);
  body.text("code", what.code);
  body.text("request_id", to.id);
  if (!what.errors.empty()) {
    body.begin_array("errors");
    for (const field_error& one : what.errors) {
      body.begin_object();
      body.text("pointer", one.pointer);
      body.text("code", one.code);
      body.text("detail", one.detail);
      body.end_object();
    }
    body.end_array();
    if (what.more_errors) body.boolean("more_errors", true);
  }
  body.end_object();
  response made;
  made.status = what.status;
  made.content_type = "application/problem+json";
  made.body = body.printed();
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
