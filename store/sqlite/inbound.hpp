// Mobile-originated messages and their parts.
#pragma once

#include "store/batch.hpp"
#include "store/sql/statement.hpp"

namespace store {

class inbound_writer {
 public:
  explicit inbound_writer(sql::connection& on);
  void apply(const batch& changes);

 private:
  bool insert_messages(const batch& changes);

  sql::statement insert_part_, delete_part_, insert_, hit_keyword_;
};

}  // namespace store
