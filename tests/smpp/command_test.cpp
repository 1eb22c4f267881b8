#include "smpp/command.hpp"

#include "smpp/pdu.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace {

using smpp::command_id;

// SMPP 3.4, 5.1.2.1, and 5.0, 4.7.5, written a second time.
constexpr std::array<std::pair<std::uint32_t, const char*>, 33> commands{{
    {0x80000000, "generic_nack"},
    {0x00000001, "bind_receiver"},
    {0x80000001, "bind_receiver_resp"},
    {0x00000002, "bind_transmitter"},
    {0x80000002, "bind_transmitter_resp"},
    {0x00000003, "query_sm"},
    {0x80000003, "query_sm_resp"},
    {0x00000004, "submit_sm"},
    {0x80000004, "submit_sm_resp"},
    {0x00000005, "deliver_sm"},
    {0x80000005, "deliver_sm_resp"},
    {0x00000006, "unbind"},
    {0x80000006, "unbind_resp"},
    {0x00000007, "replace_sm"},
    {0x80000007, "replace_sm_resp"},
    {0x00000008, "cancel_sm"},
    {0x80000008, "cancel_sm_resp"},
    {0x00000009, "bind_transceiver"},
    {0x80000009, "bind_transceiver_resp"},
    {0x0000000B, "outbind"},
    {0x00000015, "enquire_link"},
    {0x80000015, "enquire_link_resp"},
    {0x00000021, "submit_multi"},
    {0x80000021, "submit_multi_resp"},
    {0x00000102, "alert_notification"},
    {0x00000103, "data_sm"},
    {0x80000103, "data_sm_resp"},
    {0x00000111, "broadcast_sm"},
    {0x80000111, "broadcast_sm_resp"},
    {0x00000112, "query_broadcast_sm"},
    {0x80000112, "query_broadcast_sm_resp"},
    {0x00000113, "cancel_broadcast_sm"},
    {0x80000113, "cancel_broadcast_sm_resp"},
}};

TEST(Command, HasTheNumbersAndNamesOfTheSpecification) {
  for (const auto& [number, known] : commands)
    EXPECT_EQ(name(static_cast<command_id>(number)), known);
}

TEST(Command, EveryCommandIsAPdu) {
  std::size_t pdus = 0;
  smpp::for_each_pdu([&](auto) { ++pdus; });
  EXPECT_EQ(pdus, commands.size());
}

TEST(Command, UnknownOnesAreShownInHexadecimal) {
  EXPECT_EQ(name(static_cast<command_id>(0x0000000A)), "0x0000000A");
  EXPECT_EQ(name(static_cast<command_id>(0xFFFFFFFF)), "0xFFFFFFFF");
}

TEST(Command, ResponsesHaveTheHighestBit) {
  for (const auto& [number, known] : commands) {
    const auto id = static_cast<command_id>(number);
    const bool response = std::string_view(known).ends_with("_resp") || number == 0x80000000;
    EXPECT_EQ(is_response(id), response) << known;
    if (!response && !is_one_way(id)) {
      EXPECT_EQ(name(response_of(id)), std::string(known) + "_resp");
    }
  }
}

TEST(Command, TwoAreNeverAnswered) {
  for (const auto& [number, known] : commands) {
    const auto id = static_cast<command_id>(number);
    EXPECT_EQ(is_one_way(id), id == command_id::outbind || id == command_id::alert_notification)
        << known;
  }
}

}  // namespace
