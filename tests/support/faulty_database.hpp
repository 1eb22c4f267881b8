// A database whose writer fails when it is told to, and whose readers stop.
#pragma once

#include "store/sqlite/sqlite.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/watched_reader.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace tests {

class faulty_database final : public store::database {
 public:
  explicit faulty_database(std::unique_ptr<store::database> real) : real_(std::move(real)) {}

  store::result<std::unique_ptr<store::writer>> make_writer() override {
    auto made = real_->make_writer();
    if (!made) return made.error();
    auto writer = std::make_unique<faulty_writer>(std::move(*made));
    writer_ = writer.get();
    return std::unique_ptr<store::writer>(std::move(writer));
  }
  store::result<std::unique_ptr<store::reader>> make_reader() override {
    auto made = real_->make_reader();
    if (!made) return made.error();
    return std::unique_ptr<store::reader>(
        std::make_unique<watched_reader>(std::move(*made), after_sent_parts_));
  }
  /// The last one that was made: before it is used, or on the thread that uses it.
  [[nodiscard]] faulty_writer& writer() noexcept { return *writer_; }
  /// See watched_reader. Before anybody reads.
  void after_sent_parts(std::function<void()> call) { *after_sent_parts_ = std::move(call); }

 private:
  std::unique_ptr<store::database> real_;
  faulty_writer* writer_{nullptr};
  std::shared_ptr<std::function<void()>> after_sent_parts_{
      std::make_shared<std::function<void()>>()};
};

/// A SQLite file that does not wait for the disk: no test pulls the plug.
[[nodiscard]] inline std::unique_ptr<faulty_database> open_faulty(const std::string& path) {
  store::sqlite_options options;
  options.path = path;
  options.synchronous = store::synchronous::off;
  options.sole_daemon = true;  // as the daemon has it, and nearly everything through the journal
  options.journal_from = 2;
  return std::make_unique<faulty_database>(store::open_sqlite(options));
}

}  // namespace tests
