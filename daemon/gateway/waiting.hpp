// What waits to be sent, as those ask for it who want to cancel or replace it.
#pragma once

#include "daemon/completion.hpp"
#include "daemon/gateway/outbound.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smppd {

/// Which messages of an account, of those that its applications submitted.
struct waiting_query {
  std::int64_t account{};
  store::id64 id{0};                // as the application has it; 0: by both addresses
  std::string source, destination;  // with an id: empty is any
  std::optional<std::string> service_type;
};
[[nodiscard]] bool matches(const waiting_query& which, const outbound& message);
[[nodiscard]] bool matches(const waiting_query& which, const store::message& message);

/// A message that no queue has any more and no carrier has seen: whoever took it ends it or puts it
/// back.
struct taken_message {
  outbound_ptr message;
  std::int64_t carrier{0};  // whose queue it was in; 0: it is in the store only
};
using taken_handler = completion<void(std::vector<taken_message>)>;

/// What a replace_sm changes (SMPP 3.4, 4.10).
struct replacement {
  std::string text;
  store::wall_time schedule, expires_at;  // zero: as it was
  std::uint8_t registered_delivery{};
};

/// The message that an application has `id` for, or all those of a submit_multi. None: it is
/// nobody's.
[[nodiscard]] store::result<store::rows<store::found_message>> find_submitted(store::reader& from,
                                                                              store::id64 id);

/// A message that waits, as the store has it.
struct waiting_candidate {
  std::size_t request{};  // of those asked for: its place
  store::found_message row;
  std::optional<store::scheduled> due;
  std::optional<store::parked> place;
  bool started{false};  // a carrier has a part of it
};
struct waiting_found {
  std::vector<store::rows<store::found_message>> rows;  // own the texts of `candidates`
  std::vector<waiting_candidate> candidates;
  std::size_t answered{0};  // of those asked for: so many from the first on were looked for
};
/// By addresses it looks at the 10 000 newest of those that are parked and the 10 000 next of those
/// that are scheduled. It stops after the request that brings it to 1000 rows: they are in memory.
[[nodiscard]] store::result<waiting_found> find_waiting(store::reader& from,
                                                        const std::vector<waiting_query>& asked);

}  // namespace smppd
