#include "daemon/http/message_view.hpp"

#include "daemon/http/vocabulary.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace smppd::http {

namespace json = boost::json;

namespace {

void add_content(json::object& body, const message_view& view) {
  if (!view.to.empty()) {
    body["to"] = json::array(view.to.begin(), view.to.end(), body.storage());
  }
  body["recipient_count"] = view.recipients;
  if (view.duplicates_removed) body["duplicates_removed"] = *view.duplicates_removed;
  body["from"] = valid_utf8(view.from);
  body["encoding"] = encoding_name(view.data_coding);
  body["characters"] = view.characters;
  body["segments"] = view.parts;
  body["units_estimate"] = view.recipients * view.parts;
  body["client_ref"] = text_or_null(view.client_ref);
  body["callback_url"] = text_or_null(view.callback_url);
}

void add_single(json::object& body, const single_outcome& only) {
  body["smsc_message_id"] = text_or_null(only.carrier_message_id);
  body["carrier"] = text_or_null(only.carrier);
  body["error"] = text_or_null(only.error);
  body["attempts"] = only.attempts;
  body["possible_duplicate"] = only.possible_duplicate;
}

}  // namespace

json::array summary_json(const std::vector<store::reader::state_count>& counts) {
  json::array summary;
  for (const auto& counted : counts) {
    json::object& one = summary.emplace_back(json::object_kind).as_object();
    one["status"] = status_name(counted.state);
    one["reason"] = text_or_null(reason_name(counted.why));
    one["count"] = counted.count;
  }
  return summary;
}

std::string to_json(const message_view& view) {
  std::array<unsigned char, 4096> block;
  json::monotonic_resource memory(block.data(), block.size());
  json::object body(&memory);
  body.reserve(28);
  const std::string id = print_message_id(view.id);
  body["sms_message_id"] = id;
  body["id"] = id;
  body["status"] = view.status;
  body["reason"] = text_or_null(view.reason);
  body["final"] = view.final;
  add_content(body, view);
  body["summary"] = summary_json(view.summary);
  if (view.only) add_single(body, *view.only);
  body["created_at"] = print_time(view.created_at);
  body["updated_at"] = print_time(view.updated_at);
  body["sent_at"] = time_or_null(view.sent_at);
  body["delivered_at"] = time_or_null(view.delivered_at);
  return json::serialize(body);
}

std::string to_json_of_dry_run(const message_view& view) {
  json::object body;
  body["dry_run"] = true;
  add_content(body, view);
  return json::serialize(body);
}

std::string_view aggregate_status(const std::vector<store::reader::state_count>& counts) noexcept {
  const auto any = [&](store::progress state) {
    return std::ranges::any_of(counts, [&](const auto& c) { return c.state == state; });
  };
  const auto all = [&](store::progress state) {
    return std::ranges::all_of(counts, [&](const auto& c) { return c.state == state; });
  };
  using store::progress;
  if (any(progress::queued)) return status_name(progress::queued);
  if (any(progress::sent)) return status_name(progress::sent);
  if (all(progress::delivered)) return status_name(progress::delivered);
  if (all(progress::cancelled)) return status_name(progress::cancelled);
  return any(progress::delivered) ? "PARTIAL" : status_name(progress::failed);
}

}  // namespace smppd::http
