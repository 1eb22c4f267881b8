// What the configuration says of TLS, as the engine takes it.
#pragma once

#include "daemon/config/config.hpp"
#include "smpp/net/tls.hpp"

namespace smppd {

[[nodiscard]] inline smpp::net::tls_server_options tls_options_of(
    const smpp_server_config& settings) {
  smpp::net::tls_server_options options;
  options.certificate_file = settings.tls_certificate;
  options.private_key_file = settings.tls_private_key;
  options.client_ca_file = settings.tls_client_ca;
  return options;
}

[[nodiscard]] inline smpp::net::tls_client_options tls_options_of(const carrier_config& settings) {
  smpp::net::tls_client_options options;
  options.ca_file = settings.tls_ca;
  options.certificate_file = settings.tls_certificate;
  options.private_key_file = settings.tls_private_key;
  options.server_name = settings.tls_server_name;
  options.verify_server = settings.tls_verify;
  return options;
}

}  // namespace smppd
