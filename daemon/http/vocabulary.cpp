#include "daemon/http/vocabulary.hpp"

#include "daemon/gateway/ids.hpp"
#include "smpp/text.hpp"
#include "smpp/text_conventions.hpp"
#include "smpp/ucs2.hpp"
#include "smpp/udh.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace smppd::http {

std::string valid_utf8(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return (static_cast<unsigned>(c) & 0x80U) == 0; }))
    return std::string(text);
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    auto rest = text;
    if (smpp::next_code_point(rest)) {
      valid.append(text.substr(0, text.size() - rest.size()));
    } else {
      smpp::append_utf8(valid, smpp::replacement_character);
      rest.remove_prefix(1);
    }
    text = rest;
  }
  return valid;
}

std::string_view status_name(store::progress state) noexcept {
  switch (state) {
    case store::progress::queued: return "QUEUED";
    case store::progress::sent: return "SENT";
    case store::progress::delivered: return "DELIVERED";
    case store::progress::failed: return "FAILED";
    case store::progress::cancelled: return "CANCELLED";
  }
  return "FAILED";
}

std::string_view reason_name(store::reason why) noexcept {
  switch (why) {
    case store::reason::none: return {};
    case store::reason::invalid_number: return "invalid_number";
    case store::reason::no_route: return "no_route";
    case store::reason::sender_rejected: return "sender_rejected";
    case store::reason::rejected: return "rejected";
    case store::reason::undeliverable: return "undeliverable";
    case store::reason::expired: return "expired";
    case store::reason::deleted: return "deleted";
    case store::reason::unknown: return "unknown";
    case store::reason::buffered: return "buffered";
    case store::reason::unknown_outcome: return "unknown_outcome";
  }
  return "unknown";
}

std::string_view encoding_name(std::uint8_t data_coding) noexcept {
  switch (smpp::alphabet_of(data_coding)) {
    case smpp::alphabet::gsm7: return "GSM-7";
    case smpp::alphabet::ucs2: return "UCS-2";
    case smpp::alphabet::octets: break;
  }
  if (data_coding == smpp::data_coding_ascii) return "ASCII";
  if (data_coding == smpp::data_coding_latin1) return "LATIN1";
  return "BINARY";
}

std::string print_address(std::uint8_t ton, std::string_view digits) {
  constexpr std::uint8_t international = 1;  // SMPP 3.4, 5.2.5
  std::string printed(digits);
  if (ton == international && !digits.starts_with('+')) printed.insert(0, 1, '+');
  return printed;
}

// Digit by digit: a message has six times in what it is answered and told, and a format string
// costs several times as much.
std::string print_time(store::wall_time at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  std::string printed("0000-00-00T00:00:00.000Z");
  const auto write = [&printed](std::size_t last, int digits, std::int64_t number) {
    for (; digits > 0; --digits, number /= 10)
      printed[last--] = static_cast<char>('0' + number % 10);
  };
  write(3, 4, static_cast<int>(date.year()));
  write(6, 2, static_cast<unsigned>(date.month()));
  write(9, 2, static_cast<unsigned>(date.day()));
  write(12, 2, time.hours().count());
  write(15, 2, time.minutes().count());
  write(18, 2, time.seconds().count());
  write(22, 3, time.subseconds().count());
  return printed;
}

std::string print_message_id(store::id64 id) { return "msg-" + to_uuid(id); }

std::string text_of(const store::message& message) {
  constexpr std::uint8_t has_header = 0x40;  // SMPP 3.4, 5.2.12: UDHI
  const auto body = smpp::as_bytes(message.body);
  smpp::user_data_header header;
  if ((message.esm_class & has_header) != 0)
    header = smpp::parse_udh(body).value_or(smpp::user_data_header{});
  return smpp::decode_text(
      smpp::read_text(message.data_coding, body.subspan(header.octets), header, {}));
}

}  // namespace smppd::http
