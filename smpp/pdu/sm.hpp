// submit_sm, deliver_sm and data_sm (SMPP 3.4, 4.4, 4.6 and 4.7).
#pragma once

#include "smpp/command.hpp"
#include "smpp/fields.hpp"
#include "smpp/tlv.hpp"

#include <tuple>

namespace smpp {

/// submit_sm and deliver_sm have the same fields.
struct sm_fields {
  octets<8> service_type;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<24> source_addr;
  std::uint8_t dest_addr_ton{}, dest_addr_npi{};
  octets<24> destination_addr;
  std::uint8_t esm_class{}, protocol_id{}, priority_flag{};
  octets<16> schedule_delivery_time, validity_period;
  std::uint8_t registered_delivery{}, replace_if_present_flag{}, data_coding{}, sm_default_msg_id{};
  octets<254> short_message;
  tlv_list tlvs;

  bool operator==(const sm_fields&) const = default;

  static constexpr auto fields() {
    using self = sm_fields;
    return std::tuple{field{"service_type", &self::service_type, c_octet<6>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<21>},
                      field{"dest_addr_ton", &self::dest_addr_ton, u8},
                      field{"dest_addr_npi", &self::dest_addr_npi, u8},
                      field{"destination_addr", &self::destination_addr, c_octet<21>},
                      field{"esm_class", &self::esm_class, u8},
                      field{"protocol_id", &self::protocol_id, u8},
                      field{"priority_flag", &self::priority_flag, u8},
                      field{"schedule_delivery_time", &self::schedule_delivery_time, time_string},
                      field{"validity_period", &self::validity_period, time_string},
                      field{"registered_delivery", &self::registered_delivery, u8},
                      field{"replace_if_present_flag", &self::replace_if_present_flag, u8},
                      field{"data_coding", &self::data_coding, u8},
                      field{"sm_default_msg_id", &self::sm_default_msg_id, u8},
                      field{"short_message", &self::short_message, sized_octets<254>}};
  }
};

struct submit_sm : sm_fields {
  static constexpr auto id = command_id::submit_sm;
  static constexpr const char* name = "submit_sm";
  bool operator==(const submit_sm&) const = default;
};
struct deliver_sm : sm_fields {
  static constexpr auto id = command_id::deliver_sm;
  static constexpr const char* name = "deliver_sm";
  bool operator==(const deliver_sm&) const = default;
};

struct submit_sm_resp {
  static constexpr auto id = command_id::submit_sm_resp;
  static constexpr const char* name = "submit_sm_resp";
  octets<64> message_id;
  tlv_list tlvs;
  static constexpr auto fields() {
    return std::tuple{field{"message_id", &submit_sm_resp::message_id, c_octet<65>}};
  }
  bool operator==(const submit_sm_resp&) const = default;
};
/// Its message_id is unused, yet some peers fill it.
struct deliver_sm_resp {
  static constexpr auto id = command_id::deliver_sm_resp;
  static constexpr const char* name = "deliver_sm_resp";
  octets<64> message_id;
  tlv_list tlvs;
  static constexpr auto fields() {
    return std::tuple{field{"message_id", &deliver_sm_resp::message_id, c_octet<65>}};
  }
  bool operator==(const deliver_sm_resp&) const = default;
};

struct data_sm {
  static constexpr auto id = command_id::data_sm;
  static constexpr const char* name = "data_sm";
  octets<8> service_type;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<64> source_addr;
  std::uint8_t dest_addr_ton{}, dest_addr_npi{};
  octets<64> destination_addr;
  std::uint8_t esm_class{}, registered_delivery{}, data_coding{};
  tlv_list tlvs;

  static constexpr auto fields() {
    using self = data_sm;
    return std::tuple{field{"service_type", &self::service_type, c_octet<6>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<65>},
                      field{"dest_addr_ton", &self::dest_addr_ton, u8},
                      field{"dest_addr_npi", &self::dest_addr_npi, u8},
                      field{"destination_addr", &self::destination_addr, c_octet<65>},
                      field{"esm_class", &self::esm_class, u8},
                      field{"registered_delivery", &self::registered_delivery, u8},
                      field{"data_coding", &self::data_coding, u8}};
  }
  bool operator==(const data_sm&) const = default;
};
struct data_sm_resp {
  static constexpr auto id = command_id::data_sm_resp;
  static constexpr const char* name = "data_sm_resp";
  octets<64> message_id;
  tlv_list tlvs;
  static constexpr auto fields() {
    return std::tuple{field{"message_id", &data_sm_resp::message_id, c_octet<65>}};
  }
  bool operator==(const data_sm_resp&) const = default;
};

}  // namespace smpp
