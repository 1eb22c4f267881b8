#include "smpp/dump.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

namespace smpp {
namespace {

template <class Pdu>
std::string dumped(const Pdu& pdu, command_status status = command_status::ok) {
  return dump({.id = Pdu::id, .status = status, .sequence = 7}, pdu);
}

TEST(Dump, ShowsWhatIsSet) {
  submit_sm pdu;
  pdu.source_addr_ton = 5;
  pdu.source_addr = "Bank";
  pdu.short_message = "hello";
  pdu.tlvs.add_u16(tag::user_message_reference, 0x0102);
  pdu.tlvs.add(tag{0x2153}, as_bytes("x"));
  EXPECT_EQ(dumped(pdu),
            "submit_sm seq 7: source_addr_ton 5, source_addr \"Bank\", short_message \"hello\", "
            "user_message_reference 0x0204 0102, 0x2153 \"x\"");
}

TEST(Dump, ShowsAStatusThatIsNotOk) {
  EXPECT_EQ(dumped(submit_sm_resp{}, command_status::throttled),
            "submit_sm_resp seq 7 ESME_RTHROTTLED");
}

TEST(Dump, HidesPasswords) {
  bind_transceiver pdu;
  pdu.system_id = "me";
  pdu.password = "secret";
  EXPECT_EQ(dumped(pdu),
            "bind_transceiver seq 7: system_id \"me\", password ***, interface_version 52");
}

TEST(Dump, ShowsLists) {
  submit_multi to_two;
  to_two.dest_address_list = {{dest_address::kind::number, 1, 2, "456"},
                              {dest_address::kind::distribution_list, 0, 0, "friends"}};
  EXPECT_EQ(dumped(to_two),
            "submit_multi seq 7: dest_address 1/2 \"456\", dl_name 0/0 \"friends\"");
  submit_multi_resp one_failed;
  one_failed.unsuccess_list = {{1, 2, "456", 0xB}};
  EXPECT_EQ(dumped(one_failed),
            "submit_multi_resp seq 7: unsuccess_sme 1/2 \"456\" ESME_RINVDSTADR");
}

TEST(Dump, OctetsThatAreNotTextBecomeHexadecimal) {
  submit_sm pdu;
  pdu.short_message = std::string_view("a\"\n", 3);
  EXPECT_EQ(dumped(pdu), "submit_sm seq 7: short_message 61220A");
}

TEST(Dump, EveryPduIsOnePrintableLine) {
  for_each_pdu([](auto of) {
    using type = typename decltype(of)::type;
    for (const char c : dumped(samples::make<type>(samples::fill::typical)))
      ASSERT_TRUE(c >= ' ' && c <= '~') << type::name;
  });
}

}  // namespace
}  // namespace smpp
