#include "store/sqlite/retention.hpp"

#include <algorithm>

namespace store {

retention::retention(sql::connection& on, const recent& lately)
    : on_(&on),
      recent_(&lately),
      find_messages_(on, R"(
        SELECT m.id, m.submission FROM message m CROSS JOIN message_state s
        WHERE m.id > $1 AND m.id < $2 AND s.id = m.id AND s.state >= 10
          AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.subject = m.id)
        ORDER BY m.id LIMIT $3)"),
      // What nobody took by now is given up.
      delete_notices_(on, R"(
        DELETE FROM notice WHERE sequence < $1 AND subject IN (
          SELECT n.subject FROM notice n WHERE n.subject < $1 AND n.sequence < $1
          ORDER BY n.subject LIMIT $2))"),
      delete_from_{{{on, "DELETE FROM message WHERE id = $1"},
                    {on, "DELETE FROM message_state WHERE id = $1"},
                    {on, "DELETE FROM message_part WHERE id = $1"},
                    {on, "DELETE FROM awaiting_receipt WHERE id = $1"},
                    {on, "DELETE FROM event WHERE id = $1"}}},
      delete_submission_(on, R"(
        DELETE FROM submission WHERE id = $1 AND NOT EXISTS (
          SELECT 1 FROM message m WHERE m.id > $1 AND m.id <= $1 + submission.recipients * 64))"),
      delete_inbound_(on, R"(
        DELETE FROM inbound WHERE id IN (
          SELECT i.id FROM inbound i WHERE i.id < $1
            AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.subject = i.id)
          ORDER BY i.id LIMIT $2))"),
      delete_unmatched_(on, R"(
        DELETE FROM unmatched_receipt WHERE received_at < $1 AND sequence IN (
          SELECT sequence FROM unmatched_receipt ORDER BY sequence LIMIT $2))") {}

result<std::size_t> retention::delete_older(wall_time before, std::size_t limit) {
  sql::transaction all(*on_);
  const id64 bound = first_id_at(before);
  auto deleted = static_cast<std::size_t>(delete_notices_.run(bound, limit));
  const auto left = [&] { return limit - std::min(limit, deleted); };
  const auto wanted = left();
  const auto messages = find_messages(bound, wanted);
  delete_messages(messages);
  deleted += messages.size();
  deleted += static_cast<std::size_t>(delete_inbound_.run(bound, left()));
  deleted += static_cast<std::size_t>(delete_unmatched_.run(before, left()));
  if (const auto done = all.commit(); !done) return done.error();
  looked_up_to_ = messages.empty() || messages.size() < wanted ? 0 : messages.back().id;
  return deleted;
}

std::vector<retention::candidate> retention::find_messages(id64 bound, std::size_t limit) {
  std::vector<candidate> found;
  for (auto row = find_messages_.select(looked_up_to_, bound, limit); row.next();) {
    found.push_back({row.number(), row.number()});
  }
  return found;
}

void retention::delete_messages(const std::vector<candidate>& messages) {
  id64 submission = 0;  // of the messages just deleted
  const auto leave = [&] {
    if (submission != 0) delete_submission_.run(submission);
  };
  for (const candidate& m : messages) {
    if (recent_->waits_for(m.id)) continue;  // there is news of it
    for (sql::statement& delete_from : delete_from_)
      delete_from.run(m.id);
    if (m.submission == submission) continue;
    leave();
    submission = m.submission;
  }
  leave();
}

}  // namespace store
