// Text on its way through smppd, where the two ends write it differently.
#include "smpp/gsm7.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"
#include "tests/daemon/path_fixture.hpp"

namespace tests {
namespace {

using smpp::default_alphabet;
using smpp::gsm7_language;
using testing::ElementsAre;

class Text : public Path {
 protected:
  static std::string repeat(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t n = 0; n < times; ++n)
      all += text;
    return all;
  }
  static smpp::deliver_sm inbound(const smpp::byte_buffer& octets, std::uint8_t esm_class = 0) {
    smpp::deliver_sm pdu;
    pdu.source_addr = "4791234567";
    pdu.destination_addr = "1963";
    pdu.esm_class = esm_class;
    pdu.short_message = smpp::byte_view(octets);
    return pdu;
  }
  static smpp::byte_buffer octets_of(std::string_view text) {
    const auto octets = smpp::as_bytes(text);
    return {octets.begin(), octets.end()};
  }
  /// What the store has of the first inbound message that a webhook was told of.
  store::inbound stored() {
    found_ = reader_->find_inbound(run_->webhooks.taken.at(0).subject).value();
    return found_.items.at(0);
  }
  [[nodiscard]] smppd::submission_accepted check(const std::string& text) const {
    return std::get<smppd::submission_accepted>(run_->gateway.check(request(text, "+4791234567")));
  }

 private:
  store::rows<store::inbound> found_;
};

// To a carrier.

TEST_F(Text, IsSentInTheCarriersDefaultAlphabet) {
  settings_.carriers[0].text.default_alphabet = default_alphabet::latin1;
  start();
  submit("@\u00E9");
  submit("\u20AC");
  wait_for_submits(2);
  EXPECT_EQ(telco().submits[0].pdu.data_coding, 0);
  EXPECT_EQ(telco().submits[1].pdu.data_coding, 8) << "Latin-1 has no euro sign";
  EXPECT_THAT(telco().texts(), ElementsAre("@\xE9", "\x20\xAC"));
}

TEST_F(Text, IsPackedForACarrierThatPacks) {
  settings_.carriers[0].text.gsm7_packed = true;
  start();
  submit("hellohello");
  wait_for_submits(1);
  EXPECT_THAT(telco().texts(), ElementsAre("\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37"));
}

TEST_F(Text, IsSentInNationalTablesWhereTheySaveAPart) {
  settings_.carriers[0].text.national_languages = {gsm7_language::turkish};
  start();
  const auto text = repeat("a", 100) + "\u015F";
  EXPECT_EQ(check(text).parts, 1U);
  EXPECT_EQ(check(repeat(text, 2)).parts, 2U);
  const auto id = submit(repeat(text, 2));
  wait_for_submits(2);
  std::string together;
  for (const auto& one : telco().submits) {
    EXPECT_EQ(one.pdu.esm_class, 0x40);
    EXPECT_EQ(one.pdu.data_coding, 0);
    const auto header = smpp::parse_udh(one.pdu.short_message.bytes()).value();
    EXPECT_EQ(header.single_shift, 1);
    together += smpp::decode_text(
        smpp::read_text(0, one.pdu.short_message.bytes().subspan(header.octets), header, {}));
  }
  EXPECT_EQ(together, repeat(text, 2));
  for (const auto* carrier_id : {"id-1", "id-2"})
    telco().deliver(scripted_carrier::receipt(carrier_id));
  wait_for(id, progress::delivered);
}

TEST_F(Text, IsCutAnewForTheNextCarrierThatWritesOtherwise) {
  settings_.carriers[0].text.national_languages = {gsm7_language::turkish};
  start();
  telco().on_submit = [&](const auto& one) { telco().refuse(one, command_status::syserr); };
  const auto id = submit(repeat("a", 100) + "\u015F", "+4991234567");
  wait_for(id, progress::sent);
  EXPECT_EQ(telco().submits.size(), 1U);
  ASSERT_EQ(backup().submits.size(), 2U);
  EXPECT_EQ(backup().submits[0].pdu.data_coding, 8);
  const auto found = reader_->find_message(id).value();
  EXPECT_EQ(found.items.front().message.parts, 2);
}

// What carriers had taken of the parts as they were cut before does not count any more, neither for
// what is sent nor for what has come about: the class starts its daemon anew with another alphabet,
// and so with other parts.
class CutAnew : public Text {
 protected:
  void write_turkish(bool in_gsm7) {
    settings_.carriers[0].text.national_languages.clear();
    if (in_gsm7) settings_.carriers[0].text.national_languages = {gsm7_language::turkish};
  }
  // One part is taken, as "old"; a receipt says that it was delivered, or none comes.
  void send_one_part(bool delivered) {
    start();
    telco().on_submit = [&](const auto& one) {
      if (telco().submits.size() == 1) telco().accept(one, "old");
    };
    id_ = submit(repeat("a", 300) + "\u015F");
    wait_for_submits(2);
    if (delivered) telco().deliver(scripted_carrier::receipt("old"));
    const auto wanted = delivered ? progress::delivered : progress::sent;
    wait([&] { return parts().size() == 1 && parts()[0].state == wanted; });
    crash();
  }
  // The carrier has all of them, and has taken none.
  void cut_anew(std::size_t wanted) {
    start_without_carriers([](smppd_run& run) { run.telco.on_submit = [](const auto&) {}; });
    wait_for_submits(wanted);
    run_->loop.run_for(50ms);
    EXPECT_EQ(telco().submits.size(), wanted);
    EXPECT_EQ(reader_->find_message(id_).value().items.front().message.parts, wanted);
  }
  void receive(std::size_t n) {
    telco().deliver(scripted_carrier::receipt("new-" + std::to_string(n)));
  }
  void accept_all() {
    for (std::size_t n = 1; n <= telco().submits.size(); ++n)
      telco().accept(telco().submits[n - 1], "new-" + std::to_string(n));
    wait_for(id_, progress::sent);
  }
  [[nodiscard]] std::vector<store::sent_part> parts() const {
    return reader_->sent_parts(std::vector{id_}).value().items;
  }
  store::id64 id_{};
};

TEST_F(CutAnew, IsSentAsAWholeWhateverStopsItMeanwhile) {
  write_turkish(true);
  send_one_part(true);
  write_turkish(false);
  cut_anew(5);
  crash();
  cut_anew(5);
  accept_all();
  EXPECT_TRUE(state_of(id_).possible_duplicate);
}

TEST_F(CutAnew, IntoFewerIsSentAsAWhole) {
  write_turkish(false);
  send_one_part(true);
  write_turkish(true);
  cut_anew(3);
  crash();
  cut_anew(3);
  accept_all();
}

TEST_F(CutAnew, IsDeliveredWhenItsNewPartsAre) {
  write_turkish(true);
  send_one_part(true);
  write_turkish(false);
  cut_anew(5);
  accept_all();
  telco().deliver(scripted_carrier::receipt("old"));
  for (std::size_t n = 2; n <= 5; ++n)
    receive(n);
  wait([&] { return telco().answers.size() == 5; });
  EXPECT_EQ(state_of(id_).state, progress::sent);
  crash();
  start();
  receive(1);
  wait_for(id_, progress::delivered);
}

TEST_F(CutAnew, IsNotConcernedByAReceiptOfAnOldPart) {
  write_turkish(true);
  send_one_part(false);
  write_turkish(false);
  cut_anew(5);
  accept_all();
  telco().deliver(scripted_carrier::receipt("old"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_THAT(parts(), testing::Each(testing::Field(&store::sent_part::state, progress::sent)));
  for (std::size_t n = 1; n <= 5; ++n) {
    EXPECT_EQ(state_of(id_).state, progress::sent);
    receive(n);
    wait([&] { return telco().answers.size() == n + 1; });
  }
  wait_for(id_, progress::delivered);
}

// Memory has forgotten the old part, and the store must, too.
TEST_F(CutAnew, ForgetsTheOldPartsThatTheStoreWaitsFor) {
  settings_.limits.receipts_memory_max = 1;
  settings_.routes.push_back({"47", {"telco"}});
  write_turkish(true);
  start();
  telco().on_submit = [&](const auto& one) {
    if (telco().submits.size() == 1) telco().accept(one, "old");
    if (telco().submits.back().pdu.destination_addr == "4711111111") telco().accept(one, "other");
  };
  id_ = submit(repeat("a", 300) + "\u015F");
  wait_for_submits(3);
  submit("makes the other one leave memory", "+4711111111");
  const auto waits = [&] {
    const std::vector<std::string> key{"old"};
    return reader_->find_awaited(run_->gateway.carriers()[0]->id(), key).value().items.size();
  };
  wait([&] { return waits() == 1; });
  crash();
  write_turkish(false);
  cut_anew(5);
  wait([&] { return waits() == 0; });
}

// As many parts as before, but they begin elsewhere.
class PartsOfAnother : public CutAnew {
 protected:
  // The first carrier took one part of two, and the next one gets the rest.
  std::size_t submits_to_the_next(smpp::concatenation how) {
    settings_.carriers[0].concatenation = how;
    start();
    telco().on_submit = [&](const auto& one) {
      if (telco().submits.size() == 1) telco().accept(one, "old");
    };
    id_ = submit(repeat("a", 170), "+4991234567");
    wait([&] { return parts().size() == 1; });
    crash();
    settings_.routes = {{"49", {"backup"}}};
    start();
    wait_for(id_, progress::sent);
    EXPECT_TRUE(state_of(id_).possible_duplicate);
    return backup().submits.size();
  }
};

TEST_F(PartsOfAnother, AreNotCountedWhereItCutsOtherwise) {
  EXPECT_EQ(submits_to_the_next(smpp::concatenation::udh16), 2U);
}

TEST_F(PartsOfAnother, AreCountedWhereItCutsAlike) {
  EXPECT_EQ(submits_to_the_next(smpp::concatenation::udh8), 1U);
}

// Of an application.

TEST_F(Text, OfAnApplicationIsReadAndWrittenInItsAlphabet) {
  settings_.smpp.text.default_alphabet = default_alphabet::latin1;
  settings_.carriers[0].text.gsm7_packed = true;
  start();
  const auto esme = bind();
  submit(*esme, esme_message("@\xE9\xE9"));
  wait_for_submits(1);
  EXPECT_EQ(telco().submits[0].pdu.short_message.bytes().size(), 3U);
  EXPECT_EQ(smpp::gsm7_unpack_all(telco().submits[0].pdu.short_message.bytes()),
            (smpp::byte_buffer{0x00, 0x05, 0x05}));
  telco().deliver(inbound(smpp::gsm7_pack(smpp::byte_buffer{0x00, 0x05})));
  wait([&] { return esme->received.size() == 1; });
  EXPECT_EQ(esme->received[0].short_message, "@\xE9");
}

// From a carrier.

TEST_F(Text, OfACarrierIsReadInItsAlphabet) {
  settings_.carriers[0].text.default_alphabet = default_alphabet::latin1;
  start();
  telco().deliver(inbound(octets_of("win \xEA")));
  wait([&] { return run_->webhooks.taken.size() == 1; });
  EXPECT_EQ(stored().text, "win \u00EA");
  EXPECT_EQ(stored().data_coding, 8);
}

TEST_F(Text, OfACarrierThatPacksIsFoundByItsKeyword) {
  settings_.carriers[0].text.gsm7_packed = true;
  start();
  telco().deliver(inbound(smpp::gsm7_pack(smpp::as_bytes("win a car"))));
  wait([&] { return run_->webhooks.taken.size() == 1; });
  EXPECT_EQ(stored().text, "win a car");
  EXPECT_EQ(stored().user_data, "win a car");
}

TEST_F(Text, InNationalTablesIsPutTogetherWithPartsThatAreNot) {
  start();
  const auto part = [](std::uint8_t sequence, std::optional<std::uint8_t> language,
                       std::string_view septets) {
    smpp::user_data_header header;
    header.concatenation = {9, 2, sequence, smpp::reference_width::octet};
    header.single_shift = language;
    auto octets = smpp::format_udh(header);
    octets.insert(octets.end(), septets.begin(), septets.end());
    return inbound(octets, 0x40);
  };
  telco().deliver(part(1, std::nullopt, std::string_view("win \x00 ", 6)));
  telco().deliver(part(2, 1, "\x1Bs"));
  wait([&] { return run_->webhooks.taken.size() == 1; });
  EXPECT_EQ(stored().text, "win @ \u015F");
  EXPECT_EQ(stored().data_coding, 8);
}

TEST_F(Text, OfAReceiptMayBePacked) {
  settings_.carriers[0].text.gsm7_packed = true;
  start();
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  auto receipt = scripted_carrier::receipt("id-1");
  receipt.short_message = smpp::byte_view(smpp::gsm7_pack(receipt.short_message.bytes()));
  telco().deliver(receipt);
  wait_for(id, progress::delivered);
}

// Of the HTTP API.

TEST_F(Text, IsSimplifiedWhereThatIsAllowed) {
  settings_.text.smart_replacement = true;
  start();
  const auto accepted = check("\u201CHello\u2026\u201D");
  EXPECT_EQ(accepted.data_coding, 0);
  EXPECT_EQ(accepted.characters, 10U) << "as it is sent";
  submit("\u201CHello\u2026\u201D");
  wait_for_submits(1);
  EXPECT_THAT(telco().texts(), ElementsAre("\"Hello...\""));
}

TEST_F(Text, OfAnApplicationIsNotSimplified) {
  settings_.text.smart_replacement = true;
  start();
  const auto esme = bind();
  auto pdu = esme_message(std::string_view("\x20\x1C", 2));
  pdu.data_coding = 8;
  submit(*esme, pdu);
  wait_for_submits(1);
  EXPECT_EQ(telco().submits[0].pdu.short_message, pdu.short_message);
}

}  // namespace
}  // namespace tests
