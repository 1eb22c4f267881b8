// The one writer of a SQLite database.
#pragma once

#include "store/sqlite/directory.hpp"
#include "store/sqlite/inbound.hpp"
#include "store/sqlite/messages.hpp"
#include "store/sqlite/notices.hpp"
#include "store/sqlite/queue.hpp"
#include "store/sqlite/receipts.hpp"
#include "store/sqlite/retention.hpp"
#include "store/sqlite/sqlite.hpp"
#include "store/sqlite/write_back.hpp"
#include "store/store.hpp"

namespace store {

class sqlite_writer final : public writer {
 public:
  /// Throws boost::system::system_error.
  explicit sqlite_writer(const sqlite_options& options);

  result<void> commit(const batch& changes) override;
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
  sql::connection connection_;
  write_back write_back_;
  queue_writer queue_;
  message_writer messages_;
  receipt_writer receipts_;
  inbound_writer inbound_;
  notice_writer notices_;
  directory_writer directory_;
  retention retention_;
};

}  // namespace store
