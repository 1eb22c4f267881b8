// How the gateway starts: what an earlier run left, in the order in which it must be read, and what
// memory had no room for.
#include "daemon/clock.hpp"
#include "daemon/gateway/gateway.hpp"
#include "daemon/observe/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace smppd {

namespace {

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
      simplify_(settings.text),
      ids_(0),
      notices_(
          loop, store, ids_, settings.limits.notices_memory_max, wall_now,
          [this](const store::notice& from, const notices::loaded& found, notice_item& into) {
            return make_notice(from, found, into);
          },
          esmes, webhooks),
      receipts_(loop, store, ids_, notices_, figures, settings.limits.receipts_memory_max),
      inbound_(
          store, ids_, notices_, figures, directory_, settings,
          [this](submission_request reply) { send_reply(std::move(reply)); },
          [this](std::int64_t id) { return carrier_name(id); }),
      housekeeper_(loop),
      scheduler_(loop),
      retirement_(loop) {}

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
    store::id64 last{}, repeats_below{}, young_from{}, receipts_from{};
    bool clean{};
  };
  auto ask_marks = [](store::reader& from) -> store::result<marks> {
    const auto last = from.last_id();
    if (!last) return last.error();
    const auto repeats_below = from.get_mark(store::mark_repeats_below);
    if (!repeats_below) return repeats_below.error();
    const auto young_from = from.get_mark(store::mark_young_from);
    if (!young_from) return young_from.error();
    const auto receipts_from = from.get_mark(store::mark_receipts_from);
    if (!receipts_from) return receipts_from.error();
    const auto clean = from.get_mark(store::mark_clean_stop);
    if (!clean) return clean.error();
    return marks{*last, *repeats_below, *young_from, *receipts_from, *clean != 0};
  };
  const auto found =
      value_or_throw(co_await store_.read(ask_marks, asio::use_awaitable), "reading marks");
  ids_ = id_generator(0, found.last);
  ids_.pass(found.young_from);  // what is accepted now must be found by the next start
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
        shared_text{std::string(row.message.body), std::string(row.message.callback_url),
                    std::string(row.message.client_ref)});
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
    message->taken_by = part.carrier;
    if (part.part == 1) message->first_carrier_id = part.carrier_message_id;
    auto* const taker = find_carrier(part.carrier);
    if (taker == nullptr) {
      receipts_.remember(message, part, nullptr);
    } else {
      const receipt_source by{taker->id(), taker->settings(), taker->figures()};
      receipts_.remember(message, part, &by);
    }
  }
  // A receipt of a part may have said already how it ended.
  for (const auto& row : found.messages.items) {
    if (!store::is_final(row.state.state)) continue;
    const auto of = of_parts.find(row.message.id);
    if (of != of_parts.end() && of->second->waiting) of->second->waiting->settled = true;
  }
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
        const auto& row = found.messages.items[i].message;
        const auto message = make_outbound(
            row, std::make_shared<const shared_text>(
                     shared_text{{}, std::string(row.callback_url), std::string(row.client_ref)}));
        message->parked = true;
        // A receipt of a part may have said already how it ended.
        if (store::is_final(found.messages.items[i].state.state))
          message->waiting = make_awaited(found.messages.items[i]);
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
asio::awaitable<void> gateway::reload_directory() {
  auto load = [](store::reader& from) { return from.load_directory(); };
  auto loaded =
      value_or_throw(co_await store_.read(load, asio::use_awaitable), "reading accounts and keys");
  directory_ = directory(std::move(loaded));
}

}  // namespace smppd
