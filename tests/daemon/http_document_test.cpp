// docs/http-api.md and docs/openapi.yaml say what the API does. Reads only as much of YAML as that
// file is written in.
#include "tests/daemon/http_api_fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace smppd::http {
namespace {

using testing::UnorderedElementsAreArray;

std::string document(std::string_view name) {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../docs" / name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// "GET /healthz" and so on: the keys of `paths`, and below each those that are methods.
std::vector<std::string> operations() {
  static const std::regex path_line("  (/.*):");
  static const std::regex method_line("    (get|post|put|patch|delete):");
  std::vector<std::string> found;
  std::string path;
  bool in_paths = false;
  std::istringstream lines(document("openapi.yaml"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != ' ') in_paths = line == "paths:";
    if (!in_paths) continue;
    std::smatch match;
    if (std::regex_match(line, match, path_line)) path = match[1];
    if (!std::regex_match(line, match, method_line)) continue;
    std::string method = match[1];
    for (char& c : method)
      c = static_cast<char>(c - 'a' + 'A');
    found.push_back(method.append(" ").append(path));
  }
  return found;
}

std::set<std::string> events_in(const std::string& text) {
  static const std::regex event(R"(\b(message|inbound)\.[a-z]+\b)");
  std::set<std::string> found;
  for (std::sregex_iterator each(text.begin(), text.end(), event), end; each != end; ++each)
    found.insert(each->str());
  return found;
}

class HttpDocument : public tests::HttpApi {};

TEST_F(HttpDocument, HasTheRoutesOfTheApi) {
  EXPECT_THAT(operations(), UnorderedElementsAreArray(routes_.names()));
}

TEST(HttpDocuments, NameTheSameEvents) {
  const std::set<std::string> sent{"message.delivered", "message.failed", "inbound.received"};
  EXPECT_EQ(events_in(document("openapi.yaml")), sent);
  EXPECT_EQ(events_in(document("http-api.md")), sent);
}

}  // namespace
}  // namespace smppd::http
