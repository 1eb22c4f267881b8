#include "daemon/config/load.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace smppd {
namespace {

using namespace std::chrono_literals;

const std::string one_carrier =
    "[[carrier]]\nname = \"ideal\"\nhost = \"smsc\"\nsystem_id = \"us\"\npassword = \"pw\"\n";

std::vector<std::string> problems_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto& problem : parse_config(text, "smppd.toml").problems) {
    lines.push_back(to_string(problem));
  }
  return lines;
}

std::string only_problem_of(const std::string& text) {
  const auto problems = problems_of(text);
  EXPECT_EQ(problems.size(), 1U) << testing::PrintToString(problems);
  return problems.empty() ? std::string() : problems.front();
}

config value_of(const std::string& text) {
  auto loaded = parse_config(text, "smppd.toml");
  EXPECT_TRUE(loaded.problems.empty()) << to_string(loaded.problems.front());
  return loaded.value.value_or(config{});
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream(path) << content;
}

TEST(Config, AnEmptyFileSaysTheDefaults) { EXPECT_EQ(value_of(""), config{}); }

TEST(Config, ReadsEveryTable) {
  const auto read = value_of(
      "[store]\npath = \"/tmp/a.db\"\ncommit_spacing = \"5ms\"\nretention = \"7d\"\n"
      "[log]\nlevel = \"debug\"\nmessages = true\n"
      "[http]\nlisten = \"[::1]:80\"\nrecipients_max = 7\n"
      "[admin]\nenabled = false\n"
      "[smpp]\nwindow = 3\ninactivity_timeout = 0\ndefault_alphabet = \"ascii\"\n"
      "[webhook]\nretry = [\"1s\", 2, \"1m\"]\n"
      "[limits]\nvalidity_default = \"2h\"\n"
      "[text]\nsmart_replacement = true\n"
      "[reassembly]\ntimeout = \"90s\"\n" +
      one_carrier +
      "rate = 12.5\nsource_ton = 5\nmode = \"transmitter_receiver\"\nid_form = \"hex_to_decimal\"\n"
      "receipt_parts = \"last\"\n"
      "concatenation = \"udh16\"\ninterface_version = \"5.0\"\nreconnect_min = \"250ms\"\n"
      "gsm7_packed = true\nnational_languages = [\"turkish\", \"spanish\"]\n"
      "[[route]]\nprefix = \"49\"\ncarriers = [\"ideal\"]\n"
      "[[inbound]]\nnumber = \"49800\"\naccount = \"acme\"\n");
  EXPECT_EQ(read.store.path, "/tmp/a.db");
  EXPECT_EQ(read.store.commit_spacing, 5ms);
  EXPECT_EQ(read.store.retention, 168h);
  EXPECT_EQ(read.log.level, "debug");
  EXPECT_TRUE(read.log.messages);
  EXPECT_EQ(read.http.listen, (listen_address{"::1", 80}));
  EXPECT_EQ(read.http.recipients_max, 7U);
  EXPECT_FALSE(read.admin.enabled);
  EXPECT_EQ(read.smpp.window, 3U);
  EXPECT_EQ(read.smpp.inactivity_timeout, 0s);
  EXPECT_EQ(read.smpp.text.default_alphabet, smpp::default_alphabet::ascii);
  EXPECT_TRUE(read.text.smart_replacement);
  EXPECT_FALSE(read.text.transliterate);
  EXPECT_EQ(read.webhook.retry, (std::vector<seconds>{1s, 2s, 60s}));
  EXPECT_EQ(read.limits.validity_default, 7200s);
  EXPECT_EQ(read.reassembly_timeout, 90s);
  ASSERT_EQ(read.carriers.size(), 1U);
  const auto& carrier = read.carriers.front();
  EXPECT_EQ(carrier.password, "pw");
  EXPECT_EQ(carrier.rate, 12.5);
  EXPECT_EQ(carrier.source_ton, 5);
  EXPECT_EQ(carrier.source_npi, std::nullopt);
  EXPECT_EQ(carrier.mode, bind_mode::transmitter_receiver);
  EXPECT_EQ(carrier.id_form, carrier_id_form::hex_to_decimal);
  EXPECT_EQ(carrier.receipt_parts, receipt_parts::last);
  EXPECT_EQ(carrier.concatenation, smpp::concatenation::udh16);
  EXPECT_EQ(carrier.interface_version, 0x50);
  EXPECT_EQ(carrier.reconnect_min, 250ms);
  EXPECT_EQ(carrier.text.default_alphabet, smpp::default_alphabet::gsm7);
  EXPECT_TRUE(carrier.text.gsm7_packed);
  EXPECT_EQ(carrier.text.national_languages,
            (std::vector{smpp::gsm7_language::turkish, smpp::gsm7_language::spanish}));
  EXPECT_EQ(read.routes, (std::vector<route_config>{{"49", {"ideal"}}}));
  EXPECT_EQ(read.inbound, (std::vector<inbound_config>{{"49800", "acme"}}));
}

struct mistake {
  std::string text;
  std::string complaint;
};

TEST(Config, SaysWhatIsWrongAndWhatWouldBeRight) {
  const std::vector<mistake> mistakes{
      {"[smpp]\nwidnow = 5\n", "smppd.toml:2:1: smpp.widnow: unknown; did you mean 'window'?"},
      {"[[carier]]\n", "smppd.toml:1:3: carier: unknown; did you mean 'carrier'?"},
      {"[admin]\nxyzzyx = 1\n",
       "smppd.toml:2:1: admin.xyzzyx: unknown; known here: enabled, listen"},
      {"[smpp]\nwindow = \"5\"\n",
       "smppd.toml:2:10: smpp.window: \"5\" is not a whole number; use one from 1 to 10000"},
      {"[smpp]\nwindow = 0\n",
       "smppd.toml:2:10: smpp.window: 0 is out of range; use a number from 1 to 10000"},
      {"[http]\nenabled = \"yes\"\n",
       "smppd.toml:2:11: http.enabled: \"yes\" is neither true nor false; write one of them, "
       "without quotes"},
      {"[http]\nread_timeout = \"5 parsecs\"\n",
       "smppd.toml:2:16: http.read_timeout: \"5 parsecs\" is not a duration; write one like "
       "\"100ms\", \"30s\", \"5m\", \"2h\" or \"90d\""},
      {"[http]\nread_timeout = \"2h\"\n",
       "smppd.toml:2:16: http.read_timeout: \"2h\" is out of range; use \"1s\" to \"1h\""},
      {"[http]\nread_timeout = \"1500ms\"\n",
       "smppd.toml:2:16: http.read_timeout: \"1500ms\" is too fine; use a multiple of \"1s\""},
      {"[http]\nlisten = \"localhost:80\"\n",
       "smppd.toml:2:10: http.listen: \"localhost:80\" is not an address to listen on; write one "
       "like \"127.0.0.1:2775\", \"0.0.0.0:2775\" (all of IPv4) or \"[::]:2775\" (all)"},
      {"[log]\nlevel = \"loud\"\n",
       "smppd.toml:2:9: log.level: \"loud\" is none of the values it may have; use \"trace\", "
       "\"debug\", \"info\", \"warning\", \"error\""},
      {"[store]\npath = \"\"\n", "smppd.toml:2:8: store.path: it is empty; give a value"},
      {"[store]\npath = 5\n", "smppd.toml:2:8: store.path: 5 is not text; write it in quotes"},
      {"[store]\npath = \"a\\u0007b\"\n",
       "smppd.toml:2:8: store.path: \"a?b\" contains a control character; take it out"},
      {"[smpp]\nsystem_id = \"0123456789abcdef\"\n",
       "smppd.toml:2:13: smpp.system_id: \"0123456789abcdef\" has 16 octets; at most 15 are "
       "allowed"},
      {"[webhook]\nretry = \"5s\"\n",
       "smppd.toml:2:9: webhook.retry: \"5s\" is not a list; write it in [ ]"},
      {"[webhook]\nretry = [\"5s\",\n  \"5x\"]\n",
       "smppd.toml:3:3: webhook.retry: \"5x\" is not a duration; write one like \"100ms\", "
       "\"30s\", \"5m\", \"2h\" or \"90d\""},
      {"store = 5\n", "smppd.toml:1:9: store: it is a table; write [store] on a line of its own"},
      {"[carrier]\n",
       "smppd.toml:1:1: carrier: there may be several; write [[carrier]] above each"},
      {"[smpp]\nlisten = \"0.0.0.0:80\"\n[http]\nlisten = \"0.0.0.0:80\"\n",
       "smppd.toml:2:10: smpp.listen: it is the same address as http.listen, or part of it; change "
       "one of them"},
  };
  for (const auto& each : mistakes)
    EXPECT_EQ(only_problem_of(each.text), each.complaint);
}

TEST(Config, SaysWhatIsWrongWithACarrier) {
  const std::vector<mistake> mistakes{
      {"port = 99999\n",
       "smppd.toml:6:8: carrier[0].port: 99999 is not a port; use a number from 1 to 65535"},
      {"rate = -1\n",
       "smppd.toml:6:8: carrier[0].rate: -1 is not a rate; use a number from 0 to "
       "1000000"},
      {"rate = nan\n",
       "smppd.toml:6:8: carrier[0].rate: nan is not a rate; use a number from 0 to "
       "1000000"},
      {"reconnect_min = \"2m\"\n",
       "smppd.toml:6:17: carrier[0].reconnect_min: \"2m\" is longer than reconnect_max, \"1m\"; "
       "make it shorter"},
      {"national_languages = [\"klingon\"]\n",
       "smppd.toml:6:23: carrier[0].national_languages: \"klingon\" is none of the values it "
       "may have; use \"turkish\", \"spanish\", \"portuguese\""},
      {"default_alphabet = \"latin1\"\nnational_languages = [\"turkish\"]\n",
       "smppd.toml:7:22: carrier[0].national_languages: national tables need default_alphabet = "
       "\"gsm7\"; keep one of both"},
      {"password_file = \"/nowhere/at/all\"\n",
       "smppd.toml:6:17: carrier[0].password_file: password is given as well; keep one"},
      {one_carrier,
       "smppd.toml:7:8: carrier[1].name: \"ideal\" stands above already; change one or merge the "
       "two"},
      {"[[route]]\ncarriers = [\"ideal\", \"idael\"]\n",
       "smppd.toml:7:22: route[0].carriers: there is no carrier \"idael\"; did you mean 'ideal'?"},
      {"[[route]]\ncarriers = [\"ideal\", \"ideal\"]\n",
       "smppd.toml:7:22: route[0].carriers: \"ideal\" is in the list already; take one out"},
      {"[[route]]\ncarriers = []\n",
       "smppd.toml:7:12: route[0].carriers: it has 0 elements; give 1 to 32"},
      {"[[route]]\nprefix = \"+49\"\ncarriers = [\"ideal\"]\n",
       "smppd.toml:7:10: route[0].prefix: \"+49\" is not a number; use digits only, with the "
       "country code and without the +"},
      {"[[route]]\ncarriers = [\"ideal\"]\n[[route]]\ncarriers = [\"ideal\"]\n",
       "smppd.toml:8:1: route[1].prefix: \"\" stands above already; change one or merge the two"},
      {"[[inbound]]\nnumber = \"1\"\n",
       "smppd.toml:6:1: inbound[0].account: missing; give it (who gets what no keyword matched)"},
  };
  for (const auto& each : mistakes) {
    const auto problems = problems_of(one_carrier + each.text);
    EXPECT_NE(std::find(problems.begin(), problems.end(), each.complaint), problems.end())
        << testing::PrintToString(problems);
  }
}

TEST(Config, FindsAllMistakesInOnePassInTheOrderOfTheirLines) {
  EXPECT_EQ(problems_of("[[carrier]]\nport = 0\nname = \"a b\"\n[smpp]\nwindow = 0\nlisten = 5\n"),
            (std::vector<std::string>{
                "smppd.toml:1:1: carrier[0].host: missing; give it (its host name or address)",
                "smppd.toml:1:1: carrier[0].system_id: missing; give it (what smppd is called "
                "there)",
                "smppd.toml:1:1: carrier[0].password: missing; give it or password_file (password "
                "= \"\" where the carrier wants none)",
                "smppd.toml:2:8: carrier[0].port: 0 is not a port; use a number from 1 to 65535",
                "smppd.toml:3:8: carrier[0].name: \"a b\" is not a name; use letters and digits, "
                "then also . _ -",
                "smppd.toml:5:10: smpp.window: 0 is out of range; use a number from 1 to 10000",
                "smppd.toml:6:10: smpp.listen: 5 is not text; write it in quotes"}));
}

TEST(Config, AMistakeLeavesNoValue) {
  EXPECT_FALSE(parse_config("[smpp]\nwindow = 0\n", "smppd.toml").value.has_value());
}

TEST(Config, ASyntaxErrorHasItsLine) {
  const auto problem = only_problem_of("[smpp]\nwindow = = 5\n");
  EXPECT_EQ(problem.rfind("smppd.toml:2:10: ", 0), 0U) << problem;
}

TEST(Config, AMissingFileSaysSo) {
  const auto loaded = load_config("/nowhere/smppd.toml");
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(to_string(loaded.problems.front()),
            "/nowhere/smppd.toml: cannot be read: No such file or directory; name another one with "
            "--config");
}

TEST(Config, AFolderIsNoFile) {
  const tests::temporary_directory folder;
  EXPECT_FALSE(load_config(folder.path()).value.has_value());
}

// A carrier whose password stands in the file `named`; the configuration lies in `folder`.
loaded_config with_password_file(const tests::temporary_directory& folder,
                                 const std::string& named) {
  return parse_config(
      "[[carrier]]\nname = \"a\"\nhost = \"b\"\nsystem_id = \"c\"\npassword_file = \"" + named +
          "\"\n",
      folder.file("smppd.toml"));
}

TEST(ConfigSecret, IsReadFromAFileBesideTheConfigurationWithoutItsLineEnd) {
  const tests::temporary_directory folder;
  write_file(folder.file("unix"), "s3cret\n");
  write_file(folder.file("dos"), "s3cret\r\n");
  write_file(folder.file("bare"), "12345678");
  EXPECT_EQ(with_password_file(folder, "./unix").value.value().carriers[0].password, "s3cret");
  EXPECT_EQ(with_password_file(folder, "dos").value.value().carriers[0].password, "s3cret");
  EXPECT_EQ(with_password_file(folder, folder.file("bare")).value.value().carriers[0].password,
            "12345678");
}

TEST(ConfigSecret, ANameWithoutASlashIsACredential) {
  const tests::temporary_directory folder, credentials;
  write_file(folder.file("acme"), "wrong\n");
  write_file(credentials.file("acme"), "right\n");
  ::setenv("CREDENTIALS_DIRECTORY", credentials.path().c_str(), 1);
  const auto bare = with_password_file(folder, "acme");
  const auto path = with_password_file(folder, "./acme");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(bare.value.value().carriers[0].password, "right");
  EXPECT_EQ(path.value.value().carriers[0].password, "wrong");
}

TEST(ConfigSecret, ABadFileIsAProblemAtItsKey) {
  const tests::temporary_directory folder;
  write_file(folder.file("empty"), "\n");
  write_file(folder.file("long"), "123456789\n");
  write_file(folder.file("lines"), "12\n34\n");
  for (const auto& [name, part] : std::vector<std::pair<std::string, std::string>>{
           {"missing", "cannot be read: No such file or directory; it must be readable by"},
           {".", "cannot be read: Is a directory"},
           {"empty", "is empty; put the secret into it"},
           {"long", "holds more than one line of 8 octets"},
           {"lines", "holds more than one line of 8 octets"}}) {
    const auto loaded = with_password_file(folder, name);
    ASSERT_EQ(loaded.problems.size(), 1U) << name;
    EXPECT_EQ(loaded.problems[0].key, "carrier[0].password_file");
    EXPECT_EQ(loaded.problems[0].line, 5U);
    EXPECT_NE(loaded.problems[0].what.find(part), std::string::npos) << loaded.problems[0].what;
  }
}

TEST(ConfigChanges, NamesTheKeysThatDiffer) {
  auto before = value_of(one_carrier + "[[route]]\ncarriers = [\"ideal\"]\n");
  auto after = before;
  EXPECT_TRUE(changed_keys(before, after).empty());
  after.log.level = "debug";
  after.reassembly_timeout = 1s;
  after.carriers[0].window = 99;
  after.carriers.push_back(before.carriers[0]);
  after.carriers[1].name = "other";
  after.routes.clear();
  EXPECT_EQ(changed_keys(before, after),
            (std::vector<std::string>{"log.level", "reassembly.timeout", "carrier[ideal].window",
                                      "carrier[other]", "route[]"}));
}

TEST(ConfigKeys, HaveAMeaningEach) {
  for (const auto& key : known_keys()) {
    EXPECT_FALSE(key.meaning.empty()) << key.table << '.' << key.name;
  }
}

}  // namespace
}  // namespace smppd
