#include "store/sqlite/queue.hpp"

namespace store {

queue_writer::queue_writer(sql::connection& on)
    : park_(on, R"(
        INSERT INTO parked (id, carrier, priority, sequence, attempts, possible_duplicate)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET carrier = excluded.carrier, priority = excluded.priority,
          sequence = excluded.sequence, attempts = excluded.attempts,
          possible_duplicate = excluded.possible_duplicate)"),
      unpark_(on, "DELETE FROM parked WHERE id = $1"),
      mark_parked_(on, "UPDATE parked SET possible_duplicate = 1 WHERE id = $1"),
      withdraw_parked_(on, R"(
        DELETE FROM parked WHERE id BETWEEN $1 AND $2
          AND NOT EXISTS (SELECT 1 FROM message_state s WHERE s.id = parked.id))"),
      schedule_(on, R"(
        INSERT INTO scheduled (id, due, carrier, attempts, possible_duplicate)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET due = excluded.due, carrier = excluded.carrier,
          attempts = excluded.attempts, possible_duplicate = excluded.possible_duplicate)"),
      unschedule_(on, "DELETE FROM scheduled WHERE id = $1"),
      mark_scheduled_(on, "UPDATE scheduled SET possible_duplicate = 1 WHERE id = $1"),
      withdraw_scheduled_(on, R"(
        DELETE FROM scheduled WHERE id BETWEEN $1 AND $2
          AND NOT EXISTS (SELECT 1 FROM message_state s WHERE s.id = scheduled.id))") {}

void queue_writer::apply(const batch& changes) {
  for (const parked& p : changes.parks) {
    if (p.was_scheduled) unschedule_.run(p.id);
    park_.run(p.id, p.carrier, p.priority, p.sequence == 0 ? p.id : p.sequence, p.attempts,
              p.possible_duplicate);
  }
  for (const recut& r : changes.recuts) {
    if (!r.possible_duplicate) continue;
    mark_parked_.run(r.id);
    mark_scheduled_.run(r.id);
  }
  for (const rescheduled& r : changes.reschedules) {
    if (r.was_parked) unpark_.run(r.to.id);
    schedule_.run(r.to.id, r.to.due, r.to.carrier, r.to.attempts, r.to.possible_duplicate);
  }
}

void queue_writer::withdraw(id64 first, id64 last) {
  withdraw_parked_.run(first, last);
  withdraw_scheduled_.run(first, last);
}

}  // namespace store
