// Records of the store for tests: times and ids that are easy to tell apart.
#pragma once

#include "store/batch.hpp"
#include "store/records.hpp"

#include <chrono>
#include <initializer_list>
#include <vector>

namespace tests {

/// `seconds` after the start of 2026.
[[nodiscard]] constexpr store::wall_time at(std::int64_t seconds) {
  constexpr std::chrono::sys_days start = std::chrono::year{2026} / 1 / 1;
  return start + std::chrono::seconds{seconds};
}

/// The n-th id of that moment.
[[nodiscard]] constexpr store::id64 id(std::int64_t n) {
  return store::first_id_at(at(0)) + n * store::id_step;
}

[[nodiscard]] inline store::message make_message(store::id64 id) {
  store::message m;
  m.id = id;
  m.account = 7;
  m.carrier = 3;
  m.priority = 1;
  m.expires_at = at(86400);
  m.source = "Shop";
  m.destination = "4790000001";
  m.body = "Your parcel has arrived.";
  return m;
}

[[nodiscard]] inline store::batch accepted(std::initializer_list<store::id64> ids) {
  store::batch b;
  for (const store::id64 id : ids)
    b.accepted.push_back(make_message(id));
  b.changes = ids.size();
  return b;
}

[[nodiscard]] inline store::sent make_sent(store::id64 id, std::string_view carrier_message_id) {
  store::sent s;
  s.id = id;
  s.at = at(1);
  s.carrier = 3;
  s.carrier_message_id = carrier_message_id;
  return s;
}

[[nodiscard]] inline store::settled make_settled(store::id64 id, store::progress state) {
  store::settled s;
  s.id = id;
  s.at = at(2);
  s.state = state;
  return s;
}

[[nodiscard]] inline std::vector<store::id64> ids_of(const store::rows<store::found_message>& all) {
  std::vector<store::id64> ids;
  for (const store::found_message& found : all.items)
    ids.push_back(found.message.id);
  return ids;
}

}  // namespace tests
