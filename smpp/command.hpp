// Command ids (SMPP 3.4, 5.1.2.1; the broadcast ones from 5.0).
#pragma once

#include <cstdint>
#include <string>

namespace smpp {

enum class command_id : std::uint32_t {
  bind_receiver = 0x00000001,
  bind_transmitter = 0x00000002,
  query_sm = 0x00000003,
  submit_sm = 0x00000004,
  deliver_sm = 0x00000005,
  unbind = 0x00000006,
  replace_sm = 0x00000007,
  cancel_sm = 0x00000008,
  bind_transceiver = 0x00000009,
  outbind = 0x0000000B,
  enquire_link = 0x00000015,
  submit_multi = 0x00000021,
  alert_notification = 0x00000102,
  data_sm = 0x00000103,
  broadcast_sm = 0x00000111,
  query_broadcast_sm = 0x00000112,
  cancel_broadcast_sm = 0x00000113,
  generic_nack = 0x80000000,
  bind_receiver_resp = 0x80000001,
  bind_transmitter_resp = 0x80000002,
  query_sm_resp = 0x80000003,
  submit_sm_resp = 0x80000004,
  deliver_sm_resp = 0x80000005,
  unbind_resp = 0x80000006,
  replace_sm_resp = 0x80000007,
  cancel_sm_resp = 0x80000008,
  bind_transceiver_resp = 0x80000009,
  enquire_link_resp = 0x80000015,
  submit_multi_resp = 0x80000021,
  data_sm_resp = 0x80000103,
  broadcast_sm_resp = 0x80000111,
  query_broadcast_sm_resp = 0x80000112,
  cancel_broadcast_sm_resp = 0x80000113,
};

inline constexpr std::uint32_t response_bit = 0x80000000;

[[nodiscard]] constexpr std::uint32_t to_number(command_id id) noexcept {
  return static_cast<std::uint32_t>(id);
}
[[nodiscard]] constexpr bool is_response(command_id id) noexcept {
  return (to_number(id) & response_bit) != 0;
}
[[nodiscard]] constexpr command_id response_of(command_id request) noexcept {
  return static_cast<command_id>(to_number(request) | response_bit);
}
[[nodiscard]] constexpr bool is_bind(command_id id) noexcept {
  return id == command_id::bind_transmitter || id == command_id::bind_receiver ||
         id == command_id::bind_transceiver;
}
/// Requests that are never answered (SMPP 3.4, 4.1.7 and 4.12).
[[nodiscard]] constexpr bool is_one_way(command_id id) noexcept {
  return id == command_id::outbind || id == command_id::alert_notification;
}
/// "submit_sm"; a command that is not in the specification is shown in hexadecimal.
[[nodiscard]] std::string name(command_id id);

}  // namespace smpp
