#include "store/sqlite/inbound.hpp"

#include "store/sqlite/messages.hpp"

namespace store {

inbound_writer::inbound_writer(sql::connection& on)
    : insert_part_(on, R"(
        INSERT INTO inbound_part (id, carrier, received_at, source, destination, types, data_coding,
          total, part, kind, reference, user_data)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING)"),
      delete_part_(on, "DELETE FROM inbound_part WHERE id = $1"),
      insert_(on, R"(
        INSERT INTO inbound (id, carrier, account, keyword, received_at, types, data_coding, parts,
          partial, source, destination, user_data, text)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING)"),
      hit_keyword_(on, R"(
        UPDATE keyword SET messages_received = messages_received + 1,
          last_message_at = CASE WHEN last_message_at < $1 THEN $1 ELSE last_message_at END
        WHERE id = $2)") {}

void inbound_writer::apply(const batch& changes) {
  for (const inbound_part& p : changes.inbound_parts) {
    insert_part_.run(p.id, p.carrier, p.received_at, p.source, p.destination, pack(p.types),
                     p.data_coding, p.total, p.part, p.kind, p.reference, sql::octets{p.user_data});
  }
  for (const id64 id : changes.inbound_parts_done)
    delete_part_.run(id);
  // A batch whose messages are all here already is applied again: its hits were counted.
  if (!insert_messages(changes) && !changes.inbounds.empty()) return;
  for (const keyword_hit& hit : changes.keyword_hits)
    hit_keyword_.run(hit.at, hit.keyword);
}

bool inbound_writer::insert_messages(const batch& changes) {
  std::int64_t inserted = 0;
  for (const inbound& m : changes.inbounds) {
    inserted += insert_.run(m.id, m.carrier, m.account, m.keyword, m.received_at, pack(m.types),
                            m.data_coding, m.parts, m.partial, m.source, m.destination,
                            sql::octets{m.user_data}, m.text);
  }
  return inserted != 0;
}

}  // namespace store
