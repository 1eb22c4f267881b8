#include "daemon/gateway/directory.hpp"

#include "tests/support/store_records.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

store::directory sample() {
  store::directory made;
  made.version = 9;
  made.accounts = {{1, "shop", true}, {2, "closed", false}, {3, "empty", true}};
  const auto key = [](std::int64_t id, std::int64_t account, const char* name, bool active) {
    return store::api_key{id, account, name, "hash", {}, active};
  };
  made.keys = {key(1, 1, "aaa", true), key(2, 1, "bbb", false), key(3, 2, "ccc", true)};
  const auto login = [](std::int64_t id, std::int64_t account, const char* name, bool active) {
    return store::login{id, account, name, "hash", active, 0, {}, {}, {}};
  };
  made.logins = {login(4, 1, "old", false), login(5, 1, "esme", true), login(6, 2, "gone", true)};
  store::keyword keyword;
  keyword.id = 7;
  keyword.uuid = "u-7";
  keyword.account = 1;
  keyword.word = "WIN";
  made.keywords = {keyword};
  keyword.id = 8;
  keyword.uuid = "u-8";
  keyword.account = 3;
  keyword.word = "LOSE";
  keyword.active = false;
  made.keywords.push_back(keyword);
  return made;
}

class Directory : public testing::Test {
 protected:
  directory customers_{sample()};
};

TEST_F(Directory, FindsAccountsByIdAndByName) {
  EXPECT_EQ(customers_.version(), 9);
  EXPECT_EQ(customers_.find_account(2)->name, "closed");
  EXPECT_EQ(customers_.find_account("shop")->id, 1);
  EXPECT_EQ(customers_.find_account("Shop"), nullptr);
  EXPECT_EQ(customers_.find_account(99), nullptr);
}

TEST_F(Directory, FindsOnlyKeysThatMayBeUsed) {
  ASSERT_NE(customers_.find_key("aaa"), nullptr);
  EXPECT_EQ(customers_.find_key("aaa")->account, 1);
  EXPECT_EQ(customers_.find_key("bbb"), nullptr) << "it is not active";
  EXPECT_EQ(customers_.find_key("ccc"), nullptr) << "its account is not active";
}

TEST_F(Directory, FindsOnlyLoginsThatMayBeUsed) {
  ASSERT_NE(customers_.find_login("esme"), nullptr);
  EXPECT_EQ(customers_.find_login("esme"), customers_.find_login(5));
  EXPECT_EQ(customers_.find_login("old"), nullptr);
  EXPECT_EQ(customers_.find_login(6), nullptr);
}

TEST_F(Directory, NamesALoginForInboundMessages) {
  ASSERT_NE(customers_.first_login_of(1), nullptr);
  EXPECT_EQ(customers_.first_login_of(1)->id, 5);
  EXPECT_EQ(customers_.first_login_of(2), nullptr);
  EXPECT_EQ(customers_.first_login_of(3), nullptr);
}

TEST_F(Directory, FindsKeywordsInAnyCase) {
  ASSERT_NE(customers_.find_keyword("wIn"), nullptr);
  EXPECT_EQ(customers_.find_keyword("wIn")->id, 7);
  EXPECT_EQ(customers_.find_keyword("winner"), nullptr);
  EXPECT_FALSE(customers_.find_keyword("lose")->active);
  EXPECT_EQ(customers_.find_keyword_by_id(8)->word, "LOSE");
  EXPECT_EQ(customers_.find_keyword_by_id(0), nullptr);
  EXPECT_EQ(customers_.find_keyword_by_uuid("u-7")->id, 7);
  EXPECT_EQ(customers_.keywords_of(1).size(), 1U);
  EXPECT_TRUE(customers_.keywords_of(2).empty());
}

TEST_F(Directory, CountsHits) {
  customers_.count_hit(7, tests::at(3));
  customers_.count_hit(7, tests::at(4));
  customers_.count_hit(99, tests::at(5));
  EXPECT_EQ(customers_.find_keyword("win")->messages_received, 2U);
  EXPECT_EQ(customers_.find_keyword("win")->last_message_at, tests::at(4));
}

TEST(Keyword, IsFoldedInAsciiOnly) { EXPECT_EQ(fold_keyword("bl\xC3\xA5-1z"), "BL\xC3\xA5-1Z"); }

}  // namespace
}  // namespace smppd
