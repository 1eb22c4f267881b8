#include "daemon/webhook/payload.hpp"

#include "daemon/gateway/ids.hpp"
#include "daemon/http/json_writer.hpp"
#include "daemon/http/vocabulary.hpp"

#include <fmt/format.h>

namespace smppd::webhook {

using http::encoding_name;
using http::json_writer;
using http::print_address;
using http::print_message_id;
using http::reason_name;
using http::status_name;
using http::valid_utf8;

namespace {

/// The body of a webhook up to its data; `print` ends both.
json_writer begin_event(std::string_view type, store::wall_time at) {
  json_writer told;
  told.begin_object();
  told.text("type", type);
  told.time("timestamp", at);
  told.begin_object("data");
  return told;
}

std::string print(json_writer& told) {
  told.end_object();
  told.end_object();
  return told.printed();
}

std::string_view type_of(store::progress state) noexcept {
  switch (state) {
    case store::progress::delivered: return "message.delivered";
    case store::progress::failed: return "message.failed";
    case store::progress::cancelled: return "message.cancelled";
    case store::progress::queued:
    case store::progress::sent: break;
  }
  return "message.sent";
}

/// What follows the first word.
std::string_view remainder_of(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  text.remove_prefix(std::min(text.find_first_of(blanks), text.size()));
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text;
}

}  // namespace

std::string receipt_payload(const store::found_message& found, std::string_view carrier) {
  const auto& [message, state] = found;
  const bool delivered = state.state == store::progress::delivered;
  auto told = begin_event(type_of(state.state), state.changed_at);
  told.text("sms_message_id",
            print_message_id(message.submission != 0 ? message.submission : message.id));
  told.text("recipient_id", to_uuid(message.id));
  told.text("to", print_address(message.types.destination_ton, message.destination));
  told.text("from", print_address(message.types.source_ton, message.source));
  told.text("status", status_name(state.state));
  told.text_or_null("reason", reason_name(state.why));
  told.boolean("final", is_final(state.state));
  told.number("segments", message.parts);
  told.text("encoding", encoding_name(message.data_coding));
  told.text_or_null("smsc_message_id", state.carrier_message_id);
  told.text_or_null("carrier", carrier);
  told.text_or_null("network_error", state.error);
  told.boolean("possible_duplicate", state.possible_duplicate);
  told.text_or_null("client_ref", message.client_ref);
  told.time("created_at", time_of(message.id));
  told.time_or_null("sent_at", state.sent_at);
  told.time_or_null("delivered_at", delivered ? state.changed_at : store::wall_time{});
  return print(told);
}

std::string inbound_payload(const store::inbound& inbound, const store::keyword* keyword,
                            std::string_view carrier) {
  const std::string text = valid_utf8(inbound.text);
  auto told = begin_event("inbound.received", inbound.received_at);
  told.text("id", to_uuid(inbound.id));
  told.text("from", print_address(inbound.types.source_ton, inbound.source));
  told.text("to", print_address(inbound.types.destination_ton, inbound.destination));
  told.text("text", text);
  if (keyword != nullptr) {
    told.text("keyword", keyword->word);
    told.text("keyword_id", keyword->uuid);
    told.text("remainder", remainder_of(text));
  } else {
    for (const auto* const name : {"keyword", "keyword_id", "remainder"})
      told.null(name);
  }
  told.text("encoding", encoding_name(inbound.data_coding));
  told.number("segments", inbound.parts);
  told.boolean("partial", inbound.partial);
  told.text_or_null("carrier", carrier);
  told.time("received_at", inbound.received_at);
  return print(told);
}

std::vector<std::string> standard_headers(std::string_view id, store::wall_time now,
                                          std::string_view) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return {fmt::format("webhook-id: {}", id), fmt::format("webhook-timestamp: {}", seconds)};
}

}  // namespace smppd::webhook
