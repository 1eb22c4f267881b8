// The engines that the contract runs on.
#include "store/sqlite/sqlite.hpp"
#include "tests/store/contract/fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace tests {
namespace {

class sqlite_place final : public place {
 public:
  explicit sqlite_place(const store::sqlite_options& options = {}) : options_(options) {
    options_.path = directory_.file("smppd.db");
    options_.synchronous = store::synchronous::off;  // no test here pulls the plug
  }
  std::unique_ptr<store::database> open() override { return store::open_sqlite(options_); }

 private:
  temporary_directory directory_;
  store::sqlite_options options_;
};

std::unique_ptr<place> plain() { return std::make_unique<sqlite_place>(); }

// Everything through the journal; memory holds it, or hardly anything of it.
template <std::size_t recent_max>
std::unique_ptr<place> journaled() {
  store::sqlite_options options;
  options.sole_daemon = true;
  options.journal_from = 1;
  options.recent_max = recent_max;
  return std::make_unique<sqlite_place>(options);
}

INSTANTIATE_TEST_SUITE_P(Engines, store_contract,
                         testing::Values(engine{"Sqlite", plain},
                                         engine{"SqliteJournal", journaled<1000>},
                                         engine{"SqliteJournalWritten", journaled<1>}),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace tests
