// What applications submit in other commands, as the submit_sm that says the same.
#pragma once

#include "smpp/pdu.hpp"

#include <variant>

namespace smppd {

/// The status instead where a submit_sm cannot say it, or where it asks for what we do not do:
/// addresses above 20 octets, and an answer that waits for the delivery (SMPP 3.4, 4.7 and
/// 5.2.12). `qos_time_to_live` becomes the validity, at most 31 days; parameters that only data_sm
/// has are left out.
[[nodiscard]] std::variant<smpp::submit_sm, smpp::command_status> as_submit(
    const smpp::data_sm& pdu);

/// Without a destination: that is each entry's own (SMPP 3.4, 4.5).
[[nodiscard]] smpp::submit_sm as_submit(const smpp::submit_multi& pdu);

}  // namespace smppd
