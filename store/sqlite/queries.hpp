// What a reader asks: the statements, and how a row becomes a record.
#pragma once

#include "store/records.hpp"
#include "store/sql/statement.hpp"
#include "store/sqlite/recent.hpp"

#include <string>

namespace store {

/// SELECT of messages with their states. `source` names the tables, of which `m` is message;
/// `rest` is what follows them; `more` are further columns.
[[nodiscard]] std::string select_found(const std::string& source, const std::string& rest,
                                       const std::string& more = {});

/// Reads a state, from its column `state` on.
[[nodiscard]] message_state read_state(sql::cursor& row, arena& texts);

/// Reads the rows of `select_found`, and what the tables do not say yet. Messages of one submission
/// that follow each other share the memory of its body.
class found_reader {
 public:
  found_reader(arena& texts, const recent::reading& lately) : texts_(&texts), recent_(&lately) {}
  [[nodiscard]] found_message read(sql::cursor& row);

 private:
  void read_body(sql::cursor& row, message& m);

  arena* texts_;
  const recent::reading* recent_;
  id64 submission_{0};
  std::string_view body_;
};

struct directory_queries {
  explicit directory_queries(sql::connection& c) : on(c) {}

  sql::connection& on;
  sql::statement accounts{on, "SELECT id, name, active FROM account ORDER BY id"};
  sql::statement keys{on, R"(
    SELECT id, account, key_id, secret_hash, created_at, active FROM api_key ORDER BY id)"};
  sql::statement logins{on, R"(
    SELECT id, account, system_id, password_hash, active, binds_max, receipt_format,
      receipt_errors, id_form
    FROM login ORDER BY id)"};
  sql::statement keywords{on, R"(
    SELECT id, uuid, account, word, description, webhook_url, auto_reply_message, active,
      auto_reply_enabled, messages_received, last_message_at, created_at
    FROM keyword ORDER BY id)"};
  sql::statement mark{on, "SELECT value FROM mark WHERE name = $1"};
};

struct message_queries {
  explicit message_queries(sql::connection& c) : on(c) {}

  sql::connection& on;
  sql::statement find{on, select_found("message m", "WHERE m.id = $1")};
  sql::statement last_id{on, R"(
    SELECT max(coalesce((SELECT max(id) FROM message), 0),
               coalesce((SELECT max(id) FROM submission), 0),
               coalesce((SELECT max(id) FROM inbound), 0),
               coalesce((SELECT max(id) FROM inbound_part), 0)))"};
  sql::statement submission{on, R"(
    SELECT id, account, recipients, body, client_ref, callback_url FROM submission
    WHERE id = $1)"};
  // A submission's messages have the ids that follow its own, 64 apart.
  sql::statement of_submission{on, select_found("message m", R"(
    WHERE m.id > max($1, $2) AND m.submission = $1
      AND m.id <= $1 + (SELECT recipients * 64 FROM submission WHERE id = $1)
    ORDER BY m.id LIMIT $3)")};
  sql::statement count_states{on, R"(
    SELECT coalesce(s.state, 0), coalesce(s.why, 0), count(*), max(coalesce(s.sent_at, 0)),
      max(coalesce(s.changed_at, 0))
    FROM message m LEFT JOIN message_state s ON s.id = m.id
    WHERE m.id > $1 AND m.submission = $1
      AND m.id <= $1 + (SELECT recipients * 64 FROM submission WHERE id = $1)
    GROUP BY 1, 2 ORDER BY 1, 2)"};
  sql::statement recipients{on, "SELECT recipients FROM submission WHERE id = $1"};
  sql::statement state{on, R"(
    SELECT s.state, s.why, s.changed_at, s.sent_at, s.attempts, s.carrier, s.possible_duplicate,
      s.carrier_message_id, s.error
    FROM message m LEFT JOIN message_state s ON s.id = m.id
    WHERE m.id = $1 AND m.submission = $2)"};
  sql::statement parts{on, R"(
    SELECT id, part, carrier, state, carrier_message_id FROM message_part
    WHERE id = $1 ORDER BY part)"};
  sql::statement events{on, "SELECT id, at, what FROM event WHERE id = $1 ORDER BY at, what"};
};

struct queue_queries {
  explicit queue_queries(sql::connection& c) : on(c) {}

  static constexpr const char* of_addresses =
      "WHERE m.account = $2 AND m.source = $3 AND m.destination = $4 ORDER BY m.id";
  static constexpr const char* parked_columns =
      ", p.carrier, p.priority, p.sequence, p.attempts, p.possible_duplicate";

  sql::connection& on;
  sql::statement young{on, select_found("message m", R"(
    WHERE m.id >= max($1 + 1, coalesce((SELECT value FROM mark WHERE name = 'young_from'), 0))
      AND s.id IS NULL
      AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.id = m.id)
      AND NOT EXISTS (SELECT 1 FROM scheduled d WHERE d.id = m.id)
    ORDER BY m.id LIMIT $2)")};
  sql::statement parked{on, select_found("parked p JOIN message m ON m.id = p.id", R"(
    WHERE p.carrier = $1 AND p.priority = $2 AND p.sequence > $3 ORDER BY p.sequence LIMIT $4)",
                                         parked_columns)};
  sql::statement expired{on, select_found("parked p JOIN message m ON m.id = p.id", R"(
    WHERE p.carrier = $1 AND p.priority = $2 AND p.sequence > $3 AND m.expires_at <= $4
    ORDER BY p.sequence LIMIT $5)",
                                          parked_columns)};
  // One search per carrier: a DISTINCT would read every row.
  sql::statement parked_carriers{on, R"(
    WITH RECURSIVE next (carrier) AS (
      SELECT min(carrier) FROM parked
      UNION ALL
      SELECT (SELECT min(p.carrier) FROM parked p WHERE p.carrier > next.carrier) FROM next
      WHERE next.carrier IS NOT NULL)
    SELECT carrier FROM next WHERE carrier IS NOT NULL)"};
  sql::statement due{on, select_found("scheduled d JOIN message m ON m.id = d.id", R"(
    WHERE d.due <= $1 AND (d.due, d.id) > ($2, $3) ORDER BY d.due, d.id LIMIT $4)",
                                      ", d.due, d.carrier, d.attempts, d.possible_duplicate")};
  sql::statement next_due{on, R"(
    SELECT due FROM scheduled WHERE (due, id) > ($1, $2) ORDER BY due, id LIMIT 1)"};
  sql::statement scheduled{on, R"(
    SELECT id, due, carrier, attempts, possible_duplicate FROM scheduled WHERE id = $1)"};
  sql::statement place{on, R"(
    SELECT id, carrier, priority, sequence, attempts, possible_duplicate FROM parked
    WHERE id = $1)"};
  // Neither table is searched as a whole: each may be long, and neither knows addresses.
  sql::statement parked_between{on, select_found(R"(
    (SELECT id FROM parked ORDER BY id DESC LIMIT $1) p JOIN message m ON m.id = p.id)",
                                                 of_addresses)};
  sql::statement scheduled_between{on, select_found(R"(
    (SELECT id FROM scheduled ORDER BY due, id LIMIT $1) d JOIN message m ON m.id = d.id)",
                                                    of_addresses)};
  sql::statement totals{on, R"(
    SELECT (SELECT count(*) FROM parked), (SELECT count(*) FROM scheduled),
      (SELECT count(*) FROM notice), (SELECT count(*) FROM unmatched_receipt),
      (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size))"};
};

struct receipt_queries {
  explicit receipt_queries(sql::connection& c) : on(c) {}

  sql::connection& on;
  sql::statement young{on, select_found("message_state w JOIN message m ON m.id = w.id", R"(
    WHERE w.id >= max($1 + 1, coalesce((SELECT value FROM mark WHERE name = 'receipts_from'), 0))
      AND w.state = 10
    ORDER BY w.id LIMIT $2)")};
  sql::statement awaited{on, R"(
    SELECT carrier, key, id, part FROM awaiting_receipt WHERE carrier = $1 AND key = $2
    ORDER BY id, part)"};
  sql::statement unmatched{on, R"(
    SELECT sequence, carrier, received_at, carrier_message_id, state, error
    FROM unmatched_receipt WHERE received_at >= $1 ORDER BY sequence LIMIT $2)"};
};

struct notice_queries {
  explicit notice_queries(sql::connection& c) : on(c) {}

  sql::connection& on;
  // One search per target: a DISTINCT would read every notice.
  sql::statement targets{on, R"(
    WITH RECURSIVE next (target) AS (
      SELECT min(target) FROM notice
      UNION ALL
      SELECT (SELECT min(n.target) FROM notice n WHERE n.target > next.target) FROM next
      WHERE next.target IS NOT NULL)
    SELECT target FROM next WHERE target IS NOT NULL)"};
  sql::statement of_target{on, R"(
    SELECT target, sequence, kind, subject, attempts, due, url FROM notice
    WHERE target = $1 AND sequence > $2 ORDER BY sequence LIMIT $3)"};
  sql::statement inbound_parts{on, R"(
    SELECT id, carrier, received_at, source, destination, types, data_coding, total, part, kind,
      reference, user_data
    FROM inbound_part WHERE id > $1 ORDER BY id LIMIT $2)"};
  sql::statement inbound{on, R"(
    SELECT id, carrier, account, keyword, received_at, types, data_coding, parts, partial, source,
      destination, user_data, text
    FROM inbound WHERE id = $1)"};
};

}  // namespace store
