#include "daemon/webhook/payload.hpp"

#include "daemon/gateway/ids.hpp"
#include "daemon/http/vocabulary.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>

namespace smppd::webhook {

namespace json = boost::json;
using http::encoding_name;
using http::print_address;
using http::print_message_id;
using http::print_time;
using http::reason_name;
using http::status_name;
using http::text_or_null;
using http::time_or_null;
using http::valid_utf8;

namespace {

// The body of a webhook. It is built in one block of memory.
class event {
 public:
  event(std::string_view type, store::wall_time at) {
    body_.reserve(3);
    body_["type"] = type;
    body_["timestamp"] = print_time(at);
    data_ = &body_["data"].emplace_object();
    data_->reserve(18);
  }
  [[nodiscard]] json::object& data() { return *data_; }
  [[nodiscard]] std::string print() const { return json::serialize(body_); }

 private:
  std::array<unsigned char, 4096> block_;
  json::monotonic_resource memory_{block_.data(), block_.size()};
  json::object body_{&memory_};
  json::object* data_;
};

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
  event told(type_of(state.state), state.changed_at);
  auto& data = told.data();
  data["sms_message_id"] =
      print_message_id(message.submission != 0 ? message.submission : message.id);
  data["recipient_id"] = to_uuid(message.id);
  data["to"] = print_address(message.types.destination_ton, message.destination);
  data["from"] = print_address(message.types.source_ton, message.source);
  data["status"] = status_name(state.state);
  data["reason"] = text_or_null(reason_name(state.why));
  data["final"] = is_final(state.state);
  data["segments"] = message.parts;
  data["encoding"] = encoding_name(message.data_coding);
  data["smsc_message_id"] = text_or_null(state.carrier_message_id);
  data["carrier"] = text_or_null(carrier);
  data["network_error"] = text_or_null(state.error);
  data["possible_duplicate"] = state.possible_duplicate;
  data["client_ref"] = text_or_null(message.client_ref);
  data["created_at"] = print_time(time_of(message.id));
  data["sent_at"] = time_or_null(state.sent_at);
  data["delivered_at"] = time_or_null(delivered ? state.changed_at : store::wall_time{});
  return told.print();
}

std::string inbound_payload(const store::inbound& inbound, const store::keyword* keyword,
                            std::string_view carrier) {
  const std::string text = valid_utf8(inbound.text);
  event told("inbound.received", inbound.received_at);
  auto& data = told.data();
  data["id"] = to_uuid(inbound.id);
  data["from"] = print_address(inbound.types.source_ton, inbound.source);
  data["to"] = print_address(inbound.types.destination_ton, inbound.destination);
  data["text"] = text;
  data["keyword"] = keyword != nullptr ? json::value(keyword->word) : nullptr;
  data["keyword_id"] = keyword != nullptr ? json::value(keyword->uuid) : nullptr;
  data["remainder"] = keyword != nullptr ? json::value(remainder_of(text)) : nullptr;
  data["encoding"] = encoding_name(inbound.data_coding);
  data["segments"] = inbound.parts;
  data["partial"] = inbound.partial;
  data["carrier"] = text_or_null(carrier);
  data["received_at"] = print_time(inbound.received_at);
  return told.print();
}

std::vector<std::string> standard_headers(std::string_view id, store::wall_time now,
                                          std::string_view) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return {fmt::format("webhook-id: {}", id), fmt::format("webhook-timestamp: {}", seconds)};
}

}  // namespace smppd::webhook
