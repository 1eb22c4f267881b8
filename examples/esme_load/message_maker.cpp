#include "message_maker.hpp"

#include "smpp/gsm7.hpp"
#include "smpp/text.hpp"
#include "smpp/ucs2.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace {

constexpr std::string_view token = "{n}";
constexpr std::size_t digits_max = 20;

std::string encoded(std::string_view text, bool wide) {
  const auto octets = wide ? smpp::ucs2_encode(text) : smpp::gsm7_encode(text);
  return octets ? std::string(smpp::as_text(*octets)) : std::string();
}

bool is_number(std::string_view address) {
  return std::all_of(address.begin(), address.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

message_maker::message_maker(const settings& how)
    : destination_(how.destination), destinations_(how.destinations) {
  const std::string_view text = how.text;
  const auto at = text.find(token);
  numbered_ = at != std::string_view::npos;
  const auto before = text.substr(0, at);
  const auto after = numbered_ ? text.substr(at + token.size()) : std::string_view();
  wide_ = !smpp::gsm7_encode(before) || !smpp::gsm7_encode(after);
  before_ = encoded(before, wide_);
  after_ = encoded(after, wide_);
  const std::size_t octets_max = wide_ ? 140 : 160;
  const std::size_t digits = numbered_ ? digits_max * (wide_ ? 2 : 1) : 0;
  if (before_.size() + after_.size() + digits > octets_max)
    throw std::invalid_argument("--text is longer than one message");
  pdu_.source_addr = how.source;
  pdu_.source_addr_ton = is_number(how.source) ? 1 : 5;
  pdu_.source_addr_npi = is_number(how.source) ? 1 : 0;
  pdu_.dest_addr_ton = pdu_.dest_addr_npi = 1;
  pdu_.registered_delivery = how.receipts ? 1 : 0;
  pdu_.data_coding = wide_ ? smpp::data_coding_ucs2 : smpp::data_coding_default;
}

const smpp::submit_sm& message_maker::make(std::uint64_t serial) {
  digits_.clear();
  fmt::format_to(std::back_inserter(digits_), "{}", destination_ + serial % destinations_);
  pdu_.destination_addr.assign(digits_);
  pdu_.short_message.assign(before_);
  if (numbered_) {
    digits_.clear();
    fmt::format_to(std::back_inserter(digits_), "{}", serial);
    for (const char digit : digits_) {
      if (wide_) pdu_.short_message.append(std::string_view("\0", 1));
      pdu_.short_message.append(std::string_view(&digit, 1));
    }
  }
  pdu_.short_message.append(after_);
  return pdu_;
}
