#include "daemon/http/api.hpp"

namespace smppd::http {

void add_api(router& routes, const api& of) {
  add_send(routes, of);
  add_messages(routes, of);
  add_recipients(routes, of);
  add_keywords(routes, of);
  add_health(routes, of);
}

std::string_view name_of(const carrier_names& names, std::int64_t carrier) {
  if (names == nullptr) return {};
  const auto found = names->find(carrier);
  return found == names->end() ? std::string_view{} : found->second;
}

}  // namespace smppd::http
