// query_sm, cancel_sm and replace_sm (SMPP 3.4, 4.8 to 4.10).
#pragma once

#include "smpp/command.hpp"
#include "smpp/fields.hpp"
#include "smpp/tlv.hpp"

#include <tuple>

namespace smpp {

struct query_sm {
  static constexpr auto id = command_id::query_sm;
  static constexpr const char* name = "query_sm";
  octets<64> message_id;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<24> source_addr;
  tlv_list tlvs;
  static constexpr auto fields() {
    using self = query_sm;
    return std::tuple{field{"message_id", &self::message_id, c_octet<65>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<21>}};
  }
  bool operator==(const query_sm&) const = default;
};
struct query_sm_resp {
  static constexpr auto id = command_id::query_sm_resp;
  static constexpr const char* name = "query_sm_resp";
  octets<64> message_id;
  octets<16> final_date;
  std::uint8_t message_state{}, error_code{};
  tlv_list tlvs;
  static constexpr auto fields() {
    using self = query_sm_resp;
    return std::tuple{field{"message_id", &self::message_id, c_octet<65>},
                      field{"final_date", &self::final_date, time_string},
                      field{"message_state", &self::message_state, u8},
                      field{"error_code", &self::error_code, u8}};
  }
  bool operator==(const query_sm_resp&) const = default;
};

struct cancel_sm {
  static constexpr auto id = command_id::cancel_sm;
  static constexpr const char* name = "cancel_sm";
  octets<8> service_type;
  octets<64> message_id;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<24> source_addr;
  std::uint8_t dest_addr_ton{}, dest_addr_npi{};
  octets<24> destination_addr;
  tlv_list tlvs;
  static constexpr auto fields() {
    using self = cancel_sm;
    return std::tuple{field{"service_type", &self::service_type, c_octet<6>},
                      field{"message_id", &self::message_id, c_octet<65>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<21>},
                      field{"dest_addr_ton", &self::dest_addr_ton, u8},
                      field{"dest_addr_npi", &self::dest_addr_npi, u8},
                      field{"destination_addr", &self::destination_addr, c_octet<21>}};
  }
  bool operator==(const cancel_sm&) const = default;
};
struct cancel_sm_resp {
  static constexpr auto id = command_id::cancel_sm_resp;
  static constexpr const char* name = "cancel_sm_resp";
  static constexpr auto fields() { return std::tuple<>{}; }
  bool operator==(const cancel_sm_resp&) const = default;
};

struct replace_sm {
  static constexpr auto id = command_id::replace_sm;
  static constexpr const char* name = "replace_sm";
  octets<64> message_id;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<24> source_addr;
  octets<16> schedule_delivery_time, validity_period;
  std::uint8_t registered_delivery{}, sm_default_msg_id{};
  octets<254> short_message;
  tlv_list tlvs;
  static constexpr auto fields() {
    using self = replace_sm;
    return std::tuple{field{"message_id", &self::message_id, c_octet<65>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<21>},
                      field{"schedule_delivery_time", &self::schedule_delivery_time, time_string},
                      field{"validity_period", &self::validity_period, time_string},
                      field{"registered_delivery", &self::registered_delivery, u8},
                      field{"sm_default_msg_id", &self::sm_default_msg_id, u8},
                      field{"short_message", &self::short_message, sized_octets<254>}};
  }
  bool operator==(const replace_sm&) const = default;
};
struct replace_sm_resp {
  static constexpr auto id = command_id::replace_sm_resp;
  static constexpr const char* name = "replace_sm_resp";
  static constexpr auto fields() { return std::tuple<>{}; }
  bool operator==(const replace_sm_resp&) const = default;
};

}  // namespace smpp
