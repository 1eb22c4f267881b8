// The engines that the contract runs on.
#include "store/sqlite/sqlite.hpp"
#include "tests/store/contract/fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace tests {
namespace {

class sqlite_place final : public place {
 public:
  std::unique_ptr<store::database> open() override {
    store::sqlite_options options;
    options.path = directory_.file("smppd.db");
    options.synchronous = store::synchronous::off;  // no test here pulls the plug
    return store::open_sqlite(options);
  }

 private:
  temporary_directory directory_;
};

INSTANTIATE_TEST_SUITE_P(Engines, store_contract,
                         testing::Values(engine{"Sqlite",
                                                []() -> std::unique_ptr<place> {
                                                  return std::make_unique<sqlite_place>();
                                                }}),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace tests
