#include "daemon/http/router.hpp"

#include "daemon/http/problem.hpp"
#include "daemon/observe/log.hpp"

#include <algorithm>

namespace smppd::http {

namespace {

/// "/a/b" has the parts "a" and "b"; so has "a/b" only as a pattern's mistake.
void split(std::string_view path, std::vector<std::string_view>& parts) {
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(std::string_view part) noexcept { return part.starts_with('{'); }

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
  return std::ranges::equal(pattern, path, [](std::string_view wanted, std::string_view part) {
    return is_parameter(wanted) ? !part.empty() : wanted == part;
  });
}

}  // namespace

void router::add(std::string_view method, std::string_view pattern, handler handle) {
  route added;
  added.name.append(method).append(" ").append(pattern);
  added.method = method;
  std::vector<std::string_view> parts;
  split(pattern, parts);
  added.parts.assign(parts.begin(), parts.end());
  added.handle = std::move(handle);
  routes_.push_back(std::move(added));
}

std::vector<std::string> router::names() const {
  std::vector<std::string> all;
  for (const route& each : routes_)
    all.push_back(each.name);
  return all;
}

// Null: none; `allowed` then has the methods of those that match but for theirs.
const router::route* router::find(std::string_view method,
                                  const std::vector<std::string_view>& path,
                                  std::string& allowed) const {
  if (method == "HEAD") method = "GET";
  for (const route& each : routes_) {
    if (!matches(each.parts, path)) continue;
    if (each.method == method) return &each;
    allowed.append(allowed.empty() ? "" : ", ").append(each.method);
    if (each.method == "GET") allowed.append(", HEAD");
  }
  return nullptr;
}

asio::awaitable<response> router::answer(request& to) const {
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::string_view> parts;
  split(to.path, parts);
  std::string allowed;
  const route* const chosen = find(to.method, parts, allowed);
  response made;
  if (chosen == nullptr) {
    made = no_such_route(to, allowed);
    count_unrouted(made.status);
    co_return made;
  }
  to.parameters.clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!is_parameter(chosen->parts[i])) continue;
    if (!percent_decode(parts[i], decode_as::path, to.parameters.emplace_back())) {
      to.parameters.back() = parts[i];
    }
  }
  try {
    made = co_await chosen->handle(to);
  } catch (const std::exception& error) {
    log::error("{} (request {}) failed: {}", chosen->name, to.id, error.what());
    const problem internal(500, "INTERNAL",
                           "Something went wrong here. It was logged under the request_id.");
    made = make_response(internal, to);
  }
  if (watch_) watch_(chosen->name, made.status, std::chrono::steady_clock::now() - begun);
  co_return made;
}

void router::count_unrouted(int status) const {
  if (watch_) watch_({}, status, {});
}

response router::no_such_route(const request& to, const std::string& allowed) {
  if (allowed.empty()) {
    return make_response(problem(404, "NOT_FOUND", "There is nothing at this path."), to);
  }
  const problem wrong_method(405, "METHOD_NOT_ALLOWED", "This path takes " + allowed + ".");
  response refused = make_response(wrong_method, to);
  refused.headers.emplace_back("Allow", allowed);
  return refused;
}

}  // namespace smppd::http
