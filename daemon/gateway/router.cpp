#include "daemon/gateway/router.hpp"

#include <algorithm>

namespace smppd {

router::router(const std::vector<route_config>& routes,
               const std::vector<carrier_config>& carriers) {
  for (const auto& configured : routes) {
    route made{configured.prefix, {}};
    for (const auto& name : configured.carriers) {
      const auto found = std::ranges::find(carriers, name, &carrier_config::name);
      if (found != carriers.end()) {
        made.carriers.push_back(static_cast<std::size_t>(found - carriers.begin()));
      }
    }
    routes_.push_back(std::move(made));
  }
  std::ranges::stable_sort(routes_, std::ranges::greater{},
                           [](const route& one) { return one.prefix.size(); });
}

const std::vector<std::size_t>& router::find(std::string_view digits) const {
  static const std::vector<std::size_t> none;
  const auto found = std::ranges::find_if(
      routes_, [&](const route& one) { return digits.starts_with(one.prefix); });
  return found == routes_.end() ? none : found->carriers;
}

}  // namespace smppd
