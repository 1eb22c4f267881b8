// SMPP 3.4, 2.2 and 2.3: every command in every state from either side, and what is answered.
#include "smpp/bind_state.hpp"

#include "tests/smpp/session_script.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace {

using smpp::bind_state;
using smpp::command_id;
using smpp::role;

struct row {
  command_id command;
  std::string_view from_esme, from_smsc;  // the states in which it may be sent
  std::string_view refusal;               // the body of the response that refuses it
};

// The specification's table, written a second time, with the broadcasts of 5.0. O: open, T, R, X:
// bound as transmitter, receiver, transceiver. replace_sm in BOUND_TRX: 2.3 omits it, its prose
// does not.
constexpr std::array table{
    row{command_id::bind_transmitter, "O", "", ""},
    row{command_id::bind_receiver, "O", "", ""},
    row{command_id::bind_transceiver, "O", "", ""},
    row{command_id::outbind, "", "O", "-"},
    row{command_id::unbind, "TRX", "TRX", ""},
    row{command_id::submit_sm, "TX", "", ""},
    row{command_id::submit_multi, "TX", "", "0000"},
    row{command_id::query_sm, "TX", "", "00000000"},
    row{command_id::cancel_sm, "TX", "", ""},
    row{command_id::replace_sm, "TX", "", ""},
    row{command_id::broadcast_sm, "TX", "", "00"},
    row{command_id::query_broadcast_sm, "TX", "", "00"},
    row{command_id::cancel_broadcast_sm, "TX", "", ""},
    row{command_id::data_sm, "TX", "RX", "00"},
    row{command_id::deliver_sm, "", "RX", "00"},
    row{command_id::alert_notification, "", "RX", "-"},
    row{command_id::enquire_link, "OTRX", "OTRX", ""},
};
constexpr std::array states{bind_state::open, bind_state::bound_tx, bind_state::bound_rx,
                            bind_state::bound_trx};

bool in(std::string_view allowed, bind_state state) {
  return state != bind_state::closed &&
         allowed.find("OTRX"[static_cast<std::size_t>(state)]) != std::string_view::npos;
}

bool allowed(const row& one, role sender, bind_state state) {
  return in(sender == role::esme ? one.from_esme : one.from_smsc, state);
}

TEST(BindState, IsTheTableOfTheSpecification) {
  for (const auto& one : table) {
    for (const auto state : states) {
      for (const auto sender : {role::esme, role::smsc}) {
        EXPECT_EQ(may_send(sender, one.command, state), allowed(one, sender, state))
            << name(one.command) << " " << name(state);
      }
    }
    EXPECT_FALSE(may_send(role::esme, one.command, bind_state::closed));
    EXPECT_FALSE(may_send(role::smsc, one.command, bind_state::closed));
  }
  EXPECT_FALSE(may_send(role::esme, command_id::submit_sm_resp, bind_state::bound_trx));
}

TEST(BindState, OnlyThreeAreBound) {
  EXPECT_FALSE(is_bound(bind_state::open));
  EXPECT_TRUE(is_bound(bind_state::bound_tx));
  EXPECT_TRUE(is_bound(bind_state::bound_rx));
  EXPECT_TRUE(is_bound(bind_state::bound_trx));
  EXPECT_FALSE(is_bound(bind_state::closed));
  EXPECT_EQ(name(bind_state::bound_trx), "BOUND_TRX");
  EXPECT_EQ(name(bind_state::closed), "CLOSED");
  EXPECT_EQ(other(role::esme), role::smsc);
  EXPECT_EQ(other(role::smsc), role::esme);
}

std::string refusal_of(const row& one, bind_state state) {
  if (one.refusal == "-") return "";
  const bool again = one.from_esme == "O" && is_bound(state);
  const auto length = static_cast<std::uint8_t>(16 + one.refusal.size() / 2);
  auto id = samples::to_hex(samples::encoded(one.command)).substr(8, 8);
  id.front() = '8';
  return "000000" + samples::to_hex({&length, 1}) + id + (again ? "00000005" : "00000004") +
         "0000004D" + std::string(one.refusal);
}

using smpp_test::scripted_session;

/// Of version 5.0, which knows the broadcasts.
smpp::session_options as(role one) {
  auto options = smpp_test::as(one);
  options.interface_version = 0x50;
  return options;
}

/// In this state, with nothing left to be looked at.
void bring_to(scripted_session& session, bind_state state) {
  const bool smsc = session.core.options().role == role::smsc;
  if (state == bind_state::bound_tx) {
    using request = smpp::bind_transmitter;
    smsc ? bind_smsc(session, request{})
         : smpp_test::bind_esme<request, smpp::bind_transmitter_resp>(session);
  } else if (state == bind_state::bound_rx) {
    using request = smpp::bind_receiver;
    smsc ? bind_smsc(session, request{})
         : smpp_test::bind_esme<request, smpp::bind_receiver_resp>(session);
  } else if (state == bind_state::bound_trx) {
    smsc ? smpp_test::bind_smsc(session) : smpp_test::bind_esme(session);
  }
  ASSERT_EQ(session.core.state(), state);
}

std::string output_of(scripted_session& session) {
  smpp::byte_buffer octets;
  session.core.take_output(octets);
  return samples::to_hex(octets);
}

void expect_answer(const row& one, role receiver, bind_state state) {
  SCOPED_TRACE(name(one.command) + " to the " + (receiver == role::esme ? "ESME" : "SMSC") +
               " in " + std::string(name(state)));
  scripted_session session(as(receiver));
  bring_to(session, state);
  session.receive_octets(samples::encoded(one.command, 77));
  if (!allowed(one, other(receiver), state)) {
    EXPECT_EQ(output_of(session), refusal_of(one, state));
    std::ignore = session.take_one<smpp::irregularity>();
    EXPECT_EQ(session.core.state(), state);
  } else if (one.command == command_id::enquire_link) {
    EXPECT_EQ(output_of(session), "0000001080000015000000000000004D");
    EXPECT_TRUE(session.events.empty());
  } else if (one.command == command_id::unbind) {
    EXPECT_EQ(output_of(session), "0000001080000006000000000000004D");
    EXPECT_EQ(session.core.state(), bind_state::closed);
  } else {
    EXPECT_EQ(output_of(session), "");
    const auto head = session.take_one<smpp::request_received>().head;
    EXPECT_EQ(head.id, one.command);
    EXPECT_EQ(head.sequence, 77U);
  }
}

TEST(BindState, WhatMayNotBeSentIsAnsweredWithItsOwnResponse) {
  for (const auto& one : table) {
    for (const auto state : states) {
      for (const auto receiver : {role::esme, role::smsc})
        expect_answer(one, receiver, state);
    }
  }
}

template <class Pdu>
void expect_send(const row& one, role sender, bind_state state) {
  scripted_session session(as(sender));
  bring_to(session, state);
  const auto sent = session.core.send(samples::make<Pdu>(samples::fill::typical), session.now);
  EXPECT_EQ(sent.has_value(), allowed(one, sender, state))
      << Pdu::name << " " << name(state) << " " << (sender == role::esme ? "ESME" : "SMSC");
  EXPECT_EQ(output_of(session).empty(), !sent);
  if (!sent) {
    EXPECT_EQ(sent.error(), smpp::error::wrong_state);
  }
}

TEST(BindState, NothingIsSentThatThePeerWouldRefuse) {
  smpp::for_each_pdu([](auto type) {
    using pdu = typename decltype(type)::type;
    if constexpr (!smpp::is_response(pdu::id) && pdu::id != command_id::enquire_link &&
                  pdu::id != command_id::unbind) {
      for (const auto& one : table) {
        if (one.command != pdu::id) continue;
        for (const auto state : states) {
          expect_send<pdu>(one, role::esme, state);
          expect_send<pdu>(one, role::smsc, state);
        }
      }
    }
  });
}

}  // namespace
