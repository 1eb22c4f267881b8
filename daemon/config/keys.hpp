// Every key that smppd.toml may contain: its name, what it means, its shape, and the member of
// `config` that it fills. The loader, its suggestions, the reload's report and the tests of the
// documentation all go through this one list.
#pragma once

#include "daemon/config/config.hpp"
#include "daemon/config/shape.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smppd {

template <class Table>
struct key_rule {
  using read_function = std::function<std::optional<shape::complaint>(
      const toml::node& value, Table& table, const std::filesystem::path& folder)>;

  std::string_view name;
  std::string_view meaning;
  read_function read;
  std::function<bool(const Table&, const Table&)> same;
  bool required{false};
};

template <class Table>
using key_rules = std::vector<key_rule<Table>>;

[[nodiscard]] const key_rules<store_config>& store_keys();
[[nodiscard]] const key_rules<log_config>& log_keys();
[[nodiscard]] const key_rules<http_config>& http_keys();
[[nodiscard]] const key_rules<admin_config>& admin_keys();
[[nodiscard]] const key_rules<smpp_server_config>& smpp_keys();
[[nodiscard]] const key_rules<webhook_config>& webhook_keys();
[[nodiscard]] const key_rules<limits_config>& limits_keys();
[[nodiscard]] const key_rules<text_config>& text_keys();
[[nodiscard]] const key_rules<config>& reassembly_keys();
[[nodiscard]] const key_rules<carrier_config>& carrier_keys();
[[nodiscard]] const key_rules<route_config>& route_keys();
[[nodiscard]] const key_rules<inbound_config>& inbound_keys();

/// Shows `visitor` every table: `single(name, member of config, keys)` for those that stand once,
/// `repeated(name, member of config, keys, identity)` for those written [[name]]. `identity` is the
/// member that tells them apart, and the first of their keys.
template <class Visitor>
void visit_tables(Visitor&& visitor) {
  visitor.single("store", &config::store, store_keys());
  visitor.single("log", &config::log, log_keys());
  visitor.single("http", &config::http, http_keys());
  visitor.single("admin", &config::admin, admin_keys());
  visitor.single("smpp", &config::smpp, smpp_keys());
  visitor.single("webhook", &config::webhook, webhook_keys());
  visitor.single("limits", &config::limits, limits_keys());
  visitor.single("text", &config::text, text_keys());
  visitor.single("reassembly", std::identity{}, reassembly_keys());
  visitor.repeated("carrier", &config::carriers, carrier_keys(), &carrier_config::name);
  visitor.repeated("route", &config::routes, route_keys(), &route_config::prefix);
  visitor.repeated("inbound", &config::inbound, inbound_keys(), &inbound_config::number);
}

}  // namespace smppd
