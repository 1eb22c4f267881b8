#include "daemon/credentials.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace smppd {
namespace {

TEST(Key, IsWhatItsPartsSay) {
  const auto key = generate_key();
  EXPECT_EQ(key.text.size(), 63U);
  const auto parsed = parse_key(key.text);
  ASSERT_TRUE(parsed.has_value()) << key.text;
  EXPECT_EQ(parsed->key_id, key.key_id);
  EXPECT_EQ(parsed->secret.size(), 43U);
  EXPECT_EQ(key.text, "smppd_live_" + key.key_id + "_" + std::string(parsed->secret));
  EXPECT_EQ(key.secret_hash, hash_secret(parsed->secret));
  EXPECT_TRUE(secret_matches(parsed->secret, key.secret_hash));
}

TEST(Key, IsAnotherEachTime) {
  std::set<std::string> texts, ids;
  for (int i = 0; i < 1000; ++i) {
    const auto key = generate_key();
    texts.insert(key.text);
    ids.insert(key.key_id);
  }
  EXPECT_EQ(texts.size(), 1000U);
  EXPECT_EQ(ids.size(), 1000U);
}

TEST(Key, NothingElseIsOne) {
  const auto good = generate_key().text;
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    EXPECT_FALSE(parse_key(good.substr(0, cut)).has_value()) << cut;
  }
  EXPECT_FALSE(parse_key(good + "A").has_value());
  for (const std::size_t at : {0U, 10U, 11U, 18U, 19U, 20U, 62U}) {
    auto bad = good;
    bad[at] = '!';
    EXPECT_FALSE(parse_key(bad).has_value()) << bad;
  }
}

TEST(Key, UnderscoresAndDashesInTheSecretDoNotSplitIt) {
  const std::string secret = "__--" + std::string(35, 'a') + "_-_-";
  const auto text = "smppd_live_abcd1234_" + secret;
  const auto parsed = parse_key(text);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->key_id, "abcd1234");
  EXPECT_EQ(parsed->secret, secret);
}

TEST(Secret, MatchesOnlyItsOwnHash) {
  // SHA-256 of "abc" (FIPS 180-2, B.1).
  const std::string hash(
      "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
      "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
      32);
  EXPECT_EQ(hash_secret("abc"), hash);
  EXPECT_TRUE(secret_matches("abc", hash));
  EXPECT_FALSE(secret_matches("abd", hash));
  EXPECT_FALSE(secret_matches("", hash));
  EXPECT_FALSE(secret_matches("abc", hash.substr(1)));
  EXPECT_FALSE(secret_matches("abc", ""));
}

TEST(Password, MatchesOnlyItsOwnHash) {
  const auto hash = hash_password("s3cret");
  EXPECT_EQ(hash.rfind("$argon2id$", 0), 0U) << hash;
  EXPECT_NE(hash, hash_password("s3cret"));  // salted
  EXPECT_TRUE(password_matches(hash, "s3cret"));
  EXPECT_FALSE(password_matches(hash, "s3creT"));
  EXPECT_FALSE(password_matches(hash, ""));
}

TEST(Password, NothingMatchesWhatIsNoHash) {
  EXPECT_FALSE(password_matches("", ""));
  EXPECT_FALSE(password_matches("s3cret", "s3cret"));
  EXPECT_FALSE(password_matches(std::string(128, 'a'), "s3cret"));
}

TEST(Password, AGeneratedOneFitsOnTheWireAndIsAnotherEachTime) {
  std::set<std::string> passwords;
  for (int i = 0; i < 100; ++i)
    passwords.insert(generate_password());
  EXPECT_EQ(passwords.size(), 100U);
  for (const auto& password : passwords)
    EXPECT_EQ(password.size(), password_octets_max);
}

TEST(KnownPasswords, KnowWhatWasAddedUnderItsHash) {
  known_passwords known;
  EXPECT_FALSE(known.matches("hash", "secret"));
  known.add("hash", "secret");
  EXPECT_TRUE(known.matches("hash", "secret"));
  EXPECT_FALSE(known.matches("hash", "Secret"));
  EXPECT_FALSE(known.matches("another hash", "secret"));
}

}  // namespace
}  // namespace smppd
