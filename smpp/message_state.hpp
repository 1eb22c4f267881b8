// What became of a message (SMPP 3.4, 5.2.28), and the words receipts have for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace smpp {

/// On the wire and on disk: do not renumber.
enum class message_state : std::uint8_t {
  scheduled = 0,  ///< SMPP 5.0
  enroute = 1,
  delivered = 2,
  expired = 3,
  deleted = 4,
  undeliverable = 5,
  accepted = 6,
  unknown = 7,
  rejected = 8,
  skipped = 9,  ///< SMPP 5.0
};

/// The state of this number; `std::nullopt` for a number without one.
[[nodiscard]] std::optional<message_state> to_message_state(std::uint8_t number) noexcept;

/// The seven letters for `stat:` in a receipt (SMPP 3.4, appendix B), such as "DELIVRD". There is
/// none for `scheduled`, which is said as "ENROUTE"; a value outside the enumeration is "UNKNOWN".
[[nodiscard]] std::string_view receipt_word(message_state state) noexcept;

/// The state a receipt means by `word`, in any case: the words of the specification, the names of
/// the states, and what carriers write instead. `std::nullopt` for anything else.
[[nodiscard]] std::optional<message_state> parse_receipt_word(std::string_view word) noexcept;

/// Whether no other state follows. `accepted` is not final here, though the specification counts it
/// so: carriers write ACCEPTD for "on its way" and report the end later. `unknown` is final, since
/// a carrier that no longer knows a message will not report it again.
[[nodiscard]] bool is_final(message_state state) noexcept;

}  // namespace smpp
