// What a message's whole life costs in the store, beside what SQLite itself costs for as many rows.
//
//   store_bench [messages] [history] [directory]
//   store_bench raw [messages] [directory] [messages of a commit]
//
// The second form is SQLite alone, for other benchmarks to compare with.
// `history` messages are put into the store before the clock runs. Every commit holds 1024 changes
// of each kind, as in a busy daemon: new messages, those of the last commit sent, those of the one
// before settled and their notices written, older notices done. Once with the journal, as the
// daemon has it, and once without; with receipts in order, and in random order, `messages` later.
// Ends with one line of figures.
#include "store/sqlite/sqlite.hpp"

#include <sqlite3.h>

#include <time.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::int64_t batch_size = 1024;
constexpr std::string_view text =
    "Your parcel has arrived at the counter. Bring an identity card and the code 4711. "
    "It waits for seven days.";
constexpr store::wall_time start = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

store::id64 id_of(std::int64_t n) { return store::first_id_at(start) + n * store::id_step; }

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct cost {
  double seconds{}, cpu_seconds{};
};

template <class Work>
cost measure(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  const double cpu_begin = cpu_seconds();
  work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  return {wall.count(), cpu_seconds() - cpu_begin};
}

/// The n-th receipt's message: any order within each `window`, a power of two.
std::int64_t shuffled(std::int64_t n, std::int64_t window) {
  constexpr std::int64_t stride = 0x9E3779B1;
  return n / window * window + n % window * stride % window;
}

/// Changes of the messages first..first+1023, one function per stage of their life.
struct stages {
  store::batch& b;
  std::int64_t window;  // of receipts

  void accept(std::int64_t first) const {
    for (std::int64_t n = first; n < first + batch_size; ++n) {
      store::message m;
      m.id = id_of(n);
      m.account = n % 100;
      m.carrier = n % 4;
      m.registered_delivery = 1;
      m.expires_at = start + std::chrono::hours{24};
      m.source = "Shop";
      m.destination = "4790000001";
      m.body = text;
      b.accepted.push_back(m);
    }
  }
  void send(std::int64_t first) const {
    for (std::int64_t n = first; n < first + batch_size; ++n) {
      char digits[16];
      const auto end = std::to_chars(digits, digits + sizeof digits, id_of(n), 16).ptr;
      store::sent s;
      s.id = id_of(n);
      s.at = start;
      s.carrier = n % 4;
      s.carrier_message_id = b.texts.keep({digits, static_cast<std::size_t>(end - digits)});
      b.sents.push_back(s);
    }
  }
  void settle(std::int64_t first) const {
    for (std::int64_t n = first; n < first + batch_size; ++n) {
      store::settled s;
      s.id = id_of(shuffled(n, window));
      s.at = start;
      s.state = store::progress::delivered;
      b.settlements.push_back(s);
      store::notice told;
      told.target = n % 8;
      told.sequence = n;
      told.subject = s.id;
      b.notices.push_back(told);
    }
  }
  void told(std::int64_t first) const {
    for (std::int64_t n = first; n < first + batch_size; ++n)
      b.notices_done.push_back({n % 8, n});
  }
};

/// Whole lives of messages first..last, `lag` commits between two stages, and `window` messages
/// before a receipt comes.
void live(store::writer& writer, std::int64_t first, std::int64_t last, std::int64_t lag,
          std::int64_t window = 1) {
  store::batch b;
  const stages all{b, window};
  const std::int64_t late = window == 1 ? 0 : window;
  const auto in_range = [&](std::int64_t n) { return n >= first && n < last; };
  const std::int64_t step = lag * batch_size;
  for (std::int64_t n = first; n < last + 3 * step + late; n += batch_size) {
    b.clear();
    if (in_range(n)) all.accept(n);
    if (in_range(n - step)) all.send(n - step);
    if (in_range(n - 2 * step - late)) all.settle(n - 2 * step - late);
    if (in_range(n - 3 * step - late)) all.told(n - 3 * step - late);
    const auto done = writer.commit(b);
    if (!done) throw std::runtime_error(done.error().message());
    if ((n - first) % (batch_size * 256) == 0) {
      std::fprintf(stderr, "%lld of %lld\n", static_cast<long long>(n),
                   static_cast<long long>(last));
    }
  }
}

void check(int code) {
  if (code != SQLITE_OK && code != SQLITE_DONE) throw std::runtime_error(sqlite3_errstr(code));
}

/// The least that durable state can cost: a row per message and a row per state, nothing else.
void raw_rows(const std::string& path, std::int64_t messages, std::int64_t of_a_commit) {
  sqlite3* db = nullptr;
  check(sqlite3_open_v2(path.c_str(), &db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr));
  const auto run = [db](const char* sql) {
    check(sqlite3_exec(db, sql, nullptr, nullptr, nullptr));
  };
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
      "PRAGMA cache_size = -65536;"
      "CREATE TABLE message (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;"
      "CREATE TABLE state (id INTEGER PRIMARY KEY, state INTEGER NOT NULL) STRICT;");
  sqlite3_stmt *message = nullptr, *state = nullptr;
  check(sqlite3_prepare_v2(db, "INSERT INTO message VALUES (?, ?)", -1, &message, nullptr));
  check(sqlite3_prepare_v2(db, "INSERT INTO state VALUES (?, 20)", -1, &state, nullptr));
  for (std::int64_t n = 0; n < messages; n += of_a_commit) {
    run("BEGIN IMMEDIATE");
    for (std::int64_t each = n; each < std::min(n + of_a_commit, messages); ++each) {
      sqlite3_bind_int64(message, 1, id_of(each));
      sqlite3_bind_blob(message, 2, text.data(), static_cast<int>(text.size()), nullptr);
      check(sqlite3_step(message));
      sqlite3_reset(message);
      sqlite3_bind_int64(state, 1, id_of(each));
      check(sqlite3_step(state));
      sqlite3_reset(state);
    }
    run("COMMIT");
  }
  sqlite3_finalize(message);
  sqlite3_finalize(state);
  sqlite3_close(db);
}

struct figures {
  cost prompt, merged, late;
};

/// `messages` each way, after what the store holds already.
figures measure_store(const std::string& path, bool journaled, std::int64_t history,
                      std::int64_t messages) {
  const auto window =
      static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(messages)));
  store::sqlite_options options;
  options.path = path;
  options.sole_daemon = journaled;
  const auto database = store::open_sqlite(options);
  const auto writer = database->make_writer().value();
  live(*writer, 0, history, 1);
  // Whole windows, that every message has its receipt.
  std::int64_t first = (history + window - 1) / window * window;
  const std::int64_t late_messages = (messages + window - 1) / window * window;
  figures all;
  all.late = measure([&] { live(*writer, first, first + late_messages, 1, window); });
  all.late.cpu_seconds *= static_cast<double>(messages) / static_cast<double>(late_messages);
  first += late_messages;
  all.prompt = measure([&] { live(*writer, first, first + messages, 1); });
  first += messages;
  all.merged = measure([&] { live(*writer, first, first + messages, 0); });
  while (writer->catch_up().value() != 0) {
  }
  return all;
}

int run_raw(std::int64_t messages, const std::filesystem::path& directory,
            std::int64_t of_a_commit) {
  const cost raw = measure([&] { raw_rows(directory / "raw.db", messages, of_a_commit); });
  std::printf("raw_rows_per_second=%.0f raw_cpu_us_per_row=%.2f\n",
              2 * static_cast<double>(messages) / raw.seconds,
              5e5 * raw.cpu_seconds / static_cast<double>(messages));
  return EXIT_SUCCESS;
}

int run(std::int64_t messages, std::int64_t history, const std::filesystem::path& directory) {
  const auto plain = measure_store(directory / "plain.db", false, history, messages);
  const auto store = measure_store(directory / "store.db", true, history, messages);
  const cost raw = measure([&] { raw_rows(directory / "raw.db", messages, batch_size); });

  const auto count = static_cast<double>(messages);
  const auto each = [&](const cost& of) { return 1e6 * of.cpu_seconds / count; };
  const double per_second = count / store.prompt.seconds;
  const double raw_rows_per_second = 2 * count / raw.seconds;
  std::printf("CPU of a message, us: %.2f; with random late receipts %.2f\n", each(store.prompt),
              each(store.late));
  std::printf("without the journal:  %.2f; with random late receipts %.2f\n", each(plain.prompt),
              each(plain.late));
  std::printf(
      "messages=%lld history=%lld per_second=%.0f cpu_us_per_message=%.2f "
      "merged_cpu_us_per_message=%.2f late_cpu_us_per_message=%.2f "
      "plain_cpu_us_per_message=%.2f plain_late_cpu_us_per_message=%.2f "
      "raw_rows_per_second=%.0f raw_cpu_us_per_row=%.2f ratio=%.3f cpu_ratio=%.3f\n",
      static_cast<long long>(messages), static_cast<long long>(history), per_second,
      each(store.prompt), each(store.merged), each(store.late), each(plain.prompt),
      each(plain.late), raw_rows_per_second, each(raw) / 2, per_second / raw_rows_per_second,
      raw.cpu_seconds / 2 / store.prompt.cpu_seconds);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int place, std::int64_t otherwise) {
    const std::int64_t given = argc > place ? std::atoll(argv[place]) : otherwise;
    return (given + batch_size - 1) / batch_size * batch_size;
  };
  std::string own = std::filesystem::temp_directory_path() / "store-bench-XXXXXX";
  if (::mkdtemp(own.data()) == nullptr) return EXIT_FAILURE;
  const std::filesystem::path directory = argc > 3 ? argv[3] : own;
  try {
    const bool raw = argc > 1 && std::string_view(argv[1]) == "raw";
    const std::int64_t of_a_commit = argc > 4 ? std::max(std::atoll(argv[4]), 1LL) : batch_size;
    const int result = raw ? run_raw(number(2, 200'000), directory, of_a_commit)
                           : run(number(1, 500'000), number(2, 0), directory);
    std::filesystem::remove_all(own);
    return result;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    std::filesystem::remove_all(own);
    return EXIT_FAILURE;
  }
}
