#include "smpp/udh.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using smpp::byte_buffer;
using smpp::byte_view;
using smpp::concatenation_element;
using smpp::parse_udh;
using smpp::reference_width;

TEST(Udh, AConcatenationElementWithAnOctetReferenceIsRead) {
  const byte_buffer data{0x05, 0x00, 0x03, 0xA7, 0x03, 0x02, 'h', 'i'};
  const auto header = parse_udh(data).value();
  EXPECT_EQ(header.octets, 6U);
  EXPECT_EQ(header.concatenation, (concatenation_element{0xA7, 3, 2, reference_width::octet}));
}

TEST(Udh, AConcatenationElementWithAWordReferenceIsRead) {
  const byte_buffer data{0x06, 0x08, 0x04, 0x12, 0x34, 0xFF, 0xFF};
  const auto header = parse_udh(data).value();
  EXPECT_EQ(header.octets, 7U);
  EXPECT_EQ(header.concatenation, (concatenation_element{0x1234, 255, 255, reference_width::word}));
}

TEST(Udh, PortsAndLanguagesAreRead) {
  const byte_buffer data{0x10, 0x05, 0x04, 0x0B, 0x84, 0x23, 0xF0, 0x24, 0x01,
                         0x03, 0x25, 0x01, 0x01, 0x00, 0x03, 0x09, 0x02, 0x01};
  EXPECT_EQ(parse_udh(data), std::nullopt);  // one octet more than its length says
  byte_buffer whole = data;
  whole[0] = 0x11;
  const auto header = parse_udh(whole).value();
  EXPECT_EQ(header.octets, 18U);
  EXPECT_EQ(header.ports, (smpp::application_ports{0x0B84, 0x23F0}));
  EXPECT_EQ(header.single_shift, 3);
  EXPECT_EQ(header.locking_shift, 1);
  EXPECT_EQ(header.concatenation, (concatenation_element{9, 2, 1, reference_width::octet}));
}

TEST(Udh, PortsOfOneOctetAreRead) {
  const auto header = parse_udh(byte_buffer{0x04, 0x04, 0x02, 0xF0, 0xF1}).value();
  EXPECT_EQ(header.ports, (smpp::application_ports{0xF0, 0xF1}));
}

TEST(Udh, AnEmptyHeaderIsAHeader) {
  const auto header = parse_udh(byte_buffer{0x00, 'x'}).value();
  EXPECT_EQ(header.octets, 1U);
  EXPECT_EQ(header.concatenation, std::nullopt);
}

TEST(Udh, UnknownElementsAreSkipped) {
  const byte_buffer data{0x0A, 0x70, 0x00, 0x71, 0x01, 0xEE, 0x00, 0x03, 0x01, 0x02, 0x01};
  EXPECT_EQ(parse_udh(data).value().concatenation,
            (concatenation_element{1, 2, 1, reference_width::octet}));
}

TEST(Udh, OfRepeatedElementsTheLastCounts) {
  const byte_buffer data{0x0B, 0x00, 0x03, 0x01, 0x02, 0x01, 0x08, 0x04, 0x00, 0x07, 0x03, 0x02};
  EXPECT_EQ(parse_udh(data).value().concatenation,
            (concatenation_element{7, 3, 2, reference_width::word}));
}

TEST(Udh, ImpossiblePartNumbersAreIgnored) {
  const std::vector<byte_buffer> impossible{
      {0x05, 0x00, 0x03, 0x01, 0x02, 0x00},        // part 0
      {0x05, 0x00, 0x03, 0x01, 0x02, 0x03},        // part 3 of 2
      {0x05, 0x00, 0x03, 0x01, 0x00, 0x00},        // of none
      {0x06, 0x08, 0x04, 0x00, 0x01, 0x00, 0x01},  //
  };
  for (const auto& data : impossible)
    EXPECT_EQ(parse_udh(data).value().concatenation, std::nullopt);
}

TEST(Udh, ElementsOfAWrongLengthAreIgnored) {
  const std::vector<byte_buffer> odd{
      {0x04, 0x00, 0x02, 0x01, 0x02},
      {0x05, 0x08, 0x03, 0x01, 0x02, 0x01},
      {0x03, 0x05, 0x01, 0x01},
      {0x03, 0x04, 0x01, 0x01},
      {0x02, 0x24, 0x00},
      {0x04, 0x25, 0x02, 0x01, 0x01},
  };
  for (const auto& data : odd) {
    const auto header = parse_udh(data).value();
    EXPECT_EQ(header, (smpp::user_data_header{.octets = data.size()}));
  }
}

TEST(Udh, EveryCutOfAHeaderIsBroken) {
  const byte_buffer data{0x08, 0x24, 0x01, 0x01, 0x00, 0x03, 0x05, 0x02, 0x01};
  ASSERT_TRUE(parse_udh(data));
  for (std::size_t size = 0; size < data.size(); ++size) {
    const byte_buffer cut(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(parse_udh(cut)) << "cut at " << size;
  }
}

TEST(Udh, AnElementPastTheHeaderIsBroken) {
  EXPECT_FALSE(parse_udh(byte_buffer{0x05, 0x00, 0x04, 1, 2, 1, 'a', 'b'}));
  EXPECT_FALSE(parse_udh(byte_buffer{0x01, 0x00, 0x03, 1, 2, 1}));
}

TEST(Udh, WhatIsFormattedIsParsed) {
  const std::vector<concatenation_element> elements{
      {0, 1, 1, reference_width::octet},
      {255, 255, 255, reference_width::octet},
      {0xABCD, 3, 2, reference_width::word},
  };
  for (const auto& element : elements) {
    const byte_buffer header = smpp::format_udh(element);
    EXPECT_EQ(parse_udh(header).value().octets, header.size());
    EXPECT_EQ(parse_udh(header).value().concatenation, element);
  }
}

TEST(Udh, HeadersFormatToTheseOctets) {
  EXPECT_EQ(smpp::format_udh({0x1234, 3, 2, reference_width::octet}),
            (byte_buffer{0x05, 0x00, 0x03, 0x34, 0x03, 0x02}));
  EXPECT_EQ(smpp::format_udh({0x1234, 3, 2, reference_width::word}),
            (byte_buffer{0x06, 0x08, 0x04, 0x12, 0x34, 0x03, 0x02}));
}

TEST(Udh, HeadersNameTablesAndPorts) {
  smpp::user_data_header header;
  EXPECT_TRUE(smpp::format_udh(header).empty());
  header.single_shift = 1;
  EXPECT_EQ(smpp::format_udh(header), (byte_buffer{0x03, 0x24, 0x01, 0x01}));
  header.locking_shift = 3;
  header.ports = {0x0B84, 0x23F0};
  header.concatenation = {0x12, 3, 2, reference_width::octet};
  const auto octets = smpp::format_udh(header);
  EXPECT_EQ(octets, (byte_buffer{0x11, 0x00, 0x03, 0x12, 0x03, 0x02, 0x05, 0x04, 0x0B, 0x84, 0x23,
                                 0xF0, 0x24, 0x01, 0x01, 0x25, 0x01, 0x03}));
  header.octets = octets.size();
  EXPECT_EQ(parse_udh(octets), header);
}

}  // namespace
