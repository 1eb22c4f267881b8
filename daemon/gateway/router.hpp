// Which carriers a number may go to.
#pragma once

#include "daemon/config/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace smppd {

/// Prefix routes. Immutable; a changed configuration makes a new one.
class router {
 public:
  /// `carriers` gives the names that the routes use their places in.
  router(const std::vector<route_config>& routes, const std::vector<carrier_config>& carriers);

  /// Places of the carriers of the route with the longest prefix of `digits`, first choice first;
  /// empty: no route.
  [[nodiscard]] const std::vector<std::size_t>& find(std::string_view digits) const;

 private:
  struct route {
    std::string prefix;
    std::vector<std::size_t> carriers;
  };
  std::vector<route> routes_;  // longest prefix first
};

}  // namespace smppd
