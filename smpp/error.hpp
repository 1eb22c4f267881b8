// What can go wrong on our side, or in what a peer sent.
#pragma once

#include "smpp/status.hpp"

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string_view>

namespace smpp {

enum class error {
  // In a PDU.
  incomplete = 1,  // it ends inside a field
  unterminated,    // a C-Octet String without its NUL
  too_long,        // a field is longer than the specification allows, or has a NUL inside
  bad_time,        // neither empty nor 16 characters
  bad_tlvs,        // the octets after the mandatory fields are not whole TLVs
  bad_tlv_length,  // a TLV that the specification knows has a length that it does not allow
  bad_list,        // a list has an entry or a length that does not exist
  unknown_command,
  // Of a connection.
  bad_proxy_header,
  // Of a session.
  window_full,
  wrong_state,  // this request may not be sent in this bind state
  output_full,  // the peer does not read
  closed,
  no_tlvs,  // the text needs optional parameters, and the peer takes none
};

[[nodiscard]] const boost::system::error_category& category() noexcept;
[[nodiscard]] boost::system::error_code make_error_code(error e) noexcept;

template <class T>
using result = boost::system::result<T>;

/// Why a body does not decode.
struct decode_error {
  smpp::error code{};
  std::uint32_t offset{};   // into the body
  std::string_view field;   // the specification's name
  command_status status{};  // what to answer (SMPP 3.4, 5.1.3)
};

}  // namespace smpp

template <>
struct boost::system::is_error_code_enum<smpp::error> : std::true_type {};
