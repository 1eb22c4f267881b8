// The verbs of the store. An engine implements `writer` and `reader`; one contract test suite runs
// on all of them. No SMPP, no threads and no clock here: time is a parameter.
#pragma once

#include "store/batch.hpp"
#include "store/records.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace store {

template <class T>
using result = boost::system::result<T>;

/// Names of the marks that `batch::marks` may set.
inline constexpr std::string_view mark_young_from =
    "young_from";  // no queued message below it is only in memory
inline constexpr std::string_view mark_receipts_from =
    "receipts_from";  // no awaited receipt below it is only in memory
inline constexpr std::string_view mark_clean_stop = "clean_stop";  // 1: the last run ended in order
inline constexpr std::string_view mark_repeats_below =
    "repeats_below";  // what waited below it at a crash may have been submitted before

/// The one writer. Blocking; one thread at a time. Every call is one transaction, durable when it
/// returns without error.
class writer {
 public:
  virtual ~writer() = default;

  /// Applies `changes` as one transaction. On error nothing of it may be relied upon: it may or may
  /// not have happened (a failed fsync), and the caller must not acknowledge any of it. Applying
  /// that batch again is harmless then (inserts of rows that exist are skipped).
  [[nodiscard]] virtual result<void> commit(const batch& changes) = 0;

  /// Does a bounded piece of the work that commits have put off; for moments with nothing else to
  /// do. Returns how much of it is left.
  [[nodiscard]] virtual result<std::size_t> catch_up() { return 0; }

  /// Ids of the carriers named, created where new. The order is the order of `names`.
  [[nodiscard]] virtual result<std::vector<std::int64_t>> carrier_ids(
      std::span<const std::string> names) = 0;

  // Customers' things. `already_exists` where a unique name is taken; `not_found` where the id is
  // unknown. Each bumps the directory's version.
  [[nodiscard]] virtual result<account> create_account(std::string_view name) = 0;
  [[nodiscard]] virtual result<api_key> create_key(const api_key& wanted) = 0;  // id is ignored
  [[nodiscard]] virtual result<void> deactivate_key(std::string_view key_id) = 0;
  [[nodiscard]] virtual result<login> create_login(const login& wanted) = 0;  // id is ignored
  [[nodiscard]] virtual result<void> update_login(
      const login& changed) = 0;  // by id: all but account and system_id
  [[nodiscard]] virtual result<void> update_account(const account& changed) = 0;    // by id: active
  [[nodiscard]] virtual result<keyword> create_keyword(const keyword& wanted) = 0;  // id is ignored
  [[nodiscard]] virtual result<void> update_keyword(
      const keyword& changed) = 0;  // by id; not its counters
  [[nodiscard]] virtual result<void> delete_keyword(std::int64_t id) = 0;

  /// Deletes at most about `limit` records older than `before`: notices that nobody took, messages
  /// that are final, or sent and without a receipt until now, with everything that belongs to them,
  /// inbound messages, unmatched receipts. What has just changed may stay for now. Returns how
  /// many; fewer than `limit`: there are no more for now.
  [[nodiscard]] virtual result<std::size_t> delete_older(wall_time before, std::size_t limit) = 0;
};

/// Reads; sees what was committed before the call. Blocking; one thread at a time per reader, any
/// number of readers. No read transaction stays open after a call returns.
class reader {
 public:
  virtual ~reader() = default;

  [[nodiscard]] virtual result<directory> load_directory() = 0;
  [[nodiscard]] virtual result<std::int64_t> directory_version() = 0;
  [[nodiscard]] virtual result<std::int64_t> get_mark(
      std::string_view name) = 0;  // 0 where it was never set

  /// The largest id of a message, submission or inbound message; 0 where there is none. New ids
  /// must be above it.
  [[nodiscard]] virtual result<id64> last_id() = 0;

  /// `not_found` where there is none. `body`, `client_ref` and `callback_url` are the submission's
  /// where that has them.
  [[nodiscard]] virtual result<rows<found_message>> find_message(id64 id) = 0;
  /// Messages by id, in the order of `ids`; unknown ids are left out.
  [[nodiscard]] virtual result<rows<found_message>> find_messages(std::span<const id64> ids) = 0;
  [[nodiscard]] virtual result<rows<submission>> find_submission(id64 id) = 0;
  /// Messages of a submission in order of id, those above `after`, at most `limit`.
  [[nodiscard]] virtual result<rows<found_message>> messages_of(id64 submission, id64 after,
                                                                std::size_t limit) = 0;
  struct state_count {
    progress state{};
    reason why{};
    std::uint64_t count{};
    wall_time sent_at, changed_at;  // the latest of them; zero where none
  };
  [[nodiscard]] virtual result<std::vector<state_count>> count_states(id64 submission) = 0;
  /// The latest queued, unsent message's attempts and due time if it stands in the schedule; empty:
  /// it does not.
  [[nodiscard]] virtual result<std::vector<scheduled>> find_scheduled(id64 id) = 0;

  /// Where it is parked; empty: it is not.
  [[nodiscard]] virtual result<std::vector<parked>> find_parked(id64 id) = 0;
  /// Messages of an account from one address to another, of those that are parked or scheduled.
  /// Looks at no more than `looked_at_max` of either: the newest that are parked, the first that
  /// are due. A message may come twice.
  [[nodiscard]] virtual result<rows<found_message>> find_waiting(std::int64_t account,
                                                                 std::string_view source,
                                                                 std::string_view destination,
                                                                 std::size_t looked_at_max) = 0;

  // What a start reads back, and what the loop reads when its memory has room again. All in order,
  // at most `limit`. `young_queued`, `awaiting_receipt` and `notice_targets` are for a start only:
  // they may miss what was committed since the writer was made.

  /// Messages with an id above `after` and at or above the mark young_from that are still queued
  /// and stand neither in the queue's table nor in the schedule.
  [[nodiscard]] virtual result<rows<found_message>> young_queued(id64 after, std::size_t limit) = 0;
  struct parked_message {
    found_message found;
    parked where;
  };
  /// Parked messages of a carrier and priority with a sequence above `after_sequence`.
  [[nodiscard]] virtual result<rows<parked_message>> parked_messages(std::int64_t carrier,
                                                                     std::uint8_t priority,
                                                                     id64 after_sequence,
                                                                     std::size_t limit) = 0;
  /// Those of them whose validity ended by `now`.
  [[nodiscard]] virtual result<rows<parked_message>> expired_parked(std::int64_t carrier,
                                                                    std::uint8_t priority,
                                                                    id64 after_sequence,
                                                                    wall_time now,
                                                                    std::size_t limit) = 0;
  /// The carriers for which messages are parked, in the configuration or not.
  [[nodiscard]] virtual result<std::vector<std::int64_t>> parked_carriers() = 0;
  struct due_message {
    found_message found;
    scheduled when;
  };
  /// Messages of the schedule due at or before `until`, after (`after_due`, `after_id`).
  [[nodiscard]] virtual result<rows<due_message>> due_messages(wall_time until, wall_time after_due,
                                                               id64 after_id,
                                                               std::size_t limit) = 0;
  /// When the first message of the schedule after (`after_due`, `after_id`) is due; zero: there is
  /// none.
  [[nodiscard]] virtual result<wall_time> next_due(wall_time after_due, id64 after_id) = 0;
  /// Parts already accepted by a carrier, of the messages given.
  [[nodiscard]] virtual result<rows<sent_part>> sent_parts(std::span<const id64> ids) = 0;

  /// Messages with an id above `after` and at or above the mark receipts_from that are sent and not
  /// final.
  [[nodiscard]] virtual result<rows<found_message>> awaiting_receipt(id64 after,
                                                                     std::size_t limit) = 0;
  /// Messages that wait, out of memory, for a receipt with one of `keys` from this carrier.
  [[nodiscard]] virtual result<rows<awaited_receipt>> find_awaited(
      std::int64_t carrier, std::span<const std::string> keys) = 0;
  [[nodiscard]] virtual result<rows<unmatched_receipt>> unmatched_receipts(wall_time since,
                                                                           std::size_t limit) = 0;

  [[nodiscard]] virtual result<std::vector<std::int64_t>> notice_targets() = 0;
  [[nodiscard]] virtual result<rows<notice>> notices(std::int64_t target,
                                                     std::int64_t after_sequence,
                                                     std::size_t limit) = 0;
  [[nodiscard]] virtual result<rows<inbound_part>> waiting_inbound_parts(id64 after,
                                                                         std::size_t limit) = 0;
  [[nodiscard]] virtual result<rows<inbound>> find_inbound(id64 id) = 0;
  [[nodiscard]] virtual result<rows<event>> events_of(id64 id) = 0;

  struct totals {
    std::uint64_t parked{}, scheduled{}, notices{}, unmatched{};
    std::uint64_t database_octets{}, wal_octets{};
  };
  [[nodiscard]] virtual result<totals> count_all() = 0;
};

/// An open database. Outlives its writer and readers.
class database {
 public:
  virtual ~database() = default;
  [[nodiscard]] virtual result<std::unique_ptr<writer>> make_writer() = 0;
  [[nodiscard]] virtual result<std::unique_ptr<reader>> make_reader() = 0;
};

}  // namespace store
