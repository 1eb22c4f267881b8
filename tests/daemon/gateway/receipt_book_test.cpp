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
    auto made = std::make_shared<awaited>();
    made->id = id;
    made->parts = parts;
    return made;
  }
  receipt_book make(std::size_t entries_max) {
    return {entries_max, [this](std::int64_t carrier, std::string_view key, const awaited& of,
                                std::uint8_t part) {
              evicted_.push_back(std::to_string(carrier) + "/" + std::string(key) + "/" +
                                 std::to_string(of.id) + "/" + std::to_string(part));
            }};
  }
  // The id of the message that a receipt means; 0: none.
  static store::id64 meant(const receipt_book& book, std::string_view receipt_id,
                           carrier_id_form allowed = carrier_id_form::automatic,
                           std::int64_t carrier = telco) {
    const auto found = book.find(carrier, receipt_id, allowed);
    return found ? found->message->id : 0;
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
  const auto found = book.find(telco, "abc-2", carrier_id_form::exact);
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
  const auto found = book.find(telco, "ABCDEF", carrier_id_form::automatic);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->form, smpp::id_form::decimal_to_hex);
}

TEST_F(ReceiptBook, KeepsToTheFormThatIsConfigured) {
  auto book = make(10);
  book.add(telco, "abcdef", 1, message(1), now_);
  EXPECT_EQ(meant(book, "11259375", carrier_id_form::exact), 0);
  EXPECT_EQ(meant(book, "11259375", carrier_id_form::decimal_to_hex), 0);
  EXPECT_EQ(meant(book, "11259375", carrier_id_form::hex_to_decimal), 1);
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
  EXPECT_EQ(meant(book, "1", carrier_id_form::automatic, other), 2);
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

TEST_F(ReceiptBook, ForgetsWhatNeedsNoReceiptAnyMore) {
  auto book = make(2);
  const auto done = message(1), half = message(2, 2);
  book.add(telco, "1", 1, done, now_);
  book.add(telco, "2", 1, half, now_);
  done->settled = true;
  half->delivered.set(1);
  book.add(telco, "3", 2, half, now_);
  book.add(telco, "4", 1, message(3), now_);
  EXPECT_EQ(evicted_, evictions{});
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
  const auto first = message(5);
  book.add(telco, "1", 1, message(7), now_);
  book.add(telco, "2", 1, first, now_);
  EXPECT_EQ(book.oldest_waiting(), 5);
  first->settled = true;
  EXPECT_EQ(book.oldest_waiting(), 7);
}

TEST(IdForm, IsPermittedByItsOwnNameAndByAutomatic) {
  using smpp::id_form;
  for (const auto spelling : {id_form::exact, id_form::letter_case, id_form::padding}) {
    EXPECT_TRUE(permits(carrier_id_form::exact, spelling));
  }
  EXPECT_TRUE(permits(carrier_id_form::automatic, id_form::hex_to_decimal));
  EXPECT_TRUE(permits(carrier_id_form::decimal_to_hex, id_form::decimal_to_hex));
  EXPECT_FALSE(permits(carrier_id_form::exact, id_form::decimal_to_hex));
  EXPECT_FALSE(permits(carrier_id_form::decimal_to_hex, id_form::hex_to_decimal));
}

}  // namespace
}  // namespace smppd
