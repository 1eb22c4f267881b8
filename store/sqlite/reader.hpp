// A reader of a SQLite database, on a connection of its own.
#pragma once

#include "store/sqlite/queries.hpp"
#include "store/sqlite/sqlite.hpp"
#include "store/store.hpp"

namespace store {

class sqlite_reader final : public reader {
 public:
  /// `lately` outlives it. Throws boost::system::system_error.
  sqlite_reader(const sqlite_options& options, recent& lately);

  result<directory> load_directory() override;
  result<std::int64_t> directory_version() override;
  result<std::int64_t> get_mark(std::string_view name) override;
  result<id64> last_id() override;

  result<rows<found_message>> find_message(id64 id) override;
  result<rows<found_message>> find_messages(std::span<const id64> ids) override;
  result<rows<submission>> find_submission(id64 id) override;
  result<rows<found_message>> messages_of(id64 submission, id64 after, std::size_t limit) override;
  result<std::vector<state_count>> count_states(id64 submission) override;
  result<std::vector<scheduled>> find_scheduled(id64 id) override;
  result<std::vector<parked>> find_parked(id64 id) override;
  result<rows<found_message>> find_waiting(std::int64_t account, std::string_view source,
                                           std::string_view destination,
                                           std::size_t looked_at_max) override;

  result<rows<found_message>> young_queued(id64 after, std::size_t limit) override;
  result<rows<parked_message>> parked_messages(std::int64_t carrier, std::uint8_t priority,
                                               id64 after_sequence, std::size_t limit) override;
  result<rows<parked_message>> expired_parked(std::int64_t carrier, std::uint8_t priority,
                                              id64 after_sequence, wall_time now,
                                              std::size_t limit) override;
  result<std::vector<std::int64_t>> parked_carriers() override;
  result<rows<due_message>> due_messages(wall_time until, wall_time after_due, id64 after_id,
                                         std::size_t limit) override;
  result<wall_time> next_due(wall_time after_due, id64 after_id) override;
  result<rows<sent_part>> sent_parts(std::span<const id64> ids) override;

  result<rows<found_message>> awaiting_receipt(id64 after, std::size_t limit) override;
  result<rows<awaited_receipt>> find_awaited(std::int64_t carrier,
                                             std::span<const std::string> keys) override;
  result<rows<unmatched_receipt>> unmatched_receipts(wall_time since, std::size_t limit) override;

  result<std::vector<std::int64_t>> notice_targets() override;
  result<rows<notice>> notices(std::int64_t target, std::int64_t after_sequence,
                               std::size_t limit) override;
  result<rows<inbound_part>> waiting_inbound_parts(id64 after, std::size_t limit) override;
  result<rows<inbound>> find_inbound(id64 id) override;
  result<rows<event>> events_of(id64 id) override;

  result<totals> count_all() override;

 private:
  sql::connection connection_;
  recent* recent_;
  directory_queries directory_{connection_};
  message_queries messages_{connection_};
  queue_queries queue_{connection_};
  receipt_queries receipts_{connection_};
  notice_queries notices_{connection_};
};

}  // namespace store
