#include "store/sqlite/receipts.hpp"

namespace store {

receipt_writer::receipt_writer(sql::connection& on)
    : insert_awaited_(on, R"(
        INSERT INTO awaiting_receipt (carrier, key, id, part) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING)"),
      delete_awaited_(on, R"(
        DELETE FROM awaiting_receipt WHERE carrier = $1 AND key = $2 AND id = $3 AND part = $4)"),
      insert_unmatched_(on, R"(
        INSERT INTO unmatched_receipt (sequence, carrier, received_at, carrier_message_id, state,
          error)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING)"),
      delete_unmatched_(on, "DELETE FROM unmatched_receipt WHERE sequence = $1") {}

void receipt_writer::apply(const batch& changes) {
  for (const awaited_receipt& r : changes.awaits)
    insert_awaited_.run(r.carrier, r.key, r.id, r.part);
  for (const awaited_receipt& r : changes.awaits_done) {
    delete_awaited_.run(r.carrier, r.key, r.id, r.part);
  }
  for (const unmatched_receipt& r : changes.unmatched) {
    insert_unmatched_.run(r.sequence, r.carrier, r.received_at, r.carrier_message_id, r.state,
                          sql::text_or_null{r.error});
  }
  for (const std::int64_t sequence : changes.unmatched_done)
    delete_unmatched_.run(sequence);
}

}  // namespace store
