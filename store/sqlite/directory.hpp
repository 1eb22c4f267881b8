// Customers' things: accounts, keys, logins, keywords; and the names of carriers.
#pragma once

#include "store/sql/statement.hpp"
#include "store/store.hpp"

#include <span>
#include <string>
#include <vector>

namespace store {

/// Each verb is a transaction of its own.
class directory_writer {
 public:
  explicit directory_writer(sql::connection& on);

  result<std::vector<std::int64_t>> carrier_ids(std::span<const std::string> names);
  result<account> create(account wanted);
  result<api_key> create(api_key wanted);
  result<login> create(login wanted);
  result<keyword> create(keyword wanted);
  result<void> deactivate_key(std::string_view key_id);
  result<void> update(const account& changed);
  result<void> update(const login& changed);
  result<void> update(const keyword& changed);
  result<void> delete_keyword(std::int64_t id);

 private:
  template <class Record, class... Values>
  result<Record> create(Record wanted, sql::statement& insert, const Values&... values);
  template <class... Values>
  result<void> change(sql::statement& update, const Values&... values);

  sql::connection* on_;
  sql::statement bump_version_;
  sql::statement insert_carrier_, find_carrier_;
  sql::statement insert_account_, update_account_;
  sql::statement insert_key_, deactivate_key_;
  sql::statement insert_login_, update_login_;
  sql::statement insert_keyword_, update_keyword_, delete_keyword_;
};

}  // namespace store
