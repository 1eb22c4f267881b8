// POST /v1/sms/send
#include "daemon/gateway/ids.hpp"
#include "daemon/http/api.hpp"
#include "daemon/http/authenticate.hpp"
#include "daemon/http/json.hpp"
#include "daemon/http/message_view.hpp"
#include "daemon/http/vocabulary.hpp"
#include "daemon/webhook/url.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace smppd::http {

namespace {

struct send_request {
  submission_request submission;
  bool dry_run{false};
};

constexpr std::size_t client_ref_max = 128;
constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

void add_recipient(const json::value& written, std::string_view pointer,
                   std::vector<std::string>& to, std::vector<field_error>& errors) {
  if (written.is_string()) {
    to.emplace_back(written.get_string());
    return;
  }
  field_error wrong;
  wrong.pointer = pointer;
  wrong.code = written.is_object() ? "NOT_SUPPORTED" : "INVALID_RECIPIENT";
  wrong.detail = written.is_object() ? "A recipient with fields of its own is not supported yet."
                                     : "A recipient should be a string such as \"+4791234567\".";
  errors.push_back(std::move(wrong));
}

/// How many recipients the body names, right or wrong.
std::size_t count_recipients(const json::object& body) {
  const json::value* const written = body.if_contains("to");
  return written != nullptr && written->is_array() ? written->get_array().size() : 1;
}

void read_recipients(object_reader& body, std::vector<std::string>& to,
                     std::vector<field_error>& errors) {
  const json::value* const written = body.find("to");
  if (written == nullptr || written->is_null()) {
    body.refuse("to", "MISSING_FIELD", "'to' is missing: a phone number, or a list of them.");
  } else if (!written->is_array()) {
    add_recipient(*written, "/to", to, errors);
  } else if (written->get_array().empty()) {
    body.refuse("to", "INVALID_RECIPIENT", "'to' should have at least one phone number.");
  } else {
    const json::array& list = written->get_array();
    to.reserve(list.size());
    for (std::size_t i = 0; i < list.size() && errors.size() <= field_errors_max; ++i)
      add_recipient(list[i], fmt::format("/to/{}", i), to, errors);
  }
}

void read_options(object_reader& body, send_request& wanted, std::vector<field_error>& errors) {
  const json::object* const written = body.object("options");
  if (written == nullptr) return;
  object_reader options(*written, "/options", errors);
  if (const auto seconds = options.integer("validity_seconds", 60, 604800)) {
    wanted.submission.validity = std::chrono::seconds{*seconds};
  }
  if (const auto priority = options.integer("priority", 0, 3)) {
    wanted.submission.priority = static_cast<std::uint8_t>(*priority);
  }
  wanted.dry_run = options.boolean("dry_run").value_or(false);
  options.refuse_others({"fail_on_multiple_messages", "max_segments", "encoding", "smart_encoding",
                         "flash", "delivery_report", "concat", "delivery_window", "max_price",
                         "carrier", "tlvs", "retention", "partial"});
}

void read_texts(object_reader& body, submission_request& submission) {
  if (const auto message = body.text("message", no_limit)) {
    submission.text = *message;
    if (message->empty()) body.refuse("message", "MESSAGE_EMPTY", "'message' is empty.");
  } else if (body.find("message") == nullptr || body.has_null("message")) {
    body.refuse("message", "MISSING_FIELD", "'message' is missing: the text to send.");
  }
  submission.sender = body.text("from", no_limit).value_or("");
  submission.client_ref = body.text("client_ref", client_ref_max).value_or("");
  if (const auto url = body.text("callback_url", no_limit)) {
    std::string why;
    if (!webhook::valid_url(*url, why)) body.refuse("callback_url", "INVALID_CALLBACK_URL", why);
    submission.callback_url = *url;
  }
}

problem too_many_recipients(std::size_t most) {
  return {413, "TOO_MANY_RECIPIENTS", fmt::format("One request may have {} recipients.", most)};
}

answer<send_request> read_send(const api& of, const request& from) {
  std::array<unsigned char, 4096> first_block;  // NOLINT: filled by whoever allocates from it
  json::monotonic_resource memory(first_block.data(), first_block.size());
  const auto object = parse_body(from, &memory);
  if (!object) return object.error();
  if (count_recipients(*object) > of.recipients_max) return too_many_recipients(of.recipients_max);

  send_request wanted;
  std::vector<field_error> errors;
  object_reader body(*object, "", errors);
  read_recipients(body, wanted.submission.to, errors);
  read_texts(body, wanted.submission);
  read_options(body, wanted, errors);
  body.refuse_others({"contact_group_ids", "template_id", "variables", "binary",
                      "sender_profile_id", "scheduled_at", "timezone", "repeat", "callback",
                      "metadata", "tags", "message_type", "media_urls"});
  if (!from.header("Idempotency-Key").empty()) {
    errors.push_back({"", "NOT_SUPPORTED", "The header Idempotency-Key is not supported yet."});
  }
  if (!errors.empty()) return problem_of(std::move(errors));
  return wanted;
}

message_view view_of(submission_accepted accepted, const submission_request& asked) {
  message_view view;
  view.id = accepted.id;
  view.status = status_name(store::progress::queued);
  view.recipients = accepted.recipients;
  view.duplicates_removed = accepted.duplicates_removed;
  view.from = std::move(accepted.sender);
  view.data_coding = accepted.data_coding;
  view.characters = accepted.characters;
  view.parts = accepted.parts;
  view.client_ref = asked.client_ref;
  view.callback_url = asked.callback_url;
  view.created_at = view.updated_at = accepted.created_at;
  store::reader::state_count all;
  all.count = view.recipients;
  view.summary.push_back(all);
  if (view.recipients == 1) view.only.emplace();
  view.to = std::move(accepted.to);
  return view;
}

response make_response(submission_outcome outcome, const send_request& asked, const request& to) {
  if (const auto* const why = std::get_if<refusals>(&outcome)) {
    return make_response(problem_of(*why), to);
  }
  const auto view = view_of(std::get<submission_accepted>(std::move(outcome)), asked.submission);
  response made;
  made.body = asked.dry_run ? to_json_of_dry_run(view) : to_json(view);
  if (!asked.dry_run) {
    made.status = 202;
    made.headers.emplace_back("Location", "/v1/sms/messages/" + print_message_id(view.id));
  }
  return made;
}

asio::awaitable<response> send(const api& of, const request& from, std::int64_t account) {
  auto asked = read_send(of, from);
  if (!asked) co_return make_response(asked.error(), from);
  asked->submission.account = account;
  if (asked->dry_run) co_return make_response(of.check(asked->submission), *asked, from);
  // The numbers may be a million: they go where they are needed.
  send_request told;
  told.submission.client_ref = asked->submission.client_ref;
  told.submission.callback_url = asked->submission.callback_url;
  submission_outcome outcome = co_await of.submit(std::move(asked->submission));
  co_return make_response(std::move(outcome), told, from);
}

}  // namespace

void add_send(router& routes, const api& of) {
  routes.add("POST", "/v1/sms/send", with_account(of, send));
}

}  // namespace smppd::http
