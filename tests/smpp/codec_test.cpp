#include "smpp/codec.hpp"

#include "tests/support/pdu_samples.hpp"
#include "tests/support/wire.hpp"

#include <gtest/gtest.h>

#include <concepts>

namespace smpp {
namespace {

using smpp_test::encoded;
using smpp_test::exact;
using smpp_test::from_hex;
using smpp_test::sample;
using smpp_test::to_hex;

std::optional<decode_error> decode_pdu(byte_view octets, any_pdu& into,
                                       leniency how = leniency::strict) {
  const exact body(octets.subspan(header_octets));
  return decode(decode_header(octets), body.view(), how, into);
}

// Octets as they stand in the specification's tables, both ways.

struct wire_row {
  std::string_view octets;
  any_pdu pdu;
  command_status status{command_status::ok};
};

template <std::derived_from<sm_fields> Pdu>
Pdu short_text() {
  Pdu pdu;
  pdu.service_type = "CMT";
  pdu.source_addr_ton = 5;
  pdu.source_addr = "Bank";
  pdu.dest_addr_ton = 1;
  pdu.dest_addr_npi = 1;
  pdu.destination_addr = "46701234567";
  pdu.esm_class = 3;
  pdu.protocol_id = 0x7F;
  pdu.priority_flag = 2;
  pdu.schedule_delivery_time = "260131120000000+";
  pdu.validity_period = "000001000000000R";
  pdu.registered_delivery = 1;
  pdu.replace_if_present_flag = 1;
  pdu.data_coding = 8;
  pdu.sm_default_msg_id = 9;
  pdu.short_message = "hello";
  pdu.tlvs.add_u16(tag::user_message_reference, 0x0102);
  return pdu;
}

constexpr std::string_view short_text_octets =
    "'CMT' 00 05 00 'Bank' 00 01 01 '46701234567' 00 03 7F 02 '260131120000000+' 00"
    "'000001000000000R' 00 01 01 08 09 05 'hello' 0204 0002 0102";

template <std::derived_from<bind_fields> Pdu>
Pdu login() {
  Pdu pdu;
  pdu.system_id = "esme";
  pdu.password = "secret";
  pdu.system_type = "VMA";
  pdu.interface_version = 0x34;
  pdu.addr_ton = 1;
  pdu.addr_npi = 2;
  pdu.address_range = "^4670";
  return pdu;
}

constexpr std::string_view login_octets = "'esme' 00 'secret' 00 'VMA' 00 34 01 02 '^4670' 00";

template <std::derived_from<bind_resp_fields> Pdu>
Pdu welcome() {
  Pdu pdu;
  pdu.system_id = "smsc";
  pdu.tlvs.add_u8(tag::sc_interface_version, 0x34);
  return pdu;
}

constexpr std::string_view welcome_octets = "'smsc' 00 0210 0001 34";

template <class Pdu>
Pdu with_id(const char* id) {
  Pdu pdu;
  pdu.message_id = id;
  return pdu;
}

data_sm data() {
  data_sm pdu;
  pdu.service_type = "WAP";
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "123";
  pdu.dest_addr_ton = 3;
  pdu.dest_addr_npi = 4;
  pdu.destination_addr = "456";
  pdu.esm_class = 5;
  pdu.registered_delivery = 6;
  pdu.data_coding = 7;
  pdu.tlvs.add(tag::message_payload, as_bytes("text"));
  return pdu;
}

submit_multi multi() {
  submit_multi pdu;
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "123";
  pdu.dest_address_list = {{dest_address::kind::number, 1, 1, "456"},
                           {dest_address::kind::distribution_list, 0, 0, "friends"}};
  pdu.esm_class = 3;
  pdu.protocol_id = 4;
  pdu.priority_flag = 1;
  pdu.registered_delivery = 1;
  pdu.data_coding = 8;
  pdu.sm_default_msg_id = 2;
  pdu.short_message = "hi";
  return pdu;
}

query_sm query() {
  auto pdu = with_id<query_sm>("id");
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "123";
  return pdu;
}

query_sm_resp query_answer() {
  auto pdu = with_id<query_sm_resp>("id");
  pdu.final_date = "260131120000000+";
  pdu.message_state = 2;
  pdu.error_code = 3;
  return pdu;
}

cancel_sm cancel() {
  auto pdu = with_id<cancel_sm>("id");
  pdu.service_type = "CMT";
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "123";
  pdu.dest_addr_ton = 3;
  pdu.dest_addr_npi = 4;
  pdu.destination_addr = "456";
  return pdu;
}

replace_sm replace() {
  auto pdu = with_id<replace_sm>("id");
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "123";
  pdu.validity_period = "000001000000000R";
  pdu.registered_delivery = 3;
  pdu.sm_default_msg_id = 4;
  pdu.short_message = "new";
  return pdu;
}

alert_notification alert() {
  alert_notification pdu;
  pdu.source_addr_ton = 1;
  pdu.source_addr_npi = 2;
  pdu.source_addr = "123";
  pdu.esme_addr_ton = 3;
  pdu.esme_addr_npi = 4;
  pdu.esme_addr = "456";
  pdu.tlvs.add_u8(tag::ms_availability_status, 1);
  return pdu;
}

outbind call_back() {
  outbind pdu;
  pdu.system_id = "smsc";
  pdu.password = "secret";
  return pdu;
}

submit_multi_resp multi_answer() {
  auto pdu = with_id<submit_multi_resp>("id");
  pdu.unsuccess_list = {{1, 1, "456", 0xB}};
  return pdu;
}

std::vector<wire_row> wire_rows() {
  const auto all = [](std::string_view start, std::string_view body) {
    return std::string(start) + std::string(body);
  };
  static const std::vector<std::string> shared{
      all("00000029 00000001 00000000 00000007", login_octets),
      all("00000029 00000002 00000000 00000007", login_octets),
      all("00000029 00000009 00000000 00000007", login_octets),
      all("0000001A 80000001 00000000 00000007", welcome_octets),
      all("0000001A 80000002 00000000 00000007", welcome_octets),
      all("0000001A 80000009 00000000 00000007", welcome_octets),
      all("0000005E 00000004 00000000 00000007", short_text_octets),
      all("0000005E 00000005 00000000 00000007", short_text_octets),
  };
  return {
      {shared[0], login<bind_receiver>()},
      {shared[1], login<bind_transmitter>()},
      {shared[2], login<bind_transceiver>()},
      {shared[3], welcome<bind_receiver_resp>()},
      {shared[4], welcome<bind_transmitter_resp>()},
      {shared[5], welcome<bind_transceiver_resp>()},
      {"00000010 80000009 0000000E 00000007", bind_transceiver_resp{}, command_status::invpaswd},
      {"0000001C 0000000B 00000000 00000007 'smsc' 00 'secret' 00", call_back()},
      {"00000010 00000006 00000000 00000007", unbind{}},
      {"00000010 80000006 00000000 00000007", unbind_resp{}},
      {"00000010 00000015 00000000 00000007", enquire_link{}},
      {"00000010 80000015 00000000 00000007", enquire_link_resp{}},
      {"00000010 80000000 00000003 00000007", generic_nack{}, command_status::invcmdid},
      {shared[6], short_text<submit_sm>()},
      {"00000013 80000004 00000000 00000007 '42' 00", with_id<submit_sm_resp>("42")},
      {"00000010 80000004 00000058 00000007", submit_sm_resp{}, command_status::throttled},
      {shared[7], short_text<deliver_sm>()},
      {"00000011 80000005 00000000 00000007 00", deliver_sm_resp{}},
      {"00000011 80000005 00000064 00000007 00", deliver_sm_resp{}, command_status::x_t_appn},
      {"0000002B 00000103 00000000 00000007 'WAP' 00 01 02 '123' 00 03 04 '456' 00 05 06 07"
       "0424 0004 'text'",
       data()},
      {"00000013 80000103 00000000 00000007 'id' 00", with_id<data_sm_resp>("id")},
      {"00000034 00000021 00000000 00000007 00 01 02 '123' 00 02 01 01 01 '456' 00"
       "02 'friends' 00 03 04 01 00 00 01 00 08 02 02 'hi'",
       multi()},
      {"0000001E 80000021 00000000 00000007 'id' 00 01 01 01 '456' 00 0000000B", multi_answer()},
      {"00000019 00000003 00000000 00000007 'id' 00 01 02 '123' 00", query()},
      {"00000026 80000003 00000000 00000007 'id' 00 '260131120000000+' 00 02 03", query_answer()},
      {"00000023 00000008 00000000 00000007 'CMT' 00 'id' 00 01 02 '123' 00 03 04 '456' 00",
       cancel()},
      {"00000010 80000008 00000000 00000007", cancel_sm_resp{}},
      {"00000031 00000007 00000000 00000007 'id' 00 01 02 '123' 00 00 '000001000000000R' 00"
       "03 04 03 'new'",
       replace()},
      {"00000010 80000007 00000011 00000007", replace_sm_resp{}, command_status::cancelfail},
      {"00000021 00000102 00000000 00000007 01 02 '123' 00 03 04 '456' 00 0422 0001 01", alert()},
  };
}

TEST(Codec, EncodesTheOctetsOfTheSpecification) {
  for (const auto& row : wire_rows()) {
    std::visit(
        [&](const auto& pdu) {
          EXPECT_EQ(to_hex(encoded(pdu, 7, row.status)), to_hex(from_hex(row.octets)))
              << std::decay_t<decltype(pdu)>::name;
        },
        row.pdu);
  }
}

TEST(Codec, DecodesTheOctetsOfTheSpecification) {
  for (const auto& row : wire_rows()) {
    const auto octets = from_hex(row.octets);
    any_pdu pdu;
    ASSERT_FALSE(decode_pdu(octets, pdu)) << row.octets;
    EXPECT_EQ(pdu, row.pdu) << row.octets;
    EXPECT_EQ(decode_header(octets).status, row.status);
    EXPECT_EQ(decode_header(octets).sequence, 7U);
    EXPECT_EQ(decode_header(octets).command_length, octets.size());
  }
}

TEST(Codec, TheTableHasEveryPdu) {
  const auto rows = wire_rows();
  for_each_pdu([&](auto pdu) {
    using type = typename decltype(pdu)::type;
    EXPECT_TRUE(std::ranges::any_of(rows, [](const auto& row) {
      return std::holds_alternative<type>(row.pdu);
    })) << type::name;
  });
}

// What holds for every PDU.

TEST(Codec, EveryPduAtItsLimitsComesBackAsItWas) {
  for_each_pdu([](auto of) {
    using type = typename decltype(of)::type;
    const auto pdu = sample<type>();
    const auto octets = encoded(pdu);
    EXPECT_EQ(octets.size(), encoded_size(pdu));
    any_pdu back;
    ASSERT_FALSE(decode_pdu(octets, back)) << type::name;
    EXPECT_EQ(std::get<type>(back), pdu) << type::name;
  });
}

/// Where a body may end: only behind the mandatory fields, and between TLVs.
template <class Pdu>
std::vector<std::size_t> whole_sizes(const Pdu& pdu) {
  std::vector<std::size_t> sizes;
  if constexpr (has_tlvs<Pdu>) {
    auto shorter = pdu;
    shorter.tlvs.clear();
    auto size = encoded_size(shorter) - header_octets;
    sizes.push_back(size);
    for (auto one = pdu.tlvs.begin(); one != tlv_list::end(); ++one) {
      sizes.push_back(size += 4 + (*one).value.size());
    }
  } else {
    sizes.push_back(encoded_size(pdu) - header_octets);
  }
  if (is_response(Pdu::id)) sizes.push_back(0);
  return sizes;
}

TEST(Codec, EveryPduThatIsCutShortIsRefused) {
  for_each_pdu([](auto of) {
    using type = typename decltype(of)::type;
    const auto pdu = sample<type>();
    const auto octets = encoded(pdu);
    const auto whole = whole_sizes(pdu);
    for (std::size_t size = 0; size + header_octets < octets.size(); ++size) {
      any_pdu back;
      const auto failure = decode_pdu(byte_view(octets).first(header_octets + size), back);
      const bool may_end = std::ranges::find(whole, size) != whole.end();
      ASSERT_EQ(failure.has_value(), !may_end) << type::name << " cut at " << size;
      if (failure) {
        EXPECT_LE(failure->offset, size);
        EXPECT_FALSE(failure->field.empty());
        EXPECT_NE(failure->status, command_status::ok);
      }
    }
  });
}

TEST(Codec, EveryStringOneTooLongIsNotSent) {
  for_each_pdu([](auto of) {
    using type = typename decltype(of)::type;
    auto pdu = sample<type>();
    for_each_field(pdu, [&](const auto& one, auto& value) {
      if constexpr (requires { value.append("x"); }) {
        const auto before = value;
        value.append("x");
        byte_buffer octets = from_hex("0102");
        const auto sent = encode(octets, pdu, 1);
        EXPECT_TRUE(sent.has_error()) << type::name << " " << one.name;
        EXPECT_EQ(octets, from_hex("0102")) << "something was appended";
        value = before;
      }
    });
  });
}

TEST(Codec, EveryStringOneTooLongIsRefusedOnlyWhenStrict) {
  for_each_pdu([](auto of) {
    using type = typename decltype(of)::type;
    auto pdu = sample<type>();
    for_each_field(pdu, [&](const auto& one, auto& value) {
      if constexpr (requires { value.append("x"); }) {
        const auto before = value;
        value.append("x");
        byte_buffer octets(encoded_size(pdu) - header_octets);
        writer to(octets.data());
        for_each_field(pdu, [&](const auto& f, const auto& v) { f.shape.write(to, v); });
        if constexpr (has_tlvs<type>) to.raw(as_text(pdu.tlvs.wire()));
        const exact body(octets);
        type back;
        const auto failure = decode_body(body.view(), leniency::strict, back);
        ASSERT_TRUE(failure) << type::name << " " << one.name;
        EXPECT_EQ(failure->field, one.name);
        type lenient;
        EXPECT_FALSE(decode_body(body.view(), leniency::lenient, lenient))
            << type::name << " " << one.name;
        EXPECT_EQ(lenient, pdu);
        value = before;
      }
    });
  });
}

TEST(Codec, EveryResponseMayComeWithoutItsBody) {
  for_each_pdu([](auto of) {
    using type = typename decltype(of)::type;
    any_pdu back;
    const bool refused = decode({.id = type::id}, {}, leniency::strict, back).has_value();
    EXPECT_EQ(refused, !is_response(type::id) && encoded_size(type{}) > header_octets)
        << type::name;
    EXPECT_TRUE(std::holds_alternative<type>(back));
  });
}

// Single rules.

struct status_row {
  std::string_view octets;
  command_status status;
  std::string_view field;
};

TEST(Codec, ABadBodyHasTheStatusOfItsField) {
  const std::vector<status_row> rows{
      {"00000000 00000004 00000000 00000000", command_status::invcmdlen, "service_type"},
      {"00000000 00000004 00000000 00000000 'CMT'", command_status::invcmdlen, "service_type"},
      {"00000000 00000004 00000000 00000000 'TOOLONG' 00", command_status::invsertyp,
       "service_type"},
      {"00000000 00000004 00000000 00000000 00 00 00 '123456789012345678901' 00",
       command_status::invsrcadr, "source_addr"},
      {"00000000 00000004 00000000 00000000 00 00 00 00 00 00 '123456789012345678901' 00",
       command_status::invdstadr, "destination_addr"},
      {"00000000 00000004 00000000 00000000 00 00 00 00 00 00 00 00 00 00 '260131' 00",
       command_status::invsched, "schedule_delivery_time"},
      {"00000000 00000004 00000000 00000000 00 00 00 00 00 00 00 00 00 00 00 '260131' 00",
       command_status::invexpiry, "validity_period"},
      {"00000000 00000004 00000000 00000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FF",
       command_status::invmsglen, "short_message"},
      {"00000000 00000004 00000000 00000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 41",
       command_status::invmsglen, "short_message"},
      {"00000000 00000004 00000000 00000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01",
       command_status::invoptparstream, "tlvs"},
      {"00000000 00000004 00000000 00000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
       "0424 0002 41",
       command_status::invoptparstream, "tlvs"},
      {"00000000 00000009 00000000 00000000 '1234567890123456' 00", command_status::invsysid,
       "system_id"},
      {"00000000 00000009 00000000 00000000 00 '123456789' 00", command_status::invpaswd,
       "password"},
      {"00000000 00000009 00000000 00000000 00 00 '1234567890123' 00", command_status::invsystyp,
       "system_type"},
      {"00000000 00000021 00000000 00000000 00 00 00 00 00", command_status::invnumdests,
       "dest_address"},
      {"00000000 00000021 00000000 00000000 00 00 00 00 FF", command_status::invnumdests,
       "dest_address"},
      {"00000000 00000021 00000000 00000000 00 00 00 00 01 03", command_status::invdestflag,
       "dest_address"},
      {"00000000 00000099 00000000 00000000", command_status::invcmdid, "command_id"},
  };
  for (const auto& row : rows) {
    any_pdu pdu;
    const auto failure = decode_pdu(from_hex(row.octets), pdu);
    ASSERT_TRUE(failure) << row.octets;
    EXPECT_EQ(failure->status, row.status) << row.octets;
    EXPECT_EQ(failure->field, row.field) << row.octets;
  }
}

TEST(Codec, ANulBehindShortMessageIsPassedOver) {
  auto pdu = short_text<deliver_sm>();
  const auto with_nuls = [&](std::size_t count) {
    auto bare = pdu;
    bare.tlvs.clear();
    auto octets = encoded(bare);
    octets.insert(octets.end(), count, 0);
    const auto wire = pdu.tlvs.wire();
    octets.insert(octets.end(), wire.begin(), wire.end());
    return octets;
  };
  for (const bool tlvs : {true, false}) {
    if (!tlvs) pdu.tlvs.clear();
    any_pdu back;
    ASSERT_FALSE(decode_pdu(with_nuls(1), back));
    EXPECT_EQ(std::get<deliver_sm>(back), pdu);
    EXPECT_TRUE(decode_pdu(with_nuls(2), back));
    ASSERT_FALSE(decode_pdu(with_nuls(3), back, leniency::lenient));
    EXPECT_EQ(std::get<deliver_sm>(back), pdu);
  }
}

TEST(Codec, WhenLenientTheLastStringNeedsNoNul) {
  const auto octets = from_hex("00000012 80000004 00000000 00000001 '42'");
  any_pdu back;
  EXPECT_TRUE(decode_pdu(octets, back));
  ASSERT_FALSE(decode_pdu(octets, back, leniency::lenient));
  EXPECT_EQ(std::get<submit_sm_resp>(back).message_id.view(), "42");
}

TEST(Codec, WhenLenientAFinalDateMayHaveTwelveDigits) {
  const auto octets = from_hex("00000010 80000003 00000000 00000001 00 '260131120000' 00 02 00");
  any_pdu back;
  EXPECT_TRUE(decode_pdu(octets, back));
  ASSERT_FALSE(decode_pdu(octets, back, leniency::lenient));
  EXPECT_EQ(std::get<query_sm_resp>(back).final_date.view(), "260131120000");
}

TEST(Codec, FieldsBeforeABadOneAreThere) {
  const auto octets = from_hex("00000010 80000004 00000000 00000001 '42' 00 FFFFFF");
  any_pdu back;
  EXPECT_TRUE(decode_pdu(octets, back));
  EXPECT_EQ(std::get<submit_sm_resp>(back).message_id.view(), "42");
  EXPECT_TRUE(std::get<submit_sm_resp>(back).tlvs.empty());
}

TEST(Codec, ALinkPduMayHaveABody) {
  any_pdu back;
  EXPECT_FALSE(decode_pdu(from_hex("00000011 80000015 00000000 00000001 00"), back));
}

TEST(Codec, NothingIsSentWithANulInsideAString) {
  auto pdu = short_text<submit_sm>();
  pdu.source_addr = std::string_view("a\0b", 3);
  byte_buffer octets;
  EXPECT_EQ(encode(octets, pdu, 1).error(), make_error_code(error::too_long));
}

TEST(Codec, ATimeIsSentWithSixteenCharactersOrNone) {
  auto pdu = short_text<submit_sm>();
  pdu.validity_period = "2601311200";
  byte_buffer octets;
  EXPECT_EQ(encode(octets, pdu, 1).error(), make_error_code(error::bad_time));
}

TEST(Codec, AListOfDestinationsHasOneTo254OfThem) {
  auto pdu = multi();
  byte_buffer octets;
  pdu.dest_address_list.clear();
  EXPECT_EQ(encode(octets, pdu, 1).error(), make_error_code(error::bad_list));
  pdu.dest_address_list.resize(254);
  EXPECT_FALSE(encode(octets, pdu, 1).has_error());
  pdu.dest_address_list.resize(255);
  EXPECT_EQ(encode(octets, pdu, 1).error(), make_error_code(error::bad_list));
}

TEST(Codec, ADestinationHasAFlagThatExists) {
  auto pdu = multi();
  pdu.dest_address_list[0].dest_flag = dest_address::kind{3};
  byte_buffer octets;
  EXPECT_EQ(encode(octets, pdu, 1).error(), make_error_code(error::bad_list));
}

TEST(Codec, AnErrorOtherThanOfBindAndSubmitKeepsItsBody) {
  EXPECT_EQ(encoded(with_id<submit_sm_resp>("42"), 1, command_status::syserr).size(), 16U);
  EXPECT_EQ(encoded(with_id<data_sm_resp>("42"), 1, command_status::syserr).size(), 19U);
  EXPECT_EQ(encoded(query_answer(), 1, command_status::queryfail).size(), 38U);
}

}  // namespace
}  // namespace smpp
