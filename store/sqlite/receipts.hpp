// Receipts that memory does not wait for any more, and those that came for nobody.
#pragma once

#include "store/batch.hpp"
#include "store/sql/statement.hpp"

namespace store {

class receipt_writer {
 public:
  explicit receipt_writer(sql::connection& on);
  void apply(const batch& changes);

 private:
  sql::statement insert_awaited_, delete_awaited_;
  sql::statement insert_unmatched_, delete_unmatched_;
};

}  // namespace store
