// SMPP's words to the store's and back.
#include "daemon/bridge.hpp"

#include "daemon/gateway/ids.hpp"
#include "smpp/gsm7.hpp"
#include "smpp/receipt.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"
#include "tests/support/store_records.hpp"

#include <gtest/gtest.h>

namespace smppd {
namespace {

using namespace std::chrono_literals;
using smpp::command_status;
using smpp::message_state;
using smpp::tag;
using tests::at;

smpp::submit_sm sample_submit() {
  smpp::submit_sm pdu;
  pdu.source_addr_ton = 5;
  pdu.source_addr = "Shop";
  pdu.dest_addr_ton = 1;
  pdu.dest_addr_npi = 1;
  pdu.destination_addr = "4791234567";
  pdu.registered_delivery = 1;
  pdu.short_message = "Hello";
  return pdu;
}

// Submissions of ESMEs.

class Submission : public testing::Test {
 protected:
  [[nodiscard]] std::variant<esme_submission, command_status> read() const {
    return read_submission(pdu_, at(0), 2h, esme_);
  }
  [[nodiscard]] esme_submission read_well() const { return std::get<esme_submission>(read()); }
  [[nodiscard]] command_status refused_with() const {
    const auto outcome = read();
    const auto* status = std::get_if<command_status>(&outcome);
    return status != nullptr ? *status : command_status::ok;
  }

  smpp::submit_sm pdu_{sample_submit()};
  smpp::text_conventions esme_;
};

TEST_F(Submission, KeepsWhatTheEsmeSaid) {
  pdu_.priority_flag = 2;
  pdu_.data_coding = 8;
  pdu_.esm_class = 0x40;
  pdu_.registered_delivery = 0x12;
  const auto message = read_well().message;
  EXPECT_EQ(message.from, store::origin::esme);
  EXPECT_EQ(message.priority, 2);
  EXPECT_EQ(message.data_coding, 8);
  EXPECT_EQ(message.esm_class, 0x40);
  EXPECT_EQ(message.registered_delivery, 0x12);
  EXPECT_EQ(message.types, (store::address_types{5, 0, 1, 1}));
  EXPECT_EQ(message.source, "Shop");
  EXPECT_EQ(message.destination, "4791234567");
  EXPECT_EQ(message.body, "Hello");
  EXPECT_EQ(message.options, "");
}

TEST_F(Submission, TakesItsTextFromMessagePayload) {
  pdu_.short_message.clear();
  const std::string text(500, 'x');
  pdu_.tlvs.add(tag::message_payload, smpp::as_bytes(text));
  const auto read = read_well();
  EXPECT_EQ(read.message.body, text);
  EXPECT_EQ(read.options, "") << "the payload is not kept twice";
}

TEST_F(Submission, EndsWithItsValidity) {
  EXPECT_EQ(read_well().message.expires_at, at(7200)) << "the default";
  pdu_.validity_period = "000000000500000R";
  EXPECT_EQ(read_well().message.expires_at, at(300));
  pdu_.validity_period = "260101010000000+";
  EXPECT_EQ(read_well().message.expires_at, at(3600));
}

TEST_F(Submission, MayBeForLater) {
  EXPECT_EQ(read_well().schedule, store::wall_time{});
  pdu_.schedule_delivery_time = "000000010000000R";
  const auto read = read_well();
  EXPECT_EQ(read.schedule, at(3600));
  EXPECT_EQ(read.message.expires_at, at(3600 + 7200)) << "counted from then";
  pdu_.schedule_delivery_time = "251231235959000+";
  EXPECT_EQ(read_well().schedule, store::wall_time{}) << "in the past is at once";
}

TEST_F(Submission, IsRefusedForAFieldThatCannotBe) {
  pdu_.destination_addr.clear();
  EXPECT_EQ(refused_with(), command_status::invdstadr);
  pdu_ = sample_submit();
  pdu_.priority_flag = 4;
  EXPECT_EQ(refused_with(), command_status::invprtflg);
  pdu_ = sample_submit();
  pdu_.registered_delivery = 3;
  EXPECT_EQ(refused_with(), command_status::invregdlvflg);
  pdu_ = sample_submit();
  pdu_.replace_if_present_flag = 2;
  EXPECT_EQ(refused_with(), command_status::invrepflag);
  pdu_ = sample_submit();
  pdu_.sm_default_msg_id = 1;
  EXPECT_EQ(refused_with(), command_status::invdftmsgid);
  pdu_ = sample_submit();
  pdu_.esm_class = 0x04;
  EXPECT_EQ(refused_with(), command_status::invesmclass);
  pdu_ = sample_submit();
  pdu_.tlvs.add_text(tag::message_payload, "and a short_message");
  EXPECT_EQ(refused_with(), command_status::invmsglen);
  pdu_ = sample_submit();
  pdu_.schedule_delivery_time = "tomorrow";
  EXPECT_EQ(refused_with(), command_status::invsched);
  pdu_ = sample_submit();
  pdu_.validity_period = "99";
  EXPECT_EQ(refused_with(), command_status::invexpiry);
  pdu_.validity_period = "251231235959000+";
  EXPECT_EQ(refused_with(), command_status::invexpiry) << "it is over";
}

// What an ESME means by its octets.

TEST_F(Submission, IsKeptInGsm7OrUcs2WhateverDataCoding0MeansToTheEsme) {
  esme_.default_alphabet = smpp::default_alphabet::latin1;
  pdu_.short_message = "@\xE9";
  auto read = read_well();
  EXPECT_EQ(read.message.data_coding, 0);
  EXPECT_EQ(read.message.body, std::string_view("\x00\x05", 2));
  pdu_.short_message = "\xEA";
  read = read_well();
  EXPECT_EQ(read.message.data_coding, 8);
  EXPECT_EQ(read.message.body, std::string_view("\x00\xEA", 2));
  pdu_.data_coding = 3;
  EXPECT_EQ(read_well().message.data_coding, 3) << "which says what it is";
}

TEST_F(Submission, ThatTheEsmeHasCutKeepsItsOctetsWhereGsm7WouldNotDo) {
  esme_.default_alphabet = smpp::default_alphabet::latin1;
  pdu_.esm_class = 0x40;
  const std::string header("\x05\x00\x03\x01\x02\x01", 6);
  pdu_.short_message = header + "@";
  auto read = read_well();
  EXPECT_EQ(read.message.data_coding, 0);
  EXPECT_EQ(read.message.body, header + std::string(1, '\0'));
  pdu_.short_message = header + "\xEA";
  read = read_well();
  EXPECT_EQ(read.message.data_coding, 3);
  EXPECT_EQ(read.message.body, header + "\xEA");
}

TEST_F(Submission, IsUnpackedBehindItsHeader) {
  esme_.gsm7_packed = true;
  pdu_.short_message = "\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37";
  EXPECT_EQ(read_well().message.body, "hellohello");
  pdu_.esm_class = 0x40;
  const std::string header("\x05\x00\x03\x01\x02\x01", 6);
  pdu_.short_message = header + "\x82";
  EXPECT_EQ(read_well().message.body, header + "A");
}

// What goes to a carrier.

class WrittenSubmit : public testing::Test {
 protected:
  // What a carrier gets of `from`, as an ESME submitted it.
  smpp::submit_sm write(const smpp::submit_sm& from, std::uint8_t part = 1) {
    auto read = std::get<esme_submission>(read_submission(from, at(0), 2h, {}));
    read.message.options = read.options;
    message_ = make_outbound(read.message, std::make_shared<const shared_text>(shared_text{
                                               std::string(read.message.body), {}, {}}));
    message_->parts = static_cast<std::uint8_t>(
        cut(user_data_of(*message_), carrier_, 0x1234, &message_->written));
    smpp::submit_sm pdu;
    pdu.tlvs.add_u8(tag::privacy_indicator, 3);  // of the message before
    pdu.short_message = "left over";
    write_submit(*message_, part, carrier_, at(60), pdu);
    return pdu;
  }

  carrier_config carrier_;
  outbound_ptr message_;
};

TEST_F(WrittenSubmit, SaysWhatTheEsmeSaid) {
  auto from = sample_submit();
  from.service_type = "CMT";
  from.protocol_id = 0x41;
  from.priority_flag = 1;
  from.validity_period = "000000010000000R";
  from.tlvs.add_u16(tag::user_message_reference, 7);
  from.tlvs.add(static_cast<smpp::tag>(0x1400), smpp::as_bytes("vendor"));
  auto wanted = from;
  wanted.validity_period = "000000005900000R";  // a minute has passed
  EXPECT_EQ(write(from), wanted);
}

TEST_F(WrittenSubmit, FollowsTheCarriersSettings) {
  carrier_.service_type = "VAS";
  carrier_.source_ton = 3;
  carrier_.source_npi = 8;
  carrier_.destination_ton = 2;
  carrier_.destination_npi = 9;
  const auto pdu = write(sample_submit());
  EXPECT_EQ(pdu.service_type, "VAS");
  EXPECT_EQ(pdu.source_addr_ton, 3);
  EXPECT_EQ(pdu.source_addr_npi, 8);
  EXPECT_EQ(pdu.dest_addr_ton, 2);
  EXPECT_EQ(pdu.dest_addr_npi, 9);
  auto named = sample_submit();
  named.service_type = "CMT";
  EXPECT_EQ(write(named).service_type, "CMT") << "what the ESME says comes first";
}

TEST_F(WrittenSubmit, IsCutIntoPartsWithHeaders) {
  auto from = sample_submit();
  from.short_message = std::string(200, 'x');
  const auto second = write(from, 2);
  ASSERT_EQ(message_->written.user_data.size(), 2U);
  EXPECT_EQ(second.esm_class, 0x40);
  EXPECT_EQ(second.short_message.view().substr(0, 6),
            std::string_view("\x05\x00\x03\x34\x02\x02", 6));
  EXPECT_EQ(second.short_message.size(), 6U + 200 - 153);
}

TEST_F(WrittenSubmit, LeavesWhatTheEsmeHasCutAlone) {
  auto from = sample_submit();
  from.esm_class = 0x40;
  from.short_message = std::string_view("\x05\x00\x03\x01\x02\x01", 6);
  from.short_message.append(std::string(200, 'x'));
  EXPECT_EQ(write(from).short_message, from.short_message);
  auto sar = sample_submit();
  sar.short_message = std::string(200, 'x');
  sar.tlvs.add_u16(tag::sar_msg_ref_num, 1);
  sar.tlvs.add_u8(tag::sar_total_segments, 2);
  sar.tlvs.add_u8(tag::sar_segment_seqnum, 1);
  const auto pdu = write(sar);
  EXPECT_EQ(pdu.short_message, sar.short_message);
  EXPECT_EQ(pdu.tlvs, sar.tlvs);
}

TEST_F(WrittenSubmit, UsesMessagePayloadForWhatDoesNotFit) {
  auto from = sample_submit();
  from.esm_class = 0x40;
  std::string text("\x05\x00\x03\x01\x02\x01", 6);
  text += std::string(300, 'x');
  from.short_message.clear();
  from.tlvs.add(tag::message_payload, smpp::as_bytes(text));
  const auto pdu = write(from);
  EXPECT_TRUE(pdu.short_message.empty());
  ASSERT_TRUE(pdu.tlvs.find(tag::message_payload));
  EXPECT_EQ(smpp::as_text(*pdu.tlvs.find(tag::message_payload)), text);
}

// What a carrier means by its octets.

TEST_F(WrittenSubmit, IsInTheCarriersDefaultAlphabet) {
  carrier_.text.default_alphabet = smpp::default_alphabet::latin1;
  auto from = sample_submit();
  from.short_message = std::string_view("\x00\x05", 2);  // @, e with acute
  auto pdu = write(from);
  EXPECT_EQ(pdu.data_coding, 0);
  EXPECT_EQ(pdu.short_message, "@\xE9");
  from.short_message = "\x1B\x65";  // the euro sign
  pdu = write(from);
  EXPECT_EQ(pdu.data_coding, 8) << "which Latin-1 lacks";
  EXPECT_EQ(pdu.short_message, "\x20\xAC");
}

TEST_F(WrittenSubmit, IsPackedForACarrierThatPacks) {
  carrier_.text.gsm7_packed = true;
  auto from = sample_submit();
  from.short_message = "hellohello";
  EXPECT_EQ(write(from).short_message, "\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37");
  from.short_message = std::string(200, 'x');
  const auto second = write(from, 2);
  EXPECT_EQ(message_->written.user_data[0].size(), 140U);
  EXPECT_EQ(second.esm_class, 0x40);
  EXPECT_EQ(second.short_message.size(), 6U + (1 + 47 * 7 + 7) / 8);
  from.data_coding = 4;
  from.short_message = "hellohello";
  EXPECT_EQ(write(from).short_message, "hellohello") << "binary is not packed";
}

TEST_F(WrittenSubmit, ThatTheEsmeHasCutIsOnlyConvertedBehindItsHeader) {
  auto from = sample_submit();
  from.esm_class = 0x40;
  const std::string header("\x05\x00\x03\x01\x02\x01", 6);
  from.short_message = header + "A";
  carrier_.text.gsm7_packed = true;
  auto pdu = write(from);
  EXPECT_EQ(pdu.short_message, header + "\x82");
  EXPECT_EQ(pdu.esm_class, 0x40);
  carrier_.text = {};
  carrier_.text.default_alphabet = smpp::default_alphabet::ascii;
  from.short_message = header + "\x05";
  pdu = write(from);
  EXPECT_EQ(pdu.data_coding, 8);
  EXPECT_EQ(pdu.short_message, header + std::string("\x00\xE9", 2));
  from.short_message = header + std::string(100, 'a') + "\x05";
  pdu = write(from);
  EXPECT_EQ(pdu.data_coding, 0) << "UCS-2 has no room";
  EXPECT_EQ(pdu.short_message, header + std::string(100, 'a') + "?");
}

TEST_F(WrittenSubmit, ThatTheEsmeHasCutKeepsTheSeptetsOfItsTables) {
  auto from = sample_submit();
  from.esm_class = 0x40;
  from.short_message = std::string_view("\x03\x24\x01\x01\x1Bs", 6);
  EXPECT_EQ(write(from).short_message, from.short_message);
  carrier_.text.gsm7_packed = true;
  const auto packed = write(from).short_message;
  EXPECT_EQ(smpp::gsm7_unpack_all(packed.bytes().subspan(4), smpp::gsm7_fill_bits(4)),
            (smpp::byte_buffer{0x1B, 's'}));
}

TEST_F(WrittenSubmit, UsesNationalTablesWhereTheySaveAPart) {
  carrier_.text.national_languages = {smpp::gsm7_language::turkish};
  auto from = sample_submit();
  from.data_coding = 8;
  std::string wide;
  for (int n = 0; n < 100; ++n)
    wide += std::string("\x01\x5F", 2);
  from.short_message = wide;
  const auto pdu = write(from);
  EXPECT_EQ(message_->parts, 1);
  EXPECT_EQ(pdu.data_coding, 0);
  EXPECT_EQ(pdu.esm_class, 0x40);
  EXPECT_EQ(pdu.short_message, std::string("\x03\x25\x01\x01") + std::string(100, '\x1D'));
}

TEST_F(WrittenSubmit, HasSarTlvsWithoutAHeader) {
  carrier_.concatenation = smpp::concatenation::sar;
  carrier_.text.gsm7_packed = true;
  auto from = sample_submit();
  from.short_message = std::string(200, 'x');
  const auto pdu = write(from, 2);
  EXPECT_EQ(pdu.esm_class, 0);
  EXPECT_EQ(pdu.tlvs.find_u8(tag::sar_total_segments), 2);
  EXPECT_EQ(pdu.tlvs.find_u8(tag::sar_segment_seqnum), 2);
  EXPECT_EQ(smpp::gsm7_unpack_all(pdu.short_message.bytes()), smpp::byte_buffer(47, 'x'));
}

// What carriers deliver.

smpp::deliver_sm sample_delivery() {
  smpp::deliver_sm pdu;
  pdu.source_addr = "4791234567";
  pdu.destination_addr = "1963";
  pdu.short_message = "Hello";
  return pdu;
}

TEST(Delivery, IsReadFromDeliverSm) {
  auto pdu = sample_delivery();
  pdu.data_coding = 3;
  const auto read = read_delivery(pdu);
  EXPECT_EQ(read.source, "4791234567");
  EXPECT_EQ(read.destination, "1963");
  EXPECT_EQ(read.data_coding, 3);
  EXPECT_EQ(smpp::as_text(read.user_data), "Hello");
  pdu.short_message.clear();
  pdu.tlvs.add(tag::message_payload, smpp::as_bytes("longer"));
  EXPECT_EQ(smpp::as_text(read_delivery(pdu).user_data), "longer");
}

TEST(Delivery, IsReadFromDataSm) {
  smpp::data_sm pdu;
  pdu.source_addr = "4791234567";
  pdu.destination_addr = "1963";
  EXPECT_TRUE(read_delivery(pdu).user_data.empty());
  pdu.tlvs.add(tag::message_payload, smpp::as_bytes("Hello"));
  EXPECT_EQ(smpp::as_text(read_delivery(pdu).user_data), "Hello");
}

TEST(Delivery, MayBeKept) {
  std::unique_ptr<kept_delivery> kept;
  {
    auto pdu = sample_delivery();
    pdu.tlvs.add_u8(tag::message_state, 2);
    kept = std::make_unique<kept_delivery>(read_delivery(pdu));
  }
  const auto view = kept->view();
  EXPECT_EQ(view.source, "4791234567");
  EXPECT_EQ(smpp::as_text(view.user_data), "Hello");
  EXPECT_EQ(view.tlvs->find_u8(tag::message_state), 2);
}

// The text of a delivery in canonical form.

class CanonicalDelivery : public testing::Test {
 protected:
  [[nodiscard]] delivery read() { return to_canonical(read_delivery(pdu_), carrier_, storage_); }
  [[nodiscard]] std::string text() {
    const auto delivered = read();
    return smpp::decode_text(delivered.data_coding, delivered.user_data);
  }

  smpp::deliver_sm pdu_{sample_delivery()};
  smpp::text_conventions carrier_;
  smpp::byte_buffer storage_;
};

TEST_F(CanonicalDelivery, OfAUsualCarrierIsNotCopied) {
  EXPECT_EQ(read().user_data.data(), pdu_.short_message.bytes().data());
}

TEST_F(CanonicalDelivery, IsReadInTheCarriersDefaultAlphabet) {
  carrier_.default_alphabet = smpp::default_alphabet::latin1;
  pdu_.short_message = "@\xE9";
  EXPECT_EQ(text(), "@\u00E9");
  EXPECT_EQ(read().data_coding, 0);
  pdu_.short_message = "\xEA";
  EXPECT_EQ(text(), "\u00EA");
  EXPECT_EQ(read().data_coding, 8);
}

TEST_F(CanonicalDelivery, IsUnpackedBehindItsHeader) {
  carrier_.gsm7_packed = true;
  pdu_.esm_class = 0x40;
  const std::string header("\x05\x00\x03\x01\x02\x01", 6);
  pdu_.short_message = header + "\x82";
  EXPECT_EQ(smpp::as_text(read().user_data), header + "A");
}

TEST_F(CanonicalDelivery, InNationalTablesIsInUcs2) {
  pdu_.esm_class = 0x40;
  pdu_.data_coding = 0xF1;
  const std::string header("\x03\x24\x01\x01", 4);
  pdu_.short_message = header + "\x1Bs";
  EXPECT_EQ(smpp::as_text(read().user_data), header + "\x01\x5F");
  EXPECT_EQ(read().data_coding, 0x19) << "and of the same class";
  pdu_.short_message = header + "a";
  EXPECT_EQ(smpp::as_text(read().user_data), header + "a") << "unless it did not need them";
}

constexpr std::string_view receipt_text =
    "id:0A1B sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:007 "
    "text:Hello";

TEST(CarrierReceipt, IsReadFromItsText) {
  auto pdu = sample_delivery();
  pdu.esm_class = 0x04;
  pdu.short_message = receipt_text;
  const auto receipt = read_receipt(read_delivery(pdu));
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->id, "0A1B");
  EXPECT_EQ(receipt->other_id, "");
  EXPECT_EQ(receipt->state, message_state::delivered);
  EXPECT_EQ(receipt->error, "007");
  EXPECT_TRUE(receipt->sure);
}

TEST(CarrierReceipt, IsReadFromItsParameters) {
  auto pdu = sample_delivery();
  pdu.short_message.clear();
  pdu.tlvs.add_text(tag::receipted_message_id, "0A1B");
  pdu.tlvs.add_u8(tag::message_state, 5);
  const auto receipt = read_receipt(read_delivery(pdu));
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->id, "0A1B");
  EXPECT_EQ(receipt->state, message_state::undeliverable);
  EXPECT_TRUE(receipt->sure);
}

TEST(CarrierReceipt, NamesBothIdsWhereTheyDiffer) {
  auto pdu = sample_delivery();
  pdu.short_message = receipt_text;
  pdu.tlvs.add_text(tag::receipted_message_id, "2587");
  const auto receipt = read_receipt(read_delivery(pdu));
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->id, "2587");
  EXPECT_EQ(receipt->other_id, "0A1B");
}

TEST_F(CanonicalDelivery, OfAReceiptIsRead) {
  carrier_.gsm7_packed = true;
  pdu_.esm_class = 0x04;
  pdu_.short_message = smpp::byte_view(smpp::gsm7_pack(smpp::as_bytes(receipt_text)));
  EXPECT_EQ(read_receipt(read())->id, "0A1B");
  pdu_.short_message = receipt_text;
  EXPECT_EQ(read_receipt(read())->id, "0A1B") << "nor must all that a carrier sends be packed";
}

TEST(CarrierReceipt, ThatOnlyItsTextShowsIsUnsure) {
  auto pdu = sample_delivery();
  pdu.short_message = receipt_text;
  const auto receipt = read_receipt(read_delivery(pdu));
  ASSERT_TRUE(receipt);
  EXPECT_FALSE(receipt->sure);
}

TEST(CarrierReceipt, IsNotWhatNamesNoMessage) {
  auto pdu = sample_delivery();
  EXPECT_FALSE(read_receipt(read_delivery(pdu))) << "a message";
}

TEST(CarrierReceipt, IsWhatTheEsmClassSaysAlsoWithoutAnId) {
  auto pdu = sample_delivery();
  pdu.esm_class = 0x04;
  const auto receipt = read_receipt(read_delivery(pdu));
  ASSERT_TRUE(receipt);
  EXPECT_TRUE(receipt->id.empty());
  EXPECT_TRUE(receipt->sure);
}

TEST(CarrierReceipt, OfAWordThatNobodyKnowsIsNoEnd) {
  for (const auto* word : {"SENT", "QUEUED", "PENDING", ""}) {
    auto pdu = sample_delivery();
    pdu.esm_class = 0x04;
    pdu.short_message = "id:1 sub:001 dlvrd:000 stat:" + std::string(word) + " err:000";
    const auto receipt = read_receipt(read_delivery(pdu));
    ASSERT_TRUE(receipt) << word;
    EXPECT_FALSE(smpp::is_final(receipt->state)) << word;
  }
}

TEST(CarrierReceipt, OfStateZeroIsInTheStateThatItsTextSays) {
  auto pdu = sample_delivery();
  pdu.esm_class = 0x04;
  pdu.short_message = receipt_text;
  pdu.tlvs.add_u8(tag::message_state, 0);
  EXPECT_EQ(read_receipt(read_delivery(pdu)).value().state, message_state::delivered);
}

TEST(CarrierReceipt, MayHaveItsTextInMessagePayload) {
  auto pdu = sample_delivery();
  pdu.esm_class = 0x04;
  pdu.short_message.clear();
  pdu.tlvs.add(tag::message_payload, smpp::as_bytes(receipt_text));
  const auto receipt = read_receipt(read_delivery(pdu)).value();
  EXPECT_EQ(receipt.id, "0A1B");
  EXPECT_EQ(receipt.state, message_state::delivered);
}

TEST(ReceiptParts, AskOneOrAll) {
  for (std::uint8_t part = 1; part <= 3; ++part) {
    EXPECT_TRUE(asks_for_receipt(receipt_parts::every, part, 3));
    EXPECT_EQ(asks_for_receipt(receipt_parts::first, part, 3), part == 1);
    EXPECT_EQ(asks_for_receipt(receipt_parts::last, part, 3), part == 3);
  }
  EXPECT_TRUE(asks_for_receipt(receipt_parts::first, 1, 1));
  EXPECT_TRUE(asks_for_receipt(receipt_parts::last, 1, 1));
}

// What ESMEs get.

TEST(EsmeReceipt, GoesTheOtherWay) {
  receipt_content content;
  content.id = tests::id(1);
  content.state = message_state::delivered;
  content.types = {5, 0, 1, 1};
  content.source = "Shop";
  content.destination = "4791234567";
  content.beginning = "Hello";
  content.done_at = at(60);
  const auto pdu = write_receipt(content);
  EXPECT_EQ(pdu.esm_class, 0x04);
  EXPECT_EQ(pdu.source_addr, "4791234567");
  EXPECT_EQ(pdu.source_addr_ton, 1);
  EXPECT_EQ(pdu.destination_addr, "Shop");
  EXPECT_EQ(pdu.dest_addr_ton, 5);
  EXPECT_EQ(pdu.tlvs.find_text(tag::receipted_message_id), to_smpp_id(content.id));
  EXPECT_EQ(pdu.tlvs.find_u8(tag::message_state), 2);
  EXPECT_EQ(pdu.short_message.view(), "id:" + to_smpp_id(content.id) +
                                          " sub:001 dlvrd:001 submit date:2601010000 done "
                                          "date:2601010001 stat:DELIVRD err:000 text:Hello");
}

TEST(EsmeReceipt, RepeatsTheReferenceOfItsMessage) {
  smpp::submit_sm pdu;
  EXPECT_EQ(user_message_reference_of(pack_options(pdu)), std::nullopt);
  pdu.service_type = "CMT";
  EXPECT_EQ(user_message_reference_of(pack_options(pdu)), std::nullopt);
  pdu.tlvs.add_u16(tag::user_message_reference, 0xBEEF);
  EXPECT_EQ(user_message_reference_of(pack_options(pdu)), 0xBEEF);
  receipt_content content;
  EXPECT_FALSE(write_receipt(content).tlvs.find(tag::user_message_reference));
  content.user_message_reference = 0xBEEF;
  EXPECT_EQ(write_receipt(content).tlvs.find_u16(tag::user_message_reference), 0xBEEF);
}

TEST(EsmeReceipt, SaysWhyItFailed) {
  receipt_content content;
  content.state = message_state::undeliverable;
  content.error = "042";
  auto text = smpp::parse_receipt(write_receipt(content).short_message.view());
  ASSERT_TRUE(text);
  EXPECT_EQ(text->stat, "UNDELIV");
  EXPECT_EQ(text->dlvrd, "000");
  EXPECT_EQ(text->err, "042");
  content.error = "ESME_RINVDSTADR";
  EXPECT_EQ(smpp::parse_receipt(write_receipt(content).short_message.view())->err, "000");
}

TEST(EsmeReceipt, IsWrittenAsItsLoginWantsIt) {
  receipt_content content;
  content.id = tests::id(1);
  content.state = message_state::undeliverable;
  content.why = store::reason::undeliverable;
  store::login login;
  login.id_form = store::message_id_form::decimal;
  login.receipt_format = "{id} {stat} {err}";
  login.receipt_errors = "undeliverable=001";
  const auto pdu = write_receipt(content, login);
  const auto id = std::to_string(content.id);
  EXPECT_EQ(pdu.short_message.view(), id + " UNDELIV 001");
  EXPECT_EQ(pdu.tlvs.find_text(tag::receipted_message_id), id);
}

TEST(EsmeReceipt, ThatIsNotFinalSaysSo) {
  receipt_content content;
  content.state = message_state::enroute;
  EXPECT_EQ(write_receipt(content).esm_class, 0x20);
}

TEST(EsmeReceipt, LeavesTextOutThatItsCodingCannotShow) {
  receipt_content content;
  content.state = message_state::delivered;
  content.beginning = std::string_view("\0H\0i", 4);
  content.data_coding = 8;
  EXPECT_EQ(smpp::parse_receipt(write_receipt(content).short_message.view())->text.value_or(""),
            "");
}

TEST(EsmeInbound, IsAsItCame) {
  inbound_content content{.types = {1, 1, 0, 1},
                          .source = "4791234567",
                          .destination = "1963",
                          .data_coding = 8,
                          .user_data = std::string("\0H", 2)};
  auto pdu = write_inbound(content, true, 7).at(0);
  EXPECT_EQ(pdu.esm_class, 0);
  EXPECT_EQ(pdu.source_addr, "4791234567");
  EXPECT_EQ(pdu.source_addr_ton, 1);
  EXPECT_EQ(pdu.destination_addr, "1963");
  EXPECT_EQ(pdu.data_coding, 8);
  EXPECT_EQ(pdu.short_message, content.user_data);
  content.user_data = std::string(255, 'x');
  pdu = write_inbound(content, true, 7).at(0);
  EXPECT_TRUE(pdu.short_message.empty());
  EXPECT_EQ(smpp::as_text(pdu.tlvs.find(tag::message_payload).value()), content.user_data);
}

TEST(EsmeInbound, IsCutForAPeerWithoutTlvs) {
  const inbound_content content{.types = {},
                                .source = "4791234567",
                                .destination = "1963",
                                .data_coding = 0,
                                .user_data = std::string(306, 'x')};
  const auto parts = write_inbound(content, false, 7);
  ASSERT_EQ(parts.size(), 2U);
  for (const auto& part : parts) {
    EXPECT_EQ(part.esm_class, 0x40);
    EXPECT_EQ(part.short_message.size(), 159U);
    EXPECT_TRUE(part.tlvs.empty());
  }
  EXPECT_EQ(smpp::parse_udh(parts[1].short_message.bytes())->concatenation->sequence, 2);
}

TEST(EsmeInbound, IsWrittenAsTheEsmeReads) {
  smpp::text_conventions esme;
  esme.default_alphabet = smpp::default_alphabet::latin1;
  inbound_content content;
  content.user_data = std::string("\x00\x05", 2);
  EXPECT_EQ(write_inbound(content, true, 7, esme).at(0).short_message, "@\xE9");
  content.user_data = "\x1B\x65";
  const auto euro = write_inbound(content, true, 7, esme).at(0);
  EXPECT_EQ(euro.data_coding, 8);
  EXPECT_EQ(euro.short_message, "\x20\xAC");
  esme = {};
  esme.gsm7_packed = true;
  content.user_data = "hellohello";
  EXPECT_EQ(write_inbound(content, true, 7, esme).at(0).short_message,
            "\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37");
  content.user_data = std::string(306, 'x');
  const auto parts = write_inbound(content, false, 7, esme);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].esm_class, 0x40);
  EXPECT_EQ(parts[0].short_message.size(), 140U);
}

TEST(EsmeReceipt, IsWrittenAsTheEsmeReads) {
  receipt_content content;
  content.state = message_state::delivered;
  content.beginning = "[]";  // as septets: two letters with dots
  smpp::text_conventions esme;
  esme.default_alphabet = smpp::default_alphabet::latin1;
  EXPECT_TRUE(write_receipt(content, {}, esme).short_message.view().ends_with(" text:\xC4\xD1"));
  const auto usual = write_receipt(content).short_message;
  esme = {};
  esme.gsm7_packed = true;
  EXPECT_EQ(smpp::gsm7_unpack_all(write_receipt(content, {}, esme).short_message.bytes()),
            smpp::byte_buffer(usual.bytes().begin(), usual.bytes().end()));
}

// States.

TEST(State, OfAMessageHasANameInSmpp) {
  using store::progress;
  using store::reason;
  EXPECT_EQ(to_message_state(progress::queued, reason::none), message_state::enroute);
  EXPECT_EQ(to_message_state(progress::sent, reason::buffered), message_state::enroute);
  EXPECT_EQ(to_message_state(progress::delivered, reason::none), message_state::delivered);
  EXPECT_EQ(to_message_state(progress::cancelled, reason::none), message_state::deleted);
  EXPECT_EQ(to_message_state(progress::failed, reason::expired), message_state::expired);
  EXPECT_EQ(to_message_state(progress::failed, reason::rejected), message_state::rejected);
  EXPECT_EQ(to_message_state(progress::failed, reason::unknown_outcome), message_state::unknown);
  EXPECT_EQ(to_message_state(progress::failed, reason::no_route), message_state::undeliverable);
}

TEST(State, OfAReceiptIsWhereTheMessageIsThen) {
  for (const auto final :
       {message_state::delivered, message_state::expired, message_state::deleted,
        message_state::undeliverable, message_state::unknown, message_state::rejected}) {
    const auto result = from_message_state(final);
    EXPECT_TRUE(store::is_final(result.state));
    EXPECT_EQ(to_message_state(result.state, result.why), final);
  }
  for (const auto open : {message_state::enroute, message_state::accepted}) {
    EXPECT_EQ(from_message_state(open).state, store::progress::sent);
  }
}

}  // namespace
TEST(Replacement, IsReadAsTheApplicationWritesText) {
  outbound of;
  EXPECT_EQ(read_replacement_text("\x12@", of, {}), "\x12@");
  smpp::text_conventions latin1;
  latin1.default_alphabet = smpp::default_alphabet::latin1;
  EXPECT_EQ(read_replacement_text("@\xE9", of, latin1), std::string("\0\x05", 2));
  EXPECT_EQ(read_replacement_text("\xC1", of, latin1), std::nullopt) << "needs UCS-2";
  of.data_coding = smpp::data_coding_ucs2;
  EXPECT_EQ(read_replacement_text("ab", of, latin1), std::nullopt) << "may be either";
  smpp::text_conventions packed;
  packed.gsm7_packed = true;
  EXPECT_EQ(read_replacement_text("ab", of, packed), "ab");
  of.data_coding = smpp::data_coding_binary;
  EXPECT_EQ(read_replacement_text("\xFF\x01", of, latin1), "\xFF\x01");
}

}  // namespace smppd
