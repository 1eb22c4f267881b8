// Identifiers: made here, printed as SMPP and HTTP want them.
#pragma once

#include "store/records.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smppd {

/// Hands out ids in ascending order. Survives a clock that jumps back: it then counts on from the
/// last id.
class id_generator {
 public:
  /// `node` 0..63. Ids will be above `last`.
  explicit id_generator(std::uint8_t node, store::id64 last = 0) noexcept
      : node_(node & 63), last_(last) {}
  /// The first of `count` consecutive ids, `store::id_step` apart.
  [[nodiscard]] store::id64 take(store::wall_time now, std::size_t count = 1) noexcept;
  /// Ids will be above `id`, too.
  void pass(store::id64 id) noexcept;

 private:
  std::uint8_t node_;
  store::id64 last_;
};

/// When an id was made.
[[nodiscard]] store::wall_time time_of(store::id64 id) noexcept;

/// An SMPP message_id: 16 hexadecimal digits, the last 16 of the UUID; or up to 19 decimal ones,
/// which a signed number of 64 bits holds.
[[nodiscard]] std::string to_smpp_id(
    store::id64 id, store::message_id_form form = store::message_id_form::hexadecimal);
/// Empty where `text` is none of ours in that form.
[[nodiscard]] std::optional<store::id64> parse_smpp_id(
    std::string_view text,
    store::message_id_form form = store::message_id_form::hexadecimal) noexcept;
/// What the application calls a message that it submitted: those of a submit_multi have one id in
/// common, that of the submission.
[[nodiscard]] constexpr store::id64 id_for_application(store::id64 message,
                                                       store::id64 submission) noexcept {
  return submission != 0 ? submission : message;
}
/// A UUID of version 7, as HTTP shows it: "0192c6a0-...".
[[nodiscard]] std::string to_uuid(store::id64 id);
/// Takes a UUID with or without the prefix "msg-"; empty where `text` is none of ours.
[[nodiscard]] std::optional<store::id64> parse_uuid(std::string_view text);

}  // namespace smppd
