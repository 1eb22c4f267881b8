// Message ids (SMPP 3.4, 5.2.23), and the ways in which the id of a receipt differs from the id
// that submit_sm_resp gave for the same message. Ids are opaque and of any length; numbers in them
// are never parsed into machine words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smpp {

/// How the id of a receipt relates to the id of the submit_sm_resp. May be stored: do not renumber.
enum class id_form : std::uint8_t {
  exact = 0,           ///< the same, but for spaces and NULs around it
  letter_case = 1,     ///< the same in another letter case
  padding = 2,         ///< with more or fewer leading zeros (and perhaps another case)
  dashes = 3,          ///< a UUID with and without its dashes
  hex_to_decimal = 4,  ///< submit_sm_resp in hex, receipt in decimal
  decimal_to_hex = 5,  ///< submit_sm_resp in decimal, receipt in hex
};

/// The form under which an id is stored and looked up: without spaces and NULs around it, in lower
/// case; a UUID without its dashes; an id of hexadecimal digits alone without leading zeros ("0" if
/// nothing else is left). Ids that differ only so are the same.
[[nodiscard]] std::string canonical_id(std::string_view id);

/// A key to look up. `form` is `exact` for the canonical id itself, which also covers letter_case,
/// padding and dashes.
struct id_candidate {
  std::string key;
  id_form form{};

  bool operator==(const id_candidate&) const = default;
};

/// The canonical ids of the submit_sm_resp that a receipt with this id may mean, most likely first
/// and without duplicates: the canonical id, the number in hex if the receipt reads as decimal, the
/// number in decimal if it reads as hex. Numbers may have up to 80 digits. Empty for an empty id.
[[nodiscard]] std::vector<id_candidate> receipt_id_candidates(std::string_view receipt_id);

/// How the two ids match, `std::nullopt` when they do not or when one is empty. Some unrelated
/// numbers match ("10" is "16" in hex): compare only ids of one carrier, and prefer the form the
/// carrier is known for.
[[nodiscard]] std::optional<id_form> match_ids(std::string_view submit_id,
                                               std::string_view receipt_id);

/// What a carrier's receipts have shown about its ids. Forms that keep the digits (exact to dashes)
/// count as one. Old evidence fades, so that a carrier that changes its form is followed.
class id_form_evidence {
 public:
  /// Which ids were seen: those of a carrier that counts in hexadecimal have letters before long.
  void saw_submit_id(std::string_view id) noexcept;
  void saw_receipt_id(std::string_view id) noexcept;
  /// Whether what was seen allows for it: a receipt in decimal for an id in hexadecimal takes a
  /// letter in some id of a submit_sm_resp, the other way about one in some id of a receipt.
  [[nodiscard]] bool plausible(id_form form) const noexcept;
  /// A receipt was matched under `form`, and something else than the id spoke for it too.
  void add(id_form form) noexcept;
  /// A receipt matched nothing. Many of them in a row are evidence against what was believed.
  void miss() noexcept;
  /// exact, hex_to_decimal or decimal_to_hex: the one with the most evidence; `std::nullopt` while
  /// there is none.
  [[nodiscard]] std::optional<id_form> form() const noexcept;
  /// The share of the evidence that speaks for `form()`, 0 to 1; 0 while there is none.
  [[nodiscard]] double confidence() const noexcept;

 private:
  static constexpr unsigned remembered = 64, misses_tolerated = 16;

  void halve() noexcept;

  unsigned same_{0}, hex_to_decimal_{0}, decimal_to_hex_{0}, misses_{0};
  bool submit_letters_{false}, receipt_letters_{false};
};

/// Its name: "exact", "letter_case", "padding", "dashes", "hex_to_decimal", "decimal_to_hex".
[[nodiscard]] std::string_view name(id_form form) noexcept;

}  // namespace smpp
