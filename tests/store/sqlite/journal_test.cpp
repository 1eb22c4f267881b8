// What the journal holds back must not be told from what the tables say.
#include "store/sqlite/journal.hpp"

#include "store/sqlite/recent.hpp"
#include "store/sqlite/sqlite.hpp"
#include "tests/support/store_records.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace tests {
namespace {

using store::progress;

constexpr std::int64_t messages = 24, notices_max = 60;
constexpr std::array targets{-7, 5};

/// Random changes of a few messages and notices, such as the daemon makes and such as it does not.
class changes_maker {
 public:
  explicit changes_maker(unsigned seed) : random_(seed) {}

  [[nodiscard]] std::size_t up_to(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>{0, most}(random_);
  }

  [[nodiscard]] store::batch make() {
    store::batch b;
    ++now_;
    for (auto count = up_to(4); count > 0; --count)
      send(b);
    for (auto count = up_to(6); count > 0; --count)
      settle(b);
    for (auto count = up_to(4); count > 0 && next_notice_ < notices_max; --count)
      b.notices.push_back(make_notice());
    for (auto count = up_to(2); count > 0; --count)
      b.notices_postponed.push_back(
          {any_notice(), static_cast<std::uint32_t>(up_to(9)), at(static_cast<int>(up_to(99)))});
    for (auto count = up_to(3); count > 0; --count)
      b.notices_done.push_back(any_notice());
    b.changes = store::count_journaled(b);
    return b;
  }

 private:
  [[nodiscard]] store::id64 any_id() { return id(static_cast<std::int64_t>(up_to(messages - 1))); }
  [[nodiscard]] std::string_view word(store::batch& b, const char* what) {
    return up_to(2) == 0 ? std::string_view{} : b.texts.keep(what + std::to_string(up_to(999)));
  }
  void send(store::batch& b) {
    const auto one = any_id();
    for (const auto& other : b.sents) {
      if (other.id == one) return;  // the daemon sends a message once in a batch
    }
    // Of a message that has ended one late response may come, not two.
    if (ended_.contains(one) && !late_.insert(one).second) return;
    auto sent = make_sent(one, word(b, "at the carrier's "));
    sent.at = at(now_);
    sent.attempts = static_cast<std::uint32_t>(1 + up_to(3));
    sent.carrier = static_cast<std::int64_t>(up_to(3));
    sent.possible_duplicate = up_to(3) == 0;
    b.sents.push_back(sent);
  }
  void settle(store::batch& b) {
    constexpr std::array states{progress::sent, progress::delivered, progress::failed,
                                progress::cancelled};
    auto settled = make_settled(any_id(), states[up_to(states.size() - 1)]);
    settled.at = at(now_);
    if (store::is_final(settled.state)) ended_.insert(settled.id);
    settled.why = static_cast<store::reason>(up_to(9));
    settled.attempts = static_cast<std::uint32_t>(up_to(2));
    settled.carrier = static_cast<std::int64_t>(up_to(2));
    settled.possible_duplicate = up_to(3) == 0;
    settled.error = word(b, "err ");
    b.settlements.push_back(settled);
  }
  [[nodiscard]] store::notice make_notice() {
    return {.target = targets[up_to(1)],
            .sequence = ++next_notice_,
            .kind = store::notice_kind::receipt,
            .subject = any_id(),
            .attempts = static_cast<std::uint32_t>(up_to(3)),
            .due = at(static_cast<int>(up_to(9))),
            .url = up_to(1) == 0 ? "" : "https://example.com/hook"};
  }
  [[nodiscard]] store::notice_key any_notice() {
    return {targets[up_to(1)],
            static_cast<std::int64_t>(up_to(static_cast<std::size_t>(next_notice_)))};
  }

  std::mt19937 random_;
  std::set<store::id64> ended_, late_;
  int now_{0};
  std::int64_t next_notice_{0};
};

class store_copy {
 public:
  explicit store_copy(store::sqlite_options options) : options_(std::move(options)) {
    options_.path = directory_.file("smppd.db");
    options_.synchronous = store::synchronous::off;
    open();
  }

  void open() {
    reader_.reset();
    writer_.reset();
    database_.reset();
    database_ = store::open_sqlite(options_);
    writer_ = database_->make_writer().value();
    reader_ = database_->make_reader().value();
  }
  [[nodiscard]] const std::string& path() const { return options_.path; }
  [[nodiscard]] store::writer& writer() { return *writer_; }
  [[nodiscard]] store::reader& reader() { return *reader_; }

  /// Everything that a reader can see of messages 0..23 and the notices, as text.
  [[nodiscard]] std::string dump() {
    std::string text;
    const auto number = [&text](auto value) {
      text += std::to_string(static_cast<std::int64_t>(value)) + " ";
    };
    const auto all = reader_->messages_of(id(-1), 0, 1000).value();
    for (const auto& [message, state] : all.items) {
      text += "message ";
      number(message.id);
      number(state.state);
      number(state.why);
      number(state.changed_at.time_since_epoch().count());
      number(state.sent_at.time_since_epoch().count());
      number(state.attempts);
      number(state.carrier);
      number(state.possible_duplicate);
      text += std::string(state.carrier_message_id) + "/" + std::string(state.error) + "\n";
    }
    for (const auto& count : reader_->count_states(id(-1)).value()) {
      text += "count ";
      number(count.state);
      number(count.why);
      number(count.count);
      text += "\n";
    }
    for (const auto target : targets) {
      std::int64_t after = 0;
      for (auto page = reader_->notices(target, after, 3).value(); !page.items.empty();
           page = reader_->notices(target, after, 3).value()) {
        for (const auto& one : page.items) {
          text += "notice ";
          after = one.sequence;
          number(one.target);
          number(one.sequence);
          number(one.subject);
          number(one.attempts);
          number(one.due.time_since_epoch().count());
          text += std::string(one.url) + "\n";
        }
      }
    }
    text += "notices ";
    number(reader_->count_all().value().notices);
    return text;
  }

 private:
  temporary_directory directory_;
  store::sqlite_options options_;
  std::unique_ptr<store::database> database_;
  std::unique_ptr<store::writer> writer_;
  std::unique_ptr<store::reader> reader_;
};

/// A daemon's store, with everything through the journal.
store::sqlite_options through_journal(std::size_t recent_max) {
  store::sqlite_options options;
  options.sole_daemon = true;
  options.journal_from = 1;
  options.recent_max = recent_max;
  return options;
}

store::batch all_accepted() {
  store::batch b;
  store::submission all;
  all.id = id(-1);
  all.recipients = messages;
  all.body = "Hei";
  b.submissions = {all};
  for (std::int64_t n = 0; n < messages; ++n) {
    auto one = make_message(id(n));
    one.submission = id(-1);
    b.accepted.push_back(one);
  }
  b.changes = messages + 1;
  return b;
}

TEST(Journal, IsNotToldFromTheTables) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    changes_maker random(seed);
    store::sqlite_options options;
    store_copy plain(options);
    options.sole_daemon = true;
    options.journal_from = 1 + random.up_to(6);
    options.recent_max = 1 + random.up_to(30);
    store_copy journaled(options);
    const auto begin = all_accepted();
    ASSERT_TRUE(plain.writer().commit(begin));
    ASSERT_TRUE(journaled.writer().commit(begin));
    for (int step = 0; step < 40; ++step) {
      const auto changes = random.make();
      ASSERT_TRUE(plain.writer().commit(changes));
      ASSERT_TRUE(journaled.writer().commit(changes));
      if (random.up_to(9) == 0) {
        ASSERT_TRUE(journaled.writer().catch_up());
      }
      if (random.up_to(9) == 0) journaled.open();  // as after a crash: nothing was caught up
      ASSERT_EQ(journaled.dump(), plain.dump()) << "seed " << seed << ", step " << step;
    }
    while (journaled.writer().catch_up().value() != 0) {
    }
    ASSERT_EQ(journaled.dump(), plain.dump()) << "seed " << seed << ", at rest";
  }
}

TEST(Journal, IsReadBackAsItWasPacked) {
  changes_maker random(1);
  for (int round = 0; round < 50; ++round) {
    const auto changes = random.make();
    std::string octets, again;
    store::pack(changes, octets);
    store::batch read;
    ASSERT_TRUE(store::unpack(octets, read));
    ASSERT_EQ(store::count_journaled(read), store::count_journaled(changes));
    store::pack(read, again);
    ASSERT_EQ(again, octets);
  }
}

TEST(Journal, DamageIsNoticed) {
  changes_maker random(2);
  std::string octets;
  store::pack(random.make(), octets);
  for (std::size_t size = 0; size < octets.size(); ++size) {
    store::batch read;
    EXPECT_FALSE(store::unpack(octets.substr(0, size), read)) << size << " octets";
  }
  store::batch read;
  EXPECT_FALSE(store::unpack(octets + '\0', read));
  octets[0] = 9;
  EXPECT_FALSE(store::unpack(octets, read)) << "another format";
}

// A reader that began earlier must not miss what goes from memory to the tables meanwhile.
TEST(Journal, ReadersMissNothingWhileItIsWritten) {
  store_copy journaled(through_journal(5));
  ASSERT_TRUE(journaled.writer().commit(all_accepted()));
  std::array<std::atomic<progress>, messages> committed{};
  std::atomic<bool> done{false};
  std::atomic<int> missed{0};
  int looked = 0;
  std::thread reader([&] {
    std::mt19937 random(3);
    while (!done || looked < 100) {
      const auto n = std::uniform_int_distribution<std::int64_t>{0, messages - 1}(random);
      const auto before = committed[static_cast<std::size_t>(n)].load();
      const auto found = journaled.reader().find_message(id(n)).value();
      if (found.items[0].state.state < before) ++missed;
      ++looked;
    }
  });
  std::mt19937 random(4);
  for (int round = 0; round < 400; ++round) {
    const auto n = std::uniform_int_distribution<std::int64_t>{0, messages - 1}(random);
    auto& state = committed[static_cast<std::size_t>(n)];
    store::batch b;
    if (state == progress::queued) {
      b.sents = {make_sent(id(n), "abc")};
    } else {
      b.settlements = {make_settled(id(n), progress::delivered)};
    }
    b.changes = 1;
    EXPECT_TRUE(journaled.writer().commit(b));
    state = state == progress::queued ? progress::sent : progress::delivered;
    if (round % 7 == 0) static_cast<void>(journaled.writer().catch_up());
  }
  done = true;
  reader.join();
  EXPECT_EQ(missed, 0);
}

std::int64_t rows_of_journal(const std::string& path) {
  sqlite3* database = nullptr;
  std::int64_t rows = -1;
  sqlite3_open(path.c_str(), &database);
  const auto keep = [](void* into, int, char** values, char**) {
    *static_cast<std::int64_t*>(into) = std::stoll(values[0]);
    return 0;
  };
  sqlite3_exec(database, "SELECT count(*) FROM journal", keep, &rows, nullptr);
  sqlite3_close(database);
  return rows;
}

// Each notice is told before the next one comes: nothing waits, and the journal must end all the
// same.
TEST(Journal, OfWhatComesAndGoesStaysSmall) {
  store_copy journaled(through_journal(10));
  for (std::int64_t n = 1; n <= 2000; ++n) {
    store::batch b;
    b.notices = {{.target = 5, .sequence = n, .subject = id(n), .due = {}, .url = {}}};
    b.notices_done = {{5, n - 1}};
    b.changes = 2;
    ASSERT_TRUE(journaled.writer().commit(b));
  }
  EXPECT_LT(rows_of_journal(journaled.path()), 200);
}

// As long as it is there a change of it must reach memory, too: the commit is told so.
TEST(Recent, KeepsWhatAReaderMayLookForAndNoLonger) {
  store::recent lately;
  store::batch b;
  b.sents = {make_sent(id(1), "a")};
  b.notices = {{.target = 5, .sequence = 1, .subject = id(1), .due = {}, .url = {}}};
  store::arena texts;
  {
    const store::recent::reading news(lately);
    lately.add(b);
    lately.freeze();
    int written = 0;
    lately.write_piece(
        9, [&](store::id64, const auto&) { ++written; }, [&](const store::notice&) { ++written; });
    lately.wrote_piece(true);
    EXPECT_EQ(written, 2);
    EXPECT_EQ(lately.waiting(), 0U);
    EXPECT_FALSE(lately.forget());
    store::message_state state;
    EXPECT_TRUE(news.bring_up_to_date(id(1), state, texts));
    EXPECT_EQ(news.find_notices(5, 0, 9, texts).size(), 1U);
  }
  EXPECT_TRUE(lately.forget());
}

TEST(Recent, PieceThatWasNotCommittedComesAgain) {
  store::recent lately;
  store::batch b;
  b.sents = {make_sent(id(1), "a"), make_sent(id(2), "b")};
  lately.add(b);
  lately.freeze();
  std::vector<store::id64> written;
  const auto write = [&](bool committed) {
    written.clear();
    lately.write_piece(
        1, [&](store::id64 one, const auto&) { written.push_back(one); },
        [](const store::notice&) {});
    lately.wrote_piece(committed);
  };
  write(false);
  write(true);
  EXPECT_EQ(written, std::vector{id(1)});
  EXPECT_EQ(lately.waiting(), 1U);
  write(false);
  EXPECT_TRUE(lately.frozen());
  write(true);
  EXPECT_EQ(written, std::vector{id(2)});
  EXPECT_EQ(lately.waiting(), 0U);
}

TEST(Journal, FreshJournalIsWrittenToTheTablesAtAStart) {
  store_copy journaled(through_journal(1000));
  ASSERT_TRUE(journaled.writer().commit(all_accepted()));
  store::batch b;
  b.sents = {make_sent(id(0), "a"), make_sent(id(1), "b")};
  b.changes = 2;
  ASSERT_TRUE(journaled.writer().commit(b));
  EXPECT_EQ(journaled.reader().awaiting_receipt(0, 9).value().items.size(), 0U);
  journaled.open();
  EXPECT_EQ(ids_of(journaled.reader().awaiting_receipt(0, 9).value()),
            (std::vector<store::id64>{id(0), id(1)}));
  EXPECT_EQ(journaled.writer().catch_up().value(), 0U) << "nothing is left";
}

}  // namespace
}  // namespace tests
