// What smppd.toml says, checked and with its defaults filled in. Plain values; nothing here knows
// TOML.
#pragma once

#include "smpp/segmenter.hpp"
#include "smpp/text_conventions.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smppd {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct listen_address {
  std::string host;      // a numeric address; "::" and "0.0.0.0" for all
  std::uint16_t port{};  // 0: any free one (tests)
  bool operator==(const listen_address&) const = default;
};

struct store_config {
  std::string path{"/var/lib/smppd/smppd.db"};
  milliseconds commit_spacing{1};  // commits under load are at least this far apart
  milliseconds busy_timeout{5000};
  std::uint32_t readers{2};               // threads that answer queries of the HTTP API
  std::chrono::hours retention{24 * 90};  // final messages older than this are deleted
  bool operator==(const store_config&) const = default;
};

struct log_config {
  std::string level{"info"};  // trace debug info warning error
  std::string file;           // empty: standard error
  bool messages{false};       // one line for each step of each message, at level info
  bool operator==(const log_config&) const = default;
};

struct http_config {
  bool enabled{true};
  listen_address listen{"127.0.0.1", 8080};
  std::size_t body_octets_max{1048576};
  std::size_t recipients_max{1000};
  std::uint32_t connections_max{1024};
  std::uint32_t connections_per_address{64};
  seconds read_timeout{30};
  seconds idle_timeout{75};
  bool operator==(const http_config&) const = default;
};

/// Where /metrics, and what else only administrators see, is served.
struct admin_config {
  bool enabled{true};
  listen_address listen{"127.0.0.1", 9090};
  bool operator==(const admin_config&) const = default;
};

struct smpp_server_config {
  bool enabled{true};
  listen_address listen{"0.0.0.0", 2775};
  std::string system_id{"smppd"};
  std::uint32_t window{100};      // requests of ours (deliver_sm) in flight on a session
  std::uint32_t in_window{5000};  // requests of theirs not answered yet; more are throttled
  std::uint32_t pdu_octets_max{131072};
  std::uint32_t connections_max{1000};
  std::uint32_t binds_per_login{10};
  seconds session_init_timeout{10};
  seconds enquire_link_interval{30};
  seconds inactivity_timeout{0};  // 0: a silent peer is found by enquire_link
  seconds response_timeout{30};
  std::uint32_t deliver_attempts_max{0};  // 0: until the notice is too old
  smpp::text_conventions text;            // what applications mean; without languages
  bool proxy_protocol{false};             // every connection begins with a PROXY header
  // Not empty: TLS from the first octet on. All PEM.
  std::string tls_certificate, tls_private_key;
  std::string tls_client_ca;  // not empty: applications must have a certificate from these
  std::string trace_file;     // not empty: every PDU is written there, for Wireshark
  bool operator==(const smpp_server_config&) const = default;
};

struct webhook_config {
  seconds timeout{15};
  std::uint32_t per_origin{8};  // requests at once of one account to one host
  std::uint32_t connections_max{64};
  bool allow_private{true};  // loopback and private addresses may be called
  std::vector<seconds> retry{seconds{5},     seconds{30},    seconds{300},   seconds{1800},
                             seconds{7200},  seconds{18000}, seconds{36000}, seconds{50400},
                             seconds{72000}, seconds{86400}};
  bool operator==(const webhook_config&) const = default;
};

struct limits_config {
  std::uint32_t parts_max{10};                // per message, HTTP
  std::uint32_t queue_memory_max{100000};     // per carrier; the rest waits in the store
  std::uint32_t receipts_memory_max{250000};  // messages waiting for a receipt; likewise
  std::uint64_t queued_max{10000000};         // waiting messages in all; more are refused
  std::uint32_t notices_memory_max{10000};    // per target
  seconds validity_default{172800};
  seconds shutdown_timeout{20};  // what is in flight at SIGTERM may take this long
  bool operator==(const limits_config&) const = default;
};

/// What smppd may do to texts of the HTTP API so that they need no UCS-2.
struct text_config {
  bool smart_replacement{false};  // typographic characters
  bool transliterate{false};      // other scripts and accents
  bool operator==(const text_config&) const = default;
};

/// Of one trace file; then it ends.
inline constexpr std::size_t trace_octets_max = std::size_t{1} << 30U;

enum class bind_mode : std::uint8_t { transceiver, transmitter_receiver };
enum class unknown_outcome : std::uint8_t { retry, hold, fail };
/// Which parts of a long message ask for a receipt.
enum class receipt_parts : std::uint8_t { every, first, last };
enum class carrier_id_form : std::uint8_t { automatic, exact, hex_to_decimal, decimal_to_hex };

struct carrier_config {
  std::string name;
  std::string host;
  std::uint16_t port{2775};
  std::string system_id, password, system_type;
  std::uint8_t interface_version{0x34};
  bind_mode mode{bind_mode::transceiver};
  std::uint32_t binds{1};    // sessions (pairs of sessions for transmitter_receiver)
  std::uint32_t window{10};  // per session
  double rate{0};            // parts per second, all binds together; 0: no limit
  std::string address_range;
  std::uint8_t addr_ton{0}, addr_npi{0};
  // Without a value: from the address itself.
  std::optional<std::uint8_t> source_ton, source_npi, destination_ton, destination_npi;
  std::string service_type;
  smpp::concatenation concatenation{smpp::concatenation::udh8};
  smpp::text_conventions text;
  smppd::receipt_parts receipt_parts{smppd::receipt_parts::every};
  carrier_id_form id_form{carrier_id_form::automatic};
  unknown_outcome on_unknown_outcome{unknown_outcome::retry};
  seconds response_timeout{30};
  seconds enquire_link_interval{30};
  seconds inactivity_timeout{0};  // 0: a silent peer is found by enquire_link
  seconds connect_timeout{10};
  milliseconds reconnect_min{1000}, reconnect_max{60000};  // jittered, doubling between these
  seconds already_bound_wait{60};  // after ESME_RALYBND: at least this long before the next try
  seconds failover_after{10};      // down this long, its messages go to their route's next carrier
  std::uint32_t pdu_octets_max{131072};
  bool tls{false};
  std::string tls_ca;                            // empty: whom the system trusts
  std::string tls_certificate, tls_private_key;  // our own, if the carrier wants one
  std::string tls_server_name;                   // in its certificate; empty: the host
  bool tls_verify{true};
  std::string trace_file;  // not empty: every PDU is written there, for Wireshark
  bool operator==(const carrier_config&) const = default;
};

/// Messages to numbers that start with `prefix` (digits, no +; empty: all) go to the first carrier
/// that is up.
struct route_config {
  std::string prefix;
  std::vector<std::string> carriers;
  bool operator==(const route_config&) const = default;
};

/// Inbound messages to `number` that match no keyword belong to this account (its ESME binds).
struct inbound_config {
  std::string number;  // empty: any
  std::string account;
  bool operator==(const inbound_config&) const = default;
};

struct config {
  store_config store;
  log_config log;
  http_config http;
  admin_config admin;
  smpp_server_config smpp;
  webhook_config webhook;
  limits_config limits;
  text_config text;
  seconds reassembly_timeout{300};
  std::vector<carrier_config> carriers;
  std::vector<route_config> routes;
  std::vector<inbound_config> inbound;
  bool operator==(const config&) const = default;
};

}  // namespace smppd
