#include "daemon/gateway/receipt_book.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace smppd {
namespace {

using namespace std::chrono_literals;

class ReceiptBook : public testing::Test {
 protected:
  static constexpr std::int64_t telco = 1, other = 2;

  static awaited_ptr message(store::id64 id, std::uint8_t parts = 1) {
    auto made = make_awaited();
    made->id = id;
    made->parts = parts;
    return made;
  }
  receipt_book make(std::size_t entries_max) {
    return {entries_max, [this](std::int64_t carrier, std::string_view key, const awaited_ptr& of,
                                std::uint8_t part) {
              evicted_.push_back(std::to_string(carrier) + "/" + std::string(key) + "/" +
                                 std::to_string(of->id) + "/" + std::to_string(part));
            }};
  }
  // The id of the message that a receipt means; 0: none.
  static store::id64 meant(const receipt_book& book, std::string_view receipt_id,
                           std::int64_t carrier = telco) {
    const auto found = book.find(carrier, receipt_id);
    return found.empty() ? 0 : found.front().message->id;
  }

  receipt_book::time now_{std::chrono::hours{1}};
  std::vector<std::string> evicted_;
};

using evictions = std::vector<std::string>;

TEST_F(ReceiptBook, FindsTheMessageAndItsPart) {
  auto book = make(10);
  const auto one = message(1, 2);
  book.add(telco, "abc-1", 1, one, now_);
  book.add(telco, "abc-2", 2, one, now_);
  const auto found = book.find_exact(telco, "abc-2");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->message, one);
  EXPECT_EQ(found->part, 2);
  EXPECT_EQ(found->form, smpp::id_form::exact);
}

TEST_F(ReceiptBook, FindsIdsInAnotherSpelling) {
  auto book = make(10);
  book.add(telco, "0000ABCDEF", 1, message(1), now_);
  EXPECT_EQ(meant(book, "abcdef"), 1);
  EXPECT_EQ(meant(book, "0ABCDEF "), 1);
  EXPECT_EQ(meant(book, "11259375"), 1) << "in decimal";
  EXPECT_EQ(meant(book, "11259376"), 0);
}

TEST_F(ReceiptBook, FindsADecimalIdByItsHexadecimalReceipt) {
  auto book = make(10);
  book.add(telco, "11259375", 1, message(1), now_);
  EXPECT_FALSE(book.find_exact(telco, "ABCDEF"));
  const auto found = book.find(telco, "ABCDEF");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].form, smpp::id_form::decimal_to_hex);
}

TEST_F(ReceiptBook, FindsStrangersThatAnotherBaseMakesOfAnId) {
  auto book = make(10);
  book.add(telco, "10", 1, message(1), now_);
  book.add(telco, "16", 1, message(2), now_);
  const auto found = book.find(telco, "16");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].message->id, 2);
  EXPECT_EQ(found[0].form, smpp::id_form::exact);
  EXPECT_EQ(found[1].message->id, 1);
  EXPECT_EQ(found[1].form, smpp::id_form::hex_to_decimal);
}

TEST_F(ReceiptBook, PrefersTheExactId) {
  auto book = make(10);
  book.add(telco, "10", 1, message(1), now_);
  book.add(telco, "16", 1, message(2), now_);
  EXPECT_EQ(meant(book, "16"), 2);
  EXPECT_EQ(meant(book, "10"), 1);
}

TEST_F(ReceiptBook, KeepsCarriersApart) {
  auto book = make(10);
  book.add(telco, "1", 1, message(1), now_);
  book.add(other, "1", 1, message(2), now_);
  EXPECT_EQ(meant(book, "1"), 1);
  EXPECT_EQ(meant(book, "1", other), 2);
}

TEST_F(ReceiptBook, OfTwoMessagesWithOneIdTheLaterOneIsMeant) {
  auto book = make(2);
  book.add(telco, "1", 1, message(1), now_);
  book.add(telco, "1", 1, message(2), now_);
  EXPECT_EQ(meant(book, "1"), 2);
  book.add(telco, "2", 1, message(3), now_);  // forgets message 1
  EXPECT_EQ(meant(book, "1"), 2);
}

TEST_F(ReceiptBook, HandsTheOldestOverWhereItIsFull) {
  auto book = make(2);
  for (const auto* id : {"A1", "A2", "A3"})
    book.add(telco, id, 1, message(id[1] - '0'), now_);
  EXPECT_EQ(book.size(), 2U);
  EXPECT_EQ(evicted_, evictions{"1/a1/1/1"});
  EXPECT_EQ(meant(book, "A1"), 0);
  EXPECT_EQ(meant(book, "A3"), 3);
}

TEST_F(ReceiptBook, TellsOfWhatNeedsNoReceiptAnyMoreToo) {
  auto book = make(1);
  const auto done = message(1);
  book.add(telco, "1", 1, done, now_);
  done->settled = true;
  book.add(telco, "2", 1, message(2), now_);
  EXPECT_EQ(evicted_, evictions{"1/1/1/1"});
}

TEST_F(ReceiptBook, ForgetsAllAndStartsAnew) {
  auto book = make(2);
  book.add(telco, "1", 1, message(1), now_);
  book.clear();
  EXPECT_EQ(evicted_, evictions{});
  EXPECT_EQ(book.size(), 0U);
  EXPECT_EQ(meant(book, "1"), 0);
  EXPECT_EQ(book.oldest_waiting(), std::nullopt);
  for (const auto* id : {"2", "3", "4"})
    book.add(telco, id, 1, message(id[0] - '0'), now_);
  EXPECT_EQ(evicted_, evictions{"1/2/2/1"});
  EXPECT_EQ(meant(book, "4"), 4);
  EXPECT_EQ(book.oldest_waiting(), 3);
}

TEST_F(ReceiptBook, HandsOverWhatIsTooOld) {
  auto book = make(10);
  book.add(telco, "1", 1, message(1), now_);
  book.add(telco, "2", 1, message(2), now_ + 2min);
  book.age(now_ + receipt_book::age_max + 1min);
  EXPECT_EQ(evicted_, evictions{"1/1/1/1"});
  EXPECT_EQ(book.size(), 1U);
}

TEST_F(ReceiptBook, KnowsTheOldestThatWaits) {
  auto book = make(10);
  EXPECT_EQ(book.oldest_waiting(), std::nullopt);
  const auto five = message(5), seven = message(7), nine = message(9);
  book.add(telco, "1", 1, seven, now_);
  book.add(telco, "2", 1, five, now_);
  book.add(telco, "3", 1, nine, now_);
  EXPECT_EQ(book.oldest_waiting(), 5);
  seven->settled = true;
  EXPECT_EQ(book.oldest_waiting(), 5);
  five->settled = true;
  EXPECT_EQ(book.oldest_waiting(), 9);
  nine->settled = true;
  EXPECT_EQ(book.oldest_waiting(), std::nullopt);
}

// A start would look through all that came since then.
TEST_F(ReceiptBook, DoesNotWaitForWhatWasSettledWhenItCame) {
  auto book = make(10);
  const auto old = message(1);
  old->settled = true;
  book.add(telco, "1", 1, message(7), now_);
  book.add(telco, "2", 1, old, now_);
  EXPECT_EQ(book.oldest_waiting(), 7);
}

class Belief : public testing::Test {
 protected:
  using form = smpp::id_form;
  static constexpr auto automatic = carrier_id_form::automatic;

  [[nodiscard]] int in(form match, std::optional<bool> address_agrees,
                       carrier_id_form allowed = automatic) const {
    return belief(match, address_agrees, allowed, seen_);
  }
  smpp::id_form_evidence seen_;
};

TEST_F(Belief, IsMostInTheSameIdOfTheSameAddress) {
  EXPECT_EQ(in(form::exact, true), belief_max);
  EXPECT_GT(in(form::exact, true), in(form::exact, std::nullopt));
  EXPECT_GT(in(form::exact, false), 0) << "carriers rewrite addresses";
}

TEST_F(Belief, InAConversionTakesIdsThatLookLikeIt) {
  EXPECT_EQ(in(form::hex_to_decimal, true), 0);
  seen_.saw_submit_id("1F");
  EXPECT_GT(in(form::hex_to_decimal, true), 0);
  EXPECT_GT(in(form::hex_to_decimal, std::nullopt), 0);
  EXPECT_EQ(in(form::hex_to_decimal, false), 0);
  EXPECT_EQ(in(form::decimal_to_hex, true), 0);
  seen_.saw_receipt_id("1f");
  EXPECT_GT(in(form::decimal_to_hex, true), 0);
}

TEST_F(Belief, FollowsWhatWasLearned) {
  seen_.saw_submit_id("1F");
  seen_.add(form::exact);
  EXPECT_EQ(in(form::hex_to_decimal, true), 0);
  seen_.add(form::hex_to_decimal);
  seen_.add(form::hex_to_decimal);
  EXPECT_EQ(in(form::hex_to_decimal, true), belief_max);
  EXPECT_GT(in(form::hex_to_decimal, true), in(form::exact, true));
  EXPECT_GT(in(form::hex_to_decimal, false), 0);
}

TEST_F(Belief, FollowsWhatIsConfigured) {
  for (int i = 0; i < 9; ++i)
    seen_.add(form::exact);
  EXPECT_EQ(in(form::hex_to_decimal, true, carrier_id_form::exact), 0);
  EXPECT_EQ(in(form::hex_to_decimal, true, carrier_id_form::decimal_to_hex), 0);
  EXPECT_EQ(in(form::hex_to_decimal, true, carrier_id_form::hex_to_decimal), belief_max);
}

TEST(Addresses, AgreeButForTheirPrefix) {
  EXPECT_EQ(addresses_agree("4791234567", "4791234567"), true);
  EXPECT_EQ(addresses_agree("+4791234567", "4791234567"), true);
  EXPECT_EQ(addresses_agree("091234567", "4791234567"), true);
  EXPECT_EQ(addresses_agree("4791234568", "4791234567"), false);
  EXPECT_EQ(addresses_agree("567", "4791234567"), false);
  EXPECT_EQ(addresses_agree("2400", "2400"), true);
  EXPECT_EQ(addresses_agree("", "4791234567"), std::nullopt);
}

}  // namespace
}  // namespace smppd
