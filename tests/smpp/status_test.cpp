#include "smpp/status.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <utility>

namespace {

using smpp::command_status;

// SMPP 3.4, 5.1.3, and 5.0 from 0x100; written a second time.
constexpr std::array<std::pair<std::uint32_t, const char*>, 67> statuses{{
    {0x00, "ROK"},
    {0x01, "RINVMSGLEN"},
    {0x02, "RINVCMDLEN"},
    {0x03, "RINVCMDID"},
    {0x04, "RINVBNDSTS"},
    {0x05, "RALYBND"},
    {0x06, "RINVPRTFLG"},
    {0x07, "RINVREGDLVFLG"},
    {0x08, "RSYSERR"},
    {0x0A, "RINVSRCADR"},
    {0x0B, "RINVDSTADR"},
    {0x0C, "RINVMSGID"},
    {0x0D, "RBINDFAIL"},
    {0x0E, "RINVPASWD"},
    {0x0F, "RINVSYSID"},
    {0x11, "RCANCELFAIL"},
    {0x13, "RREPLACEFAIL"},
    {0x14, "RMSGQFUL"},
    {0x15, "RINVSERTYP"},
    {0x33, "RINVNUMDESTS"},
    {0x34, "RINVDLNAME"},
    {0x40, "RINVDESTFLAG"},
    {0x42, "RINVSUBREP"},
    {0x43, "RINVESMCLASS"},
    {0x44, "RCNTSUBDL"},
    {0x45, "RSUBMITFAIL"},
    {0x48, "RINVSRCTON"},
    {0x49, "RINVSRCNPI"},
    {0x50, "RINVDSTTON"},
    {0x51, "RINVDSTNPI"},
    {0x53, "RINVSYSTYP"},
    {0x54, "RINVREPFLAG"},
    {0x55, "RINVNUMMSGS"},
    {0x58, "RTHROTTLED"},
    {0x61, "RINVSCHED"},
    {0x62, "RINVEXPIRY"},
    {0x63, "RINVDFTMSGID"},
    {0x64, "RX_T_APPN"},
    {0x65, "RX_P_APPN"},
    {0x66, "RX_R_APPN"},
    {0x67, "RQUERYFAIL"},
    {0xC0, "RINVOPTPARSTREAM"},
    {0xC1, "ROPTPARNOTALLWD"},
    {0xC2, "RINVPARLEN"},
    {0xC3, "RMISSINGOPTPARAM"},
    {0xC4, "RINVOPTPARAMVAL"},
    {0xFE, "RDELIVERYFAILURE"},
    {0xFF, "RUNKNOWNERR"},
    {0x100, "RSERTYPUNAUTH"},
    {0x101, "RPROHIBITED"},
    {0x102, "RSERTYPUNAVAIL"},
    {0x103, "RSERTYPDENIED"},
    {0x104, "RINVDCS"},
    {0x105, "RINVSRCADDRSUBUNIT"},
    {0x106, "RINVDSTADDRSUBUNIT"},
    {0x107, "RINVBCASTFREQINT"},
    {0x108, "RINVBCASTALIAS_NAME"},
    {0x109, "RINVBCASTAREAFMT"},
    {0x10A, "RINVNUMBCAST_AREAS"},
    {0x10B, "RINVBCASTCNTTYPE"},
    {0x10C, "RINVBCASTMSGCLASS"},
    {0x10D, "RBCASTFAIL"},
    {0x10E, "RBCASTQUERYFAIL"},
    {0x10F, "RBCASTCANCELFAIL"},
    {0x110, "RINVBCAST_REP"},
    {0x111, "RINVBCASTSRVGRP"},
    {0x112, "RINVBCASTCHANIND"},
}};

TEST(Status, HasTheNumbersAndNamesOfTheSpecification) {
  std::set<std::string_view> meanings;
  for (const auto& [number, known] : statuses) {
    const auto status = static_cast<command_status>(number);
    EXPECT_EQ(name(status), std::string("ESME_") + known);
    EXPECT_FALSE(meaning(status).empty()) << known;
    EXPECT_TRUE(meanings.insert(meaning(status)).second) << meaning(status);
  }
}

TEST(Status, OthersAreShownInHexadecimalAndMeanNothing) {
  std::set<std::uint32_t> known;
  for (const auto& [number, text] : statuses)
    known.insert(number);
  for (std::uint32_t number = 0; number < 0x500; ++number) {
    const auto status = static_cast<command_status>(number);
    const bool shown_as_number = name(status).starts_with("0x00000");
    EXPECT_EQ(shown_as_number, !known.contains(number)) << number;
    EXPECT_EQ(meaning(status).empty(), !known.contains(number)) << number;
  }
  EXPECT_EQ(name(static_cast<command_status>(0x401)), "0x00000401");
  EXPECT_EQ(name(static_cast<command_status>(0xFFFFFFFF)), "0xFFFFFFFF");
}

}  // namespace
