#include "smpp/framing.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using samples::exact;
using samples::from_hex;
using samples::to_hex;
using smpp::byte_buffer;
using smpp::byte_view;

constexpr std::uint32_t octets_max = 200'000;

/// The PDUs that come out, as they went in.
std::vector<std::string> take(smpp::framing& from) {
  std::vector<std::string> frames;
  while (const auto frame = from.next()) {
    byte_buffer whole(smpp::header_octets);
    smpp::writer to(whole.data());
    smpp::detail::write_header(to, frame->head);
    whole.insert(whole.end(), frame->body.begin(), frame->body.end());
    frames.push_back(to_hex(whole));
  }
  return frames;
}

TEST(Framing, EverySplitOfEveryPdu) {
  smpp::for_each_pdu([](auto one) {
    using pdu = typename decltype(one)::type;
    const auto octets = samples::encoded(samples::make<pdu>(samples::fill::typical));
    for (std::size_t split = 0; split <= octets.size(); ++split) {
      smpp::framing from(octets_max);
      from.add(exact(byte_view(octets).first(split)));
      auto frames = take(from);
      EXPECT_EQ(frames.size(), split == octets.size() ? 1U : 0U);
      from.add(exact(byte_view(octets).subspan(split)));
      for (auto& frame : take(from))
        frames.push_back(frame);
      ASSERT_EQ(frames, std::vector{to_hex(octets)}) << pdu::name << " split at " << split;
      EXPECT_EQ(from.waiting(), 0U);
    }
  });
}

TEST(Framing, OctetByOctetAndInRandomPieces) {
  byte_buffer stream;
  std::vector<std::string> wanted;
  smpp::for_each_pdu([&](auto one) {
    using pdu = typename decltype(one)::type;
    for (const auto how : {samples::fill::typical, samples::fill::full}) {
      const auto octets = samples::encoded(samples::make<pdu>(how));
      wanted.push_back(to_hex(octets));
      stream.insert(stream.end(), octets.begin(), octets.end());
    }
  });
  std::mt19937 random(1);
  for (const std::size_t piece_max : {1U, 7U, 100U, 70'000U}) {
    smpp::framing from(octets_max);
    std::vector<std::string> frames;
    for (byte_view rest = stream; !rest.empty();) {
      const auto size = std::min<std::size_t>(rest.size(), 1 + random() % piece_max);
      from.add(rest.first(size));
      rest = rest.subspan(size);
      if (random() % 3 == 0) continue;  // they may also be taken later
      for (auto& frame : take(from))
        frames.push_back(frame);
    }
    for (auto& frame : take(from))
      frames.push_back(frame);
    EXPECT_TRUE(frames == wanted) << piece_max;
  }
}

struct bad_length {
  const char* octets;
  bool lost;
  std::uint32_t sequence;
};

TEST(Framing, AnImpossibleLengthLosesTheStream) {
  for (const auto& [octets, lost, sequence] : {
           bad_length{"00000000", true, 0},
           bad_length{"0000000F", true, 0},
           bad_length{"0000000F 00000015 00000000 00000007", true, 7},
           bad_length{"00000000 00000015 00000000 00000008", true, 8},
           bad_length{"00000010 00000015 00000000 00000007", false, 0},
           bad_length{"00000064 00000015 00000000 00000007", false, 0},
           bad_length{"00000065 00000015 00000000 00000007", true, 7},
           bad_length{"FFFFFFFF 00000015 00000000 00000009", true, 9},
           bad_length{"FFFFFFFF", false, 0},  // until its sequence number is there
           bad_length{"000000", false, 0},
       }) {
    smpp::framing from(100);
    const auto all = from_hex(octets);
    for (const auto octet : all)
      from.add({&octet, 1});
    const auto frames = take(from);
    EXPECT_EQ(from.lost(), lost) << octets;
    EXPECT_EQ(from.lost_sequence(), sequence) << octets;
    from.add(from_hex("00000010 00000015 00000000 00000001"));
    EXPECT_TRUE(!lost || take(from).empty()) << octets;
  }
}

TEST(Framing, PdusBeforeTheLossStillCome) {
  smpp::framing from(100);
  from.add(from_hex("00000010 00000015 00000000 00000001 00000003"));
  EXPECT_EQ(take(from).size(), 1U);
  EXPECT_TRUE(from.lost());
}

}  // namespace
