// Customers' things, and the names of carriers.
#include "tests/store/contract/fixture.hpp"

namespace tests {
namespace {

using store::error;

store::api_key key_of(std::int64_t account, const char* key_id) {
  store::api_key key;
  key.account = account;
  key.key_id = key_id;
  key.secret_hash = std::string("\0\xfe", 2);
  key.created_at = at(1);
  return key;
}

store::login login_of(std::int64_t account, const char* system_id) {
  store::login login;
  login.account = account;
  login.system_id = system_id;
  login.password_hash = "$argon2id$";
  login.binds_max = 4;
  return login;
}

store::keyword keyword_of(std::int64_t account, const char* uuid, const char* word) {
  store::keyword keyword;
  keyword.uuid = uuid;
  keyword.account = account;
  keyword.word = word;
  keyword.description = "Questions";
  keyword.webhook_url = "https://example.com/in";
  keyword.auto_reply_message = "Thank you";
  keyword.auto_reply_enabled = true;
  keyword.created_at = at(1);
  return keyword;
}

TEST_P(store_contract, CarriersKeepTheirIds) {
  const std::vector<std::string> names{"north", "south"};
  const auto first = writer().carrier_ids(names).value();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_NE(first[0], first[1]);
  reopen();
  const std::vector<std::string> later{"west", "south", "north"};
  const auto second = writer().carrier_ids(later).value();
  EXPECT_EQ(second.at(1), first[1]);
  EXPECT_EQ(second.at(2), first[0]);
}

TEST_P(store_contract, DirectoryHoldsWhatWasCreated) {
  const auto account = writer().create_account("shop").value();
  const auto key = writer().create_key(key_of(account.id, "k1")).value();
  const auto login = writer().create_login(login_of(account.id, "esme1")).value();
  const auto keyword = writer().create_keyword(keyword_of(account.id, "u1", "INFO")).value();
  reopen();
  const auto all = reader().load_directory().value();
  ASSERT_EQ(all.accounts.size(), 1U);
  EXPECT_EQ(all.accounts[0].id, account.id);
  EXPECT_EQ(all.accounts[0].name, "shop");
  EXPECT_TRUE(all.accounts[0].active);
  ASSERT_EQ(all.keys.size(), 1U);
  EXPECT_EQ(all.keys[0].id, key.id);
  EXPECT_EQ(all.keys[0].account, account.id);
  EXPECT_EQ(all.keys[0].key_id, "k1");
  EXPECT_EQ(all.keys[0].secret_hash, std::string("\0\xfe", 2));
  EXPECT_EQ(all.keys[0].created_at, at(1));
  ASSERT_EQ(all.logins.size(), 1U);
  EXPECT_EQ(all.logins[0].id, login.id);
  EXPECT_EQ(all.logins[0].system_id, "esme1");
  EXPECT_EQ(all.logins[0].password_hash, "$argon2id$");
  EXPECT_EQ(all.logins[0].binds_max, 4U);
  ASSERT_EQ(all.keywords.size(), 1U);
  EXPECT_EQ(all.keywords[0].id, keyword.id);
  EXPECT_EQ(all.keywords[0].uuid, "u1");
  EXPECT_EQ(all.keywords[0].word, "INFO");
  EXPECT_EQ(all.keywords[0].description, "Questions");
  EXPECT_EQ(all.keywords[0].webhook_url, "https://example.com/in");
  EXPECT_EQ(all.keywords[0].auto_reply_message, "Thank you");
  EXPECT_TRUE(all.keywords[0].auto_reply_enabled);
  EXPECT_EQ(all.keywords[0].created_at, at(1));
}

TEST_P(store_contract, NamesAreUnique) {
  const auto account = writer().create_account("shop").value();
  EXPECT_TRUE(writer().create_key(key_of(account.id, "k1")));
  EXPECT_TRUE(writer().create_login(login_of(account.id, "esme1")));
  EXPECT_TRUE(writer().create_keyword(keyword_of(account.id, "u1", "INFO")));
  const auto version = reader().directory_version().value();
  EXPECT_EQ(writer().create_account("shop").error(), error::already_exists);
  EXPECT_EQ(writer().create_key(key_of(account.id, "k1")).error(), error::already_exists);
  EXPECT_EQ(writer().create_login(login_of(account.id, "esme1")).error(), error::already_exists);
  EXPECT_EQ(writer().create_keyword(keyword_of(account.id, "u2", "INFO")).error(),
            error::already_exists);
  EXPECT_EQ(writer().create_keyword(keyword_of(account.id, "u1", "HELP")).error(),
            error::already_exists);
  EXPECT_EQ(reader().directory_version().value(), version);
  EXPECT_TRUE(writer().create_account("other"));
}

TEST_P(store_contract, KeysAndLoginsNeedAnAccount) {
  EXPECT_EQ(writer().create_key(key_of(99, "k1")).error(), error::not_found);
  EXPECT_EQ(writer().create_login(login_of(99, "esme1")).error(), error::not_found);
  EXPECT_EQ(writer().create_keyword(keyword_of(99, "u1", "INFO")).error(), error::not_found);
}

TEST_P(store_contract, ChangesAreSeenAndCounted) {
  const auto shop = writer().create_account("shop").value();
  ASSERT_TRUE(writer().create_key(key_of(shop.id, "k1")));
  auto login = writer().create_login(login_of(shop.id, "esme1")).value();
  auto keyword = writer().create_keyword(keyword_of(shop.id, "u1", "INFO")).value();
  const auto version = reader().directory_version().value();

  EXPECT_TRUE(writer().update_account({shop.id, "shop", false}));
  EXPECT_TRUE(writer().deactivate_key("k1"));
  login.password_hash = "$other$";
  login.active = false;
  login.binds_max = 1;
  login.receipt_format = "{id} {stat}";
  login.receipt_errors = "default=000";
  login.id_form = store::message_id_form::decimal;
  EXPECT_TRUE(writer().update_login(login));
  keyword.word = "HELP";
  keyword.description = keyword.webhook_url = keyword.auto_reply_message = "";
  keyword.active = keyword.auto_reply_enabled = false;
  keyword.messages_received = 77;  // not for callers to say
  EXPECT_TRUE(writer().update_keyword(keyword));

  const auto all = reader().load_directory().value();
  EXPECT_EQ(all.version, version + 4);
  EXPECT_FALSE(all.accounts.at(0).active);
  EXPECT_FALSE(all.keys.at(0).active);
  EXPECT_EQ(all.logins.at(0).password_hash, "$other$");
  EXPECT_FALSE(all.logins.at(0).active);
  EXPECT_EQ(all.logins.at(0).binds_max, 1U);
  EXPECT_EQ(all.logins.at(0).receipt_format, "{id} {stat}");
  EXPECT_EQ(all.logins.at(0).receipt_errors, "default=000");
  EXPECT_EQ(all.logins.at(0).id_form, store::message_id_form::decimal);
  EXPECT_EQ(all.keywords.at(0).word, "HELP");
  EXPECT_EQ(all.keywords.at(0).webhook_url, "");
  EXPECT_FALSE(all.keywords.at(0).active);
  EXPECT_EQ(all.keywords.at(0).messages_received, 0U);
}

TEST_P(store_contract, ChangingSomethingUnknownIsNotFound) {
  const auto version = reader().directory_version().value();
  EXPECT_EQ(writer().update_account({5, "shop", false}).error(), error::not_found);
  EXPECT_EQ(writer().deactivate_key("k1").error(), error::not_found);
  EXPECT_EQ(writer().update_login(login_of(5, "esme1")).error(), error::not_found);
  EXPECT_EQ(writer().update_keyword(keyword_of(5, "u1", "INFO")).error(), error::not_found);
  EXPECT_EQ(writer().delete_keyword(5).error(), error::not_found);
  EXPECT_EQ(reader().directory_version().value(), version);
}

TEST_P(store_contract, IdOfADeletedKeywordIsNotUsedAgain) {
  const auto shop = writer().create_account("shop").value();
  const auto first = writer().create_keyword(keyword_of(shop.id, "u1", "INFO")).value();
  EXPECT_TRUE(writer().delete_keyword(first.id));
  EXPECT_TRUE(reader().load_directory().value().keywords.empty());
  const auto second = writer().create_keyword(keyword_of(shop.id, "u1", "INFO")).value();
  EXPECT_NE(second.id, first.id);
}

TEST_P(store_contract, KeywordCannotTakeTheWordOfAnother) {
  const auto shop = writer().create_account("shop").value();
  ASSERT_TRUE(writer().create_keyword(keyword_of(shop.id, "u1", "INFO")));
  auto other = writer().create_keyword(keyword_of(shop.id, "u2", "HELP")).value();
  other.word = "INFO";
  EXPECT_EQ(writer().update_keyword(other).error(), error::already_exists);
}

}  // namespace
}  // namespace tests
