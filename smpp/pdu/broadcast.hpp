// broadcast_sm, query_broadcast_sm and cancel_broadcast_sm (SMPP 5.0, 4.4, 4.6 and 4.5). Where the
// message goes, and what became of it, is in TLVs.
#pragma once

#include "smpp/command.hpp"
#include "smpp/fields.hpp"
#include "smpp/tlv.hpp"

#include <tuple>

namespace smpp {

struct broadcast_sm {
  static constexpr auto id = command_id::broadcast_sm;
  static constexpr const char* name = "broadcast_sm";
  octets<8> service_type;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<24> source_addr;
  octets<64> message_id;
  std::uint8_t priority_flag{};
  octets<16> schedule_delivery_time, validity_period;
  std::uint8_t replace_if_present_flag{}, data_coding{}, sm_default_msg_id{};
  tlv_list tlvs;

  static constexpr auto fields() {
    using self = broadcast_sm;
    return std::tuple{field{"service_type", &self::service_type, c_octet<6>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<21>},
                      field{"message_id", &self::message_id, c_octet<65>},
                      field{"priority_flag", &self::priority_flag, u8},
                      field{"schedule_delivery_time", &self::schedule_delivery_time, time_string},
                      field{"validity_period", &self::validity_period, time_string},
                      field{"replace_if_present_flag", &self::replace_if_present_flag, u8},
                      field{"data_coding", &self::data_coding, u8},
                      field{"sm_default_msg_id", &self::sm_default_msg_id, u8}};
  }
  bool operator==(const broadcast_sm&) const = default;
};
struct broadcast_sm_resp {
  static constexpr auto id = command_id::broadcast_sm_resp;
  static constexpr const char* name = "broadcast_sm_resp";
  octets<64> message_id;
  tlv_list tlvs;
  static constexpr auto fields() {
    return std::tuple{field{"message_id", &broadcast_sm_resp::message_id, c_octet<65>}};
  }
  bool operator==(const broadcast_sm_resp&) const = default;
};

struct query_broadcast_sm {
  static constexpr auto id = command_id::query_broadcast_sm;
  static constexpr const char* name = "query_broadcast_sm";
  octets<64> message_id;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<24> source_addr;
  tlv_list tlvs;
  static constexpr auto fields() {
    using self = query_broadcast_sm;
    return std::tuple{field{"message_id", &self::message_id, c_octet<65>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<21>}};
  }
  bool operator==(const query_broadcast_sm&) const = default;
};
struct query_broadcast_sm_resp {
  static constexpr auto id = command_id::query_broadcast_sm_resp;
  static constexpr const char* name = "query_broadcast_sm_resp";
  octets<64> message_id;
  tlv_list tlvs;
  static constexpr auto fields() {
    return std::tuple{field{"message_id", &query_broadcast_sm_resp::message_id, c_octet<65>}};
  }
  bool operator==(const query_broadcast_sm_resp&) const = default;
};

struct cancel_broadcast_sm {
  static constexpr auto id = command_id::cancel_broadcast_sm;
  static constexpr const char* name = "cancel_broadcast_sm";
  octets<8> service_type;
  octets<64> message_id;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<24> source_addr;
  tlv_list tlvs;
  static constexpr auto fields() {
    using self = cancel_broadcast_sm;
    return std::tuple{field{"service_type", &self::service_type, c_octet<6>},
                      field{"message_id", &self::message_id, c_octet<65>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<21>}};
  }
  bool operator==(const cancel_broadcast_sm&) const = default;
};
struct cancel_broadcast_sm_resp {
  static constexpr auto id = command_id::cancel_broadcast_sm_resp;
  static constexpr const char* name = "cancel_broadcast_sm_resp";
  static constexpr auto fields() { return std::tuple<>{}; }
  bool operator==(const cancel_broadcast_sm_resp&) const = default;
};

}  // namespace smpp
