// submit_multi (SMPP 3.4, 4.5).
#pragma once

#include "smpp/command.hpp"
#include "smpp/fields.hpp"
#include "smpp/tlv.hpp"

#include <tuple>
#include <vector>

namespace smpp {

/// A number, or the name of a distribution list (SMPP 3.4, 4.5.1.1).
struct dest_address {
  enum class kind : std::uint8_t { number = 1, distribution_list = 2 };
  kind dest_flag{kind::number};
  std::uint8_t dest_addr_ton{}, dest_addr_npi{};  // of a number
  octets<24> destination_addr;                    // the number, or the list's name

  bool operator==(const dest_address&) const = default;
};

struct unsuccess_sme {
  std::uint8_t dest_addr_ton{}, dest_addr_npi{};
  octets<24> destination_addr;
  std::uint32_t error_status_code{};

  bool operator==(const unsuccess_sme&) const = default;
};

/// An octet with the number of entries, from 1 to 254, then the entries.
struct dest_addresses_shape {
  static constexpr auto misfit = error::bad_list;
  static void read(reader& from, std::vector<dest_address>& value, std::string_view);
  static std::size_t size(const std::vector<dest_address>& value);
  static bool fits(const std::vector<dest_address>& value);
  static void write(writer& to, const std::vector<dest_address>& value);
};
inline constexpr dest_addresses_shape dest_addresses;

/// An octet with the number of entries, from 0 to 255, then the entries.
struct unsuccess_smes_shape {
  static constexpr auto misfit = error::bad_list;
  static void read(reader& from, std::vector<unsuccess_sme>& value, std::string_view);
  static std::size_t size(const std::vector<unsuccess_sme>& value);
  static bool fits(const std::vector<unsuccess_sme>& value);
  static void write(writer& to, const std::vector<unsuccess_sme>& value);
};
inline constexpr unsuccess_smes_shape unsuccess_smes;

struct submit_multi {
  static constexpr auto id = command_id::submit_multi;
  static constexpr const char* name = "submit_multi";
  octets<8> service_type;
  std::uint8_t source_addr_ton{}, source_addr_npi{};
  octets<24> source_addr;
  std::vector<dest_address> dest_address_list;
  std::uint8_t esm_class{}, protocol_id{}, priority_flag{};
  octets<16> schedule_delivery_time, validity_period;
  std::uint8_t registered_delivery{}, replace_if_present_flag{}, data_coding{}, sm_default_msg_id{};
  octets<254> short_message;
  tlv_list tlvs;

  static constexpr auto fields() {
    using self = submit_multi;
    return std::tuple{field{"service_type", &self::service_type, c_octet<6>},
                      field{"source_addr_ton", &self::source_addr_ton, u8},
                      field{"source_addr_npi", &self::source_addr_npi, u8},
                      field{"source_addr", &self::source_addr, c_octet<21>},
                      field{"dest_address", &self::dest_address_list, dest_addresses},
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
  bool operator==(const submit_multi&) const = default;
};

struct submit_multi_resp {
  static constexpr auto id = command_id::submit_multi_resp;
  static constexpr const char* name = "submit_multi_resp";
  octets<64> message_id;
  std::vector<unsuccess_sme> unsuccess_list;
  tlv_list tlvs;

  static constexpr auto fields() {
    using self = submit_multi_resp;
    return std::tuple{field{"message_id", &self::message_id, c_octet<65>},
                      field{"unsuccess_sme", &self::unsuccess_list, unsuccess_smes}};
  }
  bool operator==(const submit_multi_resp&) const = default;
};

}  // namespace smpp
