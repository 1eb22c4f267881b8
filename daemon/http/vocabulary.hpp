// What the store's nouns are called in JSON, in responses and webhooks alike.
#pragma once

#include "store/records.hpp"

#include <string>
#include <string_view>

namespace smppd::http {

/// `text` as JSON can carry it: octets that are not UTF-8 become U+FFFD, one each.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// "QUEUED" .. "CANCELLED".
[[nodiscard]] std::string_view status_name(store::progress state) noexcept;
/// "invalid_number" ..; empty for none.
[[nodiscard]] std::string_view reason_name(store::reason why) noexcept;
/// "GSM-7", "UCS-2", "LATIN1", "ASCII" or "BINARY".
[[nodiscard]] std::string_view encoding_name(std::uint8_t data_coding) noexcept;
/// An international number gets its "+".
[[nodiscard]] std::string print_address(std::uint8_t ton, std::string_view digits);
/// "2026-03-31T07:00:06.412Z".
[[nodiscard]] std::string print_time(store::wall_time at);
/// "msg-" and a UUID.
[[nodiscard]] std::string print_message_id(store::id64 id);

/// The text of a message as people read it, without a header, in the tables that this names.
[[nodiscard]] std::string text_of(const store::message& message);

}  // namespace smppd::http
