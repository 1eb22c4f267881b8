#include "store/sqlite/notices.hpp"

namespace store {

notice_writer::notice_writer(sql::connection& on)
    : insert_(on, R"(
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

void notice_writer::apply(const batch& changes) {
  for (const notice& n : changes.notices) {
    insert_.run(n.target, n.sequence, n.kind, n.subject, n.attempts, n.due,
                sql::text_or_null{n.url});
  }
  for (const postponed_notice& n : changes.notices_postponed) {
    postpone_.run(n.attempts, n.due, n.key.target, n.key.sequence);
  }
  for (const notice_key& n : changes.notices_done)
    delete_.run(n.target, n.sequence);
  for (const event& e : changes.events)
    insert_event_.run(e.id, e.at, e.what);
  for (const mark& m : changes.marks)
    set_mark_.run(m.name, m.value);
}

}  // namespace store
