#include "daemon/config/keys.hpp"

#include "daemon/config/secret.hpp"
#include "daemon/credentials.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <utility>

namespace smppd {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t million = 1'000'000;

// `member` of the table, or a function that gives access to what it stands for.
template <class Table, class Member, class Shape>
key_rule<Table> key_of(std::string_view name, std::string_view meaning, Member member,
                       Shape shape) {
  return {name, meaning,
          [member, shape](const toml::node& value, Table& table,
                          const std::filesystem::path&) -> std::optional<shape::complaint> {
            auto read = shape(value);
            if (!read) return read.error();
            std::invoke(member, table) = std::move(*read);
            return std::nullopt;
          },
          [member](const Table& a, const Table& b) {
            return std::invoke(member, a) == std::invoke(member, b);
          }};
}

template <class Table, class Value, class Shape>
key_rule<Table> key(std::string_view name, std::string_view meaning, Value Table::*member,
                    Shape shape) {
  return key_of<Table>(name, meaning, member, shape);
}

template <class Table>
key_rule<Table> required(key_rule<Table> rule) {
  rule.required = true;
  return rule;
}

// The path of a file that holds what `member` says; one line.
template <class Table>
key_rule<Table> secret_key(std::string_view name, std::string_view meaning,
                           std::string Table::*member, std::size_t octets_max) {
  return {
      name, meaning,
      [member, octets_max](const toml::node& value, Table& table,
                           const std::filesystem::path& folder) -> std::optional<shape::complaint> {
        const auto path = shape::text{1}(value);
        if (!path) return path.error();
        auto secret = read_secret(*path, folder, octets_max);
        if (!secret) return secret.error();
        table.*member = std::move(*secret);
        return std::nullopt;
      },
      [](const Table&, const Table&) { return true; }};
}

shape::number<std::uint32_t> count(std::int64_t min, std::int64_t max) { return {min, max}; }
shape::duration<seconds> whole_seconds(milliseconds min, milliseconds max) { return {min, max}; }
shape::number<std::uint8_t> octet() { return {0, std::numeric_limits<std::uint8_t>::max()}; }
shape::number<std::uint32_t> pdu_octets() { return {1024, 16 * million}; }

// How a peer writes text.

template <class Table>
key_rule<Table> default_alphabet_key() {
  using smpp::default_alphabet;
  return key_of<Table>(
      "default_alphabet", "what data_coding 0 means",
      [](auto& table) -> auto& { return table.text.default_alphabet; },
      shape::choice<default_alphabet>{{{"gsm7", default_alphabet::gsm7},
                                       {"latin1", default_alphabet::latin1},
                                       {"ascii", default_alphabet::ascii}}});
}

template <class Table>
key_rule<Table> gsm7_packed_key() {
  return key_of<Table>(
      "gsm7_packed", "whether GSM 7-bit text is packed, eight septets in seven octets",
      [](auto& table) -> auto& { return table.text.gsm7_packed; }, shape::flag{});
}

key_rule<carrier_config> national_languages_key() {
  using smpp::gsm7_language;
  const shape::choice<gsm7_language> language{{{"turkish", gsm7_language::turkish},
                                               {"spanish", gsm7_language::spanish},
                                               {"portuguese", gsm7_language::portuguese}}};
  return key_of<carrier_config>(
      "national_languages", "whose national tables may be used where UCS-2 needs more parts",
      [](auto& table) -> auto& { return table.text.national_languages; },
      shape::list_of<shape::choice<gsm7_language>>{language, 0, 3});
}

key_rules<carrier_config> carrier_bind_keys() {
  using table = carrier_config;
  return {
      required(key("name", "what routes, logs and metrics call it", &table::name, shape::name{})),
      required(key("host", "its host name or address", &table::host, shape::text{1, 255})),
      key("port", "its port", &table::port, shape::number<std::uint16_t>{1, 65535, "a port"}),
      required(key("system_id", "what smppd is called there", &table::system_id,
                   shape::text{1, system_id_octets_max})),
      key("password", "at most 8 octets", &table::password, shape::text{0, password_octets_max}),
      secret_key("password_file", "a file, or a systemd credential, that holds the password",
                 &table::password, password_octets_max),
      key("system_type", "where the carrier asks for one", &table::system_type, shape::text{0, 12}),
      key("interface_version", "the version of SMPP that the bind says", &table::interface_version,
          shape::choice<std::uint8_t>{{{"3.3", 0x33}, {"3.4", 0x34}, {"5.0", 0x50}}}),
      key("mode", "one session for both directions, or a pair", &table::mode,
          shape::choice<bind_mode>{{{"transceiver", bind_mode::transceiver},
                                    {"transmitter_receiver", bind_mode::transmitter_receiver}}}),
      key("binds", "sessions (or pairs of them)", &table::binds, count(1, 100)),
      key("window", "submit_sm in flight on a session", &table::window, count(1, 10'000)),
      key("rate", "parts per second, all sessions together; 0: no limit", &table::rate,
          shape::rate{1e6}),
      key("address_range", "of the bind", &table::address_range, shape::text{0, 40}),
      key("addr_ton", "of the bind", &table::addr_ton, octet()),
      key("addr_npi", "of the bind", &table::addr_npi, octet()),
  };
}

key_rules<carrier_config> carrier_message_keys() {
  using table = carrier_config;
  return {
      key("source_ton", "of every message; not given: by what the address looks like",
          &table::source_ton, octet()),
      key("source_npi", "likewise", &table::source_npi, octet()),
      key("destination_ton", "likewise", &table::destination_ton, octet()),
      key("destination_npi", "likewise", &table::destination_npi, octet()),
      key("service_type", "of every message", &table::service_type, shape::text{0, 5}),
      key("concatenation", "how the parts of a long message are marked", &table::concatenation,
          shape::choice<smpp::concatenation>{{{"udh8", smpp::concatenation::udh8},
                                              {"udh16", smpp::concatenation::udh16},
                                              {"sar", smpp::concatenation::sar},
                                              {"payload", smpp::concatenation::payload}}}),
      default_alphabet_key<table>(),
      gsm7_packed_key<table>(),
      national_languages_key(),
      key("receipt_parts", "which parts of a long message ask for a receipt", &table::receipt_parts,
          shape::choice<receipt_parts>{{{"every", receipt_parts::every},
                                        {"first", receipt_parts::first},
                                        {"last", receipt_parts::last}}}),
      key("id_form", "how message ids in receipts differ from those in submit_sm_resp",
          &table::id_form,
          shape::choice<carrier_id_form>{{{"automatic", carrier_id_form::automatic},
                                          {"exact", carrier_id_form::exact},
                                          {"hex_to_decimal", carrier_id_form::hex_to_decimal},
                                          {"decimal_to_hex", carrier_id_form::decimal_to_hex}}}),
      key("on_unknown_outcome", "what becomes of a message that was sent and never answered",
          &table::on_unknown_outcome,
          shape::choice<unknown_outcome>{{{"retry", unknown_outcome::retry},
                                          {"hold", unknown_outcome::hold},
                                          {"fail", unknown_outcome::fail}}}),
  };
}

key_rules<carrier_config> carrier_connection_keys() {
  using table = carrier_config;
  return {
      key("tls", "whether the connection is TLS", &table::tls, shape::flag{}),
      key("tls_ca", "PEM file of whom to trust; not given: whom the system trusts", &table::tls_ca,
          shape::text{}),
      key("tls_certificate", "PEM file of our own, where the carrier wants one",
          &table::tls_certificate, shape::text{}),
      key("tls_private_key", "PEM file of its key", &table::tls_private_key, shape::text{}),
      key("tls_server_name", "in the carrier's certificate; not given: the host",
          &table::tls_server_name, shape::text{0, 255}),
      key("tls_verify", "false: anybody may answer", &table::tls_verify, shape::flag{}),
      key("trace_file", "pcap file for every PDU; not given: none", &table::trace_file,
          shape::text{}),
  };
}

key_rules<carrier_config> carrier_time_keys() {
  using table = carrier_config;
  return {
      key("response_timeout", "a request must be answered within", &table::response_timeout,
          whole_seconds(1s, 1h)),
      key("enquire_link_interval", "a silent carrier is asked after; 0: never",
          &table::enquire_link_interval, whole_seconds(0s, 24h)),
      key("inactivity_timeout", "a session without messages ends after; 0: never",
          &table::inactivity_timeout, whole_seconds(0s, 240h)),
      key("connect_timeout", "a connection must be made within", &table::connect_timeout,
          whole_seconds(1s, 10min)),
      key("reconnect_min", "the pause before the first new try; it doubles", &table::reconnect_min,
          shape::duration<milliseconds>{10ms, 1h}),
      key("reconnect_max", "the longest such pause", &table::reconnect_max,
          shape::duration<milliseconds>{10ms, 24h}),
      key("already_bound_wait", "the pause after ESME_RALYBND, at least",
          &table::already_bound_wait, whole_seconds(0s, 24h)),
      key("failover_after", "down this long, its messages go to the next carrier of their route",
          &table::failover_after, whole_seconds(0s, 24h)),
      key("pdu_octets_max", "a larger PDU ends the session", &table::pdu_octets_max, pdu_octets()),
  };
}

}  // namespace

const key_rules<store_config>& store_keys() {
  using table = store_config;
  static const key_rules<table> keys{
      key("path", "the database; its directory must exist", &table::path, shape::text{1}),
      key("commit_spacing", "commits under load are at least this far apart",
          &table::commit_spacing, shape::duration<milliseconds>{0ms, 1s}),
      key("busy_timeout", "how long a command waits for another process that holds the database",
          &table::busy_timeout, shape::duration<milliseconds>{100ms, 10min}),
      key("readers", "threads that answer queries of the HTTP API", &table::readers, count(1, 64)),
      key("retention", "messages that have been final for longer are deleted", &table::retention,
          shape::duration<std::chrono::hours>{1h, std::chrono::days{36500}}),
  };
  return keys;
}

const key_rules<log_config>& log_keys() {
  using table = log_config;
  static const key_rules<table> keys{
      key("level", "what is logged: this and what is worse", &table::level,
          shape::choice<std::string>{{{"trace", "trace"},
                                      {"debug", "debug"},
                                      {"info", "info"},
                                      {"warning", "warning"},
                                      {"error", "error"}}}),
      key("file", "where to; empty: standard error, which systemd takes to the journal",
          &table::file, shape::text{}),
      key("messages", "one line for each step of each message", &table::messages, shape::flag{}),
  };
  return keys;
}

const key_rules<http_config>& http_keys() {
  using table = http_config;
  static const key_rules<table> keys{
      key("enabled", "whether the HTTP API is served", &table::enabled, shape::flag{}),
      key("listen", "where", &table::listen, shape::address{}),
      key("body_octets_max", "a larger request is refused", &table::body_octets_max,
          shape::number<std::size_t>{1024, 256 * million}),
      key("recipients_max", "a request to more numbers is refused", &table::recipients_max,
          shape::number<std::size_t>{1, 2 * million}),
      key("connections_max", "more callers are refused", &table::connections_max,
          count(1, million)),
      key("connections_per_address", "more callers with one address are refused",
          &table::connections_per_address, count(1, million)),
      key("read_timeout", "a request must have arrived within", &table::read_timeout,
          whole_seconds(1s, 1h)),
      key("idle_timeout", "a connection without requests is closed after", &table::idle_timeout,
          whole_seconds(1s, 1h)),
  };
  return keys;
}

const key_rules<admin_config>& admin_keys() {
  using table = admin_config;
  static const key_rules<table> keys{
      key("enabled", "whether /metrics and /status are served", &table::enabled, shape::flag{}),
      key("listen", "where; keep it away from the public", &table::listen, shape::address{}),
  };
  return keys;
}

const key_rules<smpp_server_config>& smpp_keys() {
  using table = smpp_server_config;
  static const key_rules<table> keys{
      key("enabled", "whether applications may bind", &table::enabled, shape::flag{}),
      key("listen", "where", &table::listen, shape::address{}),
      key("system_id", "what smppd calls itself in bind responses", &table::system_id,
          shape::text{0, system_id_octets_max}),
      key("window", "deliver_sm in flight on a session", &table::window, count(1, 10'000)),
      key("in_window", "requests of a session not answered yet; more are throttled",
          &table::in_window, count(1, 100'000)),
      key("pdu_octets_max", "a larger PDU ends the session", &table::pdu_octets_max, pdu_octets()),
      key("connections_max", "more connections are refused", &table::connections_max,
          count(1, million)),
      key("binds_per_login", "more binds of one login are refused", &table::binds_per_login,
          count(1, 10'000)),
      key("session_init_timeout", "a connection must bind within", &table::session_init_timeout,
          whole_seconds(1s, 1h)),
      key("enquire_link_interval", "a silent peer is asked after; 0: never",
          &table::enquire_link_interval, whole_seconds(0s, 24h)),
      key("inactivity_timeout", "a session without requests ends after; 0: never",
          &table::inactivity_timeout, whole_seconds(0s, 240h)),
      key("response_timeout", "a deliver_sm must be answered within", &table::response_timeout,
          whole_seconds(1s, 1h)),
      key("deliver_attempts_max",
          "a deliver_sm not taken this often is given up; 0: only with store.retention",
          &table::deliver_attempts_max, count(0, million)),
      default_alphabet_key<table>(),
      gsm7_packed_key<table>(),
      key("proxy_protocol", "whether every connection begins with a PROXY header",
          &table::proxy_protocol, shape::flag{}),
      key("tls_certificate", "PEM file of the certificate; given: TLS", &table::tls_certificate,
          shape::text{}),
      key("tls_private_key", "PEM file of its key", &table::tls_private_key, shape::text{}),
      key("tls_client_ca", "PEM file; given: applications need a certificate from these",
          &table::tls_client_ca, shape::text{}),
      key("trace_file", "pcap file for every PDU; not given: none", &table::trace_file,
          shape::text{}),
  };
  return keys;
}

const key_rules<webhook_config>& webhook_keys() {
  using table = webhook_config;
  static const key_rules<table> keys{
      key("timeout", "a webhook must answer within", &table::timeout, whole_seconds(1s, 5min)),
      key("per_origin", "requests at once of one account to one host", &table::per_origin,
          count(1, 1000)),
      key("connections_max", "requests at once in all", &table::connections_max, count(1, 10'000)),
      key("allow_private", "whether loopback and private addresses may be called",
          &table::allow_private, shape::flag{}),
      key("retry", "the pauses between attempts; then it is given up", &table::retry,
          shape::list_of<shape::duration<seconds>>{whole_seconds(1s, 240h), 0, 32}),
  };
  return keys;
}

const key_rules<limits_config>& limits_keys() {
  using table = limits_config;
  static const key_rules<table> keys{
      key("parts_max", "a longer message is refused", &table::parts_max, count(1, 255)),
      key("queue_memory_max", "messages in memory per carrier; the rest waits in the store",
          &table::queue_memory_max, count(100, 10 * million)),
      key("receipts_memory_max",
          "messages in memory that wait for a receipt; the rest waits in the store",
          &table::receipts_memory_max, count(100, 100 * million)),
      key("queued_max", "messages waiting in all; more are refused", &table::queued_max,
          shape::number<std::uint64_t>{1, 1'000'000 * million}),
      key("notices_memory_max",
          "receipts and inbound messages in memory per application or webhook",
          &table::notices_memory_max, count(10, 10 * million)),
      key("validity_default", "a message that says nothing else is tried for",
          &table::validity_default, whole_seconds(1s, 24h * 365)),
      key("shutdown_timeout", "what is in flight at a stop may take", &table::shutdown_timeout,
          whole_seconds(0s, 10min)),
  };
  return keys;
}

const key_rules<text_config>& text_keys() {
  using table = text_config;
  static const key_rules<table> keys{
      key("smart_replacement", "whether typographic characters may become plain ones",
          &table::smart_replacement, shape::flag{}),
      key("transliterate", "whether other scripts, and accents, may become plain letters",
          &table::transliterate, shape::flag{}),
  };
  return keys;
}

const key_rules<config>& reassembly_keys() {
  static const key_rules<config> keys{
      key("timeout", "the parts of a long inbound message must arrive within",
          &config::reassembly_timeout, whole_seconds(1s, 240h)),
  };
  return keys;
}

const key_rules<carrier_config>& carrier_keys() {
  static const auto keys = [] {
    auto all = carrier_bind_keys();
    for (auto&& more : {carrier_message_keys(), carrier_time_keys(), carrier_connection_keys()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }();
  return keys;
}

const key_rules<route_config>& route_keys() {
  using table = route_config;
  static const key_rules<table> keys{
      key("prefix", "numbers that begin with these digits; empty: all others", &table::prefix,
          shape::digits{}),
      required(key("carriers", "the first of these that is up gets the message", &table::carriers,
                   shape::list_of<shape::name>{{}, 1, 32})),
  };
  return keys;
}

const key_rules<inbound_config>& inbound_keys() {
  using table = inbound_config;
  static const key_rules<table> keys{
      key("number", "the number that was written to; empty: any other", &table::number,
          shape::digits{}),
      required(key("account", "who gets what no keyword matched", &table::account, shape::name{})),
  };
  return keys;
}

}  // namespace smppd
