// Everything that one transaction changes: filled on the loop thread, written by the store's
// writer.
#pragma once

#include "store/arena.hpp"
#include "store/records.hpp"

#include <string_view>
#include <vector>

namespace store {

/// A message (not yet final) was accepted by the carrier with all its parts.
struct sent {
  id64 id{};
  wall_time at;
  std::int64_t carrier{};
  std::uint32_t attempts{1};
  bool possible_duplicate{false};
  std::string_view carrier_message_id;  // of the first part
  bool parked{false};                   // it has a row in the queue: remove it
  wall_time scheduled_for;  // it has a row in the schedule, due then: remove it; zero: none
};

/// A message moved on after it was sent, or failed before that. Applied only if it moves the
/// message forward.
struct settled {
  id64 id{};
  wall_time at;
  progress state{progress::failed};  // `sent` with a reason records news that is not final
  reason why{reason::none};
  std::uint32_t attempts{};  // 0: leave as it is
  std::int64_t carrier{};    // 0: leave as it is
  bool possible_duplicate{false};
  std::string_view error;
  bool parked{false};
  wall_time scheduled_for;
};

/// The messages of a submission that is in the same batch. They differ only in whom they go to: a
/// million must not need a million records. Their ids follow the submission's, in this order.
struct messages_to_many {
  struct recipient {
    std::string_view destination;
    std::int64_t carrier{};
    std::uint8_t ton{}, npi{};
  };
  message common;
  std::vector<recipient> to;
};

/// The carrier that takes the message cuts it into other parts than it was cut into before: what
/// earlier batches said of its parts is gone. `forget_parts` before.
struct recut {
  id64 id{};
  std::uint8_t parts{};
  bool possible_duplicate{false};  // carriers had taken some: where it waits again it is marked
};

/// A message that is still queued says something else.
struct replaced {
  id64 id{};
  std::string_view body;
  std::uint8_t registered_delivery{}, parts{1};
  wall_time expires_at;
};

/// A part of a message of several parts got its final state from a receipt.
struct settled_part {
  id64 id{};
  std::uint8_t part{};
  progress state{progress::delivered};
};

/// A message that waits in the queue longer than memory should answer for it, or that memory has no
/// room for: kept in the queue's own table, in the order of `sequence`. One that stands there
/// already changes its place.
struct parked {
  std::int64_t carrier{};
  std::uint8_t priority{};
  id64 id{};
  id64 sequence{0};  // 0: as `id`
  std::uint32_t attempts{0};
  bool possible_duplicate{false};
  bool was_scheduled{false};  // it has a row in the schedule: remove it
};

/// A message goes (again) to the schedule; `was_due` names its former row there (zero: it had
/// none).
struct rescheduled {
  scheduled to;
  wall_time was_due;
  bool was_parked{false};
};

struct notice_key {
  std::int64_t target{};
  std::int64_t sequence{};
};
struct postponed_notice {
  notice_key key;
  std::uint32_t attempts{};
  wall_time due;
};
/// Belongs into the batch that brings its inbound message: where those of the batch are all in the
/// store already, the batch is applied again and its hits are not counted twice.
struct keyword_hit {
  std::int64_t keyword{};
  wall_time at;
};
struct mark {
  std::string_view name;  // a literal
  std::int64_t value{};
};

/// The changes of one transaction. They are applied list by list in the order below, whatever order
/// they were added in; that order is the order of a message's life, so a message may be accepted,
/// sent and settled in one batch. Views put into a record must come from `texts.keep`, or outlive
/// the batch.
struct batch {
  arena texts;
  std::vector<submission> submissions;
  std::vector<message> accepted;
  std::vector<messages_to_many> accepted_together;
  std::vector<parked> parks;
  std::vector<rescheduled> reschedules;
  std::vector<recut> recuts;
  std::vector<replaced> replacements;
  std::vector<sent_part> parts;
  std::vector<sent> sents;
  std::vector<settled_part> part_settlements;
  std::vector<settled> settlements;
  std::vector<awaited_receipt> awaits, awaits_done;
  std::vector<unmatched_receipt> unmatched;
  std::vector<std::int64_t> unmatched_done;  // sequence
  std::vector<inbound_part> inbound_parts;
  std::vector<id64> inbound_parts_done;
  std::vector<inbound> inbounds;
  std::vector<keyword_hit> keyword_hits;
  std::vector<notice> notices;
  std::vector<postponed_notice> notices_postponed;
  std::vector<notice_key> notices_done;
  std::vector<event> events;
  std::vector<mark> marks;
  std::vector<id64> withdrawn;  // accepted in a commit whose outcome was never known: remove
                                // message or submission
  std::size_t changes{0};       // how many records were added: kept by whoever adds

  [[nodiscard]] bool empty() const noexcept { return changes == 0; }
  void clear() noexcept;
  /// Takes back what was added of the parts of this message.
  void forget_parts(id64 message);
};

/// Records read from the store, with the memory their views point into.
template <class Record>
struct rows {
  arena texts;
  std::vector<Record> items;
};

}  // namespace store
