#include "daemon/gateway/directory.hpp"

#include <algorithm>

namespace smppd {

namespace {

template <class Index, class List, class Key>
auto find_in(const Index& index, const List& list, const Key& key) -> decltype(list.data()) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : &list[found->second];
}

}  // namespace

std::string fold_keyword(std::string_view word) {
  std::string folded(word);
  std::ranges::transform(folded, folded.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return folded;
}

directory::directory(store::directory loaded) : loaded_(std::move(loaded)) {
  for (std::size_t i = 0; i < loaded_.accounts.size(); ++i) {
    accounts_[loaded_.accounts[i].id] = i;
    accounts_by_name_[loaded_.accounts[i].name] = i;
  }
  const auto usable = [this](const auto& owned) {
    const auto* owner = find_account(owned.account);
    return owned.active && owner != nullptr && owner->active;
  };
  for (std::size_t i = 0; i < loaded_.keys.size(); ++i) {
    if (usable(loaded_.keys[i])) keys_[loaded_.keys[i].key_id] = i;
  }
  for (std::size_t i = 0; i < loaded_.logins.size(); ++i) {
    if (!usable(loaded_.logins[i])) continue;
    logins_[loaded_.logins[i].system_id] = i;
    logins_by_id_[loaded_.logins[i].id] = i;
  }
  for (std::size_t i = 0; i < loaded_.keywords.size(); ++i) {
    keywords_[loaded_.keywords[i].word] = i;
    keywords_by_id_[loaded_.keywords[i].id] = i;
    keywords_by_uuid_[loaded_.keywords[i].uuid] = i;
  }
}

const store::account* directory::find_account(std::int64_t id) const {
  return find_in(accounts_, loaded_.accounts, id);
}
const store::account* directory::find_account(std::string_view name) const {
  return find_in(accounts_by_name_, loaded_.accounts, std::string(name));
}
const store::api_key* directory::find_key(std::string_view key_id) const {
  return find_in(keys_, loaded_.keys, std::string(key_id));
}
const store::login* directory::find_login(std::string_view system_id) const {
  return find_in(logins_, loaded_.logins, std::string(system_id));
}
const store::login* directory::find_login(std::int64_t id) const {
  return find_in(logins_by_id_, loaded_.logins, id);
}

const store::login* directory::first_login_of(std::int64_t account) const {
  const auto found = std::ranges::find_if(loaded_.logins, [&](const store::login& login) {
    return login.account == account && logins_by_id_.contains(login.id);
  });
  return found == loaded_.logins.end() ? nullptr : &*found;
}

const store::keyword* directory::find_keyword(std::string_view word) const {
  return find_in(keywords_, loaded_.keywords, fold_keyword(word));
}
const store::keyword* directory::find_keyword_by_id(std::int64_t id) const {
  return find_in(keywords_by_id_, loaded_.keywords, id);
}
const store::keyword* directory::find_keyword_by_uuid(std::string_view uuid) const {
  return find_in(keywords_by_uuid_, loaded_.keywords, std::string(uuid));
}

std::vector<const store::keyword*> directory::keywords_of(std::int64_t account) const {
  std::vector<const store::keyword*> found;
  for (const auto& keyword : loaded_.keywords) {
    if (keyword.account == account) found.push_back(&keyword);
  }
  return found;
}

void directory::count_hit(std::int64_t keyword, store::wall_time at) {
  const auto found = keywords_by_id_.find(keyword);
  if (found == keywords_by_id_.end()) return;
  auto& hit = loaded_.keywords[found->second];
  ++hit.messages_received;
  hit.last_message_at = at;
}

}  // namespace smppd
