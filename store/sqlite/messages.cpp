#include "store/sqlite/messages.hpp"

namespace store {

std::int64_t pack(const address_types& types) noexcept {
  return std::int64_t{types.source_ton} << 24 | std::int64_t{types.source_npi} << 16 |
         std::int64_t{types.destination_ton} << 8 | std::int64_t{types.destination_npi};
}

address_types unpack_types(std::int64_t packed) noexcept {
  const auto octet = [packed](int shift) { return static_cast<std::uint8_t>(packed >> shift); };
  return {octet(24), octet(16), octet(8), octet(0)};
}

// A state moves forward only: `settle` skips what is final, `upsert_sent` never touches a state
// (10: sent). What a late submit_sm_resp says is kept where nothing was known before.
message_writer::message_writer(sql::connection& on, queue_writer& queue, const recent& lately)
    : queue_(&queue),
      recent_(&lately),
      insert_submission_(on, R"(
        INSERT INTO submission (id, account, recipients, body, client_ref, callback_url)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING)"),
      insert_message_(on, R"(
        INSERT INTO message (id, submission, account, login, carrier, origin, priority, data_coding,
          esm_class, registered_delivery, parts, types, expires_at, source, destination, body,
          client_ref, callback_url, options)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
          $18, $19)
        ON CONFLICT (id) DO NOTHING)"),
      recut_(on, "UPDATE message SET parts = $1 WHERE id = $2"),
      forget_parts_(on, "DELETE FROM message_part WHERE id = $1"),
      forget_awaited_(on, "DELETE FROM awaiting_receipt WHERE id = $1"),
      replace_(on, R"(
        UPDATE message SET body = $1, registered_delivery = $2, parts = $3, expires_at = $4
        WHERE id = $5 AND NOT EXISTS (SELECT 1 FROM message_state s WHERE s.id = message.id))"),
      insert_part_(on, R"(
        INSERT INTO message_part (id, part, carrier, state, carrier_message_id)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id, part) DO UPDATE
        SET carrier = excluded.carrier, carrier_message_id = excluded.carrier_message_id
        WHERE message_part.state <= 10)"),
      settle_part_(on, R"(
        UPDATE message_part SET state = $1 WHERE id = $2 AND part = $3 AND state < 20)"),
      upsert_sent_(on, R"(
        INSERT INTO message_state (id, state, why, changed_at, sent_at, attempts, carrier,
          possible_duplicate, carrier_message_id)
        VALUES ($1, 10, 0, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (id) DO UPDATE
        SET sent_at = excluded.sent_at, attempts = excluded.attempts, carrier = excluded.carrier,
          possible_duplicate = message_state.possible_duplicate | excluded.possible_duplicate,
          carrier_message_id = excluded.carrier_message_id
        WHERE message_state.state <= 10 OR message_state.sent_at = 0)"),
      insert_state_(on, R"(
        INSERT INTO message_state (id, state, why, changed_at, sent_at, attempts, carrier,
          possible_duplicate, carrier_message_id, error)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING)"),
      settle_(on, R"(
        UPDATE message_state
        SET state = $1, why = $2, changed_at = $3,
          attempts = CASE WHEN $4 = 0 THEN attempts ELSE $4 END,
          carrier = CASE WHEN $5 = 0 THEN carrier ELSE $5 END,
          possible_duplicate = possible_duplicate | $6,
          error = coalesce($7, error)
        WHERE id = $8 AND state < 20 AND state <= $1)"),
      find_recipients_(on, "SELECT recipients FROM submission WHERE id = $1"),
      withdraw_messages_(on, R"(
        DELETE FROM message WHERE id BETWEEN $1 AND $2
          AND NOT EXISTS (SELECT 1 FROM message_state s WHERE s.id = message.id))"),
      withdraw_submission_(on, R"(
        DELETE FROM submission WHERE id = $1
          AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id BETWEEN $1 AND $2))") {}

void message_writer::accept(const batch& changes) {
  for (const submission& s : changes.submissions) {
    insert_submission_.run(s.id, s.account, s.recipients, sql::octets{s.body},
                           sql::text_or_null{s.client_ref}, sql::text_or_null{s.callback_url});
  }
  for (const message& m : changes.accepted)
    insert(m);
  for (const messages_to_many& all : changes.accepted_together) {
    message one = all.common;
    one.id = one.submission;
    for (const auto& to : all.to) {
      one.id += id_step;
      one.destination = to.destination;
      one.carrier = to.carrier;
      one.types.destination_ton = to.ton;
      one.types.destination_npi = to.npi;
      insert(one);
    }
  }
}

void message_writer::insert(const message& m) {
  insert_message_.run(m.id, m.submission, m.account, m.login, m.carrier, m.from, m.priority,
                      m.data_coding, m.esm_class, m.registered_delivery, m.parts, pack(m.types),
                      m.expires_at, m.source, m.destination,
                      sql::octets{m.body, m.body_in_submission}, sql::text_or_null{m.client_ref},
                      sql::text_or_null{m.callback_url}, sql::octets{m.options, m.options.empty()});
}

void message_writer::advance(const batch& changes, bool journaled) {
  for (const recut& r : changes.recuts) {
    recut_.run(r.parts, r.id);
    forget_parts_.run(r.id);
    forget_awaited_.run(r.id);
  }
  for (const replaced& r : changes.replacements) {
    if (recent_->waits_for(r.id)) continue;
    replace_.run(sql::octets{r.body}, r.registered_delivery, r.parts, r.expires_at, r.id);
  }
  for (const sent_part& p : changes.parts) {
    insert_part_.run(p.id, p.part, p.carrier, p.state, p.carrier_message_id);
  }
  for (const settled_part& p : changes.part_settlements)
    settle_part_.run(p.state, p.id, p.part);
  if (journaled) return leave_queue(changes);
  find_pairs(changes);
  for (const sent& s : changes.sents)
    update(s, changes.settlements);
  for (std::size_t i = 0; i < changes.settlements.size(); ++i) {
    if (!settled_already_[i]) update(changes.settlements[i]);
  }
}

void message_writer::leave_queue(const batch& changes) {
  for (const sent& s : changes.sents)
    queue_->leave(s.id, s.parked, s.scheduled_for);
  for (const settled& s : changes.settlements)
    queue_->leave(s.id, s.parked, s.scheduled_for);
}

void message_writer::write(id64 id, const recent::change& what) {
  std::optional<sent> was;
  std::optional<settled> is;
  if (what.sent) {
    was = {.id = id,
           .at = what.sent->at,
           .carrier = what.sent->carrier,
           .attempts = what.sent->attempts,
           .possible_duplicate = what.sent->possible_duplicate,
           .carrier_message_id = what.sent->carrier_message_id,
           .scheduled_for = {}};
  }
  if (what.settled) {
    is = {.id = id,
          .at = what.settled->at,
          .state = what.settled->state,
          .why = what.settled->why,
          .attempts = what.settled->attempts,
          .carrier = what.settled->carrier,
          .possible_duplicate = what.settled->possible_duplicate,
          .error = what.settled->error,
          .scheduled_for = {}};
  }
  const bool end_first = was && what.sent->after_end;
  if (was && is && !end_first && insert_settled(*was, *is)) return;
  if (was && !end_first) upsert(*was, what.sent->first_at);
  if (is) update(*is);
  if (end_first) upsert(*was, what.sent->first_at);
}

void message_writer::find_pairs(const batch& changes) {
  settled_with_.clear();
  settled_already_.assign(changes.settlements.size(), false);
  if (changes.sents.empty()) return;
  for (std::size_t i = 0; i < changes.settlements.size(); ++i) {
    settled_with_.try_emplace(changes.settlements[i].id, i);
  }
}

void message_writer::update(const sent& s, const std::vector<settled>& settlements) {
  queue_->leave(s.id, s.parked, s.scheduled_for);
  if (const auto pair = settled_with_.find(s.id); pair != settled_with_.end()) {
    settled_already_[pair->second] = insert_settled(s, settlements[pair->second]);
    if (settled_already_[pair->second]) return;
  }
  upsert(s, s.at);
}

void message_writer::upsert(const sent& s, wall_time first_at) {
  upsert_sent_.run(s.id, first_at, s.at, s.attempts, s.carrier, s.possible_duplicate,
                   sql::text_or_null{s.carrier_message_id});
}

bool message_writer::insert_settled(const sent& was, const settled& is) {
  queue_->leave(is.id, is.parked, is.scheduled_for);
  return insert_state_.run(
             is.id, is.state, is.why, is.at, was.at, is.attempts != 0 ? is.attempts : was.attempts,
             is.carrier != 0 ? is.carrier : was.carrier,
             was.possible_duplicate || is.possible_duplicate,
             sql::text_or_null{was.carrier_message_id}, sql::text_or_null{is.error}) != 0;
}

void message_writer::update(const settled& s) {
  queue_->leave(s.id, s.parked, s.scheduled_for);
  const auto known = settle_.run(s.state, s.why, s.at, s.attempts, s.carrier, s.possible_duplicate,
                                 sql::text_or_null{s.error}, s.id);
  if (known != 0) return;
  insert_state_.run(s.id, s.state, s.why, s.at, wall_time{}, s.attempts, s.carrier,
                    s.possible_duplicate, sql::text_or_null{}, sql::text_or_null{s.error});
}

void message_writer::withdraw(const batch& changes) {
  for (const id64 id : changes.withdrawn)
    withdraw(id);
}

void message_writer::withdraw(id64 id) {
  const id64 last = id + find_recipients_.find_number(id).value_or(0) * id_step;
  // The statements below ask the tables what was sent. That it is written again later is harmless.
  recent_->for_each_waiting(id, last,
                            [this](id64 one, const recent::change& what) { write(one, what); });
  queue_->withdraw(id, last);
  withdraw_messages_.run(id, last);
  withdraw_submission_.run(id, last);
}

}  // namespace store
