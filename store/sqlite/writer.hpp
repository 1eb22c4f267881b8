// The one writer of a SQLite database.
#pragma once

#include "store/sqlite/directory.hpp"
#include "store/sqlite/inbound.hpp"
#include "store/sqlite/journal.hpp"
#include "store/sqlite/messages.hpp"
#include "store/sqlite/notices.hpp"
#include "store/sqlite/queue.hpp"
#include "store/sqlite/receipts.hpp"
#include "store/sqlite/recent.hpp"
#include "store/sqlite/retention.hpp"
#include "store/sqlite/sqlite.hpp"
#include "store/sqlite/write_back.hpp"
#include "store/store.hpp"

namespace store {

class sqlite_writer final : public writer {
 public:
  /// Writes what an earlier run left in the journal into the tables. `lately` outlives it. Throws
  /// boost::system::system_error.
  sqlite_writer(const sqlite_options& options, recent& lately);

  result<void> commit(const batch& changes) override;
  result<std::size_t> catch_up() override;
  result<std::vector<std::int64_t>> carrier_ids(std::span<const std::string> names) override;
  result<account> create_account(std::string_view name) override;
  result<api_key> create_key(const api_key& wanted) override;
  result<void> deactivate_key(std::string_view key_id) override;
  result<login> create_login(const login& wanted) override;
  result<void> update_login(const login& changed) override;
  result<void> update_account(const account& changed) override;
  result<keyword> create_keyword(const keyword& wanted) override;
  result<void> update_keyword(const keyword& changed) override;
  result<void> delete_keyword(std::int64_t id) override;
  result<std::size_t> delete_older(wall_time before, std::size_t limit) override;

 private:
  [[nodiscard]] bool belongs_in_journal(const batch& changes) const;
  [[nodiscard]] bool holds_much() const;
  void end_journal();
  void freeze();
  void write_recent(std::size_t limit, std::int64_t journal_rows);
  [[nodiscard]] result<std::size_t> catch_up(std::size_t limit);
  void finish(bool committed);
  void replay();

  recent* recent_;
  std::size_t journal_from_, recent_max_;
  sql::connection connection_;
  write_back write_back_;
  journal journal_;
  std::size_t small_in_a_row_{0};
  std::size_t since_frozen_{0};  // changes that went into the journal since then
  std::int64_t frozen_at_{0};    // the journal's last row when `recent_` was frozen
  queue_writer queue_;
  message_writer messages_;
  receipt_writer receipts_;
  inbound_writer inbound_;
  notice_writer notices_;
  directory_writer directory_;
  retention retention_;
};

}  // namespace store
