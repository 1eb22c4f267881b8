// Packets octet for octet, written by hand from the pcap format and Wireshark's exported_pdu.h.
#include "smpp/pcap_trace.hpp"

#include "tests/smpp/samples.hpp"

#include <boost/endian/conversion.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using samples::from_hex;
using samples::to_hex;
using smpp::byte_buffer;
using smpp::byte_view;
using smpp::pcap_trace;
using direction = smpp::pcap_trace::direction;

constexpr pcap_trace::time at{1'700'000'000'123'456us};
const auto enquiry = from_hex("00000010 00000015 00000000 00000007");

byte_buffer add(pcap_trace& to, direction way, byte_view octets) {
  byte_buffer file;
  to.add(way, octets, at, file);
  return file;
}

// What stands behind the start of each packet: behind the tag 0.
std::vector<byte_buffer> pdus_of(byte_view file) {
  std::vector<byte_buffer> found;
  while (file.size() >= 16) {
    const auto length = boost::endian::load_big_u32(file.data() + 8);
    auto packet = file.subspan(16, length);
    while (boost::endian::load_big_u16(packet.data()) != 0)
      packet = packet.subspan(4U + boost::endian::load_big_u16(packet.data() + 2));
    packet = packet.subspan(4);
    found.emplace_back(packet.begin(), packet.end());
    file = file.subspan(16 + length);
  }
  EXPECT_TRUE(file.empty()) << "the last packet is cut";
  return found;
}

template <class Pdu>
std::string traced(const Pdu& pdu) {
  pcap_trace trace("a", "b");
  const auto file = add(trace, direction::sent, samples::encoded(pdu));
  const auto found = pdus_of(file);
  EXPECT_EQ(found.size(), 1U);
  return std::string(smpp::as_text(found.at(0)));
}

TEST(PcapTrace, AFileBeginsWithItsHeader) {
  byte_buffer file;
  smpp::append_pcap_header(file);
  EXPECT_EQ(to_hex(file),
            "A1B2C3D4000200040000000000000000001004000000"
            "00FC");
}

TEST(PcapTrace, APacketSaysWhenWhereFromAndWhereTo) {
  pcap_trace trace("192.0.2.1:2775", "198.51.100.7:43210");
  const auto addresses_of = [](const std::string& from, const std::string& to) {
    return from_hex(
        "6553F100 0001E240 00000044 00000044"
        "000C 0004 736D7070" +
        from + to + "0000 0000 00000010 00000015 00000000 00000007");
  };
  EXPECT_EQ(to_hex(add(trace, direction::sent, enquiry)),
            to_hex(addresses_of("0014 0004 C0000201 0015 0004 C6336407 0018 0004 00000002",
                                "0019 0004 00000AD7 001A 0004 0000A8CA")));
  EXPECT_EQ(to_hex(add(trace, direction::received, enquiry)),
            to_hex(addresses_of("0014 0004 C6336407 0015 0004 C0000201 0018 0004 00000002",
                                "0019 0004 0000A8CA 001A 0004 00000AD7")));
}

TEST(PcapTrace, AddressesOfIpv6) {
  pcap_trace trace("[2001:db8::a:1]:2775", "[::ffff:192.0.2.1]:1");
  EXPECT_EQ(to_hex(add(trace, direction::sent, enquiry)),
            to_hex(from_hex("6553F100 0001E240 0000005C 0000005C"
                            "000C 0004 736D7070"
                            "0016 0010 20010DB8 00000000 00000000 000A0001"
                            "0017 0010 00000000 00000000 0000FFFF C0000201"
                            "0018 0004 00000002 0019 0004 00000AD7 001A 0004 00000001"
                            "0000 0000 00000010 00000015 00000000 00000007")));
}

TEST(PcapTrace, EveryFormOfAnIpv6Address) {
  const std::vector<std::pair<std::string, std::string>> forms{
      {"[::]:1", "00000000000000000000000000000000"},
      {"[::1]:1", "00000000000000000000000000000001"},
      {"[fe80::]:1", "FE800000000000000000000000000000"},
      {"[fe80::1%eth0]:1", "FE800000000000000000000000000001"},
      {"[1:2:3:4:5:6:7:8]:1", "00010002000300040005000600070008"},
      {"[1:2:3:4:5:6:192.0.2.1]:1", "000100020003000400050006C0000201"},
  };
  for (const auto& [text, octets] : forms) {
    pcap_trace trace(text, "[::2]:2");
    EXPECT_NE(to_hex(add(trace, direction::sent, enquiry)).find("00160010" + octets),
              std::string::npos)
        << text;
  }
}

TEST(PcapTrace, WhatIsNoAddressIsLeftOut) {
  for (const auto* text :
       {"", "unknown", "192.0.2.1", "192.0.2:1", "192.0.2.256:1", "192.0.2.1.4:1", "[::1:1",
        "[1:2:3:4:5:6:7]:1", "[1:2:3:4:5:6:7:8:9]:1", "[1::2::3]:1", "[12345::]:1", "[::x]:1"}) {
    pcap_trace trace(text, "[::1]:2");
    EXPECT_EQ(to_hex(add(trace, direction::sent, enquiry)),
              to_hex(from_hex("6553F100 0001E240 0000001C 0000001C"
                              "000C 0004 736D7070 0000 0000"
                              "00000010 00000015 00000000 00000007")))
        << text;
  }
}

// As a balancer makes it of IPv6 outside and IPv4 inside.
TEST(PcapTrace, AddressesOfTwoKindsAreLeftOut) {
  pcap_trace trace("192.0.2.1:2775", "[::1]:2");
  EXPECT_EQ(add(trace, direction::sent, enquiry).size(), 16U + 12U + enquiry.size());
}

TEST(PcapTrace, PdusMayBeCutAnywhere) {
  const auto first = samples::encoded(samples::make<smpp::submit_sm>(samples::fill::typical));
  auto stream = first;
  stream.insert(stream.end(), enquiry.begin(), enquiry.end());
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    pcap_trace trace("a", "b");
    byte_buffer file;
    trace.add(direction::sent, byte_view(stream).first(cut), at, file);
    // The other direction is another stream.
    trace.add(direction::received, enquiry, at, file);
    trace.add(direction::sent, byte_view(stream).subspan(cut), at, file);
    auto found = pdus_of(file);
    ASSERT_EQ(found.size(), 3U) << cut;
    std::erase(found, enquiry);
    EXPECT_EQ(found, std::vector<byte_buffer>{first}) << cut;
  }
}

TEST(PcapTrace, ManyPdusMayComeAtOnce) {
  pcap_trace trace("a", "b");
  byte_buffer stream;
  for (int i = 0; i < 3; ++i)
    stream.insert(stream.end(), enquiry.begin(), enquiry.end());
  EXPECT_EQ(pdus_of(add(trace, direction::received, stream)), std::vector(3, enquiry));
}

TEST(PcapTrace, EveryPduIsThere) {
  smpp::for_each_pdu([](auto one) {
    const auto octets = samples::encoded(decltype(one)::type::id);
    pcap_trace trace("a", "b");
    const auto found = pdus_of(add(trace, direction::sent, octets));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].size(), octets.size());
  });
}

template <class Bind>
void expect_hidden() {
  SCOPED_TRACE(Bind::name);
  Bind pdu;
  pdu.system_id = "shop";
  pdu.password = "secret";
  auto expected = samples::encoded(pdu);
  const std::string_view found = smpp::as_text(expected);
  const auto where = found.find("secret");
  std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(where), 6, std::uint8_t{'*'});
  EXPECT_EQ(traced(pdu), smpp::as_text(expected));
}

TEST(PcapTrace, PasswordsAreHidden) {
  expect_hidden<smpp::bind_receiver>();
  expect_hidden<smpp::bind_transmitter>();
  expect_hidden<smpp::bind_transceiver>();
  expect_hidden<smpp::outbind>();
}

TEST(PcapTrace, PasswordsOfABindThatIsCutAreHidden) {
  smpp::bind_transceiver pdu;
  pdu.system_id = "shop";
  pdu.password = "secret";
  auto octets = samples::encoded(pdu);
  octets.resize(16 + 5 + 4);  // "secr"
  octets[3] = static_cast<std::uint8_t>(octets.size());
  pcap_trace trace("a", "b");
  const auto found = pdus_of(add(trace, direction::received, octets));
  EXPECT_EQ(smpp::as_text(found.at(0)).substr(16), std::string_view("shop\0****", 9));
}

TEST(PcapTrace, NothingElseIsHidden) {
  smpp::submit_sm pdu;
  pdu.service_type = "CMT";
  pdu.short_message = "secret";
  EXPECT_EQ(traced(pdu), smpp::as_text(samples::encoded(pdu)));
}

TEST(PcapTrace, OnceFramingIsLostTheOctetsFollowAsTheyAre) {
  const auto lost = from_hex("00000003 00000000 00000000 00000000 FF");
  for (std::size_t cut = 0; cut <= lost.size(); ++cut) {
    pcap_trace trace("a", "b");
    auto stream = enquiry;
    stream.insert(stream.end(), lost.begin(), lost.end());
    byte_buffer file;
    trace.add(direction::received, byte_view(stream).first(16 + cut), at, file);
    trace.add(direction::received, byte_view(stream).subspan(16 + cut), at, file);
    byte_buffer all;
    for (const auto& one : pdus_of(file))
      all.insert(all.end(), one.begin(), one.end());
    EXPECT_EQ(to_hex(all), to_hex(stream)) << cut;
  }
}

TEST(PcapTrace, TheOtherDirectionGoesOnWhereOneIsLost) {
  pcap_trace trace("a", "b");
  const auto lost = from_hex("FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF");
  EXPECT_EQ(pdus_of(add(trace, direction::received, lost)), std::vector<byte_buffer>{lost});
  EXPECT_EQ(pdus_of(add(trace, direction::sent, enquiry)), std::vector<byte_buffer>{enquiry});
  EXPECT_EQ(pdus_of(add(trace, direction::received, enquiry)), std::vector<byte_buffer>{enquiry});
}

TEST(PcapTrace, NothingIsAddedUntilAPduIsWhole) {
  pcap_trace trace("a", "b");
  EXPECT_TRUE(add(trace, direction::sent, {}).empty());
  EXPECT_TRUE(add(trace, direction::sent, byte_view(enquiry).first(15)).empty());
  EXPECT_FALSE(add(trace, direction::sent, byte_view(enquiry).subspan(15)).empty());
}

}  // namespace
