#include "smpp/receipt.hpp"

#include "smpp/ucs2.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace smpp {

std::ostream& operator<<(std::ostream& out, const receipt& found) {
  const auto show = [&](const char* name, const std::optional<std::string>& field) {
    if (field) out << name << "=[" << *field << "] ";
  };
  show("id", found.id);
  show("sub", found.sub);
  show("dlvrd", found.dlvrd);
  show("submit_date", found.submit_date);
  show("done_date", found.done_date);
  show("stat", found.stat);
  show("err", found.err);
  show("text", found.text);
  return out;
}

}  // namespace smpp

namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using smpp::as_bytes;
using smpp::message_state;
using smpp::parse_receipt;
using smpp::parse_receipt_date;
using smpp::receipt;

struct reading {
  std::string_view message;
  receipt fields;  // id, sub, dlvrd, submit date, done date, stat, err, text
};

constexpr std::nullopt_t none = std::nullopt;

const std::vector<reading> readings{
    // As the specification has it.
    {"id:0123456789 sub:001 dlvrd:001 submit date:2601311020 done date:2601311021 stat:DELIVRD "
     "err:000 text:hello world",
     {"0123456789", "001", "001", "2601311020", "2601311021", "DELIVRD", "000", "hello world"}},
    {"id:0123456789 sub:001 dlvrd:001 submit date:2601311020 done date:2601311021 stat:DELIVRD "
     "err:0 Text:hello",
     {"0123456789", "001", "001", "2601311020", "2601311021", "DELIVRD", "0", "hello"}},
    // Ids of every shape.
    {"id:rdwjwxns18krxr9936ey96ymcw sub:000 dlvrd:000 submit date:180711070003912+ done "
     "date:180711070000012+ stat:UNDELIV err:000",
     {"rdwjwxns18krxr9936ey96ymcw", "000", "000", "180711070003912+", "180711070000012+", "UNDELIV",
      "000", none}},
    {"id:550e8400-e29b-41d4-a716-446655440000 sub:001 dlvrd:001 submit date:2601311020 done "
     "date:2601311021 stat:DELIVRD err:000 text:",
     {"550e8400-e29b-41d4-a716-446655440000", "001", "001", "2601311020", "2601311021", "DELIVRD",
      "000", ""}},
    {"id:117062714244798261 sub:001 dlvrd:001 submit date:1706271624 done date:1706271624 "
     "stat:DELIVRD err:0000 text:Hllo world",
     {"117062714244798261", "001", "001", "1706271624", "1706271624", "DELIVRD", "0000",
      "Hllo world"}},
    {"id:123A456B sub:1 dlvrd:1 submit date:1702281424 done date:1702281424 stat:DELIVRD err:0 "
     "text: hello how are you there",
     {"123A456B", "1", "1", "1702281424", "1702281424", "DELIVRD", "0", "hello how are you there"}},
    {"id:0059113978 sub:001 dlvrd:001 submit date:100119172209 done date:100119172211 "
     "stat:DELIVRD err:000 text:Hello",
     {"0059113978", "001", "001", "100119172209", "100119172211", "DELIVRD", "000", "Hello"}},
    // Fields that are missing.
    {"id:1526758174 submit date:1701240904 done date:1701240904 stat:DELIVRD err:000 text:hellow",
     {"1526758174", none, none, "1701240904", "1701240904", "DELIVRD", "000", "hellow"}},
    {"id:5be9f816f19992a78c8e26442f8afa50 submit date:2609051430 done date:2609051433 "
     "stat:DELIVRD err:000",
     {"5be9f816f19992a78c8e26442f8afa50", none, none, "2609051430", "2609051433", "DELIVRD", "000",
      none}},
    {"id:44191696 sub:001 dlvrd:000 submit date:2609051430 done date:2609051430 stat:ENROUTE "
     "err:000",
     {"44191696", "001", "000", "2609051430", "2609051430", "ENROUTE", "000", none}},
    {"id:12345 stat:DELIVRD", {"12345", none, none, none, none, "DELIVRD", none, none}},
    {"id:foo stat:0", {"foo", none, none, none, none, "0", none, none}},
    {"sub:001 dlvrd:001 submit date:2609051430 done date:2609051431 stat:DELIVRD err:000 text:",
     {none, "001", "001", "2609051430", "2609051431", "DELIVRD", "000", ""}},
    {"sub:001 stat:DELIVRD err:000 text:", {none, "001", none, none, none, "DELIVRD", "000", ""}},
    {"id:77 sub:001 dlvrd:001 done date:2609051431",
     {"77", "001", "001", none, "2609051431", none, none, none}},
    {"id:ec421e62 stat:REJECTD err:000 text:",
     {"ec421e62", none, none, none, none, "REJECTD", "000", ""}},
    // Fields without a value, and odd ones.
    {"id:123 sub:... dlvrd:... submit date:200101010030 done date:200101020030 stat:FAILED "
     "err:042 text:Meep",
     {"123", "...", "...", "200101010030", "200101020030", "FAILED", "042", "Meep"}},
    {"id:123 sub:null dlvrd:null submit date:null done date:null stat:EXPIRED err:null text:null",
     {"123", "null", "null", "null", "null", "EXPIRED", "null", "null"}},
    {"id:123 sub:001 dlvrd:001 submit date:0610231217 done date:0610231217 stat:DELIVRD err: "
     "text:",
     {"123", "001", "001", "0610231217", "0610231217", "DELIVRD", "", ""}},
    {"id:123 sub: dlvrd: submit date: done date: stat:UNDELIV err: text: ",
     {"123", "", "", "", "", "UNDELIV", "", ""}},
    {"id:123 sub:001 dlvrd:000 submit date:0000000000 done date:0000000000 stat:UNKNOWN err:255 "
     "text:",
     {"123", "001", "000", "0000000000", "0000000000", "UNKNOWN", "255", ""}},
    // Error codes.
    {"id:e9ca671b sub:001 dlvrd:000 submit date:260905143000 done date:260905143010 stat:UNKNOWN "
     "err:4A6 text:",
     {"e9ca671b", "001", "000", "260905143000", "260905143010", "UNKNOWN", "4A6", ""}},
    {"id:1 sub:1 dlvrd:0 submit date:2601311020 done date:2601311021 stat:UNDELIV err:21b text:x",
     {"1", "1", "0", "2601311020", "2601311021", "UNDELIV", "21b", "x"}},
    {"id:1 sub:1 dlvrd:0 submit date:2601311020 done date:2601311021 stat:UNDELIV err:E_ABSENT "
     "text:x",
     {"1", "1", "0", "2601311020", "2601311021", "UNDELIV", "E_ABSENT", "x"}},
    // Status words.
    {"id:1 sub:1 dlvrd:0 submit date:2601311020 done date:2601311021 stat:delivrd err:0 text:x",
     {"1", "1", "0", "2601311020", "2601311021", "delivrd", "0", "x"}},
    {"id:1 sub:1 dlvrd:0 submit date:2601311020 done date:2601311021 stat:BUFFRED err:0 text:x",
     {"1", "1", "0", "2601311020", "2601311021", "BUFFRED", "0", "x"}},
    {"id:1 sub:1 dlvrd:0 submit date:2601311020 done date:2601311021 stat:DND_REJECTED err:0",
     {"1", "1", "0", "2601311020", "2601311021", "DND_REJECTED", "0", none}},
    {"id:1 sub:1 dlvrd:0 submit date:2601311020 done date:2601311021 stat:UNDELIVERABLE err:0",
     {"1", "1", "0", "2601311020", "2601311021", "UNDELIVERABLE", "0", none}},
    {"id:1 sub:1 dlvrd:0 submit date:2601311020 done date:2601311021 stat:foo err:0",
     {"1", "1", "0", "2601311020", "2601311021", "foo", "0", none}},
    // Spaces: more, fewer, other.
    {"id: 0123  sub: 001  dlvrd: 001  submit date: 2601311020  done date: 2601311021  stat: "
     "DELIVRD  err: 0  text: hi",
     {"0123", "001", "001", "2601311020", "2601311021", "DELIVRD", "0", "hi"}},
    {"id:0123sub:001dlvrd:001submit date:2601311020done date:2601311021stat:DELIVRDerr:000text:hi",
     {"0123", "001", "001", "2601311020", "2601311021", "DELIVRD", "000", "hi"}},
    {"id :0123 stat : DELIVRD err : 000", {"0123", none, none, none, none, "DELIVRD", "000", none}},
    {"id:0123 sub:001 dlvrd:001 submitdate:2601311020 donedate:2601311021 stat:DELIVRD err:000",
     {"0123", "001", "001", "2601311020", "2601311021", "DELIVRD", "000", none}},
    {"id:0123 submit_date:2601311020 done_date:2601311021 stat:DELIVRD",
     {"0123", none, none, "2601311020", "2601311021", "DELIVRD", none, none}},
    {"id:0123 submit  date:2601311020 done\tdate:2601311021 stat:DELIVRD",
     {"0123", none, none, "2601311020", "2601311021", "DELIVRD", none, none}},
    {"id:0123\r\nsub:001\r\nstat:DELIVRD\r\nerr:000\r\n",
     {"0123", "001", none, none, none, "DELIVRD", "000", none}},
    {"id:0123,sub:001,dlvrd:001,stat:DELIVRD;err:000;",
     {"0123", "001", "001", none, none, "DELIVRD", "000", none}},
    {"ID:0123 SUB:001 DLVRD:001 SUBMIT DATE:2601311020 DONE DATE:2601311021 STAT:DELIVRD ERR:000 "
     "TEXT:HI",
     {"0123", "001", "001", "2601311020", "2601311021", "DELIVRD", "000", "HI"}},
    // Another order.
    {"stat:DELIVRD err:000 done date:2609051431 dlvrd:001 submit date:2609051430 sub:001 id:f5c9 "
     "text:",
     {"f5c9", "001", "001", "2609051430", "2609051431", "DELIVRD", "000", ""}},
    {"id:f5c9 text: stat:DELIVRD err:000", {"f5c9", none, none, none, none, "DELIVRD", "000", ""}},
    {"text:two words id:f5c9 stat:EXPIRED",
     {"f5c9", none, none, none, none, "EXPIRED", none, "two words"}},
    // Junk before and after, NULs too.
    {"4670001\x1B?id:10ea34755d3d sub:001 dlvrd:001 submit date:0611011228 done date:0611011230 "
     "stat:DELIVRD err:000 Text:abc'!10ea34755d3d",
     {"10ea34755d3d", "001", "001", "0611011228", "0611011230", "DELIVRD", "000",
      "abc'!10ea34755d3d"}},
    {"Delivery report: id:42 sub:001 stat:DELIVRD err:000 seq:7 text:x",
     {"42", "001", none, none, none, "DELIVRD", "000", "x"}},
    {"id:42 sub:001 dlvrd:001 stat:DELIVRD err:000 text:x\0"sv,
     {"42", "001", "001", none, none, "DELIVRD", "000", "x"}},
    {"id:42\0 sub:001 dlvrd:001 stat:DELIVRD err:000"sv,
     {"42", "001", "001", none, none, "DELIVRD", "000", none}},
    // The text is the last field once the rest is known.
    {"id:42 stat:DELIVRD err:000 text:your id:7 stat:EXPIRED err:1",
     {"42", none, none, none, none, "DELIVRD", "000", "your id:7 stat:EXPIRED err:1"}},
    {"id:42 stat:DELIVRD err:000 text:see http://example.com:80/",
     {"42", none, none, none, none, "DELIVRD", "000", "see http://example.com:80/"}},
    {"id:42 stat:DELIVRD err:000 id:43", {"42", none, none, none, none, "DELIVRD", "000", none}},
};

TEST(Receipt, RealReceiptsAreRead) {
  for (const auto& [message, fields] : readings)
    EXPECT_EQ(parse_receipt(message), fields);
}

TEST(Receipt, EveryCutOfAReceiptIsReadOrRefused) {
  for (const auto& [message, fields] : readings) {
    for (std::size_t size = 0; size < message.size(); ++size) {
      const std::vector<char> exact(message.begin(),
                                    message.begin() + static_cast<std::ptrdiff_t>(size));
      const auto found = parse_receipt(std::string_view(exact.data(), exact.size()));
      if (found && found->id && fields.id) {
        EXPECT_TRUE(message.find(*found->id) != std::string_view::npos);
      }
    }
  }
}

TEST(Receipt, OrdinaryMessagesAreNotReceipts) {
  const std::vector<std::string_view> messages{
      "",
      ":",
      "id:",
      "id:123",
      "id: hello",
      "stat:DELIVRD",
      "hello world",
      "My id: 55 and my stat: great",
      "thermostat: 21 id: kitchen",
      "paid:10 said:no",
      "id:1 text:see you at 10:30",
      "id: 1 sub: 2 text: 3",
      "err: nothing to do, text: me later",
      "id: stat:DELIVRD",
      "id:5 stat:",
      "valid:1 substat:DELIVRD",
      "::::::::",
      "Meet at 10:30, bring id",
  };
  for (const auto message : messages)
    EXPECT_EQ(parse_receipt(message), std::nullopt) << message;
}

TEST(Receipt, NamesInsideOtherWordsAreNotFields) {
  const auto found = parse_receipt("id:42 stat:DELIVRD err:000 valid:7 context:9").value();
  EXPECT_EQ(found.id, "42");
  EXPECT_EQ(found.text, std::nullopt);
}

TEST(Receipt, LongMessagesOfNothingButNamesTakeLinearTime) {
  std::string colons(200'000, ':');
  std::string blanks(200'000, ' ');
  blanks += "date:";
  std::string names;
  for (int n = 0; n < 20'000; ++n)
    names += "submit date:id:text:";
  EXPECT_EQ(parse_receipt(colons), std::nullopt);
  EXPECT_EQ(parse_receipt(blanks), std::nullopt);
  EXPECT_EQ(parse_receipt(names), std::nullopt);
}

TEST(Receipt, AsciiUnderAUcs2CodingIsRead) {
  const auto found = parse_receipt(8, as_bytes("id:42 stat:DELIVRD err:000 text:hi")).value();
  EXPECT_EQ(found.id, "42");
  EXPECT_EQ(found.text, "hi");
}

TEST(Receipt, Ucs2UnderAUcs2CodingIsRead) {
  const auto octets = smpp::ucs2_encode("id:42 stat:DELIVRD err:000 text:\u043F\u0440").value();
  const auto found = parse_receipt(8, octets).value();
  EXPECT_EQ(found.id, "42");
  EXPECT_EQ(found.stat, "DELIVRD");
  EXPECT_EQ(found.text, "\u043F\u0440");
}

TEST(Receipt, Ucs2IsNotTriedUnderOtherCodings) {
  const auto octets = smpp::ucs2_encode("id:42 stat:DELIVRD").value();
  EXPECT_EQ(parse_receipt(4, octets), std::nullopt);
}

TEST(Receipt, OnlyTheTextIsDecoded) {
  const auto message = "id:a_b stat:DND_REJECTED err:0 text:\x1B\x65"sv;
  const auto found = parse_receipt(0, as_bytes(message)).value();
  EXPECT_EQ(found.id, "a_b");
  EXPECT_EQ(found.stat, "DND_REJECTED");
  EXPECT_EQ(found.text, "\u20AC");
}

TEST(Receipt, ATextInLatin1BecomesUtf8) {
  const auto message = "id:1 stat:DELIVRD err:0 text:\xE9t\xE9"sv;
  EXPECT_EQ(parse_receipt(3, as_bytes(message)).value().text, "\u00E9t\u00E9");
}

TEST(Receipt, OctetsThatAreNoReceiptAreNone) {
  EXPECT_EQ(parse_receipt(0, {}), std::nullopt);
  EXPECT_EQ(parse_receipt(8, {}), std::nullopt);
  EXPECT_EQ(parse_receipt(8, as_bytes("hello")), std::nullopt);
}

std::chrono::sys_seconds at(int year, unsigned month, unsigned day, std::chrono::seconds of_day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return std::chrono::sys_days(date) + of_day;
}

struct dating {
  std::string_view date;
  std::chrono::sys_seconds when;
};

TEST(ReceiptDate, EveryFormIsRead) {
  const std::vector<dating> datings{
      {"2601311020", at(2026, 1, 31, 10h + 20min)},
      {"0610231217", at(2006, 10, 23, 12h + 17min)},
      {" 2601311020 ", at(2026, 1, 31, 10h + 20min)},
      {"260131102030", at(2026, 1, 31, 10h + 20min + 30s)},
      {"200101010030", at(2020, 1, 1, 1h + 30s)},
      {"202601311020", at(2026, 1, 31, 10h + 20min)},
      {"201311020304", at(2013, 11, 2, 3h + 4min)},
      {"202012312359", at(2020, 12, 31, 23h + 59min)},
      {"20260131102030", at(2026, 1, 31, 10h + 20min + 30s)},
      {"19991231235959", at(1999, 12, 31, 23h + 59min + 59s)},
      {"180711070003912+", at(2018, 7, 11, 4h + 3s)},
      {"260131102030004-", at(2026, 1, 31, 11h + 20min + 30s)},
  };
  for (const auto& [date, when] : datings)
    EXPECT_EQ(parse_receipt_date(date), when) << date;
}

TEST(ReceiptDate, WhatIsNoDateIsNone) {
  const std::vector<std::string_view> datings{
      "",
      " ",
      "0",
      "0000000000",
      "000000000000",
      "null",
      "ND",
      "260131102",
      "26013110203",
      "2613311020",
      "2601321020",
      "2601312420",
      "2601311060",
      "260131102060",
      "203713321020",
      "2601311020x",
      "x601311020",
      "2026013110203",
      "18991231235959",
      "21000101000000",
      "000000000000000+",
      "000002000000000R",
      "260131102030049+",
      "26-01-31 10",
      "20261331102030",
  };
  for (const auto date : datings)
    EXPECT_EQ(parse_receipt_date(date), std::nullopt) << date;
}

smpp::receipt_fields some_fields() {
  smpp::receipt_fields fields;
  fields.id = "0123456789";
  fields.dlvrd = 1;
  fields.submit = at(2026, 1, 31, 10h + 20min + 30s);
  fields.done = at(2026, 2, 1, 0s);
  fields.state = message_state::delivered;
  fields.text = "hello";
  return fields;
}

TEST(ReceiptFormat, TheTextIsTheStandardOne) {
  EXPECT_EQ(smpp::format_receipt(some_fields()),
            "id:0123456789 sub:001 dlvrd:001 submit date:2601311020 done date:2602010000 "
            "stat:DELIVRD err:000 text:hello");
}

TEST(ReceiptFormat, CountersStopAt999) {
  auto fields = some_fields();
  fields.sub = 1000;
  fields.dlvrd = 42;
  EXPECT_NE(smpp::format_receipt(fields).find("sub:999 dlvrd:042 "), std::string::npos);
}

std::string text_of(std::string_view text) {
  auto fields = some_fields();
  fields.text = text;
  const std::string formatted = smpp::format_receipt(fields);
  return formatted.substr(formatted.find("text:") + 5);
}

TEST(ReceiptFormat, TheTextIsCutTo20Octets) {
  EXPECT_EQ(text_of("12345678901234567890"), "12345678901234567890");
  EXPECT_EQ(text_of("123456789012345678901"), "12345678901234567890");
}

TEST(ReceiptFormat, TheCutIsNotInsideAUtf8Sequence) {
  EXPECT_EQ(text_of("1234567890123456789\u00E9"), "1234567890123456789");
  EXPECT_EQ(text_of("123456789012345678\u00E9x"), "123456789012345678\u00E9");
  EXPECT_EQ(text_of("12345678901234567\U0001F600"), "12345678901234567");
  EXPECT_EQ(text_of(std::string(30, '\x80')), std::string(17, '\x80'));
}

TEST(ReceiptFormat, WhatIsWrittenIsReadBackForEveryState) {
  for (std::uint8_t number = 1; number <= 9; ++number) {
    auto fields = some_fields();
    fields.state = smpp::to_message_state(number).value();
    const std::string word(smpp::receipt_word(fields.state));
    EXPECT_EQ(
        parse_receipt(smpp::format_receipt(fields)),
        (receipt{"0123456789", "001", "001", "2601311020", "2602010000", word, "000", "hello"}));
  }
}

TEST(ReceiptFormat, DatesWrittenAreReadBackToTheMinute) {
  const auto fields = some_fields();
  const auto found = parse_receipt(smpp::format_receipt(fields)).value();
  EXPECT_EQ(parse_receipt_date(found.submit_date.value()), fields.submit - 30s);
  EXPECT_EQ(parse_receipt_date(found.done_date.value()), fields.done);
}

}  // namespace
