// GET /v1/sms/messages/{id}
#include "daemon/gateway/ids.hpp"
#include "daemon/http/api.hpp"
#include "daemon/http/authenticate.hpp"
#include "daemon/http/json.hpp"
#include "daemon/http/message_view.hpp"
#include "daemon/http/vocabulary.hpp"
#include "store/error.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace smppd::http {

namespace {

using store::progress;

/// What all messages of a submission have in common.
void fill_content(message_view& view, const store::message& message) {
  view.from = print_address(message.types.source_ton, message.source);
  view.data_coding = message.data_coding;
  view.characters = count_characters(text_of(message));
  view.parts = message.parts;
}

void fill_times(message_view& view, store::id64 id, store::wall_time sent_at,
                store::wall_time changed_at) {
  view.created_at = time_of(id);
  view.updated_at = std::max(view.created_at, changed_at);
  view.sent_at = sent_at;
  if (view.status == status_name(progress::delivered)) view.delivered_at = changed_at;
}

message_view view_of(const store::found_message& found, const carrier_names& names) {
  const auto& [message, state] = found;
  message_view view;
  view.id = message.id;
  view.status = status_name(state.state);
  view.reason = reason_name(state.why);
  view.final = is_final(state.state);
  view.to.push_back(print_address(message.types.destination_ton, message.destination));
  view.client_ref = message.client_ref;
  view.callback_url = message.callback_url;
  fill_content(view, message);
  fill_times(view, message.id, state.sent_at, state.changed_at);
  store::reader::state_count count;
  count.state = state.state;
  count.why = state.why;
  count.count = 1;
  view.summary.push_back(count);
  auto& only = view.only.emplace();
  only.possible_duplicate = state.possible_duplicate;
  only.attempts = state.attempts;
  only.carrier = name_of(names, state.carrier);
  only.carrier_message_id = state.carrier_message_id;
  only.error = state.error;
  return view;
}

/// A message that is tried again says so.
void add_schedule(message_view& view, const std::vector<store::scheduled>& schedule) {
  if (view.status != status_name(progress::queued) || schedule.empty()) return;
  const store::scheduled& next = schedule.front();
  if (next.attempts > 0) view.reason = "retrying";
  view.only->attempts = std::max(view.only->attempts, next.attempts);
  view.only->possible_duplicate |= next.possible_duplicate;
}

message_view view_of(const store::submission& of,
                     const std::vector<store::reader::state_count>& counts,
                     const store::rows<store::found_message>& first) {
  message_view view;
  view.id = of.id;
  view.status = aggregate_status(counts);
  view.final = std::ranges::all_of(counts, [](const auto& c) { return is_final(c.state); });
  view.recipients = of.recipients;
  view.client_ref = of.client_ref;
  view.callback_url = of.callback_url;
  view.summary = counts;
  if (of.recipients <= recipients_told_max) {
    for (const store::found_message& one : first.items)
      view.to.push_back(print_address(one.message.types.destination_ton, one.message.destination));
  }
  if (!first.items.empty()) {
    store::message message = first.items.front().message;
    message.body = of.body;
    fill_content(view, message);
  }
  store::wall_time sent_at, changed_at;
  for (const auto& counted : counts) {
    sent_at = std::max(sent_at, counted.sent_at);
    changed_at = std::max(changed_at, counted.changed_at);
  }
  fill_times(view, of.id, sent_at, changed_at);
  return view;
}

store::result<message_view> find_submission(store::reader& reader, store::id64 id,
                                            std::int64_t account) {
  const auto found = reader.find_submission(id);
  if (!found) return found.error();
  const store::submission& submission = found->items.front();
  if (submission.account != account) return store::make_error_code(store::error::not_found);
  const auto counts = reader.count_states(id);
  if (!counts) return counts.error();
  const bool show_all = submission.recipients <= recipients_told_max;
  const auto first = reader.messages_of(id, id, show_all ? recipients_told_max : 1);
  if (!first) return first.error();
  return view_of(submission, *counts, *first);
}

/// Runs on a reader's thread. What belongs to another account is not found.
store::result<message_view> find(store::reader& reader, store::id64 id, std::int64_t account,
                                 const carrier_names& names) {
  const auto found = reader.find_message(id);
  if (!found) {
    const bool missing = found.error() == store::make_error_code(store::error::not_found);
    return missing ? find_submission(reader, id, account) : found.error();
  }
  const store::found_message& message = found->items.front();
  if (message.message.account != account) return store::make_error_code(store::error::not_found);
  message_view view = view_of(message, names);
  const auto schedule = reader.find_scheduled(id);
  if (!schedule) return schedule.error();
  add_schedule(view, *schedule);
  return view;
}

asio::awaitable<response> get_message(const api& of, const request& from, std::int64_t account) {
  const auto id = parse_uuid(from.parameters.front());
  if (!id) co_return make_response(not_found(), from);
  const auto query = [id = *id, account = account, names = of.carriers()](store::reader& reader) {
    return find(reader, id, account, names);
  };
  const auto found = co_await of.store.read(query, asio::use_awaitable);
  if (!found) co_return make_response(problem_of(found.error()), from);
  response made;
  made.body = to_json(*found);
  co_return made;
}

}  // namespace

void add_messages(router& routes, const api& of) {
  routes.add("GET", "/v1/sms/messages/{id}", with_account(of, get_message));
}

}  // namespace smppd::http
