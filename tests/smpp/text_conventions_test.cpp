#include "smpp/text_conventions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using smpp::byte_buffer;
using smpp::default_alphabet;
using smpp::encoded_text;
using smpp::gsm7_language;
using smpp::read_text;
using smpp::text_conventions;
using smpp::user_data_header;
using smpp::write_text;

text_conventions means(default_alphabet what) {
  text_conventions peer;
  peer.default_alphabet = what;
  return peer;
}

text_conventions packs() {
  text_conventions peer;
  peer.gsm7_packed = true;
  return peer;
}

user_data_header header_of(std::size_t octets) {
  user_data_header header;
  header.octets = octets;
  return header;
}

// Reading.

TEST(ReadText, LeavesWhatNearlyAllWrite) {
  for (unsigned n = 0; n < 256; ++n) {
    const encoded_text text{static_cast<std::uint8_t>(n), {0x00, 0x41}};
    EXPECT_EQ(read_text(text.data_coding, text.octets, {}, {}), text) << n;
  }
}

TEST(ReadText, OfDataCoding0IsInThePeersAlphabet) {
  const byte_buffer octets{0x40, 0xE9};
  EXPECT_EQ(read_text(0, octets, {}, means(default_alphabet::latin1)), (encoded_text{3, octets}));
  EXPECT_EQ(read_text(0, octets, {}, means(default_alphabet::ascii)), (encoded_text{1, octets}));
  EXPECT_EQ(read_text(0xF0, octets, {}, means(default_alphabet::latin1)),
            (encoded_text{0xF0, octets}))
      << "which is GSM 7-bit whatever 0 is";
}

TEST(ReadText, HasTheTablesThatItsHeaderNames) {
  user_data_header header = header_of(7);
  header.single_shift = 1;
  header.locking_shift = 3;
  const auto read = read_text(0, byte_buffer{0x1B, 0x73, 0x04}, header, {});
  EXPECT_EQ(read.tables, (smpp::gsm7_tables{gsm7_language::portuguese, gsm7_language::turkish}));
  EXPECT_EQ(smpp::decode_text(read), "\u015F\u00EA");
}

TEST(ReadText, IsUnpackedBehindItsHeader) {
  EXPECT_EQ(read_text(0, byte_buffer{0xC1}, {}, packs()).octets, byte_buffer{'A'});
  EXPECT_EQ(read_text(0, byte_buffer{0x82}, header_of(6), packs()).octets, byte_buffer{'A'});
  EXPECT_EQ(read_text(0, byte_buffer{0xC1}, header_of(7), packs()).octets, byte_buffer{'A'});
}

TEST(ReadText, OnlySeptetsArePacked) {
  for (unsigned n = 0; n < 256; ++n) {
    const auto data_coding = static_cast<std::uint8_t>(n);
    const byte_buffer octets{0xC1, 0x00};
    const bool septets = smpp::alphabet_of(data_coding) == smpp::alphabet::gsm7;
    EXPECT_EQ(read_text(data_coding, octets, {}, packs()).octets == octets, !septets) << n;
  }
}

// Writing.

TEST(WriteText, LeavesWhatNearlyAllWrite) {
  for (unsigned n = 0; n < 256; ++n) {
    const encoded_text text{static_cast<std::uint8_t>(n), {0x00, 0x41}};
    EXPECT_EQ(write_text(text, 6, {}), text.octets) << n;
  }
}

TEST(WriteText, OfDataCoding0IsInThePeersAlphabet) {
  const encoded_text text{0, smpp::gsm7_encode("@[\u00E9\u20AC").value()};
  EXPECT_EQ(write_text(text, 0, means(default_alphabet::latin1)),
            (byte_buffer{'@', '[', 0xE9, '?'}));
  EXPECT_EQ(write_text(text, 0, means(default_alphabet::ascii)), (byte_buffer{'@', '[', '?', '?'}));
}

TEST(WriteText, SaysBeforehandWhetherItLosesACharacter) {
  const encoded_text plain{0, smpp::gsm7_encode("@[").value()};
  const encoded_text accented{0, smpp::gsm7_encode("\u00E9").value()};
  const encoded_text euro{0, smpp::gsm7_encode("\u20AC").value()};
  EXPECT_TRUE(can_write_text(euro, {}));
  EXPECT_TRUE(can_write_text(plain, means(default_alphabet::ascii)));
  EXPECT_FALSE(can_write_text(accented, means(default_alphabet::ascii)));
  EXPECT_TRUE(can_write_text(accented, means(default_alphabet::latin1)));
  EXPECT_FALSE(can_write_text(euro, means(default_alphabet::latin1)));
}

TEST(WriteText, IsPackedBehindItsHeader) {
  const encoded_text text{0, {'A'}};
  EXPECT_EQ(write_text(text, 0, packs()), byte_buffer{0x41});
  EXPECT_EQ(write_text(text, 6, packs()), byte_buffer{0x82});
}

TEST(WriteText, IsReadAgainWhateverTheDataCoding) {
  for (unsigned n = 0; n < 256; ++n) {
    for (const std::size_t udh_octets : {0U, 4U, 6U, 7U, 9U, 12U}) {
      const encoded_text text{static_cast<std::uint8_t>(n), {0x30, 0x41, 0x42, 0x43}};
      const auto written = write_text(text, udh_octets, packs());
      EXPECT_EQ(read_text(text.data_coding, written, header_of(udh_octets), packs()), text) << n;
    }
  }
}

TEST(WriteText, HasNoRoomForAnOctetThatIsNoSeptetWherePacked) {
  smpp::text_conventions packed;
  packed.gsm7_packed = true;
  EXPECT_TRUE(smpp::can_write_text({smpp::data_coding_default, {0x63, 0x7F}}, packed));
  EXPECT_FALSE(smpp::can_write_text({smpp::data_coding_default, {0x63, 0xE9}}, packed));
  EXPECT_TRUE(smpp::can_write_text({smpp::data_coding_default, {0x63, 0xE9}}, {}));
  EXPECT_TRUE(smpp::can_write_text({smpp::data_coding_binary, {0x63, 0xE9}}, packed));
}

}  // namespace
