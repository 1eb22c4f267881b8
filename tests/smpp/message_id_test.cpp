#include "smpp/message_id.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using smpp::canonical_id;
using smpp::id_candidate;
using smpp::id_form;
using smpp::match_ids;
using smpp::receipt_id_candidates;

struct naming {
  std::string_view id;
  std::string_view canonical;
};

TEST(MessageId, IdsHaveACanonicalForm) {
  using namespace std::string_view_literals;
  const std::vector<naming> namings{
      {"", ""},
      {" \0\0"sv, ""},
      {"0", "0"},
      {"0000", "0"},
      {"0123456789", "123456789"},
      {"ABCDEF", "abcdef"},
      {"00aB12", "ab12"},
      {"  7B\0"sv, "7b"},
      {"\r\n12\t", "12"},
      {"0xyz", "0xyz"},
      {"00-12", "00-12"},
      {"Msg_0001", "msg_0001"},
      {"rdwjwxns18krxr9936ey96ymcw", "rdwjwxns18krxr9936ey96ymcw"},
      {"550E8400-E29B-41D4-A716-446655440000", "550e8400e29b41d4a716446655440000"},
      {"00000000-e29b-41d4-a716-446655440000", "e29b41d4a716446655440000"},
      {"00000000-0000-0000-0000-000000000000", "0"},
      {"550e8400-e29b-41d4-a716-44665544000g", "550e8400-e29b-41d4-a716-44665544000g"},
      {"550e8400e-29b-41d4-a716-446655440000", "550e8400e-29b-41d4-a716-446655440000"},
  };
  for (const auto& [id, canonical] : namings)
    EXPECT_EQ(canonical_id(id), canonical) << id;
}

TEST(MessageId, ACanonicalIdIsItsOwnCanonicalForm) {
  for (const auto* id : {"0123", "00AB", "x01", "550E8400-E29B-41D4-A716-446655440000", "0"}) {
    EXPECT_EQ(canonical_id(canonical_id(id)), canonical_id(id));
  }
}

TEST(MessageId, AnIdOfAnyLengthKeepsItsDigits) {
  const std::string digits(1000, '7');
  EXPECT_EQ(canonical_id("000" + digits), digits);
}

struct candidates {
  std::string_view receipt_id;
  std::vector<id_candidate> keys;
};

TEST(MessageId, AReceiptIdHasItsCandidatesMostLikelyFirst) {
  const std::vector<candidates> table{
      {"", {}},
      {"  ", {}},
      {"0", {{"0", id_form::exact}}},
      {"0009", {{"9", id_form::exact}}},
      {"a", {{"a", id_form::exact}, {"10", id_form::decimal_to_hex}}},
      {"10",
       {{"10", id_form::exact}, {"a", id_form::hex_to_decimal}, {"16", id_form::decimal_to_hex}}},
      {"0862224236",
       {{"862224236", id_form::exact},
        {"33647f6c", id_form::hex_to_decimal},
        {"36006150710", id_form::decimal_to_hex}}},
      {"38601FA", {{"38601fa", id_form::exact}, {"59113978", id_form::decimal_to_hex}}},
      {"msg-1", {{"msg-1", id_form::exact}}},
      {"18446744073709551616",  // 2^64
       {{"18446744073709551616", id_form::exact},
        {"10000000000000000", id_form::hex_to_decimal},
        {"114598615266301018707478", id_form::decimal_to_hex}}},
      {"ffffffff-ffff-ffff-ffff-ffffffffffff",  // 2^128 - 1
       {{"ffffffffffffffffffffffffffffffff", id_form::exact},
        {"340282366920938463463374607431768211455", id_form::decimal_to_hex}}},
  };
  for (const auto& [receipt_id, keys] : table) {
    EXPECT_EQ(receipt_id_candidates(receipt_id), keys) << receipt_id;
  }
}

TEST(MessageId, NumbersOfUpTo80DigitsAreConverted) {
  const std::string nines(80, '9');
  EXPECT_EQ(receipt_id_candidates(nines).size(), 3U);
  const std::string widest(80, 'f');
  EXPECT_EQ(receipt_id_candidates(widest).size(), 2U);
  EXPECT_EQ(receipt_id_candidates(widest + "f").size(), 1U);
}

TEST(MessageId, ConversionsUndoEachOther) {
  std::mt19937 random(3403);  // NOLINT(cert-msc51-cpp): the same in every run
  for (int round = 0; round < 500; ++round) {
    std::string hex = "a";
    while (hex.size() < 1 + static_cast<std::size_t>(round) % 64) {
      hex += "0123456789abcdef"[random() % 16];
    }
    const std::string decimal = receipt_id_candidates(hex).back().key;
    EXPECT_EQ(receipt_id_candidates(decimal).at(1), (id_candidate{hex, id_form::hex_to_decimal}));
  }
}

struct matching {
  std::string_view submit;
  std::string_view receipt;
  id_form form;
};

const std::vector<matching> matchings{
    {"abc123", "abc123", id_form::exact},
    {"0123456789", "0123456789", id_form::exact},
    {"0", "0", id_form::exact},
    {" abc ", "abc", id_form::exact},
    {std::string_view("abc\0", 4), "abc", id_form::exact},
    {"message one", "message one", id_form::exact},
    {"ABC123", "abc123", id_form::letter_case},
    {"Msg-X", "mSG-x", id_form::letter_case},
    {"550E8400-E29B-41D4-A716-446655440000", "550e8400-e29b-41d4-a716-446655440000",
     id_form::letter_case},
    {"0001234", "1234", id_form::padding},
    {"1234", "0000001234", id_form::padding},
    {"00ab", "AB", id_form::padding},
    {"0", "0000000000", id_form::padding},
    {"550e8400-e29b-41d4-a716-446655440000", "550e8400e29b41d4a716446655440000", id_form::dashes},
    {"550e8400e29b41d4a716446655440000", "550E8400-E29B-41D4-A716-446655440000", id_form::dashes},
    {"0a0e8400e29b41d4a716446655440000", "0a0e8400-e29b-41d4-a716-446655440000", id_form::dashes},
    {"38601fa", "59113978", id_form::hex_to_decimal},
    {"38601FA", "0059113978", id_form::hex_to_decimal},
    {"038601fa", "59113978", id_form::hex_to_decimal},
    {"33647f6c", "862224236", id_form::hex_to_decimal},
    {"33E95179", "870928761", id_form::hex_to_decimal},
    {"10", "16", id_form::hex_to_decimal},
    {"ffffffffffffffff", "18446744073709551615", id_form::hex_to_decimal},
    {"10000000000000000", "18446744073709551616", id_form::hex_to_decimal},
    {"ffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455",
     id_form::hex_to_decimal},
    {"59113978", "38601fa", id_form::decimal_to_hex},
    {"0059113978", "38601FA", id_form::decimal_to_hex},
    {"16", "10", id_form::decimal_to_hex},
    {"18446744073709551616", "10000000000000000", id_form::decimal_to_hex},
};

TEST(MessageId, IdsOfOneMessageMatch) {
  for (const auto& [submit, receipt, form] : matchings) {
    EXPECT_EQ(match_ids(submit, receipt), form) << submit << ' ' << receipt;
  }
}

TEST(MessageId, WhatMatchesIsFoundByACandidate) {
  for (const auto& [submit, receipt, form] : matchings) {
    const std::string stored = canonical_id(submit);
    bool found = false;
    for (const auto& candidate : receipt_id_candidates(receipt))
      found |= candidate.key == stored;
    EXPECT_TRUE(found) << submit << ' ' << receipt;
  }
}

struct id_pair {
  std::string_view submit;
  std::string_view receipt;
};

const std::vector<id_pair> strangers{
    {"", ""},
    {"0", ""},
    {"", "0"},
    {"  ", " "},
    {"1234", "12345"},
    {"1234", "1235"},
    {"1234", "12340"},
    {"abc", "abd"},
    {"abc", "ab"},
    {"msg-1", "msg-01"},
    {"0xyz", "xyz"},
    {"38601fa", "59113979"},
    {"38601fb", "59113978"},
    {"ab", "ba"},
    {"a b", "ab"},
    {"12-34", "1234"},
    {"18446744073709551616", "0"},
    {"10000000000000001", "1"},
    {"4294967297", "1"},
    {"550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440001"},
    {"550e8400-e29b-41d4-a716-446655440000", "550e8400e29b41d4a71644665544000"},
};

TEST(MessageId, IdsOfOtherMessagesDoNotMatch) {
  for (const auto& [submit, receipt] : strangers) {
    EXPECT_EQ(match_ids(submit, receipt), std::nullopt) << submit << ' ' << receipt;
  }
}

TEST(MessageId, WhatDoesNotMatchIsFoundByNoCandidate) {
  for (const auto& [submit, receipt] : strangers) {
    const std::string stored = canonical_id(submit);
    for (const auto& candidate : receipt_id_candidates(receipt))
      EXPECT_NE(candidate.key, stored);
  }
}

}  // namespace
