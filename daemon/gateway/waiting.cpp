// Taking messages back before a carrier has them. Requests are served in rounds, one at a time: a
// round waits until what came before it is durable, reads the store, takes out of memory, and ends
// with a commit.
//
// Where a message can be, and how it is taken:
//   carrier's queue           out of the queue: nobody else has it
//   parked, not yet read      its range is held until after the commit, so that nobody reads it
//   scheduled, not yet read   the schedule is held likewise
//   being sent, or sent       not at all
//   being read                waited for
//   between two of these      tried again after the commit that brings it somewhere
// Who waits for one message of several keeps those that it has from queues: they have a row in the
// store that answers for them. Those that are in the store only are found again.
#include "daemon/gateway/waiting.hpp"

#include "daemon/bridge.hpp"
#include "daemon/clock.hpp"
#include "daemon/gateway/gateway.hpp"
#include "daemon/observe/log.hpp"
#include "store/error.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <tuple>

namespace smppd {

namespace {

constexpr std::size_t round_max = 500;  // requests
constexpr unsigned tries_max = 3;
constexpr std::size_t looked_at_max = 10'000;
constexpr std::size_t rows_enough = 1000;      // of a round: what is left waits for the next one
constexpr std::size_t submit_multi_max = 254;  // destinations

using address_pair = std::tuple<std::int64_t, std::string_view, std::string_view>;
address_pair addresses_of(const waiting_query& which) {
  return {which.account, which.source, which.destination};
}

template <class Message>
bool is_meant(const waiting_query& which, const Message& message, std::string_view source,
              std::string_view destination) {
  const auto agrees = [&](const std::string& asked, std::string_view has) {
    return asked == has || (which.id != 0 && asked.empty());
  };
  return message.account == which.account && message.login > 0 && agrees(which.source, source) &&
         agrees(which.destination, destination) &&
         (!which.service_type || *which.service_type == service_type_of(message.options));
}

}  // namespace

bool matches(const waiting_query& which, const outbound& message) {
  return is_meant(which, message, message.source.view(), message.destination.view());
}
bool matches(const waiting_query& which, const store::message& message) {
  return is_meant(which, message, message.source, message.destination);
}

store::result<store::rows<store::found_message>> find_submitted(store::reader& from,
                                                                store::id64 id) {
  auto found = from.find_message(id);
  if (found || found.error() != store::error::not_found) return found;
  return from.messages_of(id, 0, submit_multi_max);
}

store::result<waiting_found> find_waiting(store::reader& from,
                                          const std::vector<waiting_query>& asked) {
  waiting_found all;
  std::size_t count = 0;
  while (all.answered < asked.size() && count < rows_enough) {
    const auto request = all.answered++;
    const auto& which = asked[request];
    auto rows = which.id != 0 ? find_submitted(from, which.id)
                              : from.find_waiting(which.account, which.source, which.destination,
                                                  looked_at_max);
    if (!rows) return rows.error();
    count += rows->items.size();
    for (const auto& row : rows->items) {
      if (row.state.state != store::progress::queued || !matches(which, row.message)) continue;
      const auto due = from.find_scheduled(row.message.id);
      if (!due) return due.error();
      const auto place = from.find_parked(row.message.id);
      if (!place) return place.error();
      const auto parts = from.sent_parts(std::span(&row.message.id, 1));
      if (!parts) return parts.error();
      auto& made = all.candidates.emplace_back();
      made.request = request;
      made.row = row;
      if (!due->empty()) made.due = due->front();
      if (!place->empty()) made.place = place->front();
      made.started = !parts->items.empty();
    }
    all.rows.push_back(std::move(*rows));
  }
  return all;
}

/// What a round keeps from being read until it is durable, and what it must find as it was.
struct gateway::waiting_holds {
  std::vector<carrier::parked_range*> ranges;
  bool schedule{false};
  bool busy{false};  // somebody else reads, or has ended something, where the last one is
  boost::unordered_flat_map<const carrier::parked_range*, std::uint64_t> ended;  // before it read
};

void gateway::take_waiting(waiting_query which, taken_handler handler) {
  auto& request = waiting_requests_.emplace_back();
  request.which = std::move(which);
  request.handler = std::move(handler);
  if (!taking_) take_round();
}

// What was acknowledged before has its row in the store by then, wherever it waits.
void gateway::take_round() {
  taking_ = !waiting_requests_.empty();
  if (!taking_) return;
  store_.when_durable([this, round = next_round()]() mutable { read_round(std::move(round)); });
}

// The first request of each account, then the second of each, and so on. Of those that ask for the
// same addresses one at a time: each finds all that wait between them.
std::vector<gateway::waiting_request> gateway::next_round() {
  boost::unordered_flat_map<std::int64_t, std::size_t> turns;
  for (auto& one : waiting_requests_)
    one.turn = turns[one.which.account]++;
  std::ranges::stable_sort(waiting_requests_, {}, &waiting_request::turn);
  std::vector<waiting_request> round, later;
  round.reserve(std::min(waiting_requests_.size(), round_max));  // strings in it are referred to
  boost::unordered_flat_set<address_pair> asked;
  for (auto& one : waiting_requests_) {
    if (round.size() == round_max ||
        (one.which.id == 0 && asked.contains(addresses_of(one.which)))) {
      later.push_back(std::move(one));
      continue;
    }
    round.push_back(std::move(one));
    if (round.back().which.id == 0) asked.insert(addresses_of(round.back().which));
  }
  waiting_requests_ = std::move(later);
  return round;
}

void gateway::read_round(std::vector<waiting_request> round) {
  std::vector<waiting_query> asked;
  for (const auto& one : round)
    asked.push_back(one.which);
  auto query = [asked = std::move(asked)](store::reader& from) {
    return find_waiting(from, asked);
  };
  auto serve = [this, round = std::move(round),
                holds = make_holds()](store::result<waiting_found> found) mutable {
    if (!found) log::error("looking for what waits: {}", found.error().message());
    waiting_found nothing;
    nothing.answered = round.size();
    serve_round(std::move(round), found ? *found : nothing, std::move(holds));
  };
  store_.read(std::move(query), std::move(serve));
}

gateway::waiting_holds gateway::make_holds() const {
  waiting_holds made;
  for (const auto& one : carriers_) {
    for (std::uint8_t priority = 0; priority < 4; ++priority) {
      const auto& range = one->parked(priority);
      made.ended.emplace(&range, range.ended);
    }
  }
  return made;
}

void gateway::serve_round(std::vector<waiting_request> round, const waiting_found& found,
                          waiting_holds holds) {
  const auto answered = round.begin() + static_cast<std::ptrdiff_t>(found.answered);
  waiting_requests_.insert(waiting_requests_.begin(), std::make_move_iterator(answered),
                           std::make_move_iterator(round.end()));
  round.erase(answered, round.end());
  std::vector<std::vector<taken_message>> taken(round.size());
  boost::unordered_flat_set<store::id64> done;
  for (const auto* requests : {&waiting_requests_, &round}) {
    for (const auto& request : *requests) {
      for (const auto& one : request.kept)
        done.insert(one.message->id);
    }
  }
  take_from_memory(round, found,
                   [&](std::size_t request, const outbound_ptr& message, std::int64_t from) {
                     done.insert(message->id);
                     taken[request].push_back({message, from});
                   });
  std::vector<bool> moves(round.size()), busy(round.size());
  for (const auto& one : found.candidates) {
    if (one.started || done.contains(one.row.message.id)) continue;
    if (auto message = take_from_store(one, holds)) {
      done.insert(message->id);
      taken[one.request].push_back({std::move(message), 0});
    } else {
      moves[one.request] = true;
      busy[one.request] = busy[one.request] || holds.busy;
    }
  }
  for (std::size_t i = 0; i < round.size(); ++i) {
    auto& request = round[i];
    if (busy[i] || (moves[i] && ++request.tries < tries_max)) {
      keep_taken(request, std::move(taken[i]));
      waiting_requests_.push_back(std::move(request));
    } else {
      auto all = std::move(request.kept);
      std::ranges::move(taken[i], std::back_inserter(all));
      std::move(request.handler)(std::move(all));
    }
  }
  // What takes the place of others ends them when it is durable itself: in the commit after that.
  store_.when_durable([this, holds = std::move(holds)]() mutable {
    store_.when_durable([this, holds = std::move(holds)] { release(holds); });
    take_round();
  });
}

void gateway::release(const waiting_holds& holds) {
  for (auto* range : holds.ranges)
    range->loading = false;
  if (!holds.schedule) return;
  loading_due_ = false;
  if (next_load_ == store::wall_time{}) load_due();  // its time may have come meanwhile
}

void gateway::keep_taken(waiting_request& by, std::vector<taken_message> taken) {
  for (auto& one : taken) {
    if (one.carrier == 0) continue;
    park_taken(one);
    by.kept.push_back(std::move(one));
  }
}

template <class Take>
void gateway::take_from_memory(const std::vector<waiting_request>& round,
                               const waiting_found& found, Take take) {
  constexpr auto nobody = static_cast<std::size_t>(-1);
  boost::unordered_flat_map<store::id64, std::size_t> by_id;
  for (const auto& one : found.candidates)
    by_id.emplace(one.row.message.id, one.request);
  boost::unordered_flat_map<address_pair, std::size_t> by_addresses;
  for (std::size_t i = 0; i < round.size(); ++i) {
    if (round[i].which.id == 0) by_addresses.emplace(addresses_of(round[i].which), i);
  }
  const auto request_for = [&](const outbound& message) {
    if (const auto known = by_id.find(message.id); known != by_id.end()) return known->second;
    const auto between = by_addresses.find(
        address_pair{message.account, message.source.view(), message.destination.view()});
    return between != by_addresses.end() && matches(round[between->second].which, message)
               ? between->second
               : nobody;
  };
  boost::unordered_flat_set<std::int64_t> accounts;
  for (const auto& one : round)
    accounts.insert(one.which.account);
  for (auto& from : carriers_) {
    for (const auto account : accounts) {
      const auto wanted = [&](const outbound& one) { return request_for(one) != nobody; };
      for (const auto& message : from->take_waiting(account, wanted))
        take(request_for(*message), message, from->id());
    }
  }
}

// Nobody has read it yet, and nobody will before the round is durable.
outbound_ptr gateway::take_from_store(const waiting_candidate& one, waiting_holds& holds) {
  holds.busy = false;
  if (!offered_.empty() && one.row.message.id >= offered_.front()) return nullptr;  // nobody's yet
  restored found;
  found.messages.items = {one.row};
  if (one.due && !one.due->possible_duplicate) {
    const bool unread = std::tie(one.due->due, one.due->id) > std::tie(due_seen_, due_seen_id_);
    holds.busy = unread && loading_due_ && !holds.schedule;
    if (!unread || holds.busy || one.due->due <= wall_now()) return nullptr;
    loading_due_ = holds.schedule = true;
    found.schedule = {*one.due};
  } else if (one.place && !one.place->possible_duplicate && one.row.message.id >= repeats_below_) {
    auto* const of = find_carrier(one.place->carrier);
    if (of == nullptr) return nullptr;
    auto& range = of->parked(one.place->priority);
    const bool ours = std::ranges::find(holds.ranges, &range) != holds.ranges.end();
    const bool unread = one.place->sequence > range.seen;
    const bool changed = holds.ended.at(&range) != range.ended;
    holds.busy = unread && !ours && (range.loading || changed);
    if (!unread || holds.busy) return nullptr;
    if (!ours) holds.ranges.push_back(&range);
    range.loading = true;
    found.places = {*one.place};
  } else {
    return nullptr;
  }
  auto message = make_outbounds(found).front();
  message->possible_duplicate = false;  // it cannot have been sent
  return message;
}

void gateway::put_back(const std::vector<taken_message>& taken) {
  for (const auto& one : taken) {
    if (auto* const from = find_carrier(one.carrier)) from->put_back(one.message);
  }
}

// While it is in no queue a row in the store answers for it: housekeeping may move the mark below
// which memory is not searched after a crash.
void gateway::park_taken(const taken_message& taken) {
  auto& message = *taken.message;
  if (taken.carrier == 0 || message.parked || message.scheduled_for != store::wall_time{}) return;
  message.parked = true;
  store_.add(&store::batch::parks, store::parked{.carrier = taken.carrier,
                                                 .priority = message.priority,
                                                 .id = message.id,
                                                 .attempts = message.attempts});
}

}  // namespace smppd
