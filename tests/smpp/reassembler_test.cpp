#include "smpp/reassembler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace {

using namespace std::chrono_literals;
using smpp::as_bytes;
using smpp::as_text;
using smpp::message_complete;
using smpp::part_duplicate;
using smpp::part_key;
using smpp::part_kind;
using smpp::part_refused;
using smpp::part_waiting;
using smpp::reassembler;
using smpp::reassembler_limits;

constexpr reassembler::time_point noon{12h};

part_key key_of(std::uint8_t total, std::uint16_t reference = 7) {
  return {"4670001", "12345", reference, total, part_kind::udh8};
}

reassembler_limits small_limits() {
  reassembler_limits limits;
  limits.messages_max = 2;
  limits.octets_max = 10;
  limits.timeout = 60s;
  return limits;
}

void expect_complete(const smpp::part_outcome& outcome, std::string_view text,
                     const std::vector<std::uint64_t>& cookies) {
  const auto* complete = std::get_if<message_complete>(&outcome);
  ASSERT_NE(complete, nullptr);
  EXPECT_EQ(as_text(complete->octets), text);
  EXPECT_EQ(complete->cookies, cookies);
}

void expect_waiting(const smpp::part_outcome& outcome, std::size_t missing) {
  const auto* waiting = std::get_if<part_waiting>(&outcome);
  ASSERT_NE(waiting, nullptr);
  EXPECT_EQ(waiting->missing, missing);
  EXPECT_FALSE(waiting->displaced);
}

void expect_refused(const smpp::part_outcome& outcome, part_refused::cause why) {
  const auto* refused = std::get_if<part_refused>(&outcome);
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->why, why);
}

TEST(Reassembler, TheLastPartCompletesAMessage) {
  reassembler parts({});
  expect_waiting(parts.add(key_of(3), 1, as_bytes("one "), 11, noon), 2);
  expect_waiting(parts.add(key_of(3), 2, as_bytes("two "), 12, noon), 1);
  expect_complete(parts.add(key_of(3), 3, as_bytes("three"), 13, noon), "one two three",
                  {11, 12, 13});
  EXPECT_EQ(parts.messages_held(), 0U);
  EXPECT_EQ(parts.octets_held(), 0U);
  EXPECT_EQ(parts.next_deadline(), std::nullopt);
}

TEST(Reassembler, PartsMayComeInEveryOrder) {
  std::vector<std::uint8_t> order{1, 2, 3, 4};
  const std::vector<std::string> texts{"", "a", "b", "c", "d"};
  do {
    reassembler parts({});
    for (std::size_t n = 0; n < 3; ++n) {
      const auto sequence = order[n];
      expect_waiting(parts.add(key_of(4), sequence, as_bytes(texts[sequence]), sequence, noon),
                     3 - n);
    }
    expect_complete(parts.add(key_of(4), order[3], as_bytes(texts[order[3]]), order[3], noon),
                    "abcd", {1, 2, 3, 4});
  } while (std::ranges::next_permutation(order).found);
}

TEST(Reassembler, TheOnlyPartIsComplete) {
  reassembler_limits none;
  none.messages_max = 0;
  none.octets_max = 0;
  reassembler parts(none);
  expect_complete(parts.add(key_of(1), 1, as_bytes("all"), 5, noon), "all", {5});
}

TEST(Reassembler, AllOf255PartsAreKept) {
  reassembler parts({});
  for (unsigned sequence = 255; sequence > 1; --sequence) {
    expect_waiting(
        parts.add(key_of(255), static_cast<std::uint8_t>(sequence), as_bytes("x"), sequence, noon),
        sequence - 1);
  }
  std::vector<std::uint64_t> cookies(255);
  std::iota(cookies.begin(), cookies.end(), 1U);
  expect_complete(parts.add(key_of(255), 1, as_bytes("x"), 1, noon), std::string(255, 'x'),
                  cookies);
}

TEST(Reassembler, EmptyPartsCount) {
  reassembler parts({});
  expect_waiting(parts.add(key_of(2), 2, {}, 2, noon), 1);
  expect_complete(parts.add(key_of(2), 1, {}, 1, noon), "", {1, 2});
}

TEST(Reassembler, ADuplicateChangesNothing) {
  reassembler parts({});
  expect_waiting(parts.add(key_of(2), 1, as_bytes("one"), 11, noon), 1);
  EXPECT_TRUE(std::holds_alternative<part_duplicate>(
      parts.add(key_of(2), 1, as_bytes("one"), 99, noon + 5s)));
  EXPECT_EQ(parts.octets_held(), 3U);
  expect_complete(parts.add(key_of(2), 2, as_bytes("two"), 12, noon), "onetwo", {11, 12});
}

TEST(Reassembler, EveryFieldOfTheKeyTellsMessagesApart) {
  const part_key key = key_of(3);
  std::vector<part_key> others(5, key);
  others[0].source = "4670002";
  others[1].destination = "12346";
  others[2].reference = 8;
  others[3].total = 2;
  others[4].kind = part_kind::sar;
  reassembler parts({});
  expect_waiting(parts.add(key, 1, as_bytes("a"), 1, noon), 2);
  for (const auto& other : others) {
    expect_waiting(parts.add(other, 2, as_bytes("b"), 2, noon), other.total - 1U);
  }
  EXPECT_EQ(parts.messages_held(), 6U);
}

TEST(Reassembler, ImpossiblePartNumbersAreRefused) {
  reassembler parts({});
  expect_refused(parts.add(key_of(2), 0, as_bytes("x"), 1, noon), part_refused::cause::number);
  expect_refused(parts.add(key_of(2), 3, as_bytes("x"), 1, noon), part_refused::cause::number);
  expect_refused(parts.add(key_of(0), 0, as_bytes("x"), 1, noon), part_refused::cause::number);
  EXPECT_EQ(parts.messages_held(), 0U);
}

TEST(Reassembler, AMessageBeyondTheLimitIsRefused) {
  reassembler parts(small_limits());
  expect_waiting(parts.add(key_of(2, 1), 1, as_bytes("a"), 1, noon), 1);
  expect_waiting(parts.add(key_of(2, 2), 1, as_bytes("a"), 2, noon), 1);
  expect_refused(parts.add(key_of(2, 3), 1, as_bytes("a"), 3, noon), part_refused::cause::full);
  expect_complete(parts.add(key_of(2, 1), 2, as_bytes("b"), 4, noon), "ab", {1, 4});
  expect_waiting(parts.add(key_of(2, 3), 1, as_bytes("a"), 3, noon), 1);
}

TEST(Reassembler, OctetsBeyondTheLimitAreRefused) {
  reassembler parts(small_limits());
  expect_waiting(parts.add(key_of(3, 1), 1, as_bytes("12345678"), 1, noon), 2);
  expect_refused(parts.add(key_of(3, 1), 2, as_bytes("123"), 2, noon), part_refused::cause::full);
  EXPECT_EQ(parts.octets_held(), 8U);
  expect_waiting(parts.add(key_of(3, 1), 2, as_bytes("12"), 2, noon), 1);
  EXPECT_EQ(parts.octets_held(), 10U);
  expect_complete(parts.add(key_of(3, 1), 3, {}, 3, noon), "1234567812", {1, 2, 3});
}

TEST(Reassembler, AReferenceUsedAgainDisplacesTheUnfinishedMessage) {
  reassembler parts({});
  expect_waiting(parts.add(key_of(3), 1, as_bytes("old one"), 1, noon), 2);
  expect_waiting(parts.add(key_of(3), 3, as_bytes("old three"), 3, noon), 1);
  const auto outcome = parts.add(key_of(3), 1, as_bytes("new one"), 4, noon + 5s);
  const auto& waiting = std::get<part_waiting>(outcome);
  EXPECT_EQ(waiting.missing, 2U);
  ASSERT_TRUE(waiting.displaced);
  EXPECT_EQ(waiting.displaced->key, key_of(3));
  ASSERT_EQ(waiting.displaced->parts.size(), 2U);
  EXPECT_EQ(waiting.displaced->parts[0].cookie, 1U);
  EXPECT_EQ(waiting.displaced->parts[1].cookie, 3U);
  EXPECT_EQ(waiting.displaced->missing, (std::vector<std::uint8_t>{2}));
  EXPECT_EQ(parts.octets_held(), 7U);
  EXPECT_EQ(parts.next_deadline(), noon + 5s + 10min);
}

TEST(Reassembler, AMessageExpiresAtItsTimeoutWithWhatCame) {
  reassembler parts(small_limits());
  expect_waiting(parts.add(key_of(4), 4, as_bytes("d"), 14, noon), 3);
  expect_waiting(parts.add(key_of(4), 2, as_bytes("b"), 12, noon + 30s), 2);
  EXPECT_EQ(parts.next_deadline(), noon + 60s);
  EXPECT_TRUE(parts.expire(noon + 59s).empty());

  const auto expired = parts.expire(noon + 60s);
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].key, key_of(4));
  ASSERT_EQ(expired[0].parts.size(), 2U);
  EXPECT_EQ(expired[0].parts[0].sequence, 2);
  EXPECT_EQ(expired[0].parts[0].cookie, 12U);
  EXPECT_EQ(as_text(expired[0].parts[0].octets), "b");
  EXPECT_EQ(expired[0].parts[1].sequence, 4);
  EXPECT_EQ(expired[0].missing, (std::vector<std::uint8_t>{1, 3}));
  EXPECT_EQ(parts.messages_held(), 0U);
  EXPECT_EQ(parts.octets_held(), 0U);
  EXPECT_EQ(parts.next_deadline(), std::nullopt);
}

TEST(Reassembler, MessagesExpireOldestFirst) {
  reassembler parts({});
  expect_waiting(parts.add(key_of(2, 1), 1, as_bytes("a"), 1, noon + 2s), 1);
  expect_waiting(parts.add(key_of(2, 2), 1, as_bytes("a"), 2, noon + 1s), 1);
  expect_waiting(parts.add(key_of(2, 3), 1, as_bytes("a"), 3, noon + 3s), 1);
  const auto expired = parts.expire(noon + 2s + 10min);
  ASSERT_EQ(expired.size(), 2U);
  EXPECT_EQ(expired[0].key.reference, 2);
  EXPECT_EQ(expired[1].key.reference, 1);
  EXPECT_EQ(parts.next_deadline(), noon + 3s + 10min);
}

TEST(Reassembler, PartsAddedAgainAfterARestartKeepTheirTimes) {
  reassembler parts(small_limits());
  expect_waiting(parts.add(key_of(2), 1, as_bytes("a"), 1, noon - 50s), 1);
  EXPECT_EQ(parts.next_deadline(), noon + 10s);
}

// What was completed.

// What one part under `key` is once its time is over and nothing else came.
bool is_forgotten(reassembler& parts, const part_key& key, std::uint8_t sequence,
                  std::string_view text) {
  expect_waiting(parts.add(key, sequence, as_bytes(text), 9, noon + 1s), key.total - 1U);
  const auto ended = parts.expire(noon + 24h);
  EXPECT_EQ(ended.size(), 1U);
  return ended.at(0).repeated;
}

// Two parts, "one" and "two", that complete their message at noon.
void complete(reassembler& parts, const part_key& key) {
  expect_waiting(parts.add(key, 1, as_bytes("one"), 1, noon), 1);
  expect_complete(parts.add(key, 2, as_bytes("two"), 2, noon), "onetwo", {1, 2});
}

TEST(Reassembler, NobodyMissesARepetitionOfACompleteMessage) {
  for (const auto kind : {part_kind::udh8, part_kind::udh16, part_kind::sar}) {
    for (const auto& [sequence, text] : {std::pair{1, "one"}, std::pair{2, "two"}}) {
      reassembler parts({});
      auto key = key_of(2);
      key.kind = kind;
      complete(parts, key);
      EXPECT_TRUE(is_forgotten(parts, key, static_cast<std::uint8_t>(sequence), text));
      EXPECT_EQ(parts.messages_held(), 0U);
    }
  }
}

TEST(Reassembler, AWholeRepetitionIsAMessageAgain) {  // its sender may have meant it
  reassembler parts({});
  complete(parts, key_of(2));
  expect_waiting(parts.add(key_of(2), 2, as_bytes("two"), 3, noon + 1s), 1);
  expect_complete(parts.add(key_of(2), 1, as_bytes("one"), 4, noon + 2s), "onetwo", {4, 3});
}

TEST(Reassembler, OtherOctetsUnderTheKeyOfACompleteMessageBeginANewOne) {
  reassembler parts({});
  complete(parts, key_of(2));
  expect_waiting(parts.add(key_of(2), 1, as_bytes("One"), 3, noon + 1s), 1);
  expect_complete(parts.add(key_of(2), 2, as_bytes("Two"), 4, noon + 2s), "OneTwo", {3, 4});
  EXPECT_FALSE(is_forgotten(parts, key_of(2), 2, "two")) << "of the one before the last";
  EXPECT_FALSE(is_forgotten(parts, key_of(2), 1, "any"));
}

TEST(Reassembler, ANewMessageMayShareAPartWithTheCompleteOne) {
  reassembler parts({});
  complete(parts, key_of(2));
  expect_waiting(parts.add(key_of(2), 1, as_bytes("one"), 3, noon + 1s), 1);
  expect_complete(parts.add(key_of(2), 2, as_bytes("2"), 4, noon + 2s), "one2", {3, 4});
  expect_waiting(parts.add(key_of(2), 1, as_bytes("1"), 5, noon + 3s), 1);
  expect_complete(parts.add(key_of(2), 2, as_bytes("2"), 6, noon + 4s), "12", {5, 6});
}

TEST(Reassembler, ANewMessageThatSharesAPartIsMissedWhereItStaysIncomplete) {
  reassembler parts({});
  expect_waiting(parts.add(key_of(3), 1, as_bytes("one"), 1, noon), 2);
  expect_waiting(parts.add(key_of(3), 2, as_bytes("two"), 2, noon), 1);
  expect_complete(parts.add(key_of(3), 3, as_bytes("three"), 3, noon), "onetwothree", {1, 2, 3});
  expect_waiting(parts.add(key_of(3), 1, as_bytes("one"), 4, noon + 1s), 2);
  expect_waiting(parts.add(key_of(3), 2, as_bytes("2"), 5, noon + 1s), 1);
  const auto ended = parts.expire(noon + 24h);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_FALSE(ended[0].repeated);
}

TEST(Reassembler, ALateRepetitionDoesNotDisplaceTheNewMessage) {
  reassembler parts({});
  complete(parts, key_of(2));
  expect_waiting(parts.add(key_of(2), 1, as_bytes("One"), 3, noon + 1s), 1);
  EXPECT_TRUE(std::holds_alternative<part_duplicate>(
      parts.add(key_of(2), 1, as_bytes("one"), 4, noon + 2s)));
  expect_complete(parts.add(key_of(2), 2, as_bytes("Two"), 5, noon + 3s), "OneTwo", {3, 5});
}

TEST(Reassembler, ACompleteMessageIsRememberedAsLongAsOneWaits) {
  for (const auto& [after, known] : {std::pair{59s, true}, std::pair{60s, false}}) {
    reassembler parts(small_limits());
    complete(parts, key_of(2));
    expect_waiting(parts.add(key_of(2), 2, as_bytes("two"), 3, noon + after), 1);
    EXPECT_EQ(parts.expire(noon + 24h).at(0).repeated, known);
  }
}

TEST(Reassembler, TheOldestOfTooManyCompleteMessagesIsForgotten) {
  for (const auto& [reference, known] : {std::pair{1, false}, {2, true}, {3, true}}) {
    reassembler parts(small_limits());  // of two
    for (std::uint16_t one = 1; one <= 3; ++one)
      complete(parts, key_of(2, one));
    EXPECT_EQ(is_forgotten(parts, key_of(2, static_cast<std::uint16_t>(reference)), 1, "one"),
              known);
  }
}

TEST(Reassembler, ACompleteMessageIsNotRepeatedByOneOfAnotherKind) {
  reassembler parts({});
  complete(parts, key_of(2));
  auto wide = key_of(2);
  wide.kind = part_kind::udh16;
  EXPECT_FALSE(is_forgotten(parts, wide, 2, "two"));
}

}  // namespace
