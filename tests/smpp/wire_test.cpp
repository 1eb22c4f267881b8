#include "smpp/wire.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace {

using samples::exact;
using samples::from_hex;
using smpp::command_status;
using smpp::leniency;
using smpp::reader;

TEST(Reader, ReadsNumbersMostSignificantOctetFirst) {
  const exact octets(from_hex("7F 01020304 FF"));
  reader from(octets, leniency::strict);
  EXPECT_EQ(from.u8(), 0x7F);
  EXPECT_EQ(from.u32(), 0x01020304U);
  EXPECT_EQ(from.u8(), 0xFF);
  EXPECT_FALSE(from.failure());
  EXPECT_TRUE(from.rest().empty());
}

TEST(Reader, ReadsStringsWithTheirNul) {
  const exact octets(from_hex("414200 00 43"));
  reader from(octets, leniency::strict);
  EXPECT_EQ(from.c_string(), "AB");
  EXPECT_EQ(from.c_string(), "");
  EXPECT_EQ(from.rest().size(), 1U);
  EXPECT_FALSE(from.failure());
}

TEST(Reader, AStringWithoutItsNulIsAnErrorUnlessLenient) {
  const exact octets(from_hex("4142"));
  reader strict(octets, leniency::strict);
  EXPECT_EQ(strict.c_string(), "");
  ASSERT_TRUE(strict.failure());
  EXPECT_EQ(strict.failure()->code, smpp::error::unterminated);
  reader lenient(octets, leniency::lenient);
  EXPECT_EQ(lenient.c_string(), "AB");
  EXPECT_FALSE(lenient.failure());
  EXPECT_TRUE(lenient.rest().empty());
}

TEST(Reader, NothingIsThereIsAnErrorForBoth) {
  for (const auto how : {leniency::strict, leniency::lenient}) {
    const exact nothing(smpp::byte_view{});
    reader strings(nothing, how);
    EXPECT_EQ(strings.c_string(), "");
    EXPECT_EQ(strings.failure().value().code, smpp::error::incomplete);
    reader numbers(nothing, how);
    EXPECT_EQ(numbers.u8(), 0);
    EXPECT_EQ(numbers.failure().value().code, smpp::error::incomplete);
  }
}

TEST(Reader, TakesAsManyOctetsAsThereAre) {
  const exact octets(from_hex("010203"));
  reader from(octets, leniency::strict);
  EXPECT_TRUE(from.take(0, command_status::ok).empty());
  EXPECT_EQ(from.take(3, command_status::ok).size(), 3U);
  EXPECT_FALSE(from.failure());
  reader again(octets, leniency::strict);
  EXPECT_TRUE(again.take(4, command_status::invmsglen).empty());
  EXPECT_EQ(again.failure().value().status, command_status::invmsglen);
}

TEST(Reader, TheFirstFailureCountsAndEverythingAfterItIsEmpty) {
  const exact octets(from_hex("41 000000"));
  reader from(octets, leniency::strict);
  from.at("first");
  EXPECT_EQ(from.u8(), 0x41);
  from.at("second");
  EXPECT_EQ(from.u32(), 0U);
  from.at("third");
  EXPECT_EQ(from.u8(), 0);
  EXPECT_EQ(from.c_string(), "");
  from.fail(smpp::error::bad_tlvs, command_status::invoptparstream);
  ASSERT_TRUE(from.failure());
  EXPECT_EQ(from.failure()->code, smpp::error::incomplete);
  EXPECT_EQ(from.failure()->field, "second");
  EXPECT_EQ(from.failure()->offset, 1U);
  EXPECT_EQ(from.failure()->status, command_status::invcmdlen);
}

TEST(Writer, WritesWhatTheReaderReads) {
  const auto block = std::make_unique<std::uint8_t[]>(10);
  smpp::writer to(block.get());
  to.u8(0x7F);
  to.u32(0x01020304);
  to.c_string("AB");
  to.raw("");
  to.raw("C");
  to.c_string("");
  EXPECT_EQ(samples::to_hex({block.get(), 10}),
            "7F01020304414200"
            "4300");
}

TEST(Wire, EachFieldHasItsStatus) {
  constexpr std::array<std::pair<const char*, command_status>, 11> table{{
      {"service_type", command_status::invsertyp},
      {"source_addr", command_status::invsrcadr},
      {"destination_addr", command_status::invdstadr},
      {"message_id", command_status::invmsgid},
      {"system_id", command_status::invsysid},
      {"password", command_status::invpaswd},
      {"system_type", command_status::invsystyp},
      {"schedule_delivery_time", command_status::invsched},
      {"validity_period", command_status::invexpiry},
      {"dl_name", command_status::invdlname},
      {"address_range", command_status::invcmdlen},
  }};
  for (const auto& [field, status] : table)
    EXPECT_EQ(smpp::status_of_field(field), status) << field;
}

}  // namespace
