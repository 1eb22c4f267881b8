// What a caller asks for and what the gateway answers, for HTTP and SMPP alike.
#pragma once

#include "smpp/status.hpp"
#include "store/records.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace smppd {

/// One text to one or many destinations, from HTTP or as an automatic reply.
struct submission_request {
  std::int64_t account{};
  store::origin from{store::origin::http};
  std::string sender;           // as the caller wrote it: a number or up to 11 letters and digits
  std::vector<std::string> to;  // as the caller wrote them
  std::string text;             // UTF-8
  std::string client_ref, callback_url;
  std::uint8_t priority{0};
  std::chrono::seconds validity{0};  // 0: the configuration's
  std::int64_t carrier{0};           // a reply goes back where its question came from; 0: by route
};

/// Of so many recipients an answer has the numbers.
inline constexpr std::size_t recipients_told_max = 100;
/// So many of the things that are wrong are told; one more says that there are others.
inline constexpr std::size_t refusals_told_max = 100;

/// What was accepted, durable by the time the caller sees this.
struct submission_accepted {
  store::id64 id{};  // of the message, or of the submission where there are several recipients
  std::size_t recipients{};  // duplicates removed
  std::vector<std::string>
      to;  // E.164 with +; empty where they are more than `recipients_told_max`
  std::size_t duplicates_removed{};
  std::string sender;
  std::uint8_t data_coding{};  // 0 GSM-7, 8 UCS-2
  std::size_t characters{};
  std::size_t parts{};  // per recipient
  store::wall_time created_at;
};

/// Why nothing was accepted.
struct refusal {
  int http_status{400};
  std::string code;               // INVALID_RECIPIENT, NO_ROUTE, QUEUE_FULL, ...
  std::string detail;             // a sentence: what is wrong and what would be right
  std::string pointer;            // JSON pointer of the field, where there is one
  smpp::command_status status{};  // the same for an ESME
};
using refusals = std::vector<refusal>;  // never empty, at most one more than `refusals_told_max`

using submission_outcome = std::variant<submission_accepted, refusals>;

}  // namespace smppd
