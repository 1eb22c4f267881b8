// The answer that a carrier's deliver_sm or data_sm waits for.
#pragma once

#include "smpp/command.hpp"
#include "smpp/net/session.hpp"
#include "smpp/status.hpp"

#include <cstdint>
#include <memory>

namespace smppd {

/// Answers once; nothing happens where the session is gone: the carrier delivers it again.
class acknowledgement {
 public:
  acknowledgement(std::weak_ptr<smpp::net::session> session, std::uint32_t sequence,
                  smpp::command_id request)
      : session_(std::move(session)), sequence_(sequence), command_(request) {}

  void answer(smpp::command_status status) const;

 private:
  std::weak_ptr<smpp::net::session> session_;
  std::uint32_t sequence_;
  smpp::command_id command_;
};

}  // namespace smppd
