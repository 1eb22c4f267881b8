#include "smpp/codec.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

using samples::exact;
using samples::fill;
using samples::from_hex;
using samples::to_hex;
using smpp::any_pdu;
using smpp::byte_buffer;
using smpp::byte_view;
using smpp::command_status;
using smpp::error;
using smpp::leniency;

byte_view body_of(const byte_buffer& pdu) { return byte_view(pdu).subspan(smpp::header_octets); }

template <class Pdu>
std::optional<smpp::decode_error> decode_as(byte_view body, Pdu& into,
                                            leniency how = leniency::strict) {
  const exact block(body);
  any_pdu any;
  const auto failure = smpp::decode({.id = Pdu::id}, block, how, any);
  into = std::get<Pdu>(any);
  return failure;
}

template <class Visitor>
void for_each_sample(Visitor visit) {
  smpp::for_each_pdu([&](auto one) {
    using pdu = typename decltype(one)::type;
    for (const auto how : {fill::empty, fill::typical, fill::full}) {
      SCOPED_TRACE(std::string(pdu::name) + " " + std::to_string(static_cast<int>(how)));
      visit(samples::make<pdu>(how));
    }
  });
}

TEST(Codec, EveryPduComesBackAsItWas) {
  for_each_sample([]<class Pdu>(const Pdu& pdu) {
    const auto octets = samples::encoded(pdu, 0x7FFFFFFF);
    ASSERT_EQ(octets.size(), smpp::encoded_size(pdu));
    const auto head = smpp::decode_header(exact(octets));
    EXPECT_EQ(head, (smpp::header{static_cast<std::uint32_t>(octets.size()), Pdu::id,
                                  command_status::ok, 0x7FFFFFFF}));
    for (const auto how : {leniency::strict, leniency::lenient}) {
      Pdu back{};
      EXPECT_FALSE(decode_as(body_of(octets), back, how));
      EXPECT_TRUE(back == pdu);
    }
  });
}

TEST(Codec, EncodingAppends) {
  auto octets = from_hex("AABB");
  ASSERT_TRUE(smpp::encode(octets, smpp::unbind{}, 5));
  EXPECT_EQ(to_hex(octets),
            "AABB"
            "00000010000000060000000000000005");
}

// A body may end where a whole TLV does.
template <class Pdu>
std::set<std::size_t> ends_of(const Pdu& pdu) {
  std::set<std::size_t> ends;
  std::size_t end = smpp::encoded_size(pdu) - smpp::header_octets;
  if constexpr (smpp::has_tlvs<Pdu>) {
    end -= pdu.tlvs.wire().size();
    for (auto one = pdu.tlvs.begin(); one != smpp::tlv_list::end(); ++one) {
      ends.insert(end);
      end += 4 + (*one).value.size();
    }
  }
  ends.insert(end);
  if constexpr (smpp::is_response(Pdu::id)) ends.insert(0);
  return ends;
}

TEST(Codec, EveryTruncationIsAnErrorUnlessAWholeTlvEndsThere) {
  for_each_sample([]<class Pdu>(Pdu pdu) {
    if constexpr (smpp::has_tlvs<Pdu>) pdu.tlvs.remove(smpp::tag::message_payload);
    const auto octets = samples::encoded(pdu);
    const auto ends = ends_of(pdu);
    const auto body = body_of(octets);
    for (std::size_t size = 0; size <= body.size(); ++size) {
      Pdu back{};
      const auto failure = decode_as(body.first(size), back);
      EXPECT_EQ(!failure, ends.contains(size)) << "octets " << size << " of " << body.size();
      if (!failure) continue;
      EXPECT_NE(failure->status, command_status::ok);
      EXPECT_FALSE(failure->field.empty());
      EXPECT_LE(failure->offset, size);
      std::ignore = decode_as(body.first(size), back, leniency::lenient);
    }
  });
}

TEST(Codec, OneCharacterTooManyIsRefusedOnBothSides) {
  smpp::for_each_pdu([](auto one) {
    using pdu = typename decltype(one)::type;
    smpp::for_each_field(*std::make_unique<pdu>(), [](const auto& field, auto& value) {
      if constexpr (requires { value.append(""); }) {
        SCOPED_TRACE(std::string(pdu::name) + "." + std::string(field.name));
        auto bad = samples::make<pdu>(fill::full);
        (bad.*field.member).append("x");
        byte_buffer octets;
        const auto sent = smpp::encode(octets, bad, 1);
        ASSERT_FALSE(sent);
        EXPECT_EQ(sent.error(), field.shape.misfit);
        EXPECT_TRUE(octets.empty());
      }
    });
  });
}

template <class Pdu>
command_status refusal(std::string_view hex) {
  Pdu pdu{};
  const auto failure = decode_as(from_hex(hex), pdu);
  return failure ? failure->status : command_status::ok;
}

TEST(Codec, TellsWhichFieldIsTooLong) {
  using submit = smpp::submit_sm;
  const std::string six = "414141414141", twenty_one = std::string(42, '3');
  const std::string rest = "0000000000000000000000";  // from esm_class to sm_length
  EXPECT_EQ(refusal<submit>("00"
                            "0000"
                            "00"
                            "0000"
                            "00" +
                            rest),
            command_status::ok);
  EXPECT_EQ(refusal<submit>(six +
                            "00"
                            "0000"
                            "00"
                            "0000"
                            "00" +
                            rest),
            command_status::invsertyp);
  EXPECT_EQ(refusal<submit>("00"
                            "0000" +
                            twenty_one +
                            "00"
                            "0000"
                            "00" +
                            rest),
            command_status::invsrcadr);
  EXPECT_EQ(refusal<submit>("00"
                            "0000"
                            "00"
                            "0000" +
                            twenty_one + "00" + rest),
            command_status::invdstadr);
  EXPECT_EQ(refusal<submit>("00"
                            "0000"
                            "00"
                            "0000"
                            "00"
                            "000000"
                            "3100"
                            "00"
                            "0000000000"),
            command_status::invsched);
  EXPECT_EQ(refusal<submit>("00"
                            "0000"
                            "00"
                            "0000"
                            "00"
                            "000000"
                            "00"
                            "3100"
                            "0000000000"),
            command_status::invexpiry);
  EXPECT_EQ(refusal<submit>("00"
                            "0000"
                            "00"
                            "0000"
                            "00"
                            "000000"
                            "0000"
                            "00000000"
                            "02"
                            "41"),
            command_status::invmsglen);
  EXPECT_EQ(refusal<submit>("00"
                            "0000"
                            "00"
                            "0000"
                            "00" +
                            rest + "02040002"),
            command_status::invoptparstream);
  EXPECT_EQ(refusal<submit>("00"
                            "0000"
                            "00"),
            command_status::invcmdlen);
  using bind = smpp::bind_transmitter;
  EXPECT_EQ(refusal<bind>(std::string(32, '4') + "00"
                                                 "00"
                                                 "00"
                                                 "34"
                                                 "0000"
                                                 "00"),
            command_status::invsysid);
  EXPECT_EQ(refusal<bind>("00" + std::string(18, '4') +
                          "00"
                          "00"
                          "34"
                          "0000"
                          "00"),
            command_status::invpaswd);
  EXPECT_EQ(refusal<bind>("0000" + std::string(26, '4') +
                          "00"
                          "34"
                          "0000"
                          "00"),
            command_status::invsystyp);
  EXPECT_EQ(refusal<smpp::query_sm>(std::string(130, '4') + "00"
                                                            "0000"
                                                            "00"),
            command_status::invmsgid);
}

TEST(Codec, AResponseMayComeWithoutItsBody) {
  smpp::for_each_pdu([](auto one) {
    using pdu = typename decltype(one)::type;
    if constexpr (smpp::is_response(pdu::id)) {
      pdu back = samples::make<pdu>(fill::typical);
      EXPECT_FALSE(decode_as({}, back)) << pdu::name;
      EXPECT_TRUE(back == pdu{}) << pdu::name;
    }
  });
}

TEST(Codec, AnErrorResponseMayComeWithItsBody) {
  smpp::submit_sm_resp back;
  EXPECT_FALSE(decode_as(from_hex("00"), back));
  EXPECT_FALSE(decode_as(from_hex("6162 00"), back));
  EXPECT_EQ(back.message_id, "ab");
}

TEST(Codec, OfABindAndASubmitTheErrorResponseIsSentWithoutABody) {
  smpp::for_each_pdu([](auto one) {
    using pdu = typename decltype(one)::type;
    if constexpr (smpp::is_response(pdu::id)) {
      const std::string name = pdu::name;
      const auto octets =
          samples::encoded(samples::make<pdu>(fill::typical), 9, command_status::syserr);
      const bool without = name.starts_with("bind_") || name == "submit_sm_resp";
      const auto full = smpp::encoded_size(samples::make<pdu>(fill::typical));
      EXPECT_EQ(octets.size(), without ? smpp::header_octets : full) << name;
      EXPECT_EQ(smpp::decode_header(octets).status, command_status::syserr) << name;
    }
  });
}

TEST(Codec, ABareErrorResponseDoesNotMindItsFields) {
  smpp::submit_sm_resp bad;
  bad.message_id = std::string(100, 'x');
  EXPECT_EQ(samples::encoded(bad, 1, command_status::syserr).size(), smpp::header_octets);
  EXPECT_TRUE(samples::encoded(bad, 1).empty());
}

TEST(Codec, ANulBehindTheMandatoryFieldsIsPassedOver) {
  const auto plain = samples::encoded(smpp::deliver_sm{});
  const std::string body = to_hex(body_of(plain));
  for (const auto& [tail, strict, lenient] :
       {std::tuple{"00", true, true}, std::tuple{"0000", false, true},
        std::tuple{"000000", false, true}, std::tuple{"0000000000", true, true},
        std::tuple{"00020400021234", true, true}, std::tuple{"0000020400021234", false, true},
        std::tuple{"01", false, false}, std::tuple{"000001", false, false}}) {
    smpp::deliver_sm back;
    EXPECT_EQ(!decode_as(from_hex(body + tail), back), strict) << tail;
    EXPECT_EQ(!decode_as(from_hex(body + tail), back, leniency::lenient), lenient) << tail;
    const bool has_reference = std::string_view(tail).ends_with("1234");
    EXPECT_EQ(back.tlvs.find_u16(smpp::tag::user_message_reference).has_value(), has_reference);
  }
}

TEST(Codec, WhatCannotBeReadIsEmptyAndWhatStoodBeforeItIsThere) {
  smpp::submit_sm_resp response;
  const auto failure = decode_as(from_hex("6162 00 02040005"), response, leniency::lenient);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, error::bad_tlvs);
  EXPECT_EQ(failure->field, "tlvs");
  EXPECT_EQ(response.message_id, "ab");
  EXPECT_TRUE(response.tlvs.empty());
}

TEST(Codec, LenientTakesWhatCarriersSend) {
  smpp::deliver_sm back;  // service_type of seven characters, and no NUL at the end of the PDU
  const auto body = from_hex("41424344454647 00 0101 34 00 0101 35 00 000000 00 00 00000000 00");
  EXPECT_EQ(decode_as(body, back)->status, command_status::invsertyp);
  EXPECT_FALSE(decode_as(body, back, leniency::lenient));
  EXPECT_EQ(back.service_type, "ABCDEFG");
  smpp::submit_sm_resp response;
  EXPECT_TRUE(decode_as(from_hex("6162"), response));
  EXPECT_FALSE(decode_as(from_hex("6162"), response, leniency::lenient));
  EXPECT_EQ(response.message_id, "ab");
}

TEST(Codec, APduWithoutFieldsDoesNotMindABody) {
  smpp::enquire_link back;
  EXPECT_FALSE(decode_as(from_hex("010203"), back));
}

TEST(Codec, AnUnknownCommandLeavesThePduAsItWas) {
  any_pdu pdu = smpp::unbind{};
  const auto failure =
      smpp::decode({.id = static_cast<smpp::command_id>(0x0A)}, {}, leniency::strict, pdu);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, error::unknown_command);
  EXPECT_EQ(failure->status, command_status::invcmdid);
  EXPECT_TRUE(std::holds_alternative<smpp::unbind>(pdu));
}

TEST(Codec, ATimeOfAnotherLengthCannotBeSent) {
  smpp::query_sm_resp bad;
  bad.final_date = "261121091530";
  byte_buffer octets;
  EXPECT_EQ(smpp::encode(octets, bad, 1).error(), error::bad_time);
}

}  // namespace
