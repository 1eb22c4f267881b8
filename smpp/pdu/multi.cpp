#include "smpp/pdu/multi.hpp"

#include <algorithm>

namespace smpp {

namespace {

constexpr std::size_t destinations_max = 254;
constexpr std::size_t unsuccessful_max = 255;

}  // namespace

void dest_addresses_shape::read(reader& from, std::vector<dest_address>& value, std::string_view) {
  const std::size_t count = from.u8();
  if (count == 0 || count > destinations_max)
    from.fail(error::bad_list, command_status::invnumdests);
  value.clear();
  for (std::size_t i = 0; i < count && !from.failure(); ++i) {
    auto& one = value.emplace_back();
    one.dest_flag = static_cast<dest_address::kind>(from.u8());
    if (one.dest_flag == dest_address::kind::number) {
      one.dest_addr_ton = from.u8();
      one.dest_addr_npi = from.u8();
    } else if (one.dest_flag != dest_address::kind::distribution_list) {
      from.fail(error::bad_list, command_status::invdestflag);
    }
    const bool number = one.dest_flag == dest_address::kind::number;
    c_octet<21>.read(from, one.destination_addr, number ? "destination_addr" : "dl_name");
  }
  if (from.failure() && !value.empty()) value.pop_back();  // it is not whole
}

std::size_t dest_addresses_shape::size(const std::vector<dest_address>& value) {
  std::size_t total = 1;
  for (const auto& one : value) {
    total += one.destination_addr.size() + (one.dest_flag == dest_address::kind::number ? 4U : 2U);
  }
  return total;
}

bool dest_addresses_shape::fits(const std::vector<dest_address>& value) {
  return !value.empty() && value.size() <= destinations_max &&
         std::ranges::all_of(value, [](const dest_address& one) {
           return (one.dest_flag == dest_address::kind::number ||
                   one.dest_flag == dest_address::kind::distribution_list) &&
                  c_octet<21>.fits(one.destination_addr);
         });
}

void dest_addresses_shape::write(writer& to, const std::vector<dest_address>& value) {
  to.u8(static_cast<std::uint8_t>(value.size()));
  for (const auto& one : value) {
    to.u8(static_cast<std::uint8_t>(one.dest_flag));
    if (one.dest_flag == dest_address::kind::number) {
      to.u8(one.dest_addr_ton);
      to.u8(one.dest_addr_npi);
    }
    to.c_string(one.destination_addr.view());
  }
}

void unsuccess_smes_shape::read(reader& from, std::vector<unsuccess_sme>& value, std::string_view) {
  const std::size_t count = from.u8();
  value.clear();
  for (std::size_t i = 0; i < count && !from.failure(); ++i) {
    auto& one = value.emplace_back();
    one.dest_addr_ton = from.u8();
    one.dest_addr_npi = from.u8();
    c_octet<21>.read(from, one.destination_addr, "destination_addr");
    one.error_status_code = from.u32();
  }
  if (from.failure() && !value.empty()) value.pop_back();  // it is not whole
}

std::size_t unsuccess_smes_shape::size(const std::vector<unsuccess_sme>& value) {
  std::size_t total = 1;
  for (const auto& one : value)
    total += one.destination_addr.size() + 7;
  return total;
}

bool unsuccess_smes_shape::fits(const std::vector<unsuccess_sme>& value) {
  return value.size() <= unsuccessful_max &&
         std::ranges::all_of(value, [](const unsuccess_sme& one) {
           return c_octet<21>.fits(one.destination_addr);
         });
}

void unsuccess_smes_shape::write(writer& to, const std::vector<unsuccess_sme>& value) {
  to.u8(static_cast<std::uint8_t>(value.size()));
  for (const auto& one : value) {
    to.u8(one.dest_addr_ton);
    to.u8(one.dest_addr_npi);
    to.c_string(one.destination_addr.view());
    to.u32(one.error_status_code);
  }
}

}  // namespace smpp
