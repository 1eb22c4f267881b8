// /v1/sms/keywords: words that route inbound messages to an account's webhook or reply to them.
#include "daemon/http/api.hpp"
#include "daemon/http/authenticate.hpp"
#include "daemon/http/json.hpp"
#include "daemon/http/json_writer.hpp"
#include "daemon/http/vocabulary.hpp"
#include "daemon/webhook/url.hpp"
#include "smpp/segmenter.hpp"
#include "smpp/text.hpp"
#include "store/error.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace smppd::http {

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
constexpr std::size_t word_max = 20;
constexpr std::size_t description_max = 255;
constexpr std::size_t auto_reply_max = 1530;
constexpr std::size_t keywords_max = 1000;  // of one account: the list is answered as a whole

// Words by which people stop, start or ask about messages, whoever sends these.
constexpr std::array<std::string_view, 8> reserved_words{"STOP", "STOPALL", "UNSUBSCRIBE", "END",
                                                         "QUIT", "START",   "HELP",        "INFO"};

bool is_word(std::string_view text) noexcept {
  return !text.empty() && text.size() <= word_max && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::string word_rule() {
  return fmt::format("A keyword is 1 to {} letters A to Z and digits.", word_max);
}

bool is_reserved(std::string_view folded) noexcept {
  return std::ranges::find(reserved_words, folded) != reserved_words.end();
}

void add(json_writer& body, const store::keyword& keyword) {
  body.begin_object();
  body.text("id", keyword.uuid);
  body.text("keyword", keyword.word);
  body.text_or_null("description", keyword.description);
  body.boolean("is_active", keyword.active);
  body.text_or_null("webhook_url", keyword.webhook_url);
  body.boolean("auto_reply_enabled", keyword.auto_reply_enabled);
  body.text_or_null("auto_reply_message", keyword.auto_reply_message);
  body.number("messages_received", keyword.messages_received);
  body.time_or_null("last_message_at", keyword.last_message_at);
  body.time("created_at", keyword.created_at);
  body.end_object();
}

response make_response(const json_writer& body, int status = 200) {
  response made;
  made.status = status;
  made.body = body.printed();
  return made;
}

response make_response(const store::keyword& keyword, int status = 200) {
  json_writer body;
  add(body, keyword);
  return make_response(body, status);
}

/// A field that is absent leaves `kept` as it is; null or "" clears it.
void read_text(object_reader& body, std::string_view name, std::size_t characters_max,
               std::string& kept) {
  const auto text = body.text(name, characters_max);
  if (text || body.has_null(name)) kept = text.value_or("");
}

std::size_t parts_of(std::string_view text) {
  const auto encoded = smpp::encode_text(text);
  if (!encoded) return 0;  // not UTF-8, which JSON was
  return smpp::count_parts(encoded->data_coding, encoded->octets, smpp::concatenation::udh8);
}

void read_settings(object_reader& body, std::size_t parts_max, store::keyword& keyword) {
  read_text(body, "description", description_max, keyword.description);
  read_text(body, "auto_reply_message", auto_reply_max, keyword.auto_reply_message);
  if (const auto parts = parts_of(keyword.auto_reply_message); parts > parts_max) {
    body.refuse("auto_reply_message", "MESSAGE_TOO_LONG",
                fmt::format("The reply needs {} parts; {} are allowed.", parts, parts_max));
  }
  read_text(body, "webhook_url", webhook::url_octets_max, keyword.webhook_url);
  std::string why;
  if (!keyword.webhook_url.empty() && !webhook::valid_url(keyword.webhook_url, why)) {
    body.refuse("webhook_url", "INVALID_CALLBACK_URL", why);
  }
}

answer<store::keyword> read_new(const api& of, const request& from, std::int64_t account) {
  const auto object = parse_body(from, {});
  if (!object) return object.error();
  std::vector<field_error> errors;
  object_reader body(*object, "", errors);
  store::keyword wanted;
  wanted.account = account;
  wanted.created_at = of.now();
  if (const auto word = body.text("keyword", no_limit)) {
    wanted.word = fold_keyword(*word);
    if (!is_word(*word)) body.refuse("keyword", "INVALID_KEYWORD", word_rule());
  } else if (errors.empty()) {
    body.refuse("keyword", "MISSING_FIELD", "'keyword' is missing.");
  }
  read_settings(body, of.parts_max, wanted);
  wanted.auto_reply_enabled = !wanted.auto_reply_message.empty();
  body.refuse_others({"number", "match", "callback", "webhook_reply"});
  if (!errors.empty()) return problem_of(std::move(errors));
  if (is_reserved(wanted.word)) {
    return problem(409, "KEYWORD_RESERVED",
                   fmt::format("{} is kept for opting out and in, and for help.", wanted.word));
  }
  return wanted;
}

answer<store::keyword> read_change(const api& of, const request& from, const store::keyword& kept) {
  const auto object = parse_body(from, {});
  if (!object) return object.error();
  std::vector<field_error> errors;
  object_reader body(*object, "", errors);
  store::keyword changed = kept;
  read_settings(body, of.parts_max, changed);
  if (changed.auto_reply_message.empty()) changed.auto_reply_enabled = false;
  changed.active = body.boolean("is_active").value_or(changed.active);
  if (const auto enabled = body.boolean("auto_reply_enabled")) {
    changed.auto_reply_enabled = *enabled;
    if (*enabled && changed.auto_reply_message.empty()) {
      body.refuse("auto_reply_enabled", "MISSING_FIELD",
                  "An automatic reply needs an 'auto_reply_message'.");
    }
  }
  body.refuse_others({"number", "match", "callback", "webhook_reply"});
  if (!errors.empty()) return problem_of(std::move(errors));
  return changed;
}

problem taken(std::string_view word) {
  return {409, "KEYWORD_TAKEN", fmt::format("{} is already reserved.", word)};
}

asio::awaitable<response> list(const api& of, const request&, std::int64_t account) {
  json_writer all;
  all.begin_array();
  for (const store::keyword* const each : of.customers().keywords_of(account))
    add(all, *each);
  all.end_array();
  co_return make_response(all);
}

asio::awaitable<response> create(const api& of, const request& from, std::int64_t account) {
  auto wanted = read_new(of, from, account);
  if (!wanted) co_return make_response(wanted.error(), from);
  if (of.customers().find_keyword(wanted->word) != nullptr) {
    co_return make_response(taken(wanted->word), from);
  }
  if (of.customers().keywords_of(account).size() >= keywords_max) {
    const problem full(409, "TOO_MANY_KEYWORDS",
                       fmt::format("An account may have {} keywords.", keywords_max));
    co_return make_response(full, from);
  }
  wanted->uuid = to_string(boost::uuids::random_generator()());
  const auto task = [wanted = *wanted](store::writer& writer) {
    return writer.create_keyword(wanted);
  };
  const auto created = co_await of.store.change(task, asio::use_awaitable);
  if (!created && created.error() == store::make_error_code(store::error::already_exists)) {
    co_return make_response(taken(wanted->word), from);
  }
  if (!created) co_return make_response(problem_of(created.error()), from);
  co_await of.reload_directory();
  response made = make_response(*created, 201);
  made.headers.emplace_back("Location", "/v1/sms/keywords/" + created->uuid);
  co_return made;
}

/// The keyword that the path names; null where the account has none such.
const store::keyword* find_own(const api& of, const request& from, std::int64_t account) {
  std::string uuid = from.parameters.front();
  std::ranges::transform(uuid, uuid.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto* const found = of.customers().find_keyword_by_uuid(uuid);
  return found != nullptr && found->account == account ? found : nullptr;
}

asio::awaitable<response> get(const api& of, const request& from, std::int64_t account) {
  const store::keyword* const found = find_own(of, from, account);
  if (found == nullptr) co_return make_response(not_found(), from);
  co_return make_response(*found);
}

asio::awaitable<response> change(const api& of, const request& from, std::int64_t account) {
  const store::keyword* const kept = find_own(of, from, account);
  if (kept == nullptr) co_return make_response(not_found(), from);
  const auto changed = read_change(of, from, *kept);
  if (!changed) co_return make_response(changed.error(), from);
  const auto task = [changed = *changed](store::writer& writer) {
    return writer.update_keyword(changed);
  };
  const auto done = co_await of.store.change(task, asio::use_awaitable);
  if (!done) co_return make_response(problem_of(done.error()), from);
  co_await of.reload_directory();
  co_return make_response(*changed);
}

asio::awaitable<response> remove(const api& of, const request& from, std::int64_t account) {
  const store::keyword* const found = find_own(of, from, account);
  if (found == nullptr) co_return make_response(not_found(), from);
  const auto task = [id = found->id](store::writer& writer) { return writer.delete_keyword(id); };
  const auto done = co_await of.store.change(task, asio::use_awaitable);
  if (!done) co_return make_response(problem_of(done.error()), from);
  co_await of.reload_directory();
  response made;
  made.status = 204;
  co_return made;
}

asio::awaitable<response> check(const api& of, const request& from, std::int64_t) {
  const std::string& written = from.parameters.front();
  if (!is_word(written)) {
    co_return make_response(problem(400, "INVALID_KEYWORD", word_rule()), from);
  }
  const std::string word = fold_keyword(written);
  json_writer body;
  body.begin_object();
  body.text("keyword", word);
  body.boolean("available", !is_reserved(word) && of.customers().find_keyword(word) == nullptr);
  body.end_object();
  co_return make_response(body);
}

}  // namespace

void add_keywords(router& routes, const api& of) {
  routes.add("GET", "/v1/sms/keywords", with_account(of, list));
  routes.add("POST", "/v1/sms/keywords", with_account(of, create));
  routes.add("GET", "/v1/sms/keywords/{keyword_id}", with_account(of, get));
  routes.add("PATCH", "/v1/sms/keywords/{keyword_id}", with_account(of, change));
  routes.add("DELETE", "/v1/sms/keywords/{keyword_id}", with_account(of, remove));
  routes.add("GET", "/v1/sms/keywords/check/{keyword}", with_account(of, check));
}

}  // namespace smppd::http
