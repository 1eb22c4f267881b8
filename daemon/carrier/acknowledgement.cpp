#include "daemon/carrier/acknowledgement.hpp"

namespace smppd {

void acknowledgement::answer(smpp::command_status status) const {
  const auto session = session_.lock();
  if (!session) return;
  if (status != smpp::command_status::ok) {
    session->reply_error(command_, sequence_, status);
  } else if (command_ == smpp::command_id::data_sm) {
    std::ignore = session->reply(sequence_, smpp::data_sm_resp{});
  } else {
    std::ignore = session->reply(sequence_, smpp::deliver_sm_resp{});
  }
}

}  // namespace smppd
