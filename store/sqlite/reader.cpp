#include "store/sqlite/reader.hpp"

#include "store/error.hpp"
#include "store/sqlite/messages.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>

namespace store {
namespace {

using sql::cursor;

template <class Record>
result<rows<Record>> unless_empty(result<rows<Record>> found) {
  if (found && found->items.empty()) return error::not_found;
  return found;
}

/// All rows of a query; `read` makes a record of one.
template <class Record, class Read, class... Values>
result<rows<Record>> read_all(sql::connection& on, Read read, sql::statement& query,
                              const Values&... values) {
  rows<Record> found;
  for (auto row = query.select(values...); row.next();) {
    found.items.push_back(read(row, found.texts));
  }
  return on.outcome(std::move(found));
}

template <class... Values>
result<rows<found_message>> read_found(sql::connection& on, recent& lately, sql::statement& query,
                                       const Values&... values) {
  const recent::reading news(lately);
  rows<found_message> found;
  found_reader decoder(found.texts, news);
  for (auto row = query.select(values...); row.next();)
    found.items.push_back(decoder.read(row));
  return on.outcome(std::move(found));
}

/// How many messages of a submission are in which state, in the order of the states.
class state_counts {
 public:
  void add(progress state, reason why, std::int64_t count, wall_time sent_at,
           wall_time changed_at) {
    auto& of = counts_[{state, why}];
    of.state = state;
    of.why = why;
    of.count += static_cast<std::uint64_t>(count);
    of.sent_at = std::max(of.sent_at, sent_at);
    of.changed_at = std::max(of.changed_at, changed_at);
  }
  [[nodiscard]] std::vector<reader::state_count> take() const {
    std::vector<reader::state_count> all;
    for (const auto& [state, count] : counts_) {
      if (count.count != 0) all.push_back(count);
    }
    return all;
  }

 private:
  std::map<std::pair<progress, reason>, reader::state_count> counts_;
};

scheduled read_scheduled(cursor& row, id64 id) {
  return {.id = id,
          .due = row.time(),
          .carrier = row.number(),
          .attempts = row.number<std::uint32_t>(),
          .possible_duplicate = row.number<bool>()};
}

submission read_submission(cursor& row, arena& texts) {
  return {.id = row.number(),
          .account = row.number(),
          .recipients = row.number<std::uint32_t>(),
          .body = row.text(texts),
          .client_ref = row.text(texts),
          .callback_url = row.text(texts)};
}

sent_part read_part(cursor& row, arena& texts) {
  return {.id = row.number(),
          .part = row.number<std::uint8_t>(),
          .carrier = row.number(),
          .state = row.number<progress>(),
          .carrier_message_id = row.text(texts)};
}

parked read_place(cursor& row, id64 id) {
  return {.carrier = row.number(),
          .priority = row.number<std::uint8_t>(),
          .id = id,
          .sequence = row.number(),
          .attempts = row.number<std::uint32_t>(),
          .possible_duplicate = row.number<bool>()};
}

template <class... Arguments>
result<rows<reader::parked_message>> read_parked(sql::connection& on, recent& lately,
                                                 sql::statement& query,
                                                 const Arguments&... arguments) {
  const recent::reading news(lately);
  rows<reader::parked_message> parked;
  found_reader decoder(parked.texts, news);
  for (cursor row = query.select(arguments...); row.next();) {
    const found_message found = decoder.read(row);
    parked.items.push_back({found, read_place(row, found.message.id)});
  }
  return on.outcome(std::move(parked));
}

awaited_receipt read_awaited(cursor& row, arena& texts) {
  return {.carrier = row.number(),
          .key = row.text(texts),
          .id = row.number(),
          .part = row.number<std::uint8_t>()};
}

unmatched_receipt read_unmatched(cursor& row, arena& texts) {
  return {.sequence = row.number(),
          .carrier = row.number(),
          .received_at = row.time(),
          .carrier_message_id = row.text(texts),
          .state = row.number<std::uint8_t>(),
          .error = row.text(texts)};
}

notice read_notice(cursor& row, arena& texts) {
  return {.target = row.number(),
          .sequence = row.number(),
          .kind = row.number<notice_kind>(),
          .subject = row.number(),
          .attempts = row.number<std::uint32_t>(),
          .due = row.time(),
          .url = row.text(texts)};
}

inbound_part read_inbound_part(cursor& row, arena& texts) {
  return {.id = row.number(),
          .carrier = row.number(),
          .received_at = row.time(),
          .source = row.text(texts),
          .destination = row.text(texts),
          .types = unpack_types(row.number()),
          .data_coding = row.number<std::uint8_t>(),
          .total = row.number<std::uint8_t>(),
          .part = row.number<std::uint8_t>(),
          .kind = row.number<std::uint8_t>(),
          .reference = row.number<std::uint16_t>(),
          .user_data = row.text(texts)};
}

inbound read_inbound(cursor& row, arena& texts) {
  return {.id = row.number(),
          .carrier = row.number(),
          .account = row.number(),
          .keyword = row.number(),
          .received_at = row.time(),
          .types = unpack_types(row.number()),
          .data_coding = row.number<std::uint8_t>(),
          .parts = row.number<std::uint8_t>(),
          .partial = row.number<bool>(),
          .source = row.text(texts),
          .destination = row.text(texts),
          .user_data = row.text(texts),
          .text = row.text(texts)};
}

event read_event(cursor& row, arena& texts) {
  return {.id = row.number(), .at = row.time(), .what = row.text(texts)};
}

}  // namespace

sqlite_reader::sqlite_reader(const sqlite_options& options, recent& lately)
    : connection_(options.path, sql::connection::access::read_only, options.busy_timeout,
                  "PRAGMA query_only = 1; PRAGMA temp_store = 2; PRAGMA cache_size = -" +
                      std::to_string(options.reader_cache_kib)),
      recent_(&lately) {}

result<rows<found_message>> sqlite_reader::find_message(id64 id) {
  return unless_empty(read_found(connection_, *recent_, messages_.find, id));
}

result<rows<found_message>> sqlite_reader::find_messages(std::span<const id64> ids) {
  const recent::reading news(*recent_);
  sql::transaction all(connection_, sql::transaction::kind::read);
  rows<found_message> found;
  found_reader decoder(found.texts, news);
  for (const id64 id : ids) {
    auto row = messages_.find.select(id);
    if (row.next()) found.items.push_back(decoder.read(row));
  }
  return connection_.outcome(std::move(found));
}

result<rows<submission>> sqlite_reader::find_submission(id64 id) {
  return unless_empty(read_all<submission>(connection_, read_submission, messages_.submission, id));
}

result<rows<found_message>> sqlite_reader::messages_of(id64 submission, id64 after,
                                                       std::size_t limit) {
  return read_found(connection_, *recent_, messages_.of_submission, submission, after, limit);
}

result<std::vector<reader::state_count>> sqlite_reader::count_states(id64 submission) {
  const recent::reading news(*recent_);
  sql::transaction all(connection_, sql::transaction::kind::read);
  state_counts counts;
  for (auto row = messages_.count_states.select(submission); row.next();) {
    const auto state = row.number<progress>();
    const auto why = row.number<reason>();
    const auto count = row.number();
    const auto sent_at = row.time();
    counts.add(state, why, count, sent_at, row.time());
  }
  const auto recipients = messages_.recipients.find_number(submission).value_or(0);
  arena texts;
  for (const id64 id :
       news.find(submission + id_step, submission + recipients * id_step, id_step)) {
    auto row = messages_.state.select(id, submission);
    if (!row.next()) continue;
    message_state state = read_state(row, texts);
    counts.add(state.state, state.why, -1, {}, {});
    news.bring_up_to_date(id, state, texts);
    counts.add(state.state, state.why, 1, state.sent_at, state.changed_at);
  }
  return connection_.outcome(counts.take());
}

result<std::vector<scheduled>> sqlite_reader::find_scheduled(id64 id) {
  std::vector<scheduled> found;
  for (auto row = queue_.scheduled.select(id); row.next();) {
    found.push_back(read_scheduled(row, row.number()));
  }
  return connection_.outcome(std::move(found));
}

result<std::vector<parked>> sqlite_reader::find_parked(id64 id) {
  std::vector<parked> found;
  for (auto row = queue_.place.select(id); row.next();)
    found.push_back(read_place(row, row.number()));
  return connection_.outcome(std::move(found));
}

result<rows<found_message>> sqlite_reader::find_waiting(std::int64_t account,
                                                        std::string_view source,
                                                        std::string_view destination,
                                                        std::size_t looked_at_max) {
  const recent::reading news(*recent_);
  rows<found_message> found;
  found_reader decoder(found.texts, news);
  for (auto* query : {&queue_.parked_between, &queue_.scheduled_between}) {
    for (auto row = query->select(looked_at_max, account, source, destination); row.next();)
      found.items.push_back(decoder.read(row));
  }
  return connection_.outcome(std::move(found));
}

result<rows<found_message>> sqlite_reader::young_queued(id64 after, std::size_t limit) {
  return read_found(connection_, *recent_, queue_.young, after, limit);
}

result<rows<reader::parked_message>> sqlite_reader::parked_messages(std::int64_t carrier,
                                                                    std::uint8_t priority,
                                                                    id64 after_sequence,
                                                                    std::size_t limit) {
  return read_parked(connection_, *recent_, queue_.parked, carrier, priority, after_sequence,
                     limit);
}

result<rows<reader::parked_message>> sqlite_reader::expired_parked(std::int64_t carrier,
                                                                   std::uint8_t priority,
                                                                   id64 after_sequence,
                                                                   wall_time now,
                                                                   std::size_t limit) {
  return read_parked(connection_, *recent_, queue_.expired, carrier, priority, after_sequence, now,
                     limit);
}

result<std::vector<std::int64_t>> sqlite_reader::parked_carriers() {
  std::vector<std::int64_t> carriers;
  for (auto row = queue_.parked_carriers.select(); row.next();)
    carriers.push_back(row.number());
  return connection_.outcome(std::move(carriers));
}

result<rows<reader::due_message>> sqlite_reader::due_messages(wall_time until, wall_time after_due,
                                                              id64 after_id, std::size_t limit) {
  const recent::reading news(*recent_);
  rows<due_message> due;
  found_reader decoder(due.texts, news);
  for (auto row = queue_.due.select(until, after_due, after_id, limit); row.next();) {
    const found_message found = decoder.read(row);
    due.items.push_back({found, read_scheduled(row, found.message.id)});
  }
  return connection_.outcome(std::move(due));
}

result<wall_time> sqlite_reader::next_due(wall_time after_due, id64 after_id) {
  const auto due = queue_.next_due.find_number(after_due, after_id).value_or(0);
  return connection_.outcome(wall_time{std::chrono::milliseconds{due}});
}

result<rows<sent_part>> sqlite_reader::sent_parts(std::span<const id64> ids) {
  sql::transaction all(connection_, sql::transaction::kind::read);
  rows<sent_part> found;
  for (const id64 id : ids) {
    for (auto row = messages_.parts.select(id); row.next();) {
      found.items.push_back(read_part(row, found.texts));
    }
  }
  return connection_.outcome(std::move(found));
}

result<rows<found_message>> sqlite_reader::awaiting_receipt(id64 after, std::size_t limit) {
  return read_found(connection_, *recent_, receipts_.young, after, limit);
}

result<rows<awaited_receipt>> sqlite_reader::find_awaited(std::int64_t carrier,
                                                          std::span<const std::string> keys) {
  sql::transaction all(connection_, sql::transaction::kind::read);
  rows<awaited_receipt> found;
  for (const std::string& key : keys) {
    for (auto row = receipts_.awaited.select(carrier, key); row.next();) {
      found.items.push_back(read_awaited(row, found.texts));
    }
  }
  return connection_.outcome(std::move(found));
}

result<rows<unmatched_receipt>> sqlite_reader::unmatched_receipts(wall_time since,
                                                                  std::size_t limit) {
  return read_all<unmatched_receipt>(connection_, read_unmatched, receipts_.unmatched, since,
                                     limit);
}

result<std::vector<std::int64_t>> sqlite_reader::notice_targets() {
  std::vector<std::int64_t> targets;
  for (auto row = notices_.targets.select(); row.next();)
    targets.push_back(row.number());
  return connection_.outcome(std::move(targets));
}

result<rows<notice>> sqlite_reader::notices(std::int64_t target, std::int64_t after_sequence,
                                            std::size_t limit) {
  const recent::reading news(*recent_);
  auto found =
      read_all<notice>(connection_, read_notice, notices_.of_target, target, after_sequence, limit);
  if (!found) return found;
  // What waits there is newer, or the same, than what the table has under its number.
  auto all = news.find_notices(target, after_sequence, limit, found->texts);
  std::ranges::copy(found->items, std::back_inserter(all));
  std::ranges::stable_sort(all, {}, &notice::sequence);
  const auto repeated = std::ranges::unique(all, {}, &notice::sequence);
  all.erase(repeated.begin(), repeated.end());
  if (all.size() > limit) all.resize(limit);
  found->items = std::move(all);
  return found;
}

result<rows<inbound_part>> sqlite_reader::waiting_inbound_parts(id64 after, std::size_t limit) {
  return read_all<inbound_part>(connection_, read_inbound_part, notices_.inbound_parts, after,
                                limit);
}

result<rows<inbound>> sqlite_reader::find_inbound(id64 id) {
  return unless_empty(read_all<inbound>(connection_, read_inbound, notices_.inbound, id));
}

result<rows<event>> sqlite_reader::events_of(id64 id) {
  return read_all<event>(connection_, read_event, messages_.events, id);
}

result<reader::totals> sqlite_reader::count_all() {
  const recent::reading news(*recent_);
  totals all;
  if (auto row = queue_.totals.select(); row.next()) {
    all = {.parked = row.number<std::uint64_t>(),
           .scheduled = row.number<std::uint64_t>(),
           .notices = row.number<std::uint64_t>(),
           .unmatched = row.number<std::uint64_t>(),
           .database_octets = row.number<std::uint64_t>()};
  }
  all.notices += news.count_notices();
  std::error_code none;  // no log: nothing was written yet
  const auto log_octets = std::filesystem::file_size(connection_.path().string() + "-wal", none);
  if (!none) all.wal_octets = log_octets;
  return connection_.outcome(std::move(all));
}

}  // namespace store
