// PDUs in words, for logs and for people who look at a session.
#pragma once

#include "smpp/codec.hpp"

#include <string>

namespace smpp {

/// One line: "submit_sm seq 7: source_addr_ton 1, source_addr "4670", ... , message_payload 0x0424
/// "..."". Fields that are zero or empty are left out, passwords are hidden, and octets that are
/// not printable ASCII turn the whole string into hexadecimal.
[[nodiscard]] std::string dump(const header& head, const any_pdu& pdu);

}  // namespace smpp
