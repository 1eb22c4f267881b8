// bind_transmitter, bind_receiver, bind_transceiver and outbind (SMPP 3.4, 4.1).
#pragma once

#include "smpp/command.hpp"
#include "smpp/fields.hpp"
#include "smpp/tlv.hpp"

#include <tuple>

namespace smpp {

struct bind_fields {
  octets<20> system_id;    // up to 15 characters
  octets<20> password;     // up to 8 characters
  octets<20> system_type;  // up to 12 characters
  std::uint8_t interface_version{0x34};
  std::uint8_t addr_ton{}, addr_npi{};
  octets<44> address_range;
  tlv_list tlvs;

  bool operator==(const bind_fields&) const = default;

  static constexpr auto fields() {
    using self = bind_fields;
    return std::tuple{field{"system_id", &self::system_id, c_octet<16>},
                      field{"password", &self::password, c_octet<9>},
                      field{"system_type", &self::system_type, c_octet<13>},
                      field{"interface_version", &self::interface_version, u8},
                      field{"addr_ton", &self::addr_ton, u8},
                      field{"addr_npi", &self::addr_npi, u8},
                      field{"address_range", &self::address_range, c_octet<41>}};
  }
};

struct bind_resp_fields {
  octets<20> system_id;
  tlv_list tlvs;

  bool operator==(const bind_resp_fields&) const = default;

  static constexpr auto fields() {
    return std::tuple{field{"system_id", &bind_resp_fields::system_id, c_octet<16>}};
  }
};

struct bind_transmitter : bind_fields {
  static constexpr auto id = command_id::bind_transmitter;
  static constexpr const char* name = "bind_transmitter";
  bool operator==(const bind_transmitter&) const = default;
};
struct bind_receiver : bind_fields {
  static constexpr auto id = command_id::bind_receiver;
  static constexpr const char* name = "bind_receiver";
  bool operator==(const bind_receiver&) const = default;
};
struct bind_transceiver : bind_fields {
  static constexpr auto id = command_id::bind_transceiver;
  static constexpr const char* name = "bind_transceiver";
  bool operator==(const bind_transceiver&) const = default;
};
struct bind_transmitter_resp : bind_resp_fields {
  static constexpr auto id = command_id::bind_transmitter_resp;
  static constexpr const char* name = "bind_transmitter_resp";
  bool operator==(const bind_transmitter_resp&) const = default;
};
struct bind_receiver_resp : bind_resp_fields {
  static constexpr auto id = command_id::bind_receiver_resp;
  static constexpr const char* name = "bind_receiver_resp";
  bool operator==(const bind_receiver_resp&) const = default;
};
struct bind_transceiver_resp : bind_resp_fields {
  static constexpr auto id = command_id::bind_transceiver_resp;
  static constexpr const char* name = "bind_transceiver_resp";
  bool operator==(const bind_transceiver_resp&) const = default;
};

struct outbind {
  static constexpr auto id = command_id::outbind;
  static constexpr const char* name = "outbind";
  octets<20> system_id;
  octets<20> password;
  tlv_list tlvs;

  static constexpr auto fields() {
    return std::tuple{field{"system_id", &outbind::system_id, c_octet<16>},
                      field{"password", &outbind::password, c_octet<9>}};
  }
  bool operator==(const outbind&) const = default;
};

}  // namespace smpp
