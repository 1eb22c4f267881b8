// What a carrier's answer to submit_sm means for the message.
#pragma once

#include "smpp/status.hpp"
#include "store/records.hpp"

namespace smppd {

enum class submit_class : std::uint8_t {
  accepted,
  throttled,  // slow down: the carrier's queue waits, the message keeps its place
  temporary,  // this message again later, or elsewhere
  permanent,
};

[[nodiscard]] submit_class classify(smpp::command_status status) noexcept;
/// Why a message failed for good with `status`.
[[nodiscard]] store::reason reason_of(smpp::command_status status) noexcept;

}  // namespace smppd
