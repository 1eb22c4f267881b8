// PDUs and receipts as JSON objects.
#pragma once

#include "smpp/codec.hpp"
#include "smpp/receipt.hpp"

#include <boost/json/object.hpp>

#include <string>

/// How PDUs are read and shown.
struct pdu_options {
  smpp::leniency leniency{smpp::leniency::strict};
  bool reencode{false};
};

/// Puts `command`, `command_status`, `sequence_number`, `fields` and `tlvs`, and where there are
/// any `text`, `receipt`, `hex` and `error`, into `into`. False where the body does not decode; the
/// fields before the bad one are there all the same.
bool put_pdu(boost::json::object& into, const smpp::header& head, smpp::byte_view body,
             const pdu_options& how);

/// The same for the first octets of a PDU that has more: always with an `error`.
void put_incomplete(boost::json::object& into, smpp::byte_view octets, const pdu_options& how);

[[nodiscard]] boost::json::object to_json(const smpp::receipt& receipt);

[[nodiscard]] std::string to_hex(smpp::byte_view octets);
