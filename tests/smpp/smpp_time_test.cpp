#include "smpp/smpp_time.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using smpp::deci_time;
using smpp::deciseconds;
using smpp::format_absolute_time;
using smpp::format_relative_time;
using smpp::parse_time;
using smpp::parsed_time;
using smpp::time_form;
using smpp::time_kind;

deci_time at(int year, unsigned month, unsigned day, std::chrono::seconds of_day = 0s,
             int tenths = 0) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return std::chrono::sys_days(date) + of_day + deciseconds(tenths);
}

const deci_time now = at(2026, 1, 31, 10h + 20min + 30s, 4);

struct reading {
  std::string_view text;
  deci_time when;
};

TEST(SmppTime, AbsoluteTimesAreReadAsUtc) {
  const std::vector<reading> readings{
      {"260131102030000+", at(2026, 1, 31, 10h + 20min + 30s)},
      {"260131102030900-", at(2026, 1, 31, 10h + 20min + 30s, 9)},
      {"260131102030004+", at(2026, 1, 31, 9h + 20min + 30s)},
      {"260131102030004-", at(2026, 1, 31, 11h + 20min + 30s)},
      {"260131233000048-", at(2026, 2, 1, 11h + 30min)},
      {"260101003000022+", at(2025, 12, 31, 19h)},
      {"240229000000000+", at(2024, 2, 29)},
      {"370101000000000+", at(2037, 1, 1)},
      {"380101000000000+", at(1938, 1, 1)},
      {"991231235959900+", at(1999, 12, 31, 23h + 59min + 59s, 9)},
      {"000101000000000+", at(2000, 1, 1)},
  };
  for (const auto& [text, when] : readings) {
    EXPECT_EQ(parse_time(text, now), (parsed_time{time_kind::absolute, when})) << text;
  }
}

TEST(SmppTime, RelativeTimesAreCountedFromNow) {
  const std::vector<reading> readings{
      {"000000000000000R", now},
      {"000002000000000R", now + 48h},
      {"000000480000000R", now + 48h},
      {"000000000130000R", now + 90s},
      {"000100000000000R", at(2026, 2, 28, 10h + 20min + 30s, 4)},
      {"020000000000000R", at(2028, 1, 31, 10h + 20min + 30s, 4)},
      {"001300000000000R", at(2027, 2, 28, 10h + 20min + 30s, 4)},
      {"020610233429000R", at(2028, 8, 11, 9h + 54min + 59s, 4)},
      {"000000000001956R", now + 1s},
  };
  for (const auto& [text, when] : readings) {
    EXPECT_EQ(parse_time(text, now), (parsed_time{time_kind::relative, when})) << text;
  }
}

TEST(SmppTime, ALeapDayPlusAYearIsTheEndOfFebruary) {
  EXPECT_EQ(parse_time("010000000000000R", at(2024, 2, 29)).when, at(2025, 2, 28));
}

TEST(SmppTime, NoCharactersAreEmptyAndNotInvalid) {
  EXPECT_EQ(parse_time("", now).kind, time_kind::empty);
  EXPECT_FALSE(parse_time("", now).has_time());
}

TEST(SmppTime, WhatIsNoTimeIsInvalid) {
  const std::vector<std::string_view> invalid{
      "0",
      "26013110203000+",    // 15 characters
      "2601311020300000+",  // 17
      "260131102030",       // 12, where 16 are asked for
      "261331102030000+",   // month 13
      "260031102030000+",   // month 0
      "260132102030000+",   // January 32
      "260100102030000+",   // day 0
      "250229102030000+",   // no leap year
      "260131242030000+",   // hour 24
      "260131106030000+",   // minute 60
      "260131102060000+",   // second 60
      "260131102030049+",   // offset above 12 hours
      "260131102030049-",   //
      "260131102030000Z",   //
      "260131102030000r",   //
      "2601311020300000",   //
      "26013110203x000+",   //
      "-60131102030000+",   //
      " 60131102030000+",   //
      "00000200000000xR",   //
      "000000000000000+",   // zeros are no date
  };
  for (const auto text : invalid) {
    EXPECT_EQ(parse_time(text, now), parsed_time{}) << text;
    EXPECT_FALSE(parse_time(text, now).has_time());
  }
}

TEST(SmppTime, TwelveDigitsAreReadWhereAskedFor) {
  const auto short_form = [](std::string_view text) {
    return parse_time(text, now, time_form::full_or_short);
  };
  EXPECT_EQ(short_form("260131102030").when, at(2026, 1, 31, 10h + 20min + 30s));
  EXPECT_EQ(short_form("260131102030000+").when, at(2026, 1, 31, 10h + 20min + 30s));
  EXPECT_EQ(short_form("").kind, time_kind::empty);
  EXPECT_EQ(short_form("261331102030").kind, time_kind::invalid);
  EXPECT_EQ(short_form("26013110203x").kind, time_kind::invalid);
  EXPECT_EQ(short_form("2601311020").kind, time_kind::invalid);
}

TEST(SmppTime, AbsoluteTimesAreWrittenInUtc) {
  EXPECT_EQ(format_absolute_time(at(2026, 1, 31, 10h + 20min + 30s, 4)), "260131102030400+");
  EXPECT_EQ(format_absolute_time(at(2000, 1, 1)), "000101000000000+");
  EXPECT_EQ(format_absolute_time(at(1969, 12, 31, 23h + 59min + 59s, 9)), "691231235959900+");
}

TEST(SmppTime, WhatIsWrittenIsReadBack) {
  for (deci_time when = at(1938, 1, 1); when < at(2038, 1, 1); when += 997h + 61s) {
    ASSERT_EQ(parse_time(format_absolute_time(when), now).when, when);
  }
  for (auto from_now = 0s; from_now < std::chrono::days(32); from_now += 7919s) {
    ASSERT_EQ(parse_time(format_relative_time(from_now).value(), now).when, now + from_now);
  }
}

TEST(SmppTime, RelativeTimesAreWrittenInDaysAndLess) {
  EXPECT_EQ(format_relative_time(0s), "000000000000000R");
  EXPECT_EQ(format_relative_time(48h), "000002000000000R");
  EXPECT_EQ(format_relative_time(25h + 2min + 3s), "000001010203000R");
  EXPECT_EQ(format_relative_time(std::chrono::days(32) - 1s), "000031235959000R");
}

TEST(SmppTime, RelativeTimesThatDaysDoNotHoldAreRefused) {
  EXPECT_EQ(format_relative_time(std::chrono::days(32)), std::nullopt);
  EXPECT_EQ(format_relative_time(-1s), std::nullopt);
}

}  // namespace
