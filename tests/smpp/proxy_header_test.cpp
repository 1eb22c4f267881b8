// PROXY headers as balancers write them (haproxy, doc/proxy-protocol.txt), whole, cut and bad.
#include "smpp/proxy_header.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using samples::exact;
using samples::from_hex;
using smpp::as_bytes;
using smpp::byte_buffer;
using smpp::byte_view;
using smpp::parse_proxy_header;
using smpp::proxy_header;
using smpp::proxy_incomplete;
using smpp::proxy_invalid;

const std::string signature = "0D0A0D0A000D0A515549540A";

byte_buffer v1(std::string_view line) {
  const auto octets = as_bytes(line);
  return {octets.begin(), octets.end()};
}
byte_buffer v2(const std::string& hex) { return from_hex(signature + hex); }

struct example {
  const char* what;
  byte_buffer octets;
  std::string source;
};

const std::string longest_unknown =
    "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";

const std::vector<example> good{
    {"v1 TCP4", v1("PROXY TCP4 192.0.2.1 198.51.100.1 43210 2775\r\n"), "192.0.2.1:43210"},
    {"v1 TCP4, the shortest", v1("PROXY TCP4 1.1.1.1 1.1.1.1 0 0\r\n"), "1.1.1.1:0"},
    {"v1 TCP6", v1("PROXY TCP6 2001:db8::1 ::1 65535 2775\r\n"), "[2001:db8::1]:65535"},
    {"v1 TCP6 of an IPv4 address", v1("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"),
     "[::ffff:192.0.2.1]:1"},
    {"v1 UNKNOWN", v1("PROXY UNKNOWN\r\n"), ""},
    {"v1 UNKNOWN with more", v1(longest_unknown), ""},
    {"v2 TCP4", v2("21 11 000C C0000201 C6336401 A8CA 0AD7"), "192.0.2.1:43210"},
    {"v2 TCP4 with a TLV", v2("21 11 0011 C0000201 C6336401 A8CA 0AD7 04 0002 ABCD"),
     "192.0.2.1:43210"},
    {"v2 TCP6",
     v2("21 21 0024 20010DB8000000000000000000A00001 00000000000000000000000000000001 A8CA 0AD7"),
     "[2001:db8:0:0:0:0:a0:1]:43210"},
    {"v2 LOCAL", v2("20 00 0000"), ""},
    {"v2 LOCAL with an address", v2("20 11 000C C0000201 C6336401 A8CA 0AD7"), ""},
    {"v2 UNSPEC", v2("21 00 0003 FFFFFF"), ""},
    {"v2 UDP4", v2("21 12 000C C0000201 C6336401 A8CA 0AD7"), ""},
    {"v2 UNIX", v2("21 31 00D8" + std::string(2 * 216, '2')), ""},
};

TEST(ProxyHeader, SaysWhoConnectedAndHowLongItIs) {
  for (const auto& [what, octets, source] : good) {
    const auto found = parse_proxy_header(exact(octets));
    ASSERT_TRUE(std::holds_alternative<proxy_header>(found)) << what;
    EXPECT_EQ(std::get<proxy_header>(found).octets, octets.size()) << what;
    EXPECT_EQ(std::get<proxy_header>(found).source, source) << what;
  }
}

TEST(ProxyHeader, WhatStandsBehindItIsNotPartOfIt) {
  for (const auto& [what, octets, source] : good) {
    for (const auto* behind : {"0000001000000015", "0A", "0D0A"}) {
      auto stream = octets;
      const auto session = from_hex(behind);
      stream.insert(stream.end(), session.begin(), session.end());
      const auto found = parse_proxy_header(exact(stream));
      ASSERT_TRUE(std::holds_alternative<proxy_header>(found)) << what;
      EXPECT_EQ(std::get<proxy_header>(found).octets, octets.size()) << what;
      EXPECT_EQ(std::get<proxy_header>(found).source, source) << what;
    }
  }
}

TEST(ProxyHeader, CutAnywhereItAsksForMoreButNotForWhatBelongsToTheSession) {
  for (const auto& [what, octets, source] : good) {
    for (std::size_t had = 0; had < octets.size(); ++had) {
      const auto found = parse_proxy_header(exact(byte_view(octets).first(had)));
      ASSERT_TRUE(std::holds_alternative<proxy_incomplete>(found)) << what << " cut at " << had;
      const auto wanted = std::get<proxy_incomplete>(found).octets;
      EXPECT_GT(wanted, had) << what << " cut at " << had;
      EXPECT_LE(wanted, octets.size()) << what << " cut at " << had;
    }
  }
}

// As a reader takes it: exactly the octets that were asked for.
TEST(ProxyHeader, WhoeverReadsWhatItAsksForTakesNothingAway) {
  for (const auto& [what, octets, source] : good) {
    byte_buffer stream = octets;
    stream.resize(stream.size() + 200, 0x55);
    std::size_t had = 0;
    auto found = parse_proxy_header({});
    while (const auto* more = std::get_if<proxy_incomplete>(&found)) {
      had = more->octets;
      found = parse_proxy_header(exact(byte_view(stream).first(had)));
    }
    EXPECT_TRUE(std::holds_alternative<proxy_header>(found)) << what;
    EXPECT_EQ(had, octets.size()) << what;
  }
}

TEST(ProxyHeader, ALongestOneIsWithinTheLimit) {
  auto octets = v2("21 11 FFFF C0000201 C6336401 A8CA 0AD7");
  EXPECT_EQ(std::get<proxy_incomplete>(parse_proxy_header(octets)).octets,
            smpp::proxy_header_octets_max);
  octets.resize(smpp::proxy_header_octets_max);
  EXPECT_EQ(std::get<proxy_header>(parse_proxy_header(octets)).octets, octets.size());
}

TEST(ProxyHeader, BadOnesAreRefused) {
  const std::vector<std::pair<const char*, byte_buffer>> bad{
      {"a bind", from_hex("0000002F 00000009 00000000 00000001")},
      {"a TLS handshake", from_hex("160301")},
      {"HTTP", v1("GET / HTTP/1.0\r\n")},
      {"PROXY in small letters", v1("proxy TCP4 192.0.2.1 198.51.100.1 43210 2775\r\n")},
      {"no family", v1("PROXY \r\n")},
      {"another family", v1("PROXY UDP4 192.0.2.1 198.51.100.1 43210 2775\r\n")},
      {"UNKNOWN and letters", v1("PROXY UNKNOWNS\r\n")},
      {"no CR", v1("PROXY TCP4 192.0.2.1 198.51.100.1 43210 2775\n")},
      {"no end", v1("PROXY UNKNOWN" + std::string(94, 'x'))},
      {"an end that comes too late", v1("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n")},
      {"no ports", v1("PROXY TCP4 192.0.2.1 198.51.100.1\r\n")},
      {"one port", v1("PROXY TCP4 192.0.2.1 198.51.100.1 43210\r\n")},
      {"a word too many", v1("PROXY TCP4 192.0.2.1 198.51.100.1 43210 2775 x\r\n")},
      {"two blanks", v1("PROXY TCP4  192.0.2.1 198.51.100.1 43210 2775\r\n")},
      {"a port above 65535", v1("PROXY TCP4 192.0.2.1 198.51.100.1 65536 2775\r\n")},
      {"a port below 0", v1("PROXY TCP4 192.0.2.1 198.51.100.1 -1 2775\r\n")},
      {"a port with letters", v1("PROXY TCP4 192.0.2.1 198.51.100.1 1a 2775\r\n")},
      {"an octet above 255", v1("PROXY TCP4 192.0.2.256 198.51.100.1 1 2775\r\n")},
      {"three octets", v1("PROXY TCP4 192.0.2 198.51.100.1 1 2775\r\n")},
      {"five octets", v1("PROXY TCP4 192.0.2.1.1 198.51.100.1 1 2775\r\n")},
      {"a name", v1("PROXY TCP4 localhost 198.51.100.1 1 2775\r\n")},
      {"IPv6 as TCP4", v1("PROXY TCP4 ::1 ::1 1 2775\r\n")},
      {"IPv4 as TCP6", v1("PROXY TCP6 192.0.2.1 192.0.2.1 1 2775\r\n")},
      {"a bad destination", v1("PROXY TCP6 ::1 ::g 1 2775\r\n")},
      {"a signature with a slip", from_hex("0D0A0D0A000D0A515549540B 21 11 0000")},
      {"version 1 with the signature", v2("11 11 000C C0000201 C6336401 A8CA 0AD7")},
      {"version 3", v2("31 11 000C C0000201 C6336401 A8CA 0AD7")},
      {"another command", v2("22 11 000C C0000201 C6336401 A8CA 0AD7")},
      {"TCP4 without room for it", v2("21 11 000B C0000201 C6336401 A8CA 0A")},
      {"TCP6 with an IPv4 address", v2("21 21 000C C0000201 C6336401 A8CA 0AD7")},
      {"TCP4 without anything", v2("21 11 0000")},
  };
  for (const auto& [what, octets] : bad) {
    const auto found = parse_proxy_header(exact(octets));
    ASSERT_TRUE(std::holds_alternative<proxy_invalid>(found)) << what;
    EXPECT_FALSE(std::get<proxy_invalid>(found).why.empty()) << what;
  }
}

// A session's first octet may already tell that it is none.
TEST(ProxyHeader, IsRefusedAtTheFirstOctetThatCannotBe) {
  EXPECT_TRUE(std::holds_alternative<proxy_invalid>(parse_proxy_header(from_hex("00"))));
  EXPECT_TRUE(std::holds_alternative<proxy_invalid>(parse_proxy_header(v1("PROXX"))));
  EXPECT_TRUE(std::holds_alternative<proxy_invalid>(parse_proxy_header(v1("\r\n\r\n\r"))));
}

}  // namespace
