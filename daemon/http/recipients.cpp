// GET /v1/sms/messages/{id}/recipients?status=&after=&limit=
#include "daemon/gateway/ids.hpp"
#include "daemon/http/api.hpp"
#include "daemon/http/authenticate.hpp"
#include "daemon/http/message_view.hpp"
#include "daemon/http/vocabulary.hpp"
#include "store/error.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace smppd::http {

namespace {

using store::progress;

constexpr std::size_t limit_default = 50;
constexpr std::size_t limit_max = 5000;
constexpr std::size_t scanned_max = 20'000;  // rows that one request looks at, for a filter

struct page_request {
  store::id64 id{};
  std::int64_t account{};
  std::optional<progress> status;
  std::int64_t after{0};  // the number of the last recipient that the caller has
  std::size_t limit{limit_default};
};

struct page {
  json_writer body;      // open in the array of recipients
  std::size_t shown{0};  // in that array
  std::int64_t last{0};  // the number of the last recipient looked at
  std::int64_t recipients{1};
  std::vector<store::reader::state_count> counts;
};

page begin_page() {
  page made;
  made.body.begin_object();
  made.body.begin_array("data");
  return made;
}

void add_recipient(page& to, const store::found_message& found, std::int64_t sequence,
                   const carrier_names& names) {
  const auto& [message, state] = found;
  const auto delivered_at =
      state.state == progress::delivered ? state.changed_at : store::wall_time{};
  json_writer& body = to.body;
  body.begin_object();
  body.number("seq", sequence);
  body.text("id", to_uuid(message.id));
  body.text("to", print_address(message.types.destination_ton, message.destination));
  body.text("status", status_name(state.state));
  body.text_or_null("reason", reason_name(state.why));
  body.boolean("final", is_final(state.state));
  body.text_or_null("smsc_message_id", state.carrier_message_id);
  body.text_or_null("carrier", name_of(names, state.carrier));
  body.text_or_null("error", state.error);
  body.number("attempts", state.attempts);
  body.boolean("possible_duplicate", state.possible_duplicate);
  body.time("updated_at", std::max(state.changed_at, time_of(message.id)));
  body.time_or_null("sent_at", state.sent_at);
  body.time_or_null("delivered_at", delivered_at);
  body.end_object();
  ++to.shown;
}

/// A message to one recipient is its own only recipient.
store::result<page> find_single(store::reader& reader, const page_request& wanted,
                                const carrier_names& names) {
  const auto found = reader.find_message(wanted.id);
  if (!found) return found.error();
  const store::found_message& only = found->items.front();
  if (only.message.account != wanted.account) {
    return store::make_error_code(store::error::not_found);
  }
  page made = begin_page();
  made.last = 1;
  auto& count = made.counts.emplace_back();
  count.state = only.state.state;
  count.why = only.state.why;
  count.count = 1;
  const bool matches = !wanted.status || only.state.state == *wanted.status;
  if (wanted.after < 1 && matches) add_recipient(made, only, 1, names);
  return made;
}

/// Adds recipients to `made` until the page is full, all were seen or enough were looked at.
store::result<void> scan(store::reader& reader, const page_request& wanted,
                         const carrier_names& names, page& made) {
  made.last = wanted.after;
  std::size_t scanned = 0;
  while (made.last < made.recipients && made.shown < wanted.limit && scanned < scanned_max) {
    const std::size_t most = wanted.status ? limit_max : wanted.limit;
    const auto after = wanted.id + made.last * store::id_step;
    const auto found = reader.messages_of(wanted.id, after, most);
    if (!found) return found.error();
    for (const store::found_message& one : found->items) {
      if (made.shown == wanted.limit) return {};
      made.last = (one.message.id - wanted.id) / store::id_step;
      if (wanted.status && one.state.state != *wanted.status) continue;
      add_recipient(made, one, made.last, names);
    }
    if (found->items.size() < most) made.last = made.recipients;
    scanned += found->items.size();
  }
  return {};
}

/// Runs on a reader's thread. What belongs to another account is not found.
store::result<page> find(store::reader& reader, const page_request& wanted,
                         const carrier_names& names) {
  const auto submission = reader.find_submission(wanted.id);
  if (!submission) {
    const bool missing = submission.error() == store::make_error_code(store::error::not_found);
    return missing ? find_single(reader, wanted, names) : submission.error();
  }
  if (submission->items.front().account != wanted.account) {
    return store::make_error_code(store::error::not_found);
  }
  page made = begin_page();
  made.recipients = submission->items.front().recipients;
  auto counts = reader.count_states(wanted.id);
  if (!counts) return counts.error();
  made.counts = std::move(*counts);
  if (const auto scanned = scan(reader, wanted, names, made); !scanned) return scanned.error();
  return made;
}

template <class Number>
bool read_number(std::string_view text, Number least, Number most, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size() && into >= least && into <= most;
}

bool read_status(std::string_view text, std::optional<progress>& into) {
  static constexpr std::array all{progress::queued, progress::sent, progress::delivered,
                                  progress::failed, progress::cancelled};
  for (const progress state : all) {
    if (!same_word(text, status_name(state))) continue;
    into = state;
    return true;
  }
  return false;
}

answer<page_request> read_query(const request& from) {
  page_request wanted;
  std::vector<std::pair<std::string, std::string>> pairs;
  if (!parse_query(from.query, pairs)) {
    return problem(400, "INVALID_REQUEST", "The query is not well-formed.");
  }
  constexpr auto sequence_max = std::int64_t{1} << 32U;
  for (const auto& [name, value] : pairs) {
    if (name == "after") {
      if (!read_number<std::int64_t>(value, 0, sequence_max, wanted.after)) {
        return problem(400, "INVALID_CURSOR", "'after' is the next_cursor of a page, or 0.");
      }
    } else if (name == "limit") {
      if (!read_number<std::size_t>(value, 1, limit_max, wanted.limit)) {
        return problem(400, "INVALID_REQUEST",
                       fmt::format("'limit' is a number from 1 to {}.", limit_max));
      }
    } else if (name == "status") {
      if (!read_status(value, wanted.status)) {
        return problem(400, "INVALID_REQUEST",
                       "'status' is QUEUED, SENT, DELIVERED, FAILED or CANCELLED.");
      }
    } else {
      return problem(400, "INVALID_REQUEST", fmt::format("There is no parameter '{}'.", name));
    }
  }
  return wanted;
}

std::string to_json(page found) {
  const bool more = found.last < found.recipients;
  json_writer& body = found.body;
  body.end_array();
  add_summary(body, found.counts);
  more ? body.number("next_cursor", found.last) : body.null("next_cursor");
  body.boolean("has_more", more);
  body.end_object();
  return body.printed();
}

asio::awaitable<response> get_recipients(const api& of, const request& from, std::int64_t account) {
  const auto id = parse_uuid(from.parameters.front());
  if (!id) co_return make_response(not_found(), from);
  auto wanted = read_query(from);
  if (!wanted) co_return make_response(wanted.error(), from);
  wanted->id = *id;
  wanted->account = account;
  const auto query = [wanted = *wanted, names = of.carriers()](store::reader& reader) {
    return find(reader, wanted, names);
  };
  auto found = co_await of.store.read(query, asio::use_awaitable);
  if (!found) co_return make_response(problem_of(found.error()), from);
  response made;
  made.body = to_json(std::move(*found));
  co_return made;
}

}  // namespace

void add_recipients(router& routes, const api& of) {
  routes.add("GET", "/v1/sms/messages/{id}/recipients", with_account(of, get_recipients));
}

}  // namespace smppd::http
