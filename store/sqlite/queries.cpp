#include "store/sqlite/queries.hpp"

#include "store/sqlite/messages.hpp"

namespace store {

std::string select_found(const std::string& source, const std::string& rest,
                         const std::string& more) {
  return R"(
    SELECT m.id, m.submission, m.account, m.login, m.carrier, m.origin, m.priority, m.data_coding,
      m.esm_class, m.registered_delivery, m.parts, m.types, m.expires_at, m.source, m.destination,
      m.body, b.body, coalesce(m.client_ref, b.client_ref),
      coalesce(m.callback_url, b.callback_url), m.options,
      s.state, s.why, s.changed_at, s.sent_at, s.attempts, s.carrier, s.possible_duplicate,
      s.carrier_message_id, s.error)" +
         more + " FROM " + source +
         " LEFT JOIN message_state s ON s.id = m.id"
         " LEFT JOIN submission b ON m.body IS NULL AND b.id = m.submission " +
         rest;
}

message_state read_state(sql::cursor& row, arena& texts) {
  return {.state = row.number<progress>(),
          .why = row.number<reason>(),
          .changed_at = row.time(),
          .sent_at = row.time(),
          .attempts = row.number<std::uint32_t>(),
          .carrier = row.number(),
          .possible_duplicate = row.number<bool>(),
          .carrier_message_id = row.text(texts),
          .error = row.text(texts)};
}

// The order of members and columns is one and the same. An absent state reads as zeros: queued.
found_message found_reader::read(sql::cursor& row) {
  found_message found;
  message& m = found.message;
  m.id = row.number();
  m.submission = row.number();
  m.account = row.number();
  m.login = row.number();
  m.carrier = row.number();
  m.from = row.number<origin>();
  m.priority = row.number<std::uint8_t>();
  m.data_coding = row.number<std::uint8_t>();
  m.esm_class = row.number<std::uint8_t>();
  m.registered_delivery = row.number<std::uint8_t>();
  m.parts = row.number<std::uint8_t>();
  m.types = unpack_types(row.number());
  m.expires_at = row.time();
  m.source = row.text(*texts_);
  m.destination = row.text(*texts_);
  read_body(row, m);
  m.client_ref = row.text(*texts_);
  m.callback_url = row.text(*texts_);
  m.options = row.text(*texts_);
  found.state = read_state(row, *texts_);
  recent_->bring_up_to_date(m.id, found.state, *texts_);
  return found;
}

void found_reader::read_body(sql::cursor& row, message& m) {
  m.body_in_submission = row.at_null();
  const std::string_view own = row.view();
  const std::string_view shared = row.view();
  if (!m.body_in_submission) {
    m.body = texts_->keep(own);
    return;
  }
  if (m.submission != submission_) body_ = texts_->keep(shared);
  submission_ = m.submission;
  m.body = body_;
}

}  // namespace store
