#include "store/sqlite/notices.hpp"

namespace store {

notice_writer::notice_writer(sql::connection& on, const recent& lately)
    : recent_(&lately),
      insert_(on, R"(
        INSERT INTO notice (target, sequence, kind, subject, attempts, due, url)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING)"),
      postpone_(on, R"(
        UPDATE notice SET attempts = $1, due = $2 WHERE target = $3 AND sequence = $4)"),
      delete_(on, "DELETE FROM notice WHERE target = $1 AND sequence = $2"),
      insert_event_(on, R"(
        INSERT INTO event (id, at, what) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING)"),
      set_mark_(on, R"(
        INSERT INTO mark (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value)") {}

void notice_writer::write(const notice& one) {
  insert_.run(one.target, one.sequence, one.kind, one.subject, one.attempts, one.due,
              sql::text_or_null{one.url});
}

void notice_writer::change(const batch& changes) {
  for (const postponed_notice& n : changes.notices_postponed) {
    if (recent_->may_be_in_table(n.key))
      postpone_.run(n.attempts, n.due, n.key.target, n.key.sequence);
  }
  for (const notice_key& n : changes.notices_done) {
    if (recent_->may_be_in_table(n)) delete_.run(n.target, n.sequence);
  }
}

void notice_writer::apply(const batch& changes, bool journaled) {
  if (!journaled) {
    for (const notice& n : changes.notices)
      write(n);
  }
  change(changes);
  for (const event& e : changes.events)
    insert_event_.run(e.id, e.at, e.what);
  for (const mark& m : changes.marks)
    set_mark_.run(m.name, m.value);
}

}  // namespace store
