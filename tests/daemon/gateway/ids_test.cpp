#include "daemon/gateway/ids.hpp"

#include "tests/support/store_records.hpp"

#include <gtest/gtest.h>

#include <set>

namespace smppd {
namespace {

using tests::at;

TEST(Ids, AscendWithinAMillisecond) {
  id_generator ids(0);
  const auto first = ids.take(at(1));
  EXPECT_EQ(first, store::first_id_at(at(1)));
  EXPECT_EQ(ids.take(at(1)), first + store::id_step);
}

TEST(Ids, OfSeveralAreConsecutive) {
  id_generator ids(0);
  const auto first = ids.take(at(1), 1000);
  EXPECT_EQ(ids.take(at(1)), first + 1000 * store::id_step);
}

TEST(Ids, AscendWhereTheClockGoesBack) {
  id_generator ids(0);
  const auto before = ids.take(at(100));
  EXPECT_EQ(ids.take(at(50)), before + store::id_step);
}

TEST(Ids, AreAboveTheLastOneOfAnEarlierRun) {
  const auto last = store::first_id_at(at(1000));
  id_generator ids(0, last);
  EXPECT_GT(ids.take(at(1)), last);
}

TEST(Ids, OfTwoNodesDiffer) {
  id_generator one(1), two(2);
  std::set<store::id64> all;
  for (int i = 0; i < 100; ++i) {
    all.insert(one.take(at(1)));
    all.insert(two.take(at(1)));
  }
  EXPECT_EQ(all.size(), 200U);
}

TEST(Ids, SayWhenTheyWereMade) {
  id_generator ids(5);
  EXPECT_EQ(time_of(ids.take(at(7))), at(7));
}

TEST(Ids, AreSixteenHexadecimalDigitsInSmpp) {
  const auto id = tests::id(3);
  const auto text = to_smpp_id(id);
  EXPECT_EQ(text.size(), 16U);
  EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(parse_smpp_id(text), id);
}

TEST(Ids, AreUuidsOfVersionSevenInHttp) {
  const auto id = tests::id(3);
  const auto text = to_uuid(id);
  ASSERT_EQ(text.size(), 36U);
  EXPECT_EQ(text[14], '7');
  EXPECT_EQ(text.substr(19, 4) + text.substr(24), to_smpp_id(id));
  EXPECT_EQ(parse_uuid(text), id);
  EXPECT_EQ(parse_uuid("msg-" + text), id);
}

TEST(Ids, OfAUuidMayBeWrittenInUpperCase) {
  const auto id = store::first_id_at(at(0)) + 0xABCDE * store::id_step;
  auto text = to_uuid(id);
  for (auto& c : text)
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  EXPECT_EQ(parse_uuid(text), id);
}

TEST(Ids, OfOthersAreNone) {
  for (const auto* text : {"", "1", "00000000000000000", "0123456789abcdef", "x123456789abcdef",
                           "-123456789abcdef", "f123456789abcdef"}) {
    EXPECT_EQ(parse_smpp_id(text), std::nullopt) << text;
  }
  for (const auto* text :
       {"", "msg-", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "0192c6a0-0000-7000-8000-00000000000",
        "not-a-uuid-but-of-36-characters!!!!!"}) {
    EXPECT_EQ(parse_uuid(text), std::nullopt) << text;
  }
}

TEST(Ids, MayBeDecimalInSmpp) {
  using enum store::message_id_form;
  const auto id = tests::id(3);
  EXPECT_EQ(to_smpp_id(id, decimal), std::to_string(id));
  EXPECT_EQ(parse_smpp_id(std::to_string(id), decimal), id);
  for (const auto* text : {"", "-1", "12a", " 1", "4611686018427387904", "99999999999999999999"})
    EXPECT_EQ(parse_smpp_id(text, decimal), std::nullopt) << text;
}

TEST(Ids, OfAUuidWhoseTimeContradictsItselfAreNone) {
  auto text = to_uuid(tests::id(3));
  text[0] = text[0] == '0' ? '1' : '0';
  EXPECT_EQ(parse_uuid(text), std::nullopt);
}

}  // namespace
}  // namespace smppd
