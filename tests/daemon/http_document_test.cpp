// docs/http-api.md and docs/openapi.yaml say what the API does. Reads only as much of YAML as that
// file is written in.
#include "tests/daemon/http_api_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
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
  static const std::set<std::string> methods{"get", "post", "put", "patch", "delete"};
  std::vector<std::string> found;
  std::string path;
  bool in_paths = false;
  std::istringstream lines(document("openapi.yaml"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.front() != ' ') in_paths = line == "paths:";
    if (!in_paths || !line.ends_with(':')) continue;
    line.pop_back();
    if (line.starts_with("  /")) path = line.substr(2);
    if (!line.starts_with("    ") || !methods.contains(line.substr(4))) continue;
    auto method = line.substr(4);
    for (char& c : method)
      c = static_cast<char>(c - 'a' + 'A');
    found.push_back(method.append(" ").append(path));
  }
  return found;
}

std::set<std::string> events_in(const std::string& text) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  std::set<std::string> found;
  for (const std::string subject : {"message.", "inbound."}) {
    for (auto at = text.find(subject); at != std::string::npos; at = text.find(subject, at + 1)) {
      const auto word = text.begin() + static_cast<std::ptrdiff_t>(at + subject.size());
      const auto end = std::find_if_not(word, text.end(), is_letter);
      const bool whole = at == 0 || (!is_letter(text[at - 1]) && text[at - 1] != '_');
      if (whole && end != word) found.insert(subject + std::string(word, end));
    }
  }
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
