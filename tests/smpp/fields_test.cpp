#include "smpp/fields.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using smpp::command_status;
using smpp::error;
using smpp::leniency;

template <class Value, class Shape>
std::string written(const Shape& shape, const Value& value) {
  smpp::byte_buffer octets(shape.size(value));
  const samples::exact room(octets);
  const smpp::byte_view view = room;
  smpp::writer to(const_cast<std::uint8_t*>(view.data()));
  shape.write(to, value);
  return samples::to_hex(view);
}

/// What was read, and why it was not.
template <class Value>
struct outcome {
  Value value;
  std::optional<smpp::decode_error> failure;
  std::size_t rest;
};

template <class Value, class Shape>
outcome<Value> read(const Shape& shape, smpp::byte_view octets, leniency how) {
  const samples::exact block(octets);
  smpp::reader from(block, how);
  Value value{};
  shape.read(from, value, "source_addr");
  return {value, from.failure(), from.rest().size()};
}

using text = smpp::octets<8>;

smpp::byte_buffer with_nul(std::size_t characters) {
  smpp::byte_buffer octets(characters, 'x');
  octets.push_back(0);
  return octets;
}

TEST(COctet, CountsItsNul) {
  EXPECT_EQ(written(smpp::c_octet<6>, text("ABC")), "41424300");
  EXPECT_EQ(written(smpp::c_octet<6>, text()), "00");
  EXPECT_TRUE(smpp::c_octet<6>.fits(text("12345")));
  EXPECT_FALSE(smpp::c_octet<6>.fits(text("123456")));
}

TEST(COctet, ANulInsideCannotBeSent) {
  EXPECT_FALSE(smpp::c_octet<6>.fits(text(std::string_view("a\0b", 3))));
}

TEST(COctet, ReadsUpToItsLimit) {
  const auto most = read<text>(smpp::c_octet<6>, with_nul(5), leniency::strict);
  EXPECT_FALSE(most.failure);
  EXPECT_EQ(most.value, "xxxxx");
  const auto more = read<text>(smpp::c_octet<6>, with_nul(6), leniency::strict);
  ASSERT_TRUE(more.failure);
  EXPECT_EQ(more.failure->code, error::too_long);
  EXPECT_EQ(more.failure->status, command_status::invsrcadr);
  const auto lenient = read<text>(smpp::c_octet<6>, with_nul(600), leniency::lenient);
  EXPECT_FALSE(lenient.failure);
  EXPECT_EQ(lenient.value.size(), 600U);
}

TEST(TimeString, IsEmptyOrSixteenCharacters) {
  for (std::size_t size = 0; size < 20; ++size) {
    const bool right = size == 0 || size == 16;
    EXPECT_EQ(smpp::time_string.fits(text(std::string(size, '0'))), right) << size;
    const auto strict = read<text>(smpp::time_string, with_nul(size), leniency::strict);
    EXPECT_EQ(!strict.failure, right) << size;
    EXPECT_EQ(strict.failure ? strict.failure->code : error{}, right ? error{} : error::bad_time);
    const auto lenient = read<text>(smpp::time_string, with_nul(size), leniency::lenient);
    EXPECT_FALSE(lenient.failure);
    EXPECT_EQ(lenient.value.size(), size);
  }
}

TEST(SizedOctets, ReadsAndWritesUpToItsLimit) {
  for (const std::size_t size : {0U, 1U, 254U}) {
    const text value = std::string(size, 'y');
    EXPECT_TRUE(smpp::sized_octets<254>.fits(value));
    const auto octets = samples::from_hex(written(smpp::sized_octets<254>, value));
    ASSERT_EQ(octets.size(), size + 1);
    EXPECT_EQ(octets.front(), size);
    const auto back = read<text>(smpp::sized_octets<254>, octets, leniency::strict);
    EXPECT_FALSE(back.failure);
    EXPECT_EQ(back.value, value);
  }
  EXPECT_FALSE(smpp::sized_octets<254>.fits(text(std::string(255, 'y'))));
}

TEST(SizedOctets, ALengthOf255IsForTheLenient) {
  smpp::byte_buffer octets(256, 'z');
  octets.front() = 255;
  const auto strict = read<text>(smpp::sized_octets<254>, octets, leniency::strict);
  ASSERT_TRUE(strict.failure);
  EXPECT_EQ(strict.failure->status, command_status::invmsglen);
  const auto lenient = read<text>(smpp::sized_octets<254>, octets, leniency::lenient);
  EXPECT_FALSE(lenient.failure);
  EXPECT_EQ(lenient.value.size(), 255U);
}

TEST(SizedOctets, ALengthPastTheEndIsAnErrorForBoth) {
  for (const auto how : {leniency::strict, leniency::lenient}) {
    const auto read_back = read<text>(smpp::sized_octets<254>, samples::from_hex("03 6161"), how);
    ASSERT_TRUE(read_back.failure);
    EXPECT_EQ(read_back.failure->code, error::incomplete);
    EXPECT_EQ(read_back.failure->status, command_status::invmsglen);
  }
}

}  // namespace
