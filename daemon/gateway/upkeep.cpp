// The gateway's housekeeping: what is due, what is old, who is told; and its end.
#include "daemon/clock.hpp"
#include "daemon/gateway/gateway.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/webhook/payload.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace smppd {

namespace {

constexpr std::chrono::milliseconds tick{250};
constexpr unsigned ticks_per_second = 4, ticks_per_sweep = 20, ticks_per_retirement = 240;
// What a carrier has not taken by then is no longer only in memory.
constexpr std::chrono::seconds park_after{30};
constexpr std::size_t retired_at_once = 200;
constexpr int retirement_rests = 3;  // times as long as it took
constexpr std::chrono::milliseconds rest_max{50};

}  // namespace

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
  // Should the clock be set back now, what is accepted next must not be below the mark.
  ids_.pass(boundary);
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
    store_.when_durable([&of, priority] {
      auto& held = of.parked(priority);
      held.loading = false;
      ++held.ended;
    });
  });
}

void gateway::move_from_dead_carriers(std::chrono::steady_clock::time_point now) {
  for (auto& one : carriers_) {
    if (one->down_for(now) < one->settings().failover_after || one->empty()) continue;
    // Where no route of it leads to another that is up, all would come back: a hundred thousand of
    // them hold up the loop for some ten milliseconds, every second.
    const auto is_up = [this](const std::string& name) {
      return std::ranges::any_of(carriers_, [&](const auto& other) {
        return other->settings().name == name && other->up();
      });
    };
    const bool elsewhere = std::ranges::any_of(settings_.routes, [&](const route_config& route) {
      return std::ranges::count(route.carriers, one->settings().name) > 0 &&
             std::ranges::any_of(route.carriers, is_up);
    });
    // What was parked when the routes were others may lead elsewhere all the same.
    const bool any_up =
        std::ranges::any_of(carriers_, [](const auto& other) { return other->up(); });
    if (!any_up || (!elsewhere && ticks_ % ticks_per_retirement != 0)) continue;
    for (auto& message : one->take_unstarted()) {
      const auto route = route_of(*message);
      const auto up = std::ranges::find_if(route, [](const carrier* other) { return other->up(); });
      enqueue_at(message, up != route.end() ? **up : *one);
    }
  }
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
  const auto began = std::chrono::steady_clock::now();
  store_.change(task, [this, began](store::result<std::size_t> deleted) {
    retiring_ = false;
    if (!deleted) return log::error("deleting old messages: {}", deleted.error().message());
    if (*deleted < retired_at_once || stopped_) return;
    // The writer belongs to those who wait for a commit: the busier it is, the longer this rests.
    const auto took = std::chrono::steady_clock::now() - began;
    retirement_.expires_after(
        std::min<std::chrono::steady_clock::duration>(retirement_rests * took, rest_max));
    retirement_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled) retire_old();
    });
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
      into.content = std::make_unique<notice_content>(webhook_content{
          to_uuid(from.sequence),
          webhook::inbound_payload(inbound, directory_.find_keyword_by_id(inbound.keyword),
                                   carrier_name(inbound.carrier)),
          inbound.account});
    } else {
      into.content = std::make_unique<notice_content>(
          inbound_content{inbound.types, inbound.source, inbound.destination, inbound.data_coding,
                          std::string(inbound.user_data)});
    }
    return true;
  }
  const auto row = std::ranges::find_if(found.messages.items, [&](const store::found_message& one) {
    return one.message.id == from.subject;
  });
  if (row == found.messages.items.end()) return false;
  const auto& [message, state] = *row;
  if (to_webhook) {
    into.content = std::make_unique<notice_content>(webhook_content{
        to_uuid(from.sequence), webhook::receipt_payload(*row, carrier_name(state.carrier)),
        message.account});
    return true;
  }
  receipt_content content;
  content.id = id_for_application(message.id, message.submission);
  content.state = to_message_state(state.state, state.why);
  content.why = state.why;
  content.types = message.types;
  content.source = message.source;
  content.destination = message.destination;
  content.beginning = message.body.substr(0, 20);
  content.user_message_reference = user_message_reference_of(message.options);
  content.data_coding = message.data_coding;
  content.done_at = state.changed_at;
  content.error = state.error;
  into.content = std::make_unique<notice_content>(std::move(content));
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
  retirement_.cancel();
  notices_.stop();
  receipts_.stop();
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
