#include "daemon/http/message_view.hpp"

#include "daemon/http/vocabulary.hpp"

#include <algorithm>

namespace smppd::http {

namespace {

void add_content(json_writer& body, const message_view& view) {
  if (!view.to.empty()) {
    body.begin_array("to");
    for (const std::string& one : view.to)
      body.text({}, one);
    body.end_array();
  }
  body.number("recipient_count", view.recipients);
  if (view.duplicates_removed) body.number("duplicates_removed", *view.duplicates_removed);
  body.text("from", view.from);
  body.text("encoding", encoding_name(view.data_coding));
  body.number("characters", view.characters);
  body.number("segments", view.parts);
  body.number("units_estimate", view.recipients * view.parts);
  body.text_or_null("client_ref", view.client_ref);
  body.text_or_null("callback_url", view.callback_url);
}

void add_single(json_writer& body, const single_outcome& only) {
  body.text_or_null("smsc_message_id", only.carrier_message_id);
  body.text_or_null("carrier", only.carrier);
  body.text_or_null("error", only.error);
  body.number("attempts", only.attempts);
  body.boolean("possible_duplicate", only.possible_duplicate);
}

}  // namespace

void add_summary(json_writer& body, const std::vector<store::reader::state_count>& counts) {
  body.begin_array("summary");
  for (const auto& counted : counts) {
    body.begin_object();
    body.text("status", status_name(counted.state));
    body.text_or_null("reason", reason_name(counted.why));
    body.number("count", counted.count);
    body.end_object();
  }
  body.end_array();
}

std::string to_json(const message_view& view) {
  const std::string id = print_message_id(view.id);
  json_writer body;
  body.begin_object();
  body.text("sms_message_id", id);
  body.text("id", id);
  body.text("status", view.status);
  body.text_or_null("reason", view.reason);
  body.boolean("final", view.final);
  add_content(body, view);
  add_summary(body, view.summary);
  if (view.only) add_single(body, *view.only);
  body.time("created_at", view.created_at);
  body.time("updated_at", view.updated_at);
  body.time_or_null("sent_at", view.sent_at);
  body.time_or_null("delivered_at", view.delivered_at);
  body.end_object();
  return body.printed();
}

std::string to_json_of_dry_run(const message_view& view) {
  json_writer body;
  body.begin_object();
  body.boolean("dry_run", true);
  add_content(body, view);
  body.end_object();
  return body.printed();
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
