#include "daemon/http/json_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace smppd::http {
namespace {

TEST(JsonWriter, PrintsObjectsAndArraysInEachOther) {
  json_writer body;
  body.begin_object();
  body.begin_array("none");
  body.end_array();
  body.begin_object("nothing");
  body.end_object();
  body.begin_array("some");
  body.text({}, "{");
  body.number({}, -1);
  body.begin_object();
  body.null("a");
  body.boolean("b", true);
  body.end_object();
  body.end_array();
  body.text("last", "[");
  body.boolean("end", false);
  body.end_object();
  EXPECT_EQ(
      body.printed(),
      R"({"none":[],"nothing":{},"some":["{",-1,{"a":null,"b":true}],"last":"[","end":false})");
}

TEST(JsonWriter, PrintsWholeNumbersOfEverySize) {
  json_writer body;
  body.begin_array();
  body.number({}, std::numeric_limits<std::int64_t>::min());
  body.number({}, std::numeric_limits<std::uint64_t>::max());
  body.number({}, std::uint8_t{255});
  body.end_array();
  EXPECT_EQ(body.printed(), "[-9223372036854775808,18446744073709551615,255]");
}

TEST(JsonWriter, HasNullWhereThereIsNothingToSay) {
  const store::wall_time at{std::chrono::milliseconds{1'774'940'406'412}};
  json_writer body;
  body.begin_object();
  body.text_or_null("a", "");
  body.text_or_null("b", "x");
  body.time_or_null("c", {});
  body.time_or_null("d", at);
  body.time("e", at);
  body.end_object();
  EXPECT_EQ(body.printed(), R"({"a":null,"b":"x","c":null,"d":"2026-03-31T07:00:06.412Z",)"
                            R"("e":"2026-03-31T07:00:06.412Z"})");
}

// What is printed is read by a parser that knows nothing of the writer.
std::string read_back(std::string_view text) {
  json_writer body;
  body.begin_object();
  body.text("text", text);
  body.end_object();
  return std::string(boost::json::parse(body.printed()).at("text").get_string());
}

TEST(JsonWriter, EveryOctetThatIsACharacterComesBack) {
  for (int octet = 0; octet < 0x80; ++octet) {
    const std::string text{'a', static_cast<char>(octet), 'b'};
    EXPECT_EQ(read_back(text), text) << octet;
  }
  EXPECT_EQ(read_back("bl\u00e5b\u00e6r \u20ac \U0001f600 \"\\/"),
            "bl\u00e5b\u00e6r \u20ac \U0001f600 \"\\/");
}

// They are looked at eight at a time.
TEST(JsonWriter, EveryOctetComesBackWhereverItStands) {
  for (std::size_t length = 1; length <= 17; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int octet = 0; octet < 0x80; ++octet) {
        std::string text(length, '~');
        text[place] = static_cast<char>(octet);
        ASSERT_EQ(read_back(text), text) << octet << " at " << place << " of " << length;
      }
      std::string text(length, ' ');
      text.replace(place, 1, "\u20ac");
      ASSERT_EQ(read_back(text), text) << place << " of " << length;
    }
  }
}

TEST(JsonWriter, OctetsThatAreNoCharactersAreReplaced) {
  for (int octet = 0x80; octet < 0x100; ++octet) {
    const std::string text{'"', static_cast<char>(octet), '"'};
    EXPECT_EQ(read_back(text), "\"\ufffd\"") << octet;
  }
  EXPECT_EQ(read_back("\xe2\x82"), "\ufffd\ufffd");            // the third octet is missing
  EXPECT_EQ(read_back("\xc0\xaf"), "\ufffd\ufffd");            // overlong
  EXPECT_EQ(read_back("\xed\xa0\x80"), "\ufffd\ufffd\ufffd");  // half of a surrogate pair
}

}  // namespace
}  // namespace smppd::http
