// Deletes what is old and done, in small bites.
#pragma once

#include "store/sql/statement.hpp"
#include "store/sqlite/recent.hpp"
#include "store/store.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace store {

class retention {
 public:
  /// `lately` outlives it.
  retention(sql::connection& on, const recent& lately);

  /// Contract: writer::delete_older.
  result<std::size_t> delete_older(wall_time before, std::size_t limit);

 private:
  struct candidate {
    id64 id{}, submission{};
  };
  std::vector<candidate> find_messages(id64 bound, std::size_t limit);
  void delete_messages(const std::vector<candidate>& messages);

  sql::connection* on_;
  const recent* recent_;
  sql::statement find_messages_, delete_notices_;
  std::array<sql::statement, 5> delete_from_;
  sql::statement delete_submission_, delete_inbound_, delete_unmatched_;
  id64 looked_up_to_{0};  // messages up to here were deleted, or found to stay, in this round
};

}  // namespace store
