// GET /healthz: the process answers. GET /readyz: it accepts messages.
#include "daemon/http/api.hpp"
#include "daemon/http/problem.hpp"

namespace smppd::http {

namespace {

asio::awaitable<response> get_health(const request&) {
  response made;
  made.body = R"({"status":"ok"})";
  co_return made;
}

asio::awaitable<response> get_readiness(const api& of, const request& from) {
  std::string why;
  if (!of.ready(why)) co_return make_response(problem(503, "NOT_READY", why), from);
  response made;
  made.body = R"({"status":"ready"})";
  co_return made;
}

}  // namespace

void add_health(router& routes, const api& of) {
  routes.add("GET", "/healthz", get_health);
  routes.add("GET", "/readyz", [&of](const request& from) { return get_readiness(of, from); });
}

}  // namespace smppd::http
