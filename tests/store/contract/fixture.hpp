// What every engine must do: a suite that runs once per engine (see engines.cpp).
#pragma once

#include "store/error.hpp"
#include "store/store.hpp"
#include "tests/support/store_records.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tests {

/// Where the database of one test lives.
class place {
 public:
  virtual ~place() = default;
  [[nodiscard]] virtual std::unique_ptr<store::database> open() = 0;
};

struct engine {
  const char* name;
  std::unique_ptr<place> (*make_place)();
};

class store_contract : public testing::TestWithParam<engine> {
 protected:
  store_contract() : place_(GetParam().make_place()) { open(); }

  void reopen() {
    reader_.reset();
    writer_.reset();
    database_.reset();
    open();
  }

  [[nodiscard]] store::writer& writer() { return *writer_; }
  [[nodiscard]] store::reader& reader() { return *reader_; }

  void commit(const store::batch& changes) {
    const auto done = writer_->commit(changes);
    ASSERT_TRUE(done) << done.error().message();
  }
  /// One change of one list, as in `add(&store::batch::sents, make_sent(...))`.
  template <class Record>
  void add(std::vector<Record> store::batch::*list, const Record& record) {
    store::batch b;
    (b.*list).push_back(record);
    b.changes = 1;
    commit(b);
  }

  /// Until nothing is put off any more: then a start would find the same.
  void catch_up() {
    for (std::size_t left = 1; left != 0;)
      left = writer_->catch_up().value();
  }

  [[nodiscard]] std::vector<store::id64> parked_ids(std::int64_t carrier, std::uint8_t priority,
                                                    store::id64 after, std::size_t limit) {
    std::vector<store::id64> found;
    const auto parked = reader_->parked_messages(carrier, priority, after, limit).value();
    for (const auto& one : parked.items)
      found.push_back(one.found.message.id);
    return found;
  }

  [[nodiscard]] store::message_state state_of(store::id64 id) {
    last_found_ = reader_->find_message(id).value();
    return last_found_.items.at(0).state;
  }

 private:
  void open() {
    database_ = place_->open();
    writer_ = database_->make_writer().value();
    reader_ = database_->make_reader().value();
  }

  std::unique_ptr<place> place_;
  std::unique_ptr<store::database> database_;
  std::unique_ptr<store::writer> writer_;
  std::unique_ptr<store::reader> reader_;
  store::rows<store::found_message> last_found_;
};

using ids = std::vector<store::id64>;

}  // namespace tests
