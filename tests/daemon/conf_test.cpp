// conf/smppd.toml is what an administrator starts with: it loads, and shows every key there is with
// its default. (The other files of conf/ are read by conf_test.sh.)
#include "daemon/config/load.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace smppd {
namespace {

std::filesystem::path sample_path() {
  return std::filesystem::path(__FILE__).parent_path() / "../../conf/smppd.toml";
}

std::string sample() {
  std::ifstream file(sample_path());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The sample with every key switched on that it shows in a comment: "#key = value", where prose is
// "# Prose". (password_file excludes password.)
std::string sample_with_every_key() {
  std::string all;
  std::istringstream lines(sample());
  for (std::string line; std::getline(lines, line);) {
    const bool commented = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    all += (commented && line.rfind("#password_file", 0) != 0 ? line.substr(1) : line) + '\n';
  }
  return all;
}

void expect_no_problems(const loaded_config& loaded) {
  for (const auto& problem : loaded.problems)
    ADD_FAILURE() << to_string(problem);
}

TEST(SampleConfiguration, Loads) {
  const auto loaded = load_config(sample_path());
  expect_no_problems(loaded);
  ASSERT_TRUE(loaded.value.has_value());
  ASSERT_EQ(loaded.value->carriers.size(), 1U);
  EXPECT_EQ(loaded.value->carriers[0].host, "127.0.0.1");
  EXPECT_EQ(loaded.value->routes.size(), 1U);
}

TEST(SampleConfiguration, ShowsTheDefaults) {
  const auto as_it_is = parse_config(sample(), sample_path());
  const auto with_every_key = parse_config(sample_with_every_key(), sample_path());
  expect_no_problems(with_every_key);
  ASSERT_TRUE(as_it_is.value.has_value());
  ASSERT_TRUE(with_every_key.value.has_value());
  auto switched_on = *with_every_key.value;
  EXPECT_EQ(switched_on.inbound.size(), 1U);
  switched_on.inbound.clear();
  // These four have no default that could be written down.
  for (const auto of : {&carrier_config::source_ton, &carrier_config::source_npi,
                        &carrier_config::destination_ton, &carrier_config::destination_npi}) {
    EXPECT_TRUE((switched_on.carriers.at(0).*of).has_value());
    (switched_on.carriers.at(0).*of).reset();
  }
  EXPECT_EQ(changed_keys(*as_it_is.value, switched_on), std::vector<std::string>{});
  EXPECT_EQ(*as_it_is.value, switched_on);
}

TEST(SampleConfiguration, NamesEveryKey) {
  const auto text = sample();
  for (const auto& key : known_keys()) {
    const auto table = std::string(key.table);
    auto from = std::string::npos;
    for (const auto* line : {"\n[", "\n[[", "\n#[", "\n#[["})
      from = std::min(from, text.find(line + table + "]"));
    ASSERT_NE(from++, std::string::npos) << table;
    from = text.find('\n', from);
    const auto to = std::min(text.find("\n[", from), text.find("\n#[", from));
    const auto part = text.substr(from, to - from);
    const auto assignment = std::string(key.name) + " = ";
    const bool shown = part.find("\n" + assignment) != std::string::npos ||
                       part.find("\n#" + assignment) != std::string::npos;
    EXPECT_TRUE(shown) << table << '.' << key.name;
  }
}

}  // namespace
}  // namespace smppd
