#include "submit_log.hpp"

#include "smpp/text.hpp"
#include "smpp/udh.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <stdexcept>

namespace {

constexpr std::uint8_t udh_indicator = 0x40;

std::optional<smpp::user_data_header> header_of(const smpp::submit_sm& pdu) {
  if ((pdu.esm_class & udh_indicator) == 0) return std::nullopt;
  return smpp::parse_udh(body_of(pdu));
}

std::string part_of(const smpp::submit_sm& pdu) {
  const auto header = header_of(pdu);
  if (!header || !header->concatenation) return {};
  return fmt::format(" part={}/{}", header->concatenation->sequence, header->concatenation->total);
}

}  // namespace

smpp::byte_view body_of(const smpp::submit_sm& pdu) noexcept {
  if (const auto payload = pdu.tlvs.find(smpp::tag::message_payload)) return *payload;
  return pdu.short_message.bytes();
}

std::string text_of(const smpp::submit_sm& pdu) {
  const auto header = header_of(pdu);
  const auto body = body_of(pdu).subspan(header ? header->octets : 0);
  std::string text;
  for (const char c : smpp::decode_text(pdu.data_coding, body)) {
    if (c == '\n' || c == '\r') {
      text += c == '\n' ? "\\n" : "\\r";
    } else {
      text += c;
    }
  }
  return text;
}

submit_log::submit_log(const std::string& file, std::size_t tail_max) : tail_max_(tail_max) {
  if (file.empty()) return;
  file_.open(file, std::ios::app);
  if (!file_) throw std::runtime_error(fmt::format("cannot write {}", file));
}

void submit_log::add(std::uint64_t number, std::string_view message_id,
                     const smpp::submit_sm& pdu) {
  auto line = fmt::format(
      "seq={} id={} source={} destination={} data_coding={} esm_class={} registered_delivery={}{} "
      "hex={:02x} text={}",
      number, message_id, pdu.source_addr.view(), pdu.destination_addr.view(), pdu.data_coding,
      pdu.esm_class, pdu.registered_delivery, part_of(pdu), fmt::join(body_of(pdu), ""),
      text_of(pdu));
  if (file_.is_open()) file_ << line << '\n' << std::flush;
  if (tail_max_ == 0) return;
  if (tail_.size() == tail_max_) tail_.pop_front();
  tail_.push_back(std::move(line));
}
