// Customers' things, in memory: accounts, API keys, SMPP logins, keywords. Loop thread only.
#pragma once

#include "store/records.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smppd {

/// What the store's directory says, indexed. Replaced as a whole when the store's directory
/// changes; pointers into it are valid until control returns to the loop.
class directory {
 public:
  directory() = default;
  explicit directory(store::directory loaded);

  [[nodiscard]] std::int64_t version() const noexcept { return loaded_.version; }
  [[nodiscard]] const store::account* find_account(std::int64_t id) const;
  [[nodiscard]] const store::account* find_account(std::string_view name) const;
  /// Active keys of active accounts only.
  [[nodiscard]] const store::api_key* find_key(std::string_view key_id) const;
  /// Active logins of active accounts only.
  [[nodiscard]] const store::login* find_login(std::string_view system_id) const;
  [[nodiscard]] const store::login* find_login(std::int64_t id) const;
  /// Any login of the account that may receive inbound messages; null: it has none.
  [[nodiscard]] const store::login* first_login_of(std::int64_t account) const;
  /// Active or not; `word` in any case.
  [[nodiscard]] const store::keyword* find_keyword(std::string_view word) const;
  /// Null for 0.
  [[nodiscard]] const store::keyword* find_keyword_by_id(std::int64_t id) const;
  [[nodiscard]] const store::keyword* find_keyword_by_uuid(std::string_view uuid) const;
  [[nodiscard]] std::vector<const store::keyword*> keywords_of(std::int64_t account) const;
  /// Counts a hit in memory, as the store does on disk.
  void count_hit(std::int64_t keyword, store::wall_time at);

 private:
  template <class Key>
  using index = boost::unordered_flat_map<Key, std::size_t>;

  store::directory loaded_;
  index<std::int64_t> accounts_, logins_by_id_, keywords_by_id_;
  index<std::string> accounts_by_name_, keys_, logins_, keywords_, keywords_by_uuid_;
};

/// `word` in upper case (ASCII).
[[nodiscard]] std::string fold_keyword(std::string_view word);

}  // namespace smppd
