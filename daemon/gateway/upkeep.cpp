// The gateway's reading back and housekeeping: what a start finds, what memory had no room for,
// what is due, what is old.
#include "daemon/clock.hpp"
#include "daemon/gateway/gateway.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/webhook/payload.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace smppd {

namespace {

constexpr std::size_t page = 2000;
constexpr std::chrono::milliseconds tick{250};
constexpr unsigned ticks_per_second = 4, ticks_per_sweep = 20, ticks_per_retirement = 240;
// What a carrier has not taken by then is no longer only in memory.
constexpr std::chrono::seconds park_after{30};
constexpr std::size_t retired_at_once = 500;
constexpr store::id64 unknown_newest = std::numeric_limits<store::id64>::max();

template <class T>
T value_or_throw(store::result<T> answer, std::string_view what) {
  if (answer) return std::move(*answer);
  throw std::runtime_error(std::string(what) + ": " + answer.error().message());
}

}  // namespace

gateway::gateway(asio::io_context& loop, const config& settings, async_store& store,
                 metrics& figures, notice_courier& esmes, notice_courier& webhooks)
    : loop_(loop),
      settings_(settings),
      store_(store),
      figures_(figures),
      router_(settings.routes, settings.carriers),
      ids_(0),
      notices_(
          loop, store, ids_, settings.limits.notices_memory_max, wall_now,
          [this](const store::notice& from, const notices::loaded& found, notice_item& into) {
            return make_notice(from, found, into);
          },
          esmes, webhooks),
      receipts_(store, ids_, notices_, figures, settings.limits.receipts_memory_max),
      inbound_(store, ids_, notices_, figures, directory_, settings,
               [this](submission_request reply) { send_reply(std::move(reply)); }),
      housekeeper_(loop),
      scheduler_(loop) {}

gateway::~gateway() = default;

// Starting.

asio::awaitable<void> gateway::restore() {
  std::vector<std::string> names;
  for (const auto& one : settings_.carriers)
    names.push_back(one.name);
  auto name_carriers = [names](store::writer& to) { return to.carrier_ids(names); };
  const auto carrier_ids = value_or_throw(
      co_await store_.change(name_carriers, asio::use_awaitable), "naming the carriers");
  for (std::size_t i = 0; i < settings_.carriers.size(); ++i) {
    carriers_.push_back(std::make_unique<carrier>(loop_, carrier_ids[i], settings_.carriers[i],
                                                  settings_.limits.queue_memory_max, store_,
                                                  figures_, *this));
  }
  co_await reload_directory();
  struct marks {
    store::id64 last{}, repeats_below{}, receipts_from{};
    bool clean{};
  };
  auto ask_marks = [](store::reader& from) -> store::result<marks> {
    const auto last = from.last_id();
    if (!last) return last.error();
    const auto repeats_below = from.get_mark(store::mark_repeats_below);
    if (!repeats_below) return repeats_below.error();
    const auto receipts_from = from.get_mark(store::mark_receipts_from);
    if (!receipts_from) return receipts_from.error();
    const auto clean = from.get_mark(store::mark_clean_stop);
    if (!clean) return clean.error();
    return marks{*last, *repeats_below, *receipts_from, *clean != 0};
  };
  const auto found =
      value_or_throw(co_await store_.read(ask_marks, asio::use_awaitable), "reading marks");
  ids_ = id_generator(0, found.last);
  repeats_below_ = found.repeats_below;
  receipts_.set_restored_from(found.receipts_from);
  if (!found.clean && found.last != 0) {
    log::warning("the last run did not stop in order: what was in flight is repeated");
    repeats_below_ = found.last + 1;
    store_.add(&store::batch::marks, store::mark{store::mark_repeats_below, repeats_below_});
  }
  store_.add(&store::batch::marks, store::mark{store::mark_clean_stop, 0});
  co_await receipts_.restore();
  co_await inbound_.restore();
  co_await restore_parked();
  co_await restore_young();
  auto ask_targets = [](store::reader& from) { return from.notice_targets(); };
  notices_.start(
      value_or_throw(co_await store_.read(ask_targets, asio::use_awaitable), "reading notices"));
  restored_ = accepting_ = true;
  log::info("{} messages wait, {} receipts are awaited", queued_, receipts_.remembered());
}

void gateway::start() {
  for (const auto& rule : settings_.inbound) {
    if (directory_.find_account(rule.account) == nullptr) {
      log::warning(
          "[[inbound]] names the account '{}', which does not exist: what is for it is "
          "stored, and nobody gets it",
          rule.account);
    }
  }
  load_due();
  for (auto& one : carriers_)
    one->start();
  housekeeping();
}

store::result<gateway::restored> gateway::add_parts(store::reader& from, restored found) {
  std::vector<store::id64> ids;
  for (const auto& one : found.messages.items) {
    if (one.message.parts > 1) ids.push_back(one.message.id);
  }
  if (ids.empty()) return found;
  auto parts = from.sent_parts(ids);
  if (!parts) return parts.error();
  found.parts = std::move(*parts);
  return found;
}

std::vector<outbound_ptr> gateway::make_outbounds(const restored& found) {
  std::vector<outbound_ptr> made;
  std::unordered_map<store::id64, outbound_ptr> of_parts;
  for (std::size_t i = 0; i < found.messages.items.size(); ++i) {
    const auto& row = found.messages.items[i];
    auto text = std::make_shared<const shared_text>(
        shared_text{std::string(row.message.body), std::string(row.message.callback_url)});
    auto message = make_outbound(row.message, std::move(text));
    message->possible_duplicate = row.message.id < repeats_below_;
    if (!found.schedule.empty()) {
      const auto& when = found.schedule[i];
      message->scheduled_for = when.due;
      message->attempts = when.attempts;
      message->possible_duplicate = message->possible_duplicate || when.possible_duplicate;
    }
    if (!found.places.empty()) {
      const auto& place = found.places[i];
      message->parked = true;
      message->attempts = place.attempts;
      message->possible_duplicate = message->possible_duplicate || place.possible_duplicate;
    }
    if (row.message.parts > 1) of_parts[row.message.id] = message;
    made.push_back(std::move(message));
  }
  for (const auto& part : found.parts.items) {
    auto& message = of_parts[part.id];
    message->accepted.set(part.part);
    if (part.part == 1) message->first_carrier_id = part.carrier_message_id;
    receipts_.recall(message, part);
  }
  for (const auto& part : found.parts.items)
    receipts_.remember(of_parts[part.id], part);
  return made;
}

asio::awaitable<void> gateway::restore_young() {
  store::id64 after = 0;
  while (true) {
    auto query = [after](store::reader& from) -> store::result<restored> {
      auto young = from.young_queued(after, page);
      if (!young) return young.error();
      restored found;
      found.messages = std::move(*young);
      return add_parts(from, std::move(found));
    };
    const auto found = value_or_throw(co_await store_.read(std::move(query), asio::use_awaitable),
                                      "reading queued messages");
    for (auto& message : make_outbounds(found)) {
      after = message->id;
      ++queued_;
      enqueue(message);
    }
    if (found.messages.items.size() < page) co_return;
  }
}

// The first page of what waits in the store; the rest comes as memory has room.
asio::awaitable<void> gateway::restore_parked() {
  auto count = [](store::reader& from) { return from.count_all(); };
  const auto totals =
      value_or_throw(co_await store_.read(count, asio::use_awaitable), "counting what waits");
  queued_ += totals.parked + totals.scheduled;
  if (totals.parked > 0) co_await adopt_parked();
  for (auto& one : carriers_) {
    for (std::uint8_t priority = 0; priority < 4; ++priority) {
      if (totals.parked == 0) continue;
      one->parked(priority).newest = unknown_newest;
      refill(*one, priority);
      while (one->parked(priority).loading) {
        housekeeper_.expires_after(std::chrono::milliseconds{1});
        std::ignore = co_await housekeeper_.async_wait(asio::as_tuple(asio::use_awaitable));
      }
    }
  }
}

void gateway::refill(carrier& of, std::uint8_t priority) {
  auto& range = of.parked(priority);
  if (range.loading) return;
  range.loading = true;
  auto query = [id = of.id(), priority,
                after = range.seen](store::reader& from) -> store::result<restored> {
    return add_places(from, from.parked_messages(id, priority, after, page));
  };
  store_.read(std::move(query), [this, &of, priority](store::result<restored> found) {
    auto& range_now = of.parked(priority);
    range_now.loading = false;
    if (!found) {
      return log::error("reading the queue of {}: {}", of.settings().name, found.error().message());
    }
    auto messages = make_outbounds(*found);
    // Before they are enqueued: that may ask for the next page.
    if (!messages.empty()) range_now.seen = std::max(range_now.seen, found->places.back().sequence);
    if (messages.size() < page && range_now.newest == unknown_newest) {
      range_now.newest = std::max(range_now.seen, range_now.added);
    }
    for (auto& message : messages)
      of.enqueue(std::move(message));
  });
}

store::result<gateway::restored> gateway::add_places(
    store::reader& from, store::result<store::rows<store::reader::parked_message>> parked) {
  if (!parked) return parked.error();
  restored found;
  found.messages.texts = std::move(parked->texts);
  for (auto& one : parked->items) {
    found.messages.items.push_back(one.found);
    found.places.push_back(one.where);
  }
  return add_parts(from, std::move(found));
}

asio::awaitable<void> gateway::durable() {
  auto start = [this](auto handler) { store_.when_durable(std::move(handler)); };
  auto asked = asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(start),
                                                                           asio::use_awaitable);
  co_await std::move(asked);
}

// What waits for a carrier that the configuration no longer has goes where its route leads now.
asio::awaitable<void> gateway::adopt_parked() {
  auto ask = [](store::reader& from) { return from.parked_carriers(); };
  const auto parked_for =
      value_or_throw(co_await store_.read(ask, asio::use_awaitable), "reading the queue");
  for (const auto gone : parked_for) {
    if (find_carrier(gone) != nullptr) continue;
    std::size_t moved = 0;
    for (std::uint8_t priority = 0; priority < 4;) {
      auto query = [gone, priority](store::reader& from) {
        return add_places(from, from.parked_messages(gone, priority, 0, page));
      };
      const auto found = value_or_throw(co_await store_.read(std::move(query), asio::use_awaitable),
                                        "reading the queue");
      if (found.messages.items.empty()) {
        ++priority;
        continue;
      }
      for (std::size_t i = 0; i < found.messages.items.size(); ++i) {
        const auto message =
            make_outbound(found.messages.items[i].message, std::make_shared<const shared_text>());
        message->parked = true;
        const auto route = route_of(*message);
        if (route.empty()) {
          end(*message, store::progress::failed, store::reason::no_route, "no route", 0);
          continue;
        }
        auto place = found.places[i];
        place.carrier = route.front()->id();
        place.sequence = ids_.take(wall_now());
        store_.add(&store::batch::parks, place);
      }
      moved += found.messages.items.size();
      co_await durable();
    }
    log::warning(
        "{} messages waited for a carrier that the configuration no longer has; they go "
        "by their routes",
        moved);
  }
}

// The schedule.

void gateway::schedule_load(store::wall_time at) {
  if (!restored_ || (next_load_ != store::wall_time{} && next_load_ <= at)) return;
  next_load_ = at;
  scheduler_.expires_after(std::max(at - wall_now(), std::chrono::milliseconds{0}));
  scheduler_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled) return;
    next_load_ = {};
    load_due();
  });
}

void gateway::load_due() {
  if (loading_due_ || stopped_) return;
  loading_due_ = true;
  struct answer {
    restored found;
    store::wall_time next;
  };
  auto until = wall_now();
  if (!offered_due_.empty())
    until = std::min(until, *offered_due_.begin() - std::chrono::milliseconds{1});
  auto query = [until, due = due_seen_,
                id = due_seen_id_](store::reader& from) -> store::result<answer> {
    auto rows = from.due_messages(until, due, id, page);
    if (!rows) return rows.error();
    restored found;
    found.messages.texts = std::move(rows->texts);
    for (auto& row : rows->items) {
      found.messages.items.push_back(row.found);
      found.schedule.push_back(row.when);
    }
    const auto last =
        found.schedule.empty() ? store::scheduled{.id = id, .due = due} : found.schedule.back();
    const auto next = from.next_due(last.due, last.id);
    if (!next) return next.error();
    auto with_parts = add_parts(from, std::move(found));
    if (!with_parts) return with_parts.error();
    return answer{std::move(*with_parts), *next};
  };
  store_.read(std::move(query), [this](store::result<answer> answered) {
    loading_due_ = false;
    if (!answered) {
      log::error("reading the schedule: {}", answered.error().message());
      return schedule_load(wall_now() + std::chrono::seconds{1});
    }
    for (auto& message : make_outbounds(answered->found)) {
      due_seen_ = message->scheduled_for;
      due_seen_id_ = message->id;
      enqueue(message);
    }
    // What waits behind something that is not durable yet is loaded when that is: until then the
    // same answer would come again and again.
    const bool held = !offered_due_.empty() && answered->next >= *offered_due_.begin();
    if (answered->next != store::wall_time{} && !held) schedule_load(answered->next);
  });
}

// Housekeeping.

void gateway::housekeeping() {
  if (stopped_) return;
  const auto now = std::chrono::steady_clock::now();
  for (auto& one : carriers_)
    one->tick(now);
  ++ticks_;
  if (ticks_ % ticks_per_second == 0) {
    inbound_.expire(now);
    watch_directory();
    move_from_dead_carriers(now);
    figures_.messages_queued.Set(static_cast<double>(queued_));
    figures_.notices_waiting_esme.Set(static_cast<double>(notices_.waiting(false)));
    figures_.notices_waiting_webhook.Set(static_cast<double>(notices_.waiting(true)));
    figures_.store_healthy.Set(store_.healthy() ? 1 : 0);
  }
  if (ticks_ % ticks_per_sweep == 0) sweep();
  if (ticks_ % ticks_per_retirement == 0) {
    retire_old();
    for (auto& one : carriers_) {
      for (std::uint8_t priority = 0; priority < 4; ++priority)
        expire_parked(*one, priority);
    }
  }
  housekeeper_.expires_after(tick);
  housekeeper_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) housekeeping();
  });
}

// Keeps short what a start has to look through: everything older than the marks is in a table of
// its own.
void gateway::sweep() {
  if (!store_.healthy()) return;
  load_due();  // what became durable after the scheduler had looked for it
  receipts_.tidy(std::chrono::steady_clock::now());
  const auto now = wall_now();
  for (auto& one : carriers_) {
    if (!one->up()) one->expire(now);
  }
  // What is in the store and in no queue yet is nobody's to park.
  auto boundary = store::first_id_at(now - park_after);
  if (!offered_.empty()) boundary = std::min(boundary, offered_.front());
  park_older_than(boundary);
  store_.add(&store::batch::marks, store::mark{store::mark_young_from, boundary});
  const auto receipts_from = std::min(receipts_.oldest_waiting().value_or(boundary), boundary);
  store_.add(&store::batch::marks, store::mark{store::mark_receipts_from, receipts_from});
  receipts_.set_restored_from(receipts_from);
  auto count = [](store::reader& from) { return from.count_all(); };
  store_.read(count, [this](store::result<store::reader::totals> totals) {
    if (!totals) return;
    figures_.database_bytes.Set(static_cast<double>(totals->database_octets));
    figures_.wal_bytes.Set(static_cast<double>(totals->wal_octets));
  });
}

void gateway::park_older_than(store::id64 boundary) {
  for (auto& one : carriers_) {
    one->for_each_message([&](const outbound_ptr& message) {
      if (message->parked || message->scheduled_for != store::wall_time{} ||
          message->id >= boundary || message->settled || message->complete()) {
        return;
      }
      message->parked = true;
      store_.add(&store::batch::parks,
                 store::parked{.carrier = one->id(),
                               .priority = message->priority,
                               .id = message->id,
                               .attempts = message->attempts,
                               .possible_duplicate = message->possible_duplicate});
    });
  }
}

// Looked for with the place in the line held, so that nobody reads them on meanwhile.
void gateway::expire_parked(carrier& of, std::uint8_t priority) {
  auto& range = of.parked(priority);
  if (!range.more() || range.loading) return;
  range.loading = true;
  auto query = [id = of.id(), priority, after = range.seen, now = wall_now()](store::reader& from) {
    return add_places(from, from.expired_parked(id, priority, after, now, page));
  };
  store_.read(std::move(query), [this, &of, priority](store::result<restored> found) {
    if (!found) {
      of.parked(priority).loading = false;
      return log::error("reading the queue of {}: {}", of.settings().name, found.error().message());
    }
    if (found->messages.items.empty()) {
      of.parked(priority).loading = false;
      return;
    }
    for (const auto& message : make_outbounds(*found))
      on_expired(of, message);
    store_.when_durable([&of, priority] { of.parked(priority).loading = false; });
  });
}

void gateway::move_from_dead_carriers(std::chrono::steady_clock::time_point now) {
  for (auto& one : carriers_) {
    if (one->down_for(now) < one->settings().failover_after || one->empty()) continue;
    const bool elsewhere =
        std::ranges::any_of(carriers_, [](const auto& other) { return other->up(); });
    if (!elsewhere) continue;
    for (auto& message : one->take_unstarted()) {
      const auto route = route_of(*message);
      const auto up = std::ranges::find_if(route, [](const carrier* other) { return other->up(); });
      enqueue_at(message, up != route.end() ? **up : *one);
    }
  }
}

asio::awaitable<void> gateway::reload_directory() {
  auto load = [](store::reader& from) { return from.load_directory(); };
  auto loaded =
      value_or_throw(co_await store_.read(load, asio::use_awaitable), "reading accounts and keys");
  directory_ = directory(std::move(loaded));
}

// The command line changes accounts, keys and logins in the store while we run.
void gateway::watch_directory() {
  if (watching_) return;
  watching_ = true;
  auto ask = [known = directory_.version()](
                 store::reader& from) -> store::result<std::optional<store::directory>> {
    const auto version = from.directory_version();
    if (!version) return version.error();
    if (*version == known) return std::optional<store::directory>{};
    auto loaded = from.load_directory();
    if (!loaded) return loaded.error();
    return std::optional{std::move(*loaded)};
  };
  store_.read(ask, [this](store::result<std::optional<store::directory>> changed) {
    watching_ = false;
    if (!changed || !*changed) return;
    directory_ = directory(std::move(**changed));
    log::info("accounts, keys, logins or keywords have changed and were read again");
  });
}

void gateway::retire_old() {
  if (retiring_ || stopped_) return;
  retiring_ = true;
  auto task = [before = wall_now() - settings_.store.retention](store::writer& to) {
    return to.delete_older(before, retired_at_once);
  };
  store_.change(task, [this](store::result<std::size_t> deleted) {
    retiring_ = false;
    if (!deleted) return log::error("deleting old messages: {}", deleted.error().message());
    if (*deleted >= retired_at_once) retire_old();
  });
}

// Notices and replies.

void gateway::send_reply(submission_request reply) {
  const auto to = reply.to.front();
  submit(std::move(reply), [to](submission_outcome outcome) {
    if (const auto* refused = std::get_if<refusals>(&outcome)) {
      log::warning("the automatic reply to {} was not accepted: {}", to, refused->front().detail);
    }
  });
}

bool gateway::make_notice(const store::notice& from, const notices::loaded& found,
                          notice_item& into) const {
  const bool to_webhook = from.target < 0;
  if (from.kind == store::notice_kind::inbound) {
    const auto rows = std::ranges::find_if(
        found.inbounds, [&](const auto& one) { return one.items.front().id == from.subject; });
    if (rows == found.inbounds.end()) return false;
    const auto& inbound = rows->items.front();
    if (to_webhook) {
      into.content = webhook_content{
          to_uuid(from.sequence),
          webhook::inbound_payload(inbound, directory_.find_keyword_by_id(inbound.keyword),
                                   carrier_name(inbound.carrier)),
          inbound.account};
    } else {
      into.content = inbound_content{inbound.types, inbound.source, inbound.destination,
                                     inbound.data_coding, std::string(inbound.user_data)};
    }
    return true;
  }
  const auto row = std::ranges::find_if(found.messages.items, [&](const store::found_message& one) {
    return one.message.id == from.subject;
  });
  if (row == found.messages.items.end()) return false;
  const auto& [message, state] = *row;
  if (to_webhook) {
    into.content = webhook_content{to_uuid(from.sequence),
                                   webhook::receipt_payload(*row, carrier_name(state.carrier)),
                                   message.account};
    return true;
  }
  receipt_content content;
  content.id = message.id;
  content.state = to_message_state(state.state, state.why);
  content.types = message.types;
  content.source = message.source;
  content.destination = message.destination;
  content.beginning = message.body.substr(0, 20);
  content.data_coding = message.data_coding;
  content.done_at = state.changed_at;
  content.error = state.error;
  into.content = std::move(content);
  return true;
}

// Stopping.

bool gateway::quiet() const {
  return std::ranges::all_of(carriers_, [](const auto& one) { return one->quiet(); });
}

// Half of the time is for answers, the other half for carriers to agree to the end.
asio::awaitable<void> gateway::stop(std::chrono::steady_clock::time_point until) {
  stop_accepting();
  for (auto& one : carriers_)
    one->stop_sending();
  asio::steady_timer wait(loop_);
  const auto half = until - (until - std::chrono::steady_clock::now()) / 2;
  while (!quiet() && std::chrono::steady_clock::now() < half) {
    wait.expires_after(std::chrono::milliseconds{20});
    std::ignore = co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  const bool in_order = quiet();
  if (!in_order) log::warning("some answers did not come in time; those messages are repeated");
  stopped_ = true;
  housekeeper_.cancel();
  scheduler_.cancel();
  notices_.stop();
  store_.add(&store::batch::marks, store::mark{store::mark_clean_stop, in_order ? 1 : 0});
  for (auto& one : carriers_)
    one->begin_stop();
  const auto ended = [this] {
    return std::ranges::all_of(carriers_, [](const auto& one) { return one->ended(); });
  };
  while (!ended() && std::chrono::steady_clock::now() < until) {
    wait.expires_after(std::chrono::milliseconds{20});
    std::ignore = co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (ended()) co_return;
  log::warning("a carrier did not answer unbind in time: its connection is closed");
  for (auto& one : carriers_)
    one->disconnect();
}

}  // namespace smppd
