// The submit_sm that benchmarks measure with.
#pragma once

#include "smpp/pdu/sm.hpp"

inline smpp::submit_sm typical_submit() {
  smpp::submit_sm pdu;
  pdu.source_addr_ton = 5;
  pdu.source_addr = "Bank";
  pdu.dest_addr_ton = 1;
  pdu.dest_addr_npi = 1;
  pdu.destination_addr = "46701234567";
  pdu.registered_delivery = 1;
  pdu.short_message = "Your one-time password is 123456. It is valid for five minutes.";
  return pdu;
}
