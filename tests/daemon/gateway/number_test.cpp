#include "daemon/gateway/number.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

address number_of(std::uint8_t ton, std::string digits) { return {ton, 1, std::move(digits)}; }

TEST(Recipient, IsReadInEveryInternationalSpelling) {
  std::string why;
  for (const auto* written : {"+4791234567", "4791234567", "004791234567", "+47 912 34 567",
                              "+47-912.34(567)", "(47) 91234567"}) {
    EXPECT_EQ(parse_recipient(written, why), number_of(1, "4791234567")) << written;
  }
}

TEST(Recipient, HasSevenToFifteenDigits) {
  std::string why;
  EXPECT_TRUE(parse_recipient("1234567", why));
  EXPECT_TRUE(parse_recipient("123456789012345", why));
  EXPECT_FALSE(parse_recipient("123456", why));
  EXPECT_NE(why.find("too short"), std::string::npos) << why;
  EXPECT_FALSE(parse_recipient("1234567890123456", why));
  EXPECT_NE(why.find("more than 15 digits"), std::string::npos) << why;
}

TEST(Recipient, ThatIsNoneSaysWhy) {
  for (const auto* written : {"", "abc", "+47912x4567", "++4791234567", "+", "091234567"}) {
    std::string why;
    EXPECT_FALSE(parse_recipient(written, why)) << written;
    EXPECT_NE(why.find("+4791234567"), std::string::npos) << written << ": " << why;
  }
}

TEST(Sender, IsANumberOrAShortCode) {
  std::string why;
  EXPECT_EQ(parse_sender("+47 912 34 567", why), number_of(1, "4791234567"));
  EXPECT_EQ(parse_sender("4791234567", why), number_of(1, "4791234567"));
  EXPECT_EQ(parse_sender("1963", why), number_of(0, "1963"));
  EXPECT_EQ(parse_sender("123", why), number_of(0, "123"));
}

TEST(Sender, IsAName) {
  std::string why;
  const address shop{5, 0, "My Shop"};
  EXPECT_EQ(parse_sender("My Shop", why), shop);
  const address longest{5, 0, "A1.b-c_d&e "};
  EXPECT_EQ(parse_sender("A1.b-c_d&e ", why), longest);
}

TEST(Sender, ThatIsNoneSaysWhy) {
  for (const auto* written : {"", "12", "1234567890123456", "TwelveLetter", "Caf\xC3\xA9", "a/b"}) {
    std::string why;
    EXPECT_FALSE(parse_sender(written, why)) << written;
    EXPECT_NE(why.find("sender"), std::string::npos) << why;
  }
}

TEST(RoutingDigits, AreThoseOfTheInternationalNumber) {
  EXPECT_EQ(routing_digits("+47 912"), "47912");
  EXPECT_EQ(routing_digits("0047912"), "47912");
  EXPECT_EQ(routing_digits("47912"), "47912");
  EXPECT_EQ(routing_digits("+0047"), "0047");
  EXPECT_EQ(routing_digits("Shop"), "");
}

}  // namespace
}  // namespace smppd
