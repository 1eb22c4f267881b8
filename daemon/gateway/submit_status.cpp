#include "daemon/gateway/submit_status.hpp"

namespace smppd {

using smpp::command_status;

submit_class classify(command_status status) noexcept {
  switch (status) {
    case command_status::ok: return submit_class::accepted;
    case command_status::throttled:
    case command_status::msgqful: return submit_class::throttled;
    case command_status::syserr:
    case command_status::invbndsts:
    case command_status::x_t_appn: return submit_class::temporary;
    default: return submit_class::permanent;
  }
}

store::reason reason_of(command_status status) noexcept {
  switch (status) {
    case command_status::invdstadr:
    case command_status::invdstton:
    case command_status::invdstnpi: return store::reason::invalid_number;
    case command_status::invsrcadr:
    case command_status::invsrcton:
    case command_status::invsrcnpi: return store::reason::sender_rejected;
    case command_status::invexpiry: return store::reason::expired;
    default: return store::reason::rejected;
  }
}

}  // namespace smppd
