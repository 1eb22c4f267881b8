#include "daemon/http/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace smppd::http {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

answer<json::object> parse(std::string_view body,
                           std::string_view content_type = "application/json") {
  request from;
  from.headers.emplace_back("content-type", content_type);
  from.body = body;
  return parse_body(from, {});
}

TEST(Json, TakesAnObject) {
  const auto parsed = parse(R"( {"a": [1, {"b": "\u00e6"}], "c": null} )");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, (json::object{{"a", {1, {{"b", "æ"}}}}, {"c", nullptr}}));
}

TEST(Json, SaysWhereItIsWrong) {
  const auto parsed = parse("{\"a\": 1,\n \"b\": x}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, "INVALID_JSON");
  EXPECT_THAT(parsed.error().detail, HasSubstr("line 2, column 7"));
}

class JsonRefuses : public testing::TestWithParam<const char*> {};
TEST_P(JsonRefuses, It) {
  const auto parsed = parse(GetParam());
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().status, 400);
  EXPECT_EQ(parsed.error().code, "INVALID_JSON");
}
INSTANTIATE_TEST_SUITE_P(All, JsonRefuses,
                         testing::Values("", "  ", "[]", "\"text\"", "null", "{", "{\"a\":1}x",
                                         "{\"a\":1,}", "{'a':1}", "{\"a\":\"\xff\"}",
                                         "{\"a\":\"\\ud800\"}", "{/*c*/\"a\":1}", "{\"a\":NaN}"));

TEST(Json, NamesAFieldThatStandsTwice) {
  for (const char* const body :
       {R"({"to": "1", "to": "2"})", R"({"x": {"to": 1, "t\u006f": 2}})", R"([{"to":1,"to":1}])"}) {
    const auto parsed = parse(body);
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().detail, HasSubstr("'to' stands twice")) << body;
  }
  EXPECT_TRUE(parse(R"({"a": {"to": 1}, "b": {"to": 2}, "to": 3})"));
}

TEST(Json, LimitsDepthAndMembers) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(parse(nested(json_depth_max)));
  EXPECT_FALSE(parse(nested(json_depth_max + 1)));
  std::string wide("{\"a0\":0");
  for (int i = 1; i < 65; ++i)
    wide += ",\"a" + std::to_string(i) + "\":0";
  EXPECT_FALSE(parse(wide + "}"));
}

TEST(Json, WantsItsContentType) {
  EXPECT_TRUE(parse("{}", "Application/JSON; charset=utf-8"));
  for (const char* const type : {"", "text/plain", "application/jsonp", "application/x-ndjson"}) {
    const auto parsed = parse("{}", type);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().status, 415);
  }
}

class ObjectReader : public testing::Test {
 protected:
  const json::object object_{{"text", "blåbær"}, {"number", 7}, {"flag", true},
                             {"none", nullptr},  {"list", {1}}, {"a/b~c", 1}};
  std::vector<field_error> errors_;
  object_reader reader_{object_, "/options", errors_};
};

TEST_F(ObjectReader, GivesWhatIsThere) {
  EXPECT_EQ(reader_.text("text", 6), "blåbær");
  EXPECT_EQ(reader_.integer("number", 1, 7), 7);
  EXPECT_EQ(reader_.boolean("flag"), true);
  EXPECT_EQ(reader_.text("none", 6), std::nullopt);
  EXPECT_EQ(reader_.text("absent", 6), std::nullopt);
  EXPECT_TRUE(reader_.has_null("none"));
  EXPECT_THAT(errors_, ElementsAre());
}

TEST_F(ObjectReader, KeepsWhatIsWrong) {
  EXPECT_EQ(reader_.text("text", 5), std::nullopt);
  EXPECT_EQ(reader_.text("number", 5), std::nullopt);
  EXPECT_EQ(reader_.integer("number", 1, 6), std::nullopt);
  EXPECT_EQ(reader_.integer("text", 1, 6), std::nullopt);
  EXPECT_EQ(reader_.boolean("number"), std::nullopt);
  EXPECT_EQ(reader_.object("list"), nullptr);
  EXPECT_THAT(errors_, ElementsAre(Field(&field_error::pointer, "/options/text"),
                                   Field(&field_error::pointer, "/options/number"),
                                   Field(&field_error::pointer, "/options/number"),
                                   Field(&field_error::pointer, "/options/text"),
                                   Field(&field_error::pointer, "/options/number"),
                                   Field(&field_error::pointer, "/options/list")));
}

TEST_F(ObjectReader, RefusesFieldsThatNobodyAskedFor) {
  for (const char* const known : {"text", "number", "none", "flag"})
    std::ignore = reader_.find(known);
  reader_.refuse_others({"list"});
  ASSERT_EQ(errors_.size(), 2U);
  EXPECT_EQ(errors_[0].code, "NOT_SUPPORTED");
  EXPECT_THAT(errors_[0].detail, HasSubstr("not supported yet"));
  EXPECT_EQ(errors_[1].code, "UNKNOWN_FIELD");
  EXPECT_EQ(errors_[1].pointer, "/options/a~1b~0c");
}

}  // namespace
}  // namespace smppd::http
