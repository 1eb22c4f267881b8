#include "store/sqlite/writer.hpp"

#include <string>

namespace store {
namespace {

std::string pragmas(const sqlite_options& options) {
  std::string text;
  const auto set = [&text](const char* name, int value) {
    text += std::string{"PRAGMA "} + name + " = " + std::to_string(value) + ";";
  };
  set("synchronous", static_cast<int>(options.synchronous));
  set("cache_size", -options.writer_cache_kib);
  set("journal_size_limit", 64 * 1024 * 1024);
  set("secure_delete", 0);  // Debian's default zeroes freed pages
  set("temp_store", 2);     // memory
  set("foreign_keys", 1);
  if (options.pages_max != 0) set("max_page_count", options.pages_max);
  return text;
}

}  // namespace

sqlite_writer::sqlite_writer(const sqlite_options& options)
    : connection_(options.path, sql::connection::access::read_write, options.busy_timeout,
                  pragmas(options)),
      write_back_(connection_, options.wal_pages, options.busy_timeout),
      queue_(connection_),
      messages_(connection_, queue_),
      receipts_(connection_),
      inbound_(connection_),
      notices_(connection_),
      directory_(connection_),
      retention_(connection_) {}

result<void> sqlite_writer::commit(const batch& changes) {
  sql::transaction all(connection_);
  messages_.accept(changes);
  queue_.apply(changes);
  messages_.advance(changes);
  receipts_.apply(changes);
  inbound_.apply(changes);
  notices_.apply(changes);
  messages_.withdraw(changes);
  return all.commit();
}

result<std::vector<std::int64_t>> sqlite_writer::carrier_ids(std::span<const std::string> names) {
  return directory_.carrier_ids(names);
}

result<account> sqlite_writer::create_account(std::string_view name) {
  return directory_.create(account{.id = 0, .name = std::string{name}, .active = true});
}

result<api_key> sqlite_writer::create_key(const api_key& wanted) {
  return directory_.create(wanted);
}

result<void> sqlite_writer::deactivate_key(std::string_view key_id) {
  return directory_.deactivate_key(key_id);
}

result<login> sqlite_writer::create_login(const login& wanted) { return directory_.create(wanted); }

result<void> sqlite_writer::update_login(const login& changed) {
  return directory_.update(changed);
}

result<void> sqlite_writer::update_account(const account& changed) {
  return directory_.update(changed);
}

result<keyword> sqlite_writer::create_keyword(const keyword& wanted) {
  return directory_.create(wanted);
}

result<void> sqlite_writer::update_keyword(const keyword& changed) {
  return directory_.update(changed);
}

result<void> sqlite_writer::delete_keyword(std::int64_t id) {
  return directory_.delete_keyword(id);
}

result<std::size_t> sqlite_writer::delete_older(wall_time before, std::size_t limit) {
  return retention_.delete_older(before, limit);
}

}  // namespace store
