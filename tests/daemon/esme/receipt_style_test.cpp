#include "daemon/esme/receipt_style.hpp"

#include "tests/support/store_records.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

using store::reason;
using tests::at;

smpp::receipt_fields sample() {
  return {.id = "17",
          .sub = 1,
          .dlvrd = 1,
          .submit = std::chrono::floor<std::chrono::seconds>(at(1)),
          .done = std::chrono::floor<std::chrono::seconds>(at(62)),
          .state = smpp::message_state::delivered,
          .err = "000",
          .text = "Hello"};
}

TEST(ReceiptFormat, IsTheStandardOneWithoutAnother) {
  EXPECT_EQ(format_receipt("", sample()), smpp::format_receipt(sample()));
}

TEST(ReceiptFormat, PutsEachFieldWhereItsPlaceholderStands) {
  EXPECT_EQ(format_receipt("id:{id} sub:{sub} dlvrd:{dlvrd} submit date:{submit_date} done "
                           "date:{done_date} stat:{stat} err:{err} text:{text}",
                           sample()),
            smpp::format_receipt(sample()));
  EXPECT_EQ(format_receipt("{stat};{id};{submit_date:12};{done_date:12}", sample()),
            "DELIVRD;17;260101000001;260101000102");
}

TEST(ReceiptFormat, IsCheckedBeforeItIsUsed) {
  EXPECT_EQ(mistake_in_receipt_format(""), "");
  EXPECT_EQ(mistake_in_receipt_format("id:{id} stat:{stat}"), "");
  EXPECT_EQ(mistake_in_receipt_format("id:{id} stat:{state}").substr(0, 32),
            "there is no placeholder {state};");
  for (const auto* const unpaired : {"{id} {stat} {", "{id} {stat} }", "{id {stat}"})
    EXPECT_EQ(mistake_in_receipt_format(unpaired),
              "a brace of the format has no partner; write placeholders as {id}");
  EXPECT_EQ(mistake_in_receipt_format("{id}"),
            "the format needs {id} and {stat}; without them it says nothing");
  EXPECT_NE(mistake_in_receipt_format("{id} {stat} \xC3\xA5"), "");
  EXPECT_EQ(mistake_in_receipt_format(std::string(151, 'x')),
            "the format has 151 octets; 150 are allowed");
}

// What the placeholders become is longer than they are: many of them would cut off the others.
TEST(ReceiptFormat, HasEachPlaceholderOnce) {
  EXPECT_EQ(mistake_in_receipt_format("{id} {stat} {text} {text}"),
            "{text} stands twice in the format; once is allowed");
  EXPECT_EQ(mistake_in_receipt_format("{id} {stat} {done_date} {done_date:12}"), "");
}

TEST(ReceiptError, IsTheCarriersOwnWithoutAnother) {
  EXPECT_EQ(receipt_error("", reason::undeliverable, "21b"), "21b");
  EXPECT_EQ(receipt_error("", reason::undeliverable, "ESME_RINVDSTADR"), "000");
  EXPECT_EQ(receipt_error("", reason::expired, ""), "000");
}

TEST(ReceiptError, IsLookedUpByTheCarriersThenByOurReason) {
  constexpr auto errors = "default=999,undeliverable=001,21b=017,ESME_RINVDSTADR=011";
  EXPECT_EQ(receipt_error(errors, reason::undeliverable, "21b"), "017");
  EXPECT_EQ(receipt_error(errors, reason::invalid_number, "ESME_RINVDSTADR"), "011");
  EXPECT_EQ(receipt_error(errors, reason::undeliverable, "22"), "001");
  EXPECT_EQ(receipt_error(errors, reason::expired, ""), "999");
  EXPECT_EQ(receipt_error("delivered=0,default=1", reason::none, "000"), "0");
}

TEST(ReceiptError, ListIsCheckedBeforeItIsUsed) {
  EXPECT_EQ(mistake_in_receipt_errors(""), "");
  EXPECT_EQ(mistake_in_receipt_errors("default=000,21b=017"), "");
  for (const auto* const wrong : {"default", "default=", "=1", "a=1,,b=2", "a=b c", "a=b=c"})
    EXPECT_NE(mistake_in_receipt_errors(wrong), "") << wrong;
}

}  // namespace
}  // namespace smppd
