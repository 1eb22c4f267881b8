// What a session answers to what is wrong, octet for octet (SMPP 3.4, 3.2, 4.3, 5.1.3 and 5.3.2),
// and whether it lives. Where it is in other tests:
//
//   header wrong: generic_nack; body wrong: the request's own response .. Wrong
//   unknown command ..................................................... Wrong, UnknownCommand...
//   command_length below 16, or above the limit ......................... Lost
//   no NUL, truncated, sm_length past the end, octets that are no TLV ... Wrong
//   a string longer than its field: the status of the field ............. Wrong, TooLong...
//   a request in a state that does not allow it ......................... BindState,
//   bind_state_test a second bind ....................................................... Wrong,
//   SecondBind... the version of a bind ............................................... Version,
//   session_rules_test bad TLVs: stream, length; unknown ones .............................. Wrong,
//   Tlv... sm_length 255 ....................................................... Wrong, SmLength255
//   a response is never answered ........................................ Silent
//   responses without their body, or with one that they should not have . Silent; SessionCore
//   enquire_link with a body, a request with a status ................... Tolerated
//
// These are the daemon's:
//
//   wrong credentials: ESME_RINVPASWD, ESME_RINVSYSID ... Path.OfAnEsmeBeginsWithItsPassword
//   reserved values; empty destination; both texts .......
//   Submission.IsRefusedForAFieldThatCannotBe queue full, rate
//   ..................................... Path.OfAnEsmesMessageIsRefusedWhereTooMuch
//                                                          Waits,
//                                                          Path.OfTooManyUnansweredIsThrottled
//   what a deliver_sm_resp means .......................... Inbound.*TheEsme*
#include "smpp/session_core.hpp"
#include "tests/smpp/session_script.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace smpp {
namespace {

using samples::from_hex;
using samples::to_hex;
using smpp_test::as;
using smpp_test::bind_esme;
using smpp_test::bind_smsc;
using smpp_test::scripted_session;

enum class at : std::uint8_t { open_smsc, smsc, esme };

struct row {
  const char* name;
  at where;
  std::string_view command;
  std::string body;         // hexadecimal; command_length, and sequence_number 9, are added
  std::string_view answer;  // without command_length; empty: none
};

void PrintTo(const row& one, std::ostream* to) { *to << one.name; }

std::string eight_digits(std::size_t number) {
  byte_buffer octets(4);
  boost::endian::store_big_u32(octets.data(), static_cast<std::uint32_t>(number));
  return to_hex(octets);
}

std::string pdu(std::string_view command, std::string_view body, std::string_view status) {
  const auto octets = header_octets + from_hex(body).size();
  return eight_digits(octets) + std::string(command) + std::string(status) + "00000009" +
         to_hex(from_hex(body));
}

std::string output_of(scripted_session& session) {
  byte_buffer octets;
  session.core.take_output(octets);
  return to_hex(octets);
}

/// Bound as a transceiver, or open.
scripted_session in(at where) {
  scripted_session session(as(where == at::esme ? role::esme : role::smsc));
  if (where == at::esme) bind_esme(session);
  if (where == at::smsc) bind_smsc(session);
  return session;
}

/// It still takes part.
void expect_alive(scripted_session& session) {
  EXPECT_FALSE(session.core.finished());
  session.receive(enquire_link{}, 10);
  EXPECT_EQ(output_of(session), "0000001080000015000000000000000A");
}

class SessionErrors : public testing::TestWithParam<row> {
 protected:
  scripted_session session{in(GetParam().where)};
  void receive() {
    session.receive_octets(from_hex(pdu(GetParam().command, GetParam().body, "00000000")));
  }
  [[nodiscard]] static std::string expected() {
    const auto octets = from_hex(GetParam().answer);
    return octets.empty() ? "" : eight_digits(4 + octets.size()) + to_hex(octets);
  }
};

std::string name_of(const testing::TestParamInfo<row>& one) { return one.param.name; }

// A submit_sm whose fields are all empty, up to sm_length, and one whose short_message is "hi".
const std::string empty_submit = "00 0000 00 0000 00 000000 00 00 00 00 00 00 ";
const std::string hi = empty_submit + "02 6869 ";

/// A C-Octet String of so many characters.
std::string text_of(std::size_t characters) {
  std::string octets;
  for (std::size_t i = 0; i < characters; ++i)
    octets += "31";
  return octets + "00 ";
}

// Costs one error response; the session lives, and says that something was odd.
class Wrong : public SessionErrors {};
TEST_P(Wrong, IsAnsweredAndTheSessionLives) {
  receive();
  EXPECT_EQ(output_of(session), expected());
  std::ignore = session.take_one<irregularity>();
  expect_alive(session);
}

INSTANTIATE_TEST_SUITE_P(
    What, Wrong,
    testing::Values(
        // The header.
        row{"UnknownCommand", at::smsc, "0000000A", "0102", "80000000 00000003 00000009"},
        row{"UnknownCommandOfAnSmscVendor", at::smsc, "00010200", "", "80000000 00000003 00000009"},
        row{"UnknownCommandToAnEsme", at::esme, "0000000A", "0102", "80000000 00000003 00000009"},
        row{"UnknownCommandBeforeABind", at::open_smsc, "0000000A", "",
            "80000000 00000003 00000009"},
        row{"BroadcastToAnOlderVersion", at::smsc, "00000111", "", "80000000 00000003 00000009"},
        // A body that ends too early, or too late.
        row{"NoBody", at::smsc, "00000004", "", "80000004 00000002 00000009"},
        row{"NoNul", at::smsc, "00000004", "6162", "80000004 00000002 00000009"},
        row{"TruncatedField", at::smsc, "00000004", "00 0000 00 00", "80000004 00000002 00000009"},
        row{"SmLengthPastTheEnd", at::smsc, "00000004", empty_submit + "05 61626364",
            "80000004 00000001 00000009"},
        row{"SmLength255", at::smsc, "00000004", empty_submit + "FF 6162",
            "80000004 00000001 00000009"},
        row{"OctetsThatAreNoTlv", at::smsc, "00000004", hi + "040101",
            "80000004 000000C0 00000009"},
        row{"TlvStreamPastTheEnd", at::smsc, "00000004", hi + "0424 0003 6162",
            "80000004 000000C0 00000009"},
        row{"TlvThatIsTooLong", at::smsc, "00000004", hi + "0204 0003 000001",
            "80000004 000000C2 00000009"},
        row{"TlvThatIsTooShort", at::smsc, "00000004", hi + "020C 0001 07",
            "80000004 000000C2 00000009"},
        row{"BodyOfDeliverSm", at::esme, "00000005", empty_submit + "05 61626364",
            "80000005 00000001 00000009 00"},
        row{"BodyOfDataSm", at::smsc, "00000103", "00 0000", "80000103 00000002 00000009 00"},
        row{"BodyOfQuerySm", at::smsc, "00000003", "6162", "80000003 00000002 00000009 00 00 0000"},
        row{"BodyOfCancelSm", at::smsc, "00000008", "6162", "80000008 00000002 00000009"},
        row{"BodyOfReplaceSm", at::smsc, "00000007", "6162", "80000007 00000002 00000009"},
        row{"BodyOfSubmitMulti", at::smsc, "00000021", "6162", "80000021 00000002 00000009 00 00"},
        row{"BodyOfABind", at::open_smsc, "00000009", "6162", "80000009 00000002 00000009"},
        row{"BodyOfAnAlertNotification", at::esme, "00000102", "00", ""},
        // A string longer than its field.
        row{"TooLongServiceType", at::smsc, "00000004", text_of(6), "80000004 00000015 00000009"},
        row{"TooLongSourceAddr", at::smsc, "00000004", "00 0000" + text_of(21),
            "80000004 0000000A 00000009"},
        row{"TooLongDestinationAddr", at::smsc, "00000004", "00 0000 00 0000" + text_of(21),
            "80000004 0000000B 00000009"},
        row{"TooLongSchedule", at::smsc, "00000004", "00 0000 00 0000 00 000000" + text_of(20),
            "80000004 00000061 00000009"},
        row{"TooShortSchedule", at::smsc, "00000004", "00 0000 00 0000 00 000000 3100",
            "80000004 00000061 00000009"},
        row{"TooLongValidity", at::smsc, "00000004", "00 0000 00 0000 00 000000 00" + text_of(20),
            "80000004 00000062 00000009"},
        row{"TooLongMessageId", at::smsc, "00000003", text_of(65),
            "80000003 0000000C 00000009 00 00 0000"},
        row{"TooLongListName", at::smsc, "00000021", "00 0000 00 01 02" + text_of(21),
            "80000021 00000034 00000009 00 00"},
        row{"TooLongSystemId", at::open_smsc, "00000002", text_of(16),
            "80000002 0000000F 00000009"},
        row{"TooLongPassword", at::open_smsc, "00000009", "6100" + text_of(9),
            "80000009 0000000E 00000009"},
        row{"TooLongSystemType", at::open_smsc, "00000009", "6100 00" + text_of(13),
            "80000009 00000053 00000009"},
        row{"TooLongAddressRange", at::open_smsc, "00000001", "6100 00 00 34 00 00" + text_of(41),
            "80000001 00000002 00000009"},
        // The state.
        row{"SubmitBeforeABind", at::open_smsc, "00000004", hi, "80000004 00000004 00000009"},
        row{"DeliverFromAnEsme", at::smsc, "00000005", hi, "80000005 00000004 00000009 00"},
        row{"SubmitToAnEsme", at::esme, "00000004", hi, "80000004 00000004 00000009"},
        row{"SecondBind", at::smsc, "00000009", "6100 00 00 34 00 00 00",
            "80000009 00000005 00000009"},
        row{"SecondBindOfAnotherKind", at::smsc, "00000001", "6100 00 00 34 00 00 00",
            "80000001 00000005 00000009"},
        row{"UnbindBeforeABind", at::open_smsc, "00000006", "", "80000006 00000004 00000009"},
        row{"OutbindFromAnEsme", at::open_smsc, "0000000B", "00 00", ""}),
    name_of);

// Is reported, and never answered.
INSTANTIATE_TEST_SUITE_P(
    Silent, Wrong,
    testing::Values(row{"NackOfNothing", at::smsc, "80000000", "", ""},
                    row{"NackWithABody", at::esme, "80000000", "0102", ""},
                    row{"ResponseToNothing", at::esme, "80000004", "696400", ""},
                    row{"ResponseToNothingBeforeABind", at::open_smsc, "80000009", "00", ""},
                    row{"UnknownResponse", at::smsc, "800000FF", "01", ""},
                    row{"ResponseThatDoesNotExist", at::smsc, "80000102", "", ""},
                    row{"EnquireLinkRespToNothing", at::esme, "80000015", "", ""}),
    name_of);

// Is as good as right.
class Tolerated : public SessionErrors {};
TEST_P(Tolerated, AndAnswered) {
  receive();
  EXPECT_EQ(output_of(session), expected());
  expect_alive(session);
}
INSTANTIATE_TEST_SUITE_P(What, Tolerated,
                         testing::Values(row{"EnquireLinkWithABody", at::smsc, "00000015", "0102",
                                             "80000015 00000000 00000009"},
                                         row{"EnquireLinkBeforeABind", at::open_smsc, "00000015",
                                             "", "80000015 00000000 00000009"},
                                         row{"EnquireLinkToAnEsme", at::esme, "00000015", "",
                                             "80000015 00000000 00000009"}),
                         name_of);

TEST(SessionTolerates, AnUnknownTlvAndANulBehindTheText) {
  auto smsc = in(at::smsc);
  smsc.receive_octets(from_hex(pdu("00000004", hi + "96EC 0002 6162", "00000000")));
  smsc.receive_octets(from_hex(pdu("00000004", hi + "00", "00000000")));
  EXPECT_EQ(smsc.take<request_received>().size(), 2U);
}

TEST(SessionTolerates, AStatusInARequest) {
  auto smsc = in(at::smsc);
  smsc.receive_octets(from_hex(pdu("00000004", hi, "000000FF")));
  EXPECT_EQ(std::get<submit_sm>(smsc.take_one<request_received>().pdu).short_message, "hi");
}

TEST(SessionTolerates, AnUnbindWithABody) {
  auto smsc = in(at::smsc);
  smsc.receive_octets(from_hex(pdu("00000006", "0102", "00000000")));
  EXPECT_EQ(output_of(smsc), "00000010800000060000000000000009");
  EXPECT_TRUE(smsc.core.finished());
}

TEST(SessionTolerates, TlvsOfAnyLengthFromAnSmsc) {
  auto esme = in(at::esme);
  esme.receive_octets(from_hex(pdu("00000005", hi + "0427 0002 0002", "00000000")));
  std::ignore = esme.take_one<request_received>();
}

TEST(SessionTolerates, AResponseWithoutItsBody) {
  auto smsc = in(at::smsc);
  const auto sequence = smsc.core.send(deliver_sm{}, smsc.now).value();
  EXPECT_EQ(sequence, 1U);
  smsc.receive_octets(from_hex("00000010 80000005 00000000 00000001"));
  EXPECT_EQ(smsc.take_one<response_received>().status, command_status::ok);

  auto esme = in(at::esme);
  EXPECT_EQ(esme.core.send(submit_sm{}, esme.now).value(), 2U);
  esme.receive_octets(from_hex("00000010 80000004 00000045 00000002"));
  EXPECT_EQ(esme.take_one<response_received>().status, command_status::submitfail);
}

// A command_length that cannot be: where the next PDU begins is not known any more.

struct lost_row {
  const char* name;
  std::string_view octets, answer;
};

class Lost : public testing::TestWithParam<lost_row> {};

TEST_P(Lost, EndsTheSessionAfterANack) {
  for (const auto where : {at::open_smsc, at::smsc, at::esme}) {
    auto session = in(where);
    session.receive_octets(from_hex(GetParam().octets));
    EXPECT_EQ(output_of(session), to_hex(from_hex(GetParam().answer)));
    EXPECT_EQ(session.take_one<closed>().reason, close_reason::framing_lost);
    session.receive(enquire_link{}, 10);
    EXPECT_EQ(output_of(session), "") << "nothing is read any more";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Framing, Lost,
    testing::Values(lost_row{"LengthOfZero", "00000000 00000004 00000000 00000009",
                             "00000010 80000000 00000002 00000009"},
                    lost_row{"LengthBelowAHeader", "0000000F 00000004 00000000 00000009",
                             "00000010 80000000 00000002 00000009"},
                    lost_row{"LengthBelowAHeaderAlone", "0000000F",
                             "00000010 80000000 00000002 00000000"},
                    lost_row{"LengthAboveTheLimit", "00020001 00000004 00000000 00000009",
                             "00000010 80000000 00000002 00000009"},
                    lost_row{"LengthAboveTheLimitWithABody",
                             "7FFFFFFF 00000004 00000000 00000009 0102030405060708",
                             "00000010 80000000 00000002 00000009"},
                    lost_row{"LengthOfAResponse", "00000003 80000004 00000000 00000009",
                             "00000010 80000000 00000002 00000009"}),
    [](const auto& one) { return std::string(one.param.name); });

// Until the whole header is there nobody knows to whom to answer; nothing is kept for the body.
TEST(LostFraming, IsJudgedWhenTheHeaderIsThere) {
  auto smsc = in(at::smsc);
  smsc.receive_octets(from_hex("00020001 00000004 00000000 000000"));
  EXPECT_EQ(output_of(smsc), "");
  smsc.receive_octets(from_hex("09"));
  EXPECT_EQ(output_of(smsc), "00000010800000000000000200000009");
}

}  // namespace
}  // namespace smpp
