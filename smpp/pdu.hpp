// Every PDU of SMPP 3.4 and 5.0. To add one: its struct, and a line in `any_pdu`.
#pragma once

#include "smpp/pdu/bind.hpp"
#include "smpp/pdu/broadcast.hpp"
#include "smpp/pdu/link.hpp"
#include "smpp/pdu/multi.hpp"
#include "smpp/pdu/query.hpp"
#include "smpp/pdu/sm.hpp"

#include <tuple>
#include <type_traits>
#include <variant>

namespace smpp {

/// The busy ones first: a decoder tries them in this order.
using any_pdu =
    std::variant<submit_sm, submit_sm_resp, deliver_sm, deliver_sm_resp, enquire_link,
                 enquire_link_resp, data_sm, data_sm_resp, bind_transceiver, bind_transceiver_resp,
                 bind_transmitter, bind_transmitter_resp, bind_receiver, bind_receiver_resp, unbind,
                 unbind_resp, generic_nack, query_sm, query_sm_resp, cancel_sm, cancel_sm_resp,
                 replace_sm, replace_sm_resp, submit_multi, submit_multi_resp, outbind,
                 alert_notification, broadcast_sm, broadcast_sm_resp, query_broadcast_sm,
                 query_broadcast_sm_resp, cancel_broadcast_sm, cancel_broadcast_sm_resp>;

/// Calls `visit(std::type_identity<Pdu>{})` for every PDU.
template <class Visitor>
constexpr void for_each_pdu(Visitor visit) {
  [&]<class... Pdu>(std::type_identity<std::variant<Pdu...>>) {
    (visit(std::type_identity<Pdu>{}), ...);
  }(std::type_identity<any_pdu>{});
}

namespace detail {
// A constant, and not a call for every PDU: that makes encoding twice as fast at -O2.
template <class Pdu>
inline constexpr auto fields_of = Pdu::fields();
}  // namespace detail

/// Calls `visit(field, value)` for every mandatory field, in the order of the wire.
template <class Pdu, class Visitor>
constexpr void for_each_field(Pdu& pdu, Visitor visit) {
  std::apply([&](const auto&... one) { (visit(one, pdu.*one.member), ...); },
             detail::fields_of<std::remove_const_t<Pdu>>);
}

namespace detail {
constexpr bool ids_are_unique() {
  bool unique = true;
  for_each_pdu([&](auto a) {
    int same = 0;
    for_each_pdu([&](auto b) { same += decltype(a)::type::id == decltype(b)::type::id; });
    unique = unique && same == 1;
  });
  return unique;
}
static_assert(ids_are_unique());
}  // namespace detail

/// It may carry optional parameters.
template <class Pdu>
inline constexpr bool has_tlvs = requires(Pdu pdu) {
  pdu.tlvs;
};

}  // namespace smpp
