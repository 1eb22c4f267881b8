#include "store/sqlite/directory.hpp"

#include "store/error.hpp"

namespace store {

directory_writer::directory_writer(sql::connection& on)
    : on_(&on),
      bump_version_(on, "UPDATE mark SET value = value + 1 WHERE name = 'directory_version'"),
      insert_carrier_(on, "INSERT INTO carrier (name) VALUES ($1) ON CONFLICT DO NOTHING"),
      find_carrier_(on, "SELECT id FROM carrier WHERE name = $1"),
      insert_account_(on, "INSERT INTO account (name, active) VALUES ($1, $2) RETURNING id"),
      update_account_(on, "UPDATE account SET active = $1 WHERE id = $2"),
      insert_key_(on, R"(
        INSERT INTO api_key (account, key_id, secret_hash, created_at, active)
        VALUES ($1, $2, $3, $4, $5) RETURNING id)"),
      deactivate_key_(on, "UPDATE api_key SET active = 0 WHERE key_id = $1"),
      insert_login_(on, R"(
        INSERT INTO login (account, system_id, password_hash, active, binds_max, receipt_format,
          receipt_errors, id_form)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id)"),
      update_login_(on, R"(
        UPDATE login SET password_hash = $1, active = $2, binds_max = $3, receipt_format = $4,
          receipt_errors = $5, id_form = $6
        WHERE id = $7)"),
      insert_keyword_(on, R"(
        INSERT INTO keyword (uuid, account, word, description, webhook_url, auto_reply_message,
          active, auto_reply_enabled, messages_received, last_message_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9) RETURNING id)"),
      update_keyword_(on, R"(
        UPDATE keyword SET word = $1, description = $2, webhook_url = $3, auto_reply_message = $4,
          active = $5, auto_reply_enabled = $6
        WHERE id = $7)"),
      delete_keyword_(on, "DELETE FROM keyword WHERE id = $1") {}

result<std::vector<std::int64_t>> directory_writer::carrier_ids(
    std::span<const std::string> names) {
  sql::transaction all(*on_);
  std::vector<std::int64_t> ids;
  for (const std::string& name : names) {
    insert_carrier_.run(name);
    ids.push_back(find_carrier_.find_number(name).value_or(0));
  }
  if (const auto done = all.commit(); !done) return done.error();
  return ids;
}

template <class Record, class... Values>
result<Record> directory_writer::create(Record wanted, sql::statement& insert,
                                        const Values&... values) {
  sql::transaction all(*on_);
  wanted.id = insert.find_number(values...).value_or(0);
  bump_version_.run();
  if (const auto done = all.commit(); !done) return done.error();
  return wanted;
}

template <class... Values>
result<void> directory_writer::change(sql::statement& update, const Values&... values) {
  sql::transaction all(*on_);
  const auto changed = update.run(values...);
  if (changed == 0 && !on_->failed()) return error::not_found;
  bump_version_.run();
  return all.commit();
}

result<account> directory_writer::create(account wanted) {
  return create(wanted, insert_account_, wanted.name, wanted.active);
}

result<api_key> directory_writer::create(api_key wanted) {
  return create(wanted, insert_key_, wanted.account, wanted.key_id, sql::octets{wanted.secret_hash},
                wanted.created_at, wanted.active);
}

result<login> directory_writer::create(login wanted) {
  return create(wanted, insert_login_, wanted.account, wanted.system_id, wanted.password_hash,
                wanted.active, wanted.binds_max, wanted.receipt_format, wanted.receipt_errors,
                wanted.id_form);
}

result<keyword> directory_writer::create(keyword wanted) {
  wanted.messages_received = 0;
  wanted.last_message_at = {};
  return create(wanted, insert_keyword_, wanted.uuid, wanted.account, wanted.word,
                wanted.description, wanted.webhook_url, wanted.auto_reply_message, wanted.active,
                wanted.auto_reply_enabled, wanted.created_at);
}

result<void> directory_writer::deactivate_key(std::string_view key_id) {
  return change(deactivate_key_, key_id);
}

result<void> directory_writer::update(const account& changed) {
  return change(update_account_, changed.active, changed.id);
}

result<void> directory_writer::update(const login& changed) {
  return change(update_login_, changed.password_hash, changed.active, changed.binds_max,
                changed.receipt_format, changed.receipt_errors, changed.id_form, changed.id);
}

result<void> directory_writer::update(const keyword& changed) {
  return change(update_keyword_, changed.word, changed.description, changed.webhook_url,
                changed.auto_reply_message, changed.active, changed.auto_reply_enabled, changed.id);
}

result<void> directory_writer::delete_keyword(std::int64_t id) {
  return change(delete_keyword_, id);
}

}  // namespace store
