// Who may send what in which state (SMPP 3.4, 2.2 and 2.3): one table.
#pragma once

#include "smpp/command.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace smpp {

enum class role : std::uint8_t { esme, smsc };
enum class bind_state : std::uint8_t { open, bound_tx, bound_rx, bound_trx, closed };

[[nodiscard]] constexpr role other(role one) noexcept {
  return one == role::esme ? role::smsc : role::esme;
}
[[nodiscard]] constexpr bool is_bound(bind_state state) noexcept {
  return state == bind_state::bound_tx || state == bind_state::bound_rx ||
         state == bind_state::bound_trx;
}
/// What accepting this bind leads to.
[[nodiscard]] constexpr bind_state state_after(command_id bind) noexcept {
  switch (bind) {
    case command_id::bind_transmitter: return bind_state::bound_tx;
    case command_id::bind_receiver: return bind_state::bound_rx;
    default: return bind_state::bound_trx;
  }
}
[[nodiscard]] constexpr std::string_view name(bind_state state) noexcept {
  constexpr std::array<std::string_view, 5> names{"OPEN", "BOUND_TX", "BOUND_RX", "BOUND_TRX",
                                                  "CLOSED"};
  return names[static_cast<std::size_t>(state)];
}

namespace detail {

struct send_rule {
  command_id command;
  bool esme, smsc;  // may send it
  bool open, tx, rx, trx;
};

using c = command_id;
// clang-format off
inline constexpr std::array send_rules{
    //                                     sender         state
    //                                     ESME   SMSC    OPEN   TX     RX     TRX
    send_rule{c::bind_transmitter, true, false, true, false, false, false},
    send_rule{c::bind_receiver, true, false, true, false, false, false},
    send_rule{c::bind_transceiver, true, false, true, false, false, false},
    send_rule{c::outbind, false, true, true, false, false, false},
    send_rule{c::unbind, true, true, false, true, true, true},
    send_rule{c::submit_sm, true, false, false, true, false, true},
    send_rule{c::submit_multi, true, false, false, true, false, true},
    send_rule{c::query_sm, true, false, false, true, false, true},
    send_rule{c::cancel_sm, true, false, false, true, false, true},
    send_rule{c::replace_sm, true, false, false, true, false, true},
    send_rule{c::broadcast_sm, true, false, false, true, false, true},
    send_rule{c::query_broadcast_sm, true, false, false, true, false, true},
    send_rule{c::cancel_broadcast_sm, true, false, false, true, false, true},
    send_rule{c::data_sm, true, false, false, true, false, true},
    send_rule{c::data_sm, false, true, false, false, true, true},
    send_rule{c::deliver_sm, false, true, false, false, true, true},
    send_rule{c::alert_notification, false, true, false, false, true, true},
    send_rule{c::enquire_link, true, true, true, true, true, true},
};

}  // namespace detail

/// May `sender` send the request `command` in this state?
[[nodiscard]] constexpr bool may_send(role sender, command_id command, bind_state state) noexcept {
  for (const auto& rule : detail::send_rules) {
    if (rule.command != command || !(sender == role::esme ? rule.esme : rule.smsc)) continue;
    switch (state) {
      case bind_state::open: return rule.open;
      case bind_state::bound_tx: return rule.tx;
      case bind_state::bound_rx: return rule.rx;
      case bind_state::bound_trx: return rule.trx;
      case bind_state::closed: return false;
    }
  }
  return false;
}

static_assert(may_send(role::esme, command_id::submit_sm, bind_state::bound_trx));
static_assert(!may_send(role::esme, command_id::submit_sm, bind_state::bound_rx));
static_assert(!may_send(role::smsc, command_id::submit_sm, bind_state::bound_trx));

}  // namespace smpp
