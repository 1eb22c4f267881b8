// Messages and how far they have come.
#pragma once

#include "store/batch.hpp"
#include "store/sql/statement.hpp"
#include "store/sqlite/queue.hpp"
#include "store/sqlite/recent.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <vector>

namespace store {

/// TON and NPI of both addresses in one number, the source's TON uppermost.
[[nodiscard]] std::int64_t pack(const address_types& types) noexcept;
[[nodiscard]] address_types unpack_types(std::int64_t packed) noexcept;

class message_writer {
 public:
  /// `queue` and `lately` outlive it.
  message_writer(sql::connection& on, queue_writer& queue, const recent& lately);

  void accept(const batch& changes);
  /// `journaled`: `sents` and `settlements` go to the journal, and here only leave the queue.
  void advance(const batch& changes, bool journaled);
  /// What the journal said about a message.
  void write(id64 id, const recent::change& what);
  void withdraw(const batch& changes);

 private:
  void insert(const message& m);
  void find_pairs(const batch& changes);
  bool insert_settled(const sent& was, const settled& is);
  void update(const sent& s, const std::vector<settled>& settlements);
  void upsert(const sent& s, wall_time first_at);
  void update(const settled& s);
  void withdraw(id64 id);

  void leave_queue(const batch& changes);

  queue_writer* queue_;
  const recent* recent_;
  sql::statement insert_submission_, insert_message_;
  sql::statement recut_, forget_parts_, forget_awaited_, replace_, insert_part_, settle_part_;
  sql::statement upsert_sent_, insert_state_, settle_;
  sql::statement find_recipients_, withdraw_messages_, withdraw_submission_;

  // A message that is sent and settled in one batch gets one write instead of two. For each
  // message sent in this batch: its first settlement's place.
  boost::unordered_flat_map<id64, std::size_t> settled_with_;
  std::vector<bool> settled_already_;
};

}  // namespace store
