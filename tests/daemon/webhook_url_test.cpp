#include "daemon/webhook/address.hpp"
#include "daemon/webhook/url.hpp"

#include <gtest/gtest.h>

namespace smppd::webhook {
namespace {

bool valid(std::string_view url) {
  std::string why;
  const bool good = valid_url(url, why);
  EXPECT_EQ(good, why.empty()) << url;
  return good;
}

TEST(WebhookUrl, TakesHttpAndHttps) {
  for (const char* const url :
       {"https://example.com/sms", "http://example.com", "HTTPS://Example.com:8443/a?b=c%20d",
        "http://10.0.0.1:80/", "http://[::1]:8080/x", "https://xn--bcher-kva.example/"}) {
    EXPECT_TRUE(valid(url)) << url;
  }
}

TEST(WebhookUrl, RefusesOthers) {
  for (const char* const url :
       {"", "example.com", "/sms", "ftp://example.com/", "file:///etc/passwd", "http://",
        "http:///x", "https://user:secret@example.com/", "https://example.com/#part",
        "https://example.com:0/", "https://example.com:99999/", "https://exa mple.com/",
        "https://example.com/\r\nX: y", "javascript:alert(1)", "https://bücher.example/"}) {
    EXPECT_FALSE(valid(url)) << url;
  }
  EXPECT_FALSE(valid("https://example.com/" + std::string(url_octets_max, 'x')));
}

parsed_url parsed(std::string_view url) {
  std::string why;
  return parse_url(url, why).value_or(parsed_url());
}

TEST(WebhookUrl, AHostIsTheSameHoweverItIsWritten) {
  for (const char* const url : {"https://Example.com/a/b?c", "http://example.com",
                                "HTTP://example.com:8080/", "http://ex%61mple.com:80/"}) {
    EXPECT_EQ(parsed(url).host, "example.com") << url;
  }
  EXPECT_EQ(parsed("http://[::1]:81/").host, "[::1]");
  EXPECT_EQ(parsed("nonsense").host, "");
}

TEST(WebhookUrl, AServerIsAHostAndAPort) {
  EXPECT_EQ(parsed("http://Example.com/a").server, "example.com:80");
  EXPECT_EQ(parsed("https://example.com/a").server, "example.com:443");
  EXPECT_EQ(parsed("http://example.com:8080").server, "example.com:8080");
  EXPECT_EQ(parsed("http://[::1]/").server, "[::1]:80");
}

TEST(WebhookUrl, AuthorityIsWithoutThePortOfTheScheme) {
  EXPECT_EQ(parsed("http://Example.com:80/a").authority, "Example.com");
  EXPECT_EQ(parsed("http://example.com:443/a").authority, "example.com:443");
  EXPECT_EQ(parsed("https://example.com:443/a").authority, "example.com");
  EXPECT_EQ(parsed("http://[::1]:81/").authority, "[::1]:81");
  EXPECT_EQ(parsed("http://a%0d%0aX:81/").authority, "a%0d%0aX:81");  // not the end of a line
}

TEST(WebhookUrl, TargetIsPathAndQueryAsTheyWereWritten) {
  EXPECT_EQ(parsed("http://example.com").target, "/");
  EXPECT_EQ(parsed("http://example.com?to=1").target, "/?to=1");
  EXPECT_EQ(parsed("http://example.com/a/../b%20c?d=%2F&e").target, "/a/../b%20c?d=%2F&e");
}

TEST(WebhookAddress, IsJudgedByItsReach) {
  const auto judge = [](const char* text) { return reach_of(boost::asio::ip::make_address(text)); };
  for (const char* const text : {"8.8.8.8", "172.15.0.1", "172.32.0.1", "2606:4700::1111",
                                 "::ffff:8.8.8.8", "64:ff9b::808:808"}) {
    EXPECT_EQ(judge(text), reach::anyone) << text;
  }
  for (const char* const text :
       {"127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "100.64.0.1", "::1", "fd12::1", "::ffff:127.0.0.1", "64:ff9b::a00:1"}) {
    EXPECT_EQ(judge(text), reach::inside) << text;
  }
  for (const char* const text :
       {"169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "100.100.100.200",
        "192.0.0.192", "fe80::1", "fd00:ec2::254", "ff02::1", "::", "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "::7f00:1"}) {
    EXPECT_EQ(judge(text), reach::nowhere) << text;
  }
}

}  // namespace
}  // namespace smppd::webhook
