#include "smpp/dump.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using smpp::command_status;
using smpp::dump;

template <class Pdu>
std::string dumped(const Pdu& pdu, command_status status = command_status::ok) {
  return dump({.id = Pdu::id, .status = status, .sequence = 7}, pdu);
}

TEST(Dump, LeavesOutWhatIsZeroOrEmpty) {
  smpp::submit_sm pdu;
  pdu.source_addr_ton = 1;
  pdu.source_addr = "4670";
  pdu.short_message = "hello";
  EXPECT_EQ(dumped(pdu),
            R"(submit_sm seq 7: source_addr_ton 1, source_addr "4670", short_message "hello")");
  EXPECT_EQ(dumped(smpp::enquire_link{}), "enquire_link seq 7");
}

TEST(Dump, ShowsTheStatusByName) {
  EXPECT_EQ(dumped(smpp::submit_sm_resp{}, command_status::throttled),
            "submit_sm_resp seq 7 ESME_RTHROTTLED");
}

TEST(Dump, HidesPasswords) {
  smpp::bind_transmitter bind;
  bind.system_id = "me";
  bind.password = "secret";
  bind.interface_version = 0;
  EXPECT_EQ(dumped(bind), R"(bind_transmitter seq 7: system_id "me", password ***)");
}

TEST(Dump, OctetsThatCannotBePrintedAreHexadecimal) {
  smpp::submit_sm pdu;
  pdu.short_message = std::string_view("\0h\0i", 4);
  EXPECT_EQ(dumped(pdu), "submit_sm seq 7: short_message 00680069");
  pdu.short_message = "a\nb";
  EXPECT_EQ(dumped(pdu), "submit_sm seq 7: short_message 610A62");
  pdu.short_message = "\"";
  EXPECT_EQ(dumped(pdu), "submit_sm seq 7: short_message 22");
}

TEST(Dump, NamesTheTlvsItKnows) {
  smpp::submit_sm_resp pdu;
  pdu.tlvs.add_u16(smpp::tag::user_message_reference, 0x1234);
  pdu.tlvs.add(static_cast<smpp::tag>(0x1401), smpp::as_bytes("x"));
  EXPECT_EQ(dumped(pdu), R"(submit_sm_resp seq 7: user_message_reference 0x0204 1234, 0x1401 "x")");
}

TEST(Dump, ShowsTheListsOfSubmitMulti) {
  smpp::submit_multi pdu;
  pdu.dest_address_list = {{smpp::dest_address::kind::number, 1, 2, "55"},
                           {smpp::dest_address::kind::distribution_list, 0, 0, "list"}};
  EXPECT_EQ(dumped(pdu), R"(submit_multi seq 7: dest_address 1/2 "55", dl_name 0/0 "list")");
  smpp::submit_multi_resp resp;
  resp.unsuccess_list = {{1, 2, "55", 0x0B}};
  EXPECT_EQ(dumped(resp), R"(submit_multi_resp seq 7: unsuccess_sme 1/2 "55" ESME_RINVDSTADR)");
}

TEST(Dump, EveryPduIsOnePrintableLine) {
  smpp::for_each_pdu([](auto one) {
    using pdu = typename decltype(one)::type;
    for (const auto how : {samples::fill::empty, samples::fill::typical, samples::fill::full}) {
      const auto text = dumped(samples::make<pdu>(how));
      EXPECT_TRUE(text.starts_with(std::string(pdu::name) + " seq 7")) << text.substr(0, 100);
      for (const char c : text)
        ASSERT_TRUE(c >= ' ' && c <= '~') << pdu::name;
    }
  });
}

}  // namespace
