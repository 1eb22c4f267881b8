// unbind, enquire_link, generic_nack and alert_notification (SMPP 3.4, 4.2, 4.11, 4.3 and 4.12).
#pragma once

#include "smpp/command.hpp"
#include "smpp/fields.hpp"
#include "smpp/tlv.hpp"

#include <tuple>

namespace smpp {

struct unbind {
  static constexpr auto id = command_id::unbind;
  static constexpr const char* name = "unbind";
  static constexpr auto fields() { return std::tuple<>{}; }
  bool operator==(const unbind&) const = default;
};
struct unbind_resp {
  static constexpr auto id = command_id::unbind_resp;
  static constexpr const char* name = "unbind_resp";
  static constexpr auto fields() { return std::tuple<>{}; }
  bool operator==(const unbind_resp&) const = default;
};
struct enquire_link {
  static constexpr auto id = command_id::enquire_link;
  static constexpr const char* name = "enquire_link";
  static constexpr auto fields() { return std::tuple<>{}; }
  bool operator==(const enquire_link&) const = default;
};
struct enquire_link_resp {
  static constexpr auto id = command_id::enquire_link_resp;
  static constexpr const char* name = "enquire_link_resp";
  static constexpr auto fields() { return std::tuple<>{}; }
  bool operator==(const enquire_link_resp&) const = default;
};
struct generic_nack {
  static constexpr auto id = command_id::generic_nack;
  static constexpr const char* name = "generic_nack";
  static constexpr auto fields() { return std::tuple<>{}; }
  bool operator==(const generic_nack&) const = default;
};

struct alert_notification {
  static constexpr auto id = command_id::alert_notification;
  static constexpr const char* name = "alert_notification";
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<64> source_addr;
  std::uint8_t esme_addr_ton{}, esme_addr_npi{};
  octets<64> esme_addr;
  tlv_list tlvs;

  static constexpr auto fields() {
    using self = alert_notification;
    return std::tuple{field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<65>},
                      field{"esme_addr_ton", &self::esme_addr_ton, u8},
                      field{"esme_addr_npi", &self::esme_addr_npi, u8},
                      field{"esme_addr", &self::esme_addr, c_octet<65>}};
  }
  bool operator==(const alert_notification&) const = default;
};

}  // namespace smpp
