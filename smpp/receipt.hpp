// The text of a delivery receipt (SMPP 3.4, appendix B), read liberally and written strictly.
//
//   id:0123456789 sub:001 dlvrd:001 submit date:2601312359 done date:2601312359 stat:DELIVRD
//   err:000 text:the first 20 octets                                            (on one line)
//
// The text is the vendor's own and no two agree: fields are missing, empty or in another order,
// spaces are missing or doubled, ids have any length, there is junk before and after.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/message_state.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smpp {

/// The fields of a receipt, exactly as found; one that is absent is `std::nullopt`, one without a
/// value is empty.
struct receipt {
  std::optional<std::string> id, sub, dlvrd, submit_date, done_date, stat, err, text;

  bool operator==(const receipt&) const = default;
};

/// `std::nullopt` when `message` is not a receipt. It is one when it has an id and a status word
/// that is known, or a status or a done date and at least three fields in all. Time is linear in
/// the length of `message`.
[[nodiscard]] std::optional<receipt> parse_receipt(std::string_view message);

/// The receipt in the octets of a short_message or message_payload, without a user data header.
/// Peers declare UCS-2 both when they mean it and when they send ASCII: both are tried. `text` is
/// UTF-8, the rest as found.
[[nodiscard]] std::optional<receipt> parse_receipt(std::uint8_t data_coding, byte_view octets);

/// A date in a receipt, taken as UTC unless it says otherwise: YYMMDDhhmm, YYMMDDhhmmss,
/// YYYYMMDDhhmm, YYYYMMDDhhmmss, or an absolute time as in smpp_time.hpp. `std::nullopt` for
/// anything else, zeros among it.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_receipt_date(std::string_view date);

/// What a receipt says. The views need to live only as long as the call.
struct receipt_fields {
  std::string_view id{};  ///< the message_id we gave for the message
  unsigned sub = 1;
  unsigned dlvrd{};
  std::chrono::sys_seconds submit{};
  std::chrono::sys_seconds done{};
  message_state state{};
  std::string_view err = "000";  ///< network or SMSC error code, by custom three digits
  std::string_view text{};       ///< the beginning of the message, in the receipt's own coding
};

/// The standard text: counters of three digits (999 at most), dates YYMMDDhhmm in UTC, `text` cut
/// to 20 octets but not inside a UTF-8 sequence.
[[nodiscard]] std::string format_receipt(const receipt_fields& fields);

}  // namespace smpp
