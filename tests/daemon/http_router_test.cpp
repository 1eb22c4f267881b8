#include "daemon/http/problem.hpp"
#include "daemon/http/router.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace smppd::http {
namespace {

namespace json = boost::json;

asio::awaitable<response> keyword(const request& from) {
  response made;
  made.body = "keyword " + from.parameters.at(0);
  co_return made;
}
asio::awaitable<response> check(const request& from) {
  response made;
  made.body = "check " + from.parameters.at(0);
  co_return made;
}

response answer(const router& routes, std::string_view method, std::string_view path) {
  asio::io_context loop;
  request from;
  from.method = method;
  from.path = path;
  response made;
  const auto keep = [&](const std::exception_ptr&, response got) { made = std::move(got); };
  asio::co_spawn(loop, routes.answer(from), keep);
  loop.run();
  return made;
}

router keyword_routes() {
  router routes;
  routes.add("GET", "/keywords/{id}", keyword);
  routes.add("DELETE", "/keywords/{id}", keyword);
  routes.add("GET", "/keywords/check/{word}", check);
  return routes;
}

TEST(Router, ChoosesByMethodAndPath) {
  const router routes = keyword_routes();
  EXPECT_EQ(answer(routes, "GET", "/keywords/7").body, "keyword 7");
  EXPECT_EQ(answer(routes, "GET", "/keywords/check/SHOP").body, "check SHOP");
  EXPECT_EQ(answer(routes, "GET", "/keywords/check").body, "keyword check");
}

TEST(Router, DecodesParameters) {
  const router routes = keyword_routes();
  EXPECT_EQ(answer(routes, "GET", "/keywords/a%2fb%20").body, "keyword a/b ");
  EXPECT_EQ(answer(routes, "GET", "/keywords/100%").body, "keyword 100%");
}

TEST(Router, AnEmptyPartIsNoParameter) {
  EXPECT_EQ(answer(keyword_routes(), "GET", "/keywords/").status, 404);
  EXPECT_EQ(answer(keyword_routes(), "GET", "").status, 404);
}

TEST(Router, NamesTheMethodsOfAPath) {
  const response refused = answer(keyword_routes(), "POST", "/keywords/7");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.at(0).second, "GET, HEAD, DELETE");
}

TEST(Problem, SaysItInRfc9457AndInWordsOfOurOwn) {
  request from;
  from.path = "/v1/sms/send";
  from.id = "req_1";
  problem what(402, "INSUFFICIENT_CREDITS", "Needs 3 units.");
  what.errors.push_back({"/to/2", "INVALID_RECIPIENT", "too short"});
  const response made = make_response(what, from);
  EXPECT_EQ(made.status, 402);
  EXPECT_EQ(made.content_type, "application/problem+json");
  EXPECT_EQ(json::parse(made.body), json::parse(R"({
    "type": "urn:smppd:error:INSUFFICIENT_CREDITS", "title": "Insufficient credits",
    "status": 402, "detail": "Needs 3 units.", "instance": "/v1/sms/send",
    "error": "Insufficient credits", "code": "INSUFFICIENT_CREDITS", "request_id": "req_1",
    "errors": [{"pointer": "/to/2", "code": "INVALID_RECIPIENT", "detail": "too short"}]})"));
}

TEST(Problem, IsUtf8WhateverTheRequestWas) {
  request from;
  from.path = "/v1/\xff";
  problem what(400, "INVALID_REQUEST", "There is no parameter '\xe5'.");
  what.errors.push_back({"/\xe5", "UNKNOWN_FIELD", "\xe5"});
  const json::value body = json::parse(make_response(what, from).body);
  EXPECT_EQ(body.at("instance"), "/v1/\ufffd");
  EXPECT_EQ(body.at("detail"), "There is no parameter '\ufffd'.");
  EXPECT_EQ(body.at("errors").at(0).at("pointer"), "/\ufffd");
  EXPECT_EQ(body.at("errors").at(0).at("detail"), "\ufffd");
}

TEST(Problem, TitlesKeepAbbreviations) {
  EXPECT_EQ(title_of("INVALID_API_KEY"), "Invalid API key");
  EXPECT_EQ(title_of("INVALID_JSON"), "Invalid JSON");
  EXPECT_EQ(title_of("INVALID_CALLBACK_URL"), "Invalid callback URL");
}

TEST(Problem, TakesRefusalsOfTheGateway) {
  refusals why(2);
  why[0].http_status = 422;
  why[0].code = "NO_ROUTE";
  why[0].detail = "No carrier for it.";
  why[0].pointer = "/to/0";
  why[1].code = "INVALID_RECIPIENT";
  const problem made = problem_of(why);
  EXPECT_EQ(made.status, 422);
  EXPECT_EQ(made.code, "NO_ROUTE");
  ASSERT_EQ(made.errors.size(), 1U);
  EXPECT_EQ(made.errors[0].pointer, "/to/0");
}

TEST(Query, IsDecodedInOrder) {
  std::vector<std::pair<std::string, std::string>> pairs;
  ASSERT_TRUE(parse_query("a=1&b=x%26y+z&&c", pairs));
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[1].second, "x&y z");
  EXPECT_EQ(pairs[2].first, "c");
  EXPECT_FALSE(parse_query("a=%zz", pairs));
  EXPECT_FALSE(parse_query("a=%4", pairs));
}

}  // namespace
}  // namespace smppd::http
