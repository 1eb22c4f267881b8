#include "daemon/gateway/gateway.hpp"

#include "daemon/clock.hpp"
#include "daemon/gateway/number.hpp"
#include "daemon/gateway/submit_status.hpp"
#include "daemon/observe/log.hpp"
#include "smpp/text.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace smppd {

using smpp::command_status;

namespace {

constexpr std::uint8_t receipt_wanted = 1;
// Pauses before a message that was refused for now is tried again.
constexpr std::chrono::seconds first_pause{5};
constexpr std::chrono::seconds longest_pause{600};
constexpr std::size_t part_septets_max = 160;
constexpr std::size_t backlog_max = 100'000;  // changes that wait for the writer
// So often a message whose outcome is unknown is sent again without a pause.
constexpr std::uint32_t unknown_outcomes_at_once = 2;

std::chrono::milliseconds pause_before(std::uint32_t attempt) {
  const auto doubled = first_pause * (1U << std::min(attempt > 0 ? attempt - 1 : 0U, 10U));
  const auto base = std::min<std::chrono::milliseconds>(doubled, longest_pause);
  thread_local std::mt19937 random{std::random_device{}()};
  return base + std::chrono::milliseconds(random() % static_cast<unsigned>(base.count() / 4 + 1));
}

refusal refuse(int status, std::string code, std::string detail, std::string pointer,
               command_status smpp_status) {
  return {status, std::move(code), std::move(detail), std::move(pointer), smpp_status};
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

}  // namespace

/// What admitting a submission found out, for storing it.
struct gateway::admission {
  address sender;
  std::vector<address> recipients;  // duplicates removed
  std::vector<std::size_t> first_choices;
  smpp::encoded_text text;
  store::wall_time expires_at;
  submission_accepted answer;
};

// Accepting.

std::optional<refusal> gateway::overloaded(std::size_t more) const {
  std::string why;
  if (!ready(why)) {
    return refuse(503, accepting_ ? "STORAGE_UNAVAILABLE" : "SHUTTING_DOWN", why, "",
                  command_status::syserr);
  }
  if (store_.backlog() > backlog_max) {
    return refuse(503, "QUEUE_FULL", "more comes in than the disk takes; try again later", "",
                  command_status::throttled);
  }
  if (queued_ + more > settings_.limits.queued_max) {
    return refuse(503, "QUEUE_FULL",
                  fmt::format("{} messages wait already, and {} may; try again later", queued_,
                              settings_.limits.queued_max),
                  "", command_status::msgqful);
  }
  return std::nullopt;
}

refusals gateway::admit(const submission_request& request, admission& into) const {
  refusals found;
  if (auto busy = overloaded(request.to.size())) return {std::move(*busy)};
  std::string why;
  if (auto sender = parse_sender(request.sender, why)) {
    into.sender = std::move(*sender);
  } else {
    found.push_back(refuse(400, "INVALID_SENDER", why, "/from", command_status::invsrcadr));
  }
  // ICU takes quadratic time, and what has more characters is refused in any case.
  const bool may_fit =
      count_characters(request.text) <= std::size_t{settings_.limits.parts_max} * part_septets_max;
  const auto wording = may_fit ? simplify_(request.text) : request.text;
  auto text = smpp::encode_text(wording);
  if (request.text.empty()) {
    found.push_back(refuse(400, "MESSAGE_EMPTY", "the message has no text", "/message",
                           command_status::invmsglen));
  } else if (!text) {
    found.push_back(refuse(400, "ENCODING_NOT_POSSIBLE", "the message is not valid UTF-8",
                           "/message", command_status::invmsglen));
  } else {
    into.text = std::move(*text);
  }
  boost::unordered_flat_set<std::string_view> seen;
  into.recipients.reserve(request.to.size());  // `seen` points into it
  into.first_choices.reserve(request.to.size());
  for (std::size_t i = 0; i < request.to.size() && found.size() <= refusals_told_max; ++i) {
    const auto pointer = [i] { return fmt::format("/to/{}", i); };
    auto recipient = parse_recipient(request.to[i], why);
    if (!recipient) {
      found.push_back(refuse(400, "INVALID_RECIPIENT", why, pointer(), command_status::invdstadr));
      continue;
    }
    into.recipients.push_back(std::move(*recipient));
    const auto& digits = into.recipients.back().digits;
    if (request.to.size() > 1 && !seen.insert(digits).second) {
      ++into.answer.duplicates_removed;
      into.recipients.pop_back();
      continue;
    }
    const auto& route = router_.find(digits);
    if (route.empty() && request.carrier == 0) {
      found.push_back(refuse(422, "NO_ROUTE",
                             fmt::format("no carrier takes messages to +{}", digits), pointer(),
                             command_status::invdstadr));
      continue;
    }
    into.first_choices.push_back(route.empty() ? 0 : route.front());
  }
  if (request.to.empty()) {
    found.push_back(refuse(400, "INVALID_RECIPIENT", "there is no recipient", "/to",
                           command_status::invdstadr));
  }
  if (!found.empty()) return found;

  auto& answer = into.answer;
  const user_data wanted{into.text.octets, into.text.data_coding};
  answer.parts = cut(wanted, carriers_[into.first_choices.front()]->settings(), 0, nullptr);
  if (answer.parts == 0 || answer.parts > settings_.limits.parts_max) {
    return {refuse(
        400, "MESSAGE_TOO_LONG",
        fmt::format("the message needs {} parts; {} are allowed",
                    answer.parts == 0 ? std::string("more than 255") : std::to_string(answer.parts),
                    settings_.limits.parts_max),
        "/message", command_status::invmsglen)};
  }
  answer.sender = into.sender.digits;
  answer.data_coding = into.text.data_coding;
  answer.characters = count_characters(wording);
  answer.recipients = into.recipients.size();
  if (answer.recipients <= recipients_told_max) {
    for (const auto& one : into.recipients)
      answer.to.push_back("+" + one.digits);
  }
  return found;
}

submission_outcome gateway::check(const submission_request& request) const {
  admission admitted;
  auto found = admit(request, admitted);
  if (!found.empty()) return found;
  admitted.answer.created_at = wall_now();
  return std::move(admitted.answer);
}

void gateway::submit(submission_request request, submission_handler handler) {
  admission admitted;
  auto found = admit(request, admitted);
  if (!found.empty()) return std::move(handler)(std::move(found));
  request.to = std::vector<std::string>();  // there may be a million
  store_accepted(request, admitted);
  offered_.push_back(admitted.answer.id);
  store_.when_accepted([this, request = std::move(request), admitted = std::move(admitted),
                        handler = std::move(handler)](durability became) mutable {
    offered_.pop_front();
    if (became == durability::failed) {
      return std::move(handler)(refusals{
          refuse(503, "STORAGE_UNAVAILABLE",
                 "the message could not be stored: " + store_.trouble() + "; try again later", "",
                 command_status::syserr)});
    }
    send_accepted(request, admitted);
    std::move(handler)(std::move(admitted.answer));
  });
}

store::message gateway::message_of(const submission_request& request, const admission& admitted,
                                   std::size_t n) const {
  const bool several = admitted.recipients.size() > 1;
  const auto id = admitted.answer.id;
  const auto& to = admitted.recipients[n];
  store::message message;
  message.id = several ? id + static_cast<store::id64>(n + 1) * store::id_step : id;
  message.submission = several ? id : 0;
  message.account = request.account;
  message.carrier =
      request.carrier != 0 ? request.carrier : carriers_[admitted.first_choices[n]]->id();
  message.from = request.from;
  message.priority = request.priority;
  message.data_coding = admitted.text.data_coding;
  message.registered_delivery = receipt_wanted;
  message.parts = static_cast<std::uint8_t>(admitted.answer.parts);
  message.types = {admitted.sender.ton, admitted.sender.npi, to.ton, to.npi};
  message.expires_at = admitted.expires_at;
  message.source = admitted.sender.digits;
  message.destination = to.digits;
  message.body_in_submission = several;
  if (!several) {
    message.body = smpp::as_text(admitted.text.octets);
    message.client_ref = request.client_ref;
    message.callback_url = request.callback_url;
  }
  return message;
}

// A submission of one is stored as just its message; one of several shares its text.
void gateway::store_accepted(const submission_request& request, admission& admitted) {
  const auto now = wall_now();
  const auto count = admitted.recipients.size();
  const auto id = ids_.take(now, count + (count > 1 ? 1 : 0));
  admitted.answer.id = id;
  admitted.answer.created_at = time_of(id);
  admitted.expires_at =
      now + (request.validity.count() > 0 ? request.validity : settings_.limits.validity_default);
  auto message = message_of(request, admitted, 0);
  message.source = store_.keep(message.source);
  if (count == 1) {
    message.destination = store_.keep(message.destination);
    message.body = store_.keep(message.body);
    message.client_ref = store_.keep(message.client_ref);
    message.callback_url = store_.keep(message.callback_url);
    return store_.add(&store::batch::accepted, message);
  }
  store_.add(&store::batch::submissions,
             store::submission{.id = id,
                               .account = request.account,
                               .recipients = static_cast<std::uint32_t>(count),
                               .body = store_.keep(smpp::as_text(admitted.text.octets)),
                               .client_ref = store_.keep(request.client_ref),
                               .callback_url = store_.keep(request.callback_url)});
  store::messages_to_many all{.common = message, .to = {}};
  all.to.reserve(count);
  for (std::size_t n = 0; n < count; ++n) {
    const auto one = message_of(request, admitted, n);
    all.to.push_back({store_.keep(one.destination), one.carrier, one.types.destination_ton,
                      one.types.destination_npi});
  }
  store_.add(&store::batch::accepted_together, std::move(all));
  store_.filling().changes += count - 1;
}

// What memory has no room for is gone again as soon as it is parked.
void gateway::send_accepted(const submission_request& request, const admission& admitted) {
  const auto count = admitted.recipients.size();
  queued_ += count;
  auto& accepted = request.from == store::origin::http ? figures_.accepted_http
                                                       : figures_.accepted_keyword_reply;
  accepted.Increment(static_cast<double>(count));
  const auto text = std::make_shared<const shared_text>(
      shared_text{std::string(smpp::as_text(admitted.text.octets)), request.callback_url,
                  request.callback_url.empty() ? std::string() : request.client_ref});
  // What grows by doubling takes half as much again for a moment.
  if (count > settings_.limits.queue_memory_max) store_.filling().parks.reserve(count);
  for (std::size_t n = 0; n < count; ++n) {
    const auto message = make_outbound(message_of(request, admitted, n), text);
    log_step(*message, "accepted", "from HTTP");
    enqueue(message);
  }
}

asio::awaitable<submission_outcome> gateway::async_submit(submission_request request) {
  auto start = [this](auto handler, submission_request wanted) {
    submit(std::move(wanted), std::move(handler));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(submission_outcome)>(
      std::move(start), asio::use_awaitable, std::move(request));
}

// Routing.

carrier* gateway::find_carrier(std::int64_t id) const {
  const auto found = std::ranges::find(carriers_, id, [](const auto& one) { return one->id(); });
  return found == carriers_.end() ? nullptr : found->get();
}

std::string_view gateway::carrier_name(std::int64_t id) const {
  const auto* found = find_carrier(id);
  return found != nullptr ? std::string_view(found->settings().name) : std::string_view{};
}

std::vector<carrier*> gateway::route_of(const outbound& message) const {
  if (message.only_carrier != 0) {
    auto* const only = find_carrier(message.only_carrier);
    return only != nullptr ? std::vector<carrier*>{only} : std::vector<carrier*>{};
  }
  std::vector<carrier*> route;
  for (const auto place : router_.find(routing_digits(message.destination.view()))) {
    route.push_back(carriers_[place].get());
  }
  return route;
}

void gateway::enqueue(const outbound_ptr& message) {
  const auto route = route_of(*message);
  if (route.empty()) {
    return end(*message, store::progress::failed, store::reason::no_route, "no route", 0);
  }
  const auto untried = std::min(message->carriers_tried, route.size() - 1);
  const auto up = std::find_if(route.begin() + static_cast<std::ptrdiff_t>(untried), route.end(),
                               [](const carrier* one) { return one->up(); });
  enqueue_at(message, up != route.end() ? **up : *route[untried]);
}

// What memory has no room for waits in the store; so does whatever comes after it, to keep the
// order. Something that waited elsewhere before goes to the end of that line: whoever reads it on
// from where he was must not miss it.
void gateway::enqueue_at(const outbound_ptr& message, carrier& to) {
  if (to.has_room(message->priority)) return to.enqueue(message);
  auto& waiting = to.parked(message->priority);
  const auto sequence = ids_.take(wall_now());
  store_.add(&store::batch::parks,
             store::parked{.carrier = to.id(),
                           .priority = message->priority,
                           .id = message->id,
                           .sequence = sequence,
                           .attempts = message->attempts,
                           .possible_duplicate = message->possible_duplicate,
                           .was_scheduled = message->scheduled_for != store::wall_time{}});
  if (!waiting.more()) waiting.seen = sequence - 1;
  waiting.added = std::max(waiting.added, sequence);
  waiting.newest = std::max(waiting.newest, sequence);
}

// What carriers report.

void gateway::on_part_accepted(carrier& by, const outbound_ptr& message, std::uint8_t part,
                               std::string_view id) {
  const auto now = wall_now();
  if (message->parts > 1) {
    store_.add(&store::batch::parts, store::sent_part{.id = message->id,
                                                      .part = part,
                                                      .carrier = by.id(),
                                                      .state = store::progress::sent,
                                                      .carrier_message_id = store_.keep(id)});
  }
  if (message->complete()) {
    store_.add(&store::batch::sents,
               store::sent{.id = message->id,
                           .at = now,
                           .carrier = by.id(),
                           .attempts = message->attempts,
                           .possible_duplicate = message->possible_duplicate,
                           .carrier_message_id = store_.keep(message->first_carrier_id),
                           .parked = message->parked,
                           .scheduled_for = message->scheduled_for});
    --queued_;
    log_step(*message, "sent", by.settings().name);
  }
  receipts_.on_part_accepted(message, part, id, {by.id(), by.settings(), by.figures()}, now);
}

void gateway::on_recut(carrier&, const outbound_ptr& message) {
  store_.filling().forget_parts(message->id);
  store_.add(&store::batch::recuts,
             store::recut{message->id, message->parts, message->possible_duplicate});
  receipts_.on_recut(message);
}

bool gateway::cuts_alike(std::int64_t other, const carrier& by) const {
  const auto* const before = find_carrier(other);
  return before != nullptr && before->settings().text == by.settings().text &&
         before->settings().concatenation == by.settings().concatenation &&
         before->settings().receipt_parts == by.settings().receipt_parts;
}

void gateway::on_refused(carrier& by, const outbound_ptr& message, command_status status) {
  const auto name = smpp::name(status);
  note(message->id, fmt::format("carrier {} refused it for good: {} ({})", by.settings().name, name,
                                smpp::meaning(status)));
  end(*message, store::progress::failed, reason_of(status), name, by.id());
}

// The next carrier of the route at once, where there is one; else later.
void gateway::on_try_again(carrier& by, const outbound_ptr& message, std::string_view why) {
  const auto reason = fmt::format("carrier {} did not take it: {}", by.settings().name, why);
  const auto route = route_of(*message);
  ++message->carriers_tried;
  if (message->accepted.none() && message->carriers_tried < route.size()) {
    note(message->id, reason + "; the next carrier of its route is tried");
    return enqueue(message);
  }
  try_later(*message, reason);
}

void gateway::on_unknown_outcome(carrier& by, const outbound_ptr& message, std::string_view why) {
  message->possible_duplicate = true;
  const auto what = fmt::format("carrier {}: {}", by.settings().name, why);
  switch (by.settings().on_unknown_outcome) {
    case unknown_outcome::retry:
      note(message->id, what + "; it is sent again and may arrive twice");
      if (message->expires_at <= wall_now()) return on_expired(by, message);
      // A message that ends the session every time must not do so all day long.
      if (message->attempts >= unknown_outcomes_at_once) return try_later(*message, what);
      return enqueue(message);
    case unknown_outcome::hold:
      note(message->id, what + "; it is not sent again, as configured");
      store_.add(&store::batch::settlements,
                 store::settled{.id = message->id,
                                .at = wall_now(),
                                .state = store::progress::sent,
                                .why = store::reason::unknown_outcome,
                                .attempts = message->attempts,
                                .carrier = by.id(),
                                .possible_duplicate = true,
                                .error = {},
                                .parked = message->parked,
                                .scheduled_for = message->scheduled_for});
      --queued_;
      receipts_.on_no_more_parts(message, {by.id(), by.settings(), by.figures()});
      return;
    case unknown_outcome::fail:
      note(message->id, what + "; it counts as failed, as configured");
      return end(*message, store::progress::failed, store::reason::unknown_outcome, "no answer",
                 by.id());
  }
}

void gateway::on_expired(carrier& by, const outbound_ptr& message) {
  note(message->id, "its validity ended before a carrier took it");
  end(*message, store::progress::failed, store::reason::expired, "", by.id());
}

void gateway::on_delivery(carrier& by, const delivery& pdu, acknowledgement ack) {
  // A carrier that does not wait for answers must not fill memory while the disk is slow.
  if (store_.backlog() > backlog_max) return ack.answer(command_status::x_t_appn);
  smpp::byte_buffer converted;
  const auto delivered = to_canonical(pdu, by.settings().text, converted);
  auto receipt = read_receipt(delivered);
  if (!receipt) return inbound_.on_delivery(by.id(), delivered, std::move(ack));
  std::function<void(acknowledgement)> otherwise;
  if (!receipt->sure) {
    // The PDU is gone by the time the store has answered that no message matches.
    auto copy = std::make_shared<kept_delivery>(delivered);
    otherwise = [this, copy, carrier = by.id()](acknowledgement later) {
      inbound_.on_delivery(carrier, copy->view(), std::move(later));
    };
  }
  receipts_.on_receipt(std::move(*receipt), {by.id(), by.settings(), by.figures()}, std::move(ack),
                       std::move(otherwise));
}

void gateway::on_room(carrier& by) {
  for (std::uint8_t priority = 4; priority-- > 0;) {
    if (by.parked(priority).more()) return refill(by, priority);
  }
}

void gateway::end(outbound& message, store::progress state, store::reason why,
                  std::string_view error, std::int64_t by) {
  message.settled = true;
  store_.add(&store::batch::settlements,
             store::settled{.id = message.id,
                            .at = wall_now(),
                            .state = state,
                            .why = why,
                            .attempts = message.attempts,
                            .carrier = by,
                            .possible_duplicate = message.possible_duplicate,
                            .error = store_.keep(error),
                            .parked = message.parked,
                            .scheduled_for = message.scheduled_for});
  --queued_;
  (state == store::progress::cancelled ? figures_.final_cancelled : figures_.final_failed)
      .Increment();
  receipts_.tell_end(message, state, why, error);
}

void gateway::try_later(outbound& message, std::string_view why) {
  const auto now = wall_now();
  auto due = now + pause_before(message.attempts);
  if (due >= message.expires_at) {
    note(message.id, fmt::format("{}; its validity ends before another try", why));
    return end(message, store::progress::failed, store::reason::expired, why, 0);
  }
  // Never behind what the scheduler has read already, even if the clock was set back.
  due = std::max(due, due_seen_ + std::chrono::milliseconds{1});
  note(message.id,
       fmt::format("{}; tried again in {} s", why,
                   std::chrono::duration_cast<std::chrono::seconds>(due - now).count()));
  message.settled = true;
  const store::scheduled to{message.id, due, 0, message.attempts, message.possible_duplicate};
  store_.add(&store::batch::reschedules,
             store::rescheduled{to, message.scheduled_for, message.parked});
  offered_due_.insert(due);
  store_.when_durable([this, due] {
    offered_due_.extract(due);
    schedule_load(due);
  });
}

void gateway::note(store::id64 id, std::string_view what) {
  log::info("message {}: {}", to_smpp_id(id), what);
  store_.add(&store::batch::events, store::event{id, wall_now(), store_.keep(what)});
}

void gateway::log_step(const outbound& message, std::string_view step,
                       std::string_view detail) const {
  const auto level = log::message_level();
  if (!log::enabled(level)) return;
  log::write(level, fmt::format("message {}: {} ({}), to {}, {} part(s)", to_smpp_id(message.id),
                                step, detail, message.destination.view(), message.parts));
}

bool gateway::ready(std::string& why) const {
  if (!restored_) {
    why = "smppd is starting";
  } else if (!accepting_) {
    why = "smppd is stopping";
  } else if (!store_.healthy()) {
    why = "the store is in trouble: " + store_.trouble();
  } else {
    return true;
  }
  return false;
}

}  // namespace smppd
