// What webhooks say: JSON bodies and their headers. The same event gives the same body at every
// attempt.
#pragma once

#include "store/records.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace smppd::webhook {

/// "message.delivered" or "message.failed", or "message.sent" for news that is not final.
[[nodiscard]] std::string receipt_payload(const store::found_message& found,
                                          std::string_view carrier);

/// "inbound.received". `keyword` may be null: none matched.
[[nodiscard]] std::string inbound_payload(const store::inbound& inbound,
                                          const store::keyword* keyword, std::string_view carrier);

/// webhook-id and webhook-timestamp as Standard Webhooks name them. A signature over both and
/// `body` joins them once endpoints have secrets.
[[nodiscard]] std::vector<std::string> standard_headers(std::string_view id, store::wall_time now,
                                                        std::string_view body);

}  // namespace smppd::webhook
