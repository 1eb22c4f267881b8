#include "store/sqlite/writer.hpp"

#include "store/error.hpp"

#include <boost/system/system_error.hpp>

#include <limits>
#include <string>

namespace store {
namespace {

// How much of `recent` a commit writes beside what it adds, and a moment of rest; with how many
// rows of the journal.
constexpr std::size_t piece_min = 64, piece_at_rest = 2000, piece_at_start = 20'000;
// After so many small commits one after another the tables are to say everything again.
constexpr std::size_t small_commits = 100;
// The journal holds at most about twice so many times `recent_max` changes.
constexpr std::size_t journal_times = 8;
constexpr std::size_t url_octets_max = std::size_t{32} * 1024 * 1024;
constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
constexpr std::int64_t rows_trimmed = 16, rows_trimmed_at_rest = 500;

std::string pragmas(const sqlite_options& options) {
  std::string text;
  const auto set = [&text](const char* name, int value) {
    text += std::string{"PRAGMA "} + name + " = " + std::to_string(value) + ";";
  };
  set("synchronous", static_cast<int>(options.synchronous));
  set("cache_size", -options.writer_cache_kib);
  set("journal_size_limit", 64 * 1024 * 1024);
  set("secure_delete", 0);  // Debian's default zeroes freed pages
  set("temp_store", 2);     // memory
  set("foreign_keys", 1);
  if (options.pages_max != 0) set("max_page_count", options.pages_max);
  return text;
}

}  // namespace

sqlite_writer::sqlite_writer(const sqlite_options& options, recent& lately)
    : recent_(&lately),
      journal_from_(options.sole_daemon ? options.journal_from : never),
      recent_max_(options.recent_max),
      connection_(options.path, sql::connection::access::read_write, options.busy_timeout,
                  pragmas(options)),
      write_back_(connection_, options.wal_pages, options.busy_timeout),
      journal_(connection_),
      queue_(connection_),
      messages_(connection_, queue_, lately),
      receipts_(connection_),
      inbound_(connection_),
      notices_(connection_, lately),
      directory_(connection_),
      retention_(connection_, lately) {
  if (options.sole_daemon) replay();
}

// Small commits go straight to the tables; but as long as the journal holds anything, all go there,
// so that reading it from the start ends in what is true. What memory still holds for a reader must
// hear of changes, too.
bool sqlite_writer::belongs_in_journal(const batch& changes) const {
  if (journal_from_ == never) return false;
  return count_journaled(changes) >= journal_from_ || recent_->waiting() != 0 ||
         !journal_.empty() || !recent_->forget();
}

// What is told in time takes itself off what waits again: the journal is counted, too.
bool sqlite_writer::holds_much() const {
  return recent_->waiting() >= recent_max_ || recent_->url_octets() >= url_octets_max ||
         since_frozen_ >= recent_max_ * journal_times;
}

// After a while of small commits only, what is left is written: the next ones go to the tables.
void sqlite_writer::end_journal() {
  small_in_a_row_ = 0;
  if (journal_.empty() || recent_->frozen() || recent_->waiting() > piece_at_rest) return;
  if (const auto left = catch_up(); left && *left != 0) static_cast<void>(catch_up());
}

result<void> sqlite_writer::commit(const batch& changes) {
  const auto count = count_journaled(changes);
  small_in_a_row_ = count < journal_from_ ? small_in_a_row_ + 1 : 0;
  const bool light = small_in_a_row_ >= small_commits;
  if (light) end_journal();
  const bool journaled = belongs_in_journal(changes);
  sql::transaction all(connection_);
  if (journaled) {
    if ((light || holds_much()) && !recent_->frozen()) freeze();
    // Faster than it fills up.
    write_recent(count + piece_min, rows_trimmed);
    if (count != 0) journal_.append(changes);
    since_frozen_ += count;
  }
  messages_.accept(changes);
  queue_.apply(changes);
  messages_.advance(changes, journaled);
  receipts_.apply(changes);
  inbound_.apply(changes);
  notices_.apply(changes, journaled);
  messages_.withdraw(changes);
  const auto done = all.commit();
  if (journaled) finish(done.has_value());
  if (journaled && done) recent_->add(changes);
  return done;
}

void sqlite_writer::freeze() {
  recent_->freeze();
  frozen_at_ = journal_.last();
  since_frozen_ = 0;
}

// Into the tables, in their order.
void sqlite_writer::write_recent(std::size_t limit, std::int64_t rows) {
  recent_->write_piece(
      limit, [this](id64 id, const recent::change& what) { messages_.write(id, what); },
      [this](const notice& one) { notices_.write(one); });
  journal_.trim(rows);
}

void sqlite_writer::finish(bool committed) {
  recent_->wrote_piece(committed);
  if (!committed) return;
  journal_.trimmed();
  if (!recent_->frozen()) journal_.release(frozen_at_);
}

result<std::size_t> sqlite_writer::catch_up() { return catch_up(piece_at_rest); }

result<std::size_t> sqlite_writer::catch_up(std::size_t limit) {
  if (recent_->waiting() == 0 && journal_.empty()) return 0;
  if (!recent_->frozen()) freeze();
  sql::transaction all(connection_);
  write_recent(limit, rows_trimmed_at_rest);
  const auto done = all.commit();
  finish(done.has_value());
  if (!done) return done.error();
  return recent_->waiting() + journal_.rows();
}

// What an earlier run left; some of it may be in the tables already.
void sqlite_writer::replay() {
  sql::transaction all(connection_);
  const bool whole = journal_.read([this](std::string_view octets) {
    batch changes;
    if (!unpack(octets, changes)) return false;
    recent_->add(changes);
    notices_.change(changes);
    return true;
  });
  if (!whole) throw boost::system::system_error(error::corrupt, "the table journal");
  if (const auto done = all.commit(); !done)
    throw boost::system::system_error(done.error(), "reading the table journal");
  result<std::size_t> left = 1;
  while (left && *left != 0)
    left = catch_up(piece_at_start);
  if (!left) throw boost::system::system_error(left.error(), "writing what the journal held");
}

result<std::vector<std::int64_t>> sqlite_writer::carrier_ids(std::span<const std::string> names) {
  return directory_.carrier_ids(names);
}

result<account> sqlite_writer::create_account(std::string_view name) {
  return directory_.create(account{.id = 0, .name = std::string{name}, .active = true});
}

result<api_key> sqlite_writer::create_key(const api_key& wanted) {
  return directory_.create(wanted);
}

result<void> sqlite_writer::deactivate_key(std::string_view key_id) {
  return directory_.deactivate_key(key_id);
}

result<login> sqlite_writer::create_login(const login& wanted) { return directory_.create(wanted); }

result<void> sqlite_writer::update_login(const login& changed) {
  return directory_.update(changed);
}

result<void> sqlite_writer::update_account(const account& changed) {
  return directory_.update(changed);
}

result<keyword> sqlite_writer::create_keyword(const keyword& wanted) {
  return directory_.create(wanted);
}

result<void> sqlite_writer::update_keyword(const keyword& changed) {
  return directory_.update(changed);
}

result<void> sqlite_writer::delete_keyword(std::int64_t id) {
  return directory_.delete_keyword(id);
}

result<std::size_t> sqlite_writer::delete_older(wall_time before, std::size_t limit) {
  return retention_.delete_older(before, limit);
}

}  // namespace store
