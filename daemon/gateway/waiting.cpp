// Taking messages back before a carrier has them. Requests are served in rounds, one at a time: a
// round reads the store, takes out of memory, and ends with a commit.
//
// Where a message can be, and how it is taken:
//   carrier's queue           out of the queue: nobody else has it
//   parked, not yet read      its range is held until the commit, so that nobody reads it
//   scheduled, not yet read   the schedule is held likewise
//   being sent, or sent       not at all
//   being read                waited for
//   between two of these      tried again after the commit that brings it somewhere
#include "daemon/gateway/waiting.hpp"

#include "daemon/bridge.hpp"
#include "daemon/clock.hpp"
#include "daemon/gateway/gateway.hpp"
#include "daemon/observe/log.hpp"
#include "store/error.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <span>
#include <tuple>

namespace smppd {

namespace {

constexpr std::size_t round_max = 500;  // requests
constexpr unsigned tries_max = 3;
constexpr std::size_t looked_at_max = 10'000;
constexpr std::size_t submit_multi_max = 254;  // destinations

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
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto& which = asked[i];
    auto rows = which.id != 0 ? find_submitted(from, which.id)
                              : from.find_waiting(which.account, which.source, which.destination,
                                                  looked_at_max);
    if (!rows) return rows.error();
    for (const auto& row : rows->items) {
      if (row.state.state != store::progress::queued || !matches(which, row.message)) continue;
      const auto due = from.find_scheduled(row.message.id);
      if (!due) return due.error();
      const auto place = from.find_parked(row.message.id);
      if (!place) return place.error();
      const auto parts = from.sent_parts(std::span(&row.message.id, 1));
      if (!parts) return parts.error();
      auto& made = all.candidates.emplace_back();
      made.request = i;
      made.row = row;
      if (!due->empty()) made.due = due->front();
      if (!place->empty()) made.place = place->front();
      made.started = !parts->items.empty();
    }
    all.rows.push_back(std::move(*rows));
  }
  return all;
}

/// What a round keeps from being read until it is durable.
struct gateway::waiting_holds {
  std::vector<carrier::parked_range*> ranges;
  bool schedule{false};
  bool busy{false};  // somebody else reads where the last one is
};

void gateway::take_waiting(waiting_query which, taken_handler handler) {
  waiting_requests_.push_back({std::move(which), std::move(handler)});
  if (!taking_) take_round();
}

void gateway::take_round() {
  taking_ = !waiting_requests_.empty();
  if (!taking_) return;
  const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_requests_.size(), round_max));
  const auto last = waiting_requests_.begin() + count;
  std::vector<waiting_request> round(std::make_move_iterator(waiting_requests_.begin()),
                                     std::make_move_iterator(last));
  waiting_requests_.erase(waiting_requests_.begin(), last);
  std::vector<waiting_query> asked;
  for (const auto& one : round)
    asked.push_back(one.which);
  auto query = [asked = std::move(asked)](store::reader& from) {
    return find_waiting(from, asked);
  };
  auto serve = [this, round = std::move(round)](store::result<waiting_found> found) mutable {
    if (!found) log::error("looking for what waits: {}", found.error().message());
    const waiting_found nothing;
    serve_round(std::move(round), found ? *found : nothing);
  };
  store_.read(std::move(query), std::move(serve));
}

void gateway::serve_round(std::vector<waiting_request> round, const waiting_found& found) {
  std::vector<std::vector<taken_message>> taken(round.size());
  boost::unordered_flat_set<store::id64> done;
  take_from_memory(round, found,
                   [&](std::size_t request, const outbound_ptr& message, std::int64_t from) {
                     done.insert(message->id);
                     taken[request].push_back({message, from});
                   });
  waiting_holds holds;
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
    if (taken[i].empty() && (busy[i] || (moves[i] && ++request.tries < tries_max))) {
      waiting_requests_.push_back(std::move(request));
    } else {
      std::move(request.handler)(std::move(taken[i]));
    }
  }
  store_.when_durable([this, holds = std::move(holds)] {
    for (auto* range : holds.ranges)
      range->loading = false;
    if (holds.schedule) {
      loading_due_ = false;
      if (next_load_ == store::wall_time{}) load_due();  // its time may have come meanwhile
    }
    take_round();
  });
}

template <class Take>
void gateway::take_from_memory(const std::vector<waiting_request>& round,
                               const waiting_found& found, Take take) {
  constexpr auto nobody = static_cast<std::size_t>(-1);
  boost::unordered_flat_map<store::id64, std::size_t> by_id;
  for (const auto& one : found.candidates)
    by_id.emplace(one.row.message.id, one.request);
  const auto request_for = [&](const outbound& message) {
    if (const auto known = by_id.find(message.id); known != by_id.end()) return known->second;
    const auto by_addresses = std::ranges::find_if(round, [&](const waiting_request& one) {
      return one.which.id == 0 && matches(one.which, message);
    });
    return by_addresses == round.end() ? nobody
                                       : static_cast<std::size_t>(by_addresses - round.begin());
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
    holds.busy = unread && range.loading && !ours;
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
    if (one.carrier != 0) enqueue(one.message);
  }
}

}  // namespace smppd
