#include "store/sqlite/reader.hpp"

namespace store {
namespace {

using sql::cursor;

account read_account(cursor& row) {
  return {.id = row.number(), .name = row.string(), .active = row.number<bool>()};
}

api_key read_key(cursor& row) {
  return {.id = row.number(),
          .account = row.number(),
          .key_id = row.string(),
          .secret_hash = row.string(),
          .created_at = row.time(),
          .active = row.number<bool>()};
}

login read_login(cursor& row) {
  return {.id = row.number(),
          .account = row.number(),
          .system_id = row.string(),
          .password_hash = row.string(),
          .active = row.number<bool>(),
          .binds_max = row.number<std::uint32_t>(),
          .receipt_format = row.string(),
          .receipt_errors = row.string(),
          .id_form = row.number<message_id_form>()};
}

keyword read_keyword(cursor& row) {
  return {.id = row.number(),
          .uuid = row.string(),
          .account = row.number(),
          .word = row.string(),
          .description = row.string(),
          .webhook_url = row.string(),
          .auto_reply_message = row.string(),
          .active = row.number<bool>(),
          .auto_reply_enabled = row.number<bool>(),
          .messages_received = row.number<std::uint64_t>(),
          .last_message_at = row.time(),
          .created_at = row.time()};
}

template <class Record>
void read_into(std::vector<Record>& all, sql::statement& query, Record (*read)(cursor&)) {
  for (auto row = query.select(); row.next();)
    all.push_back(read(row));
}

}  // namespace

result<directory> sqlite_reader::load_directory() {
  sql::transaction all(connection_, sql::transaction::kind::read);
  directory found;
  found.version = directory_.mark.find_number("directory_version").value_or(0);
  read_into(found.accounts, directory_.accounts, read_account);
  read_into(found.keys, directory_.keys, read_key);
  read_into(found.logins, directory_.logins, read_login);
  read_into(found.keywords, directory_.keywords, read_keyword);
  return connection_.outcome(std::move(found));
}

result<std::int64_t> sqlite_reader::directory_version() { return get_mark("directory_version"); }

result<id64> sqlite_reader::last_id() {
  return connection_.outcome(messages_.last_id.find_number().value_or(0));
}

result<std::int64_t> sqlite_reader::get_mark(std::string_view name) {
  return connection_.outcome(directory_.mark.find_number(name).value_or(0));
}

}  // namespace store
