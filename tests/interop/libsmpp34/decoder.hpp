// The decoder of libsmpp34, which takes nothing that is not in SMPP 3.4.
#pragma once

#include "smpp/bytes.hpp"

#include <optional>
#include <string>

namespace libsmpp34 {

/// What the decoder has against a whole PDU, and at which field; nothing where it takes it. It is
/// not asked about a response to a bind that is a header alone, as it must be where the bind is
/// refused (SMPP 3.4, 4.1.2): it looks for a system_id there.
[[nodiscard]] std::optional<std::string> find_fault(smpp::byte_view pdu);

}  // namespace libsmpp34
