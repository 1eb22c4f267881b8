// What a response says of its request (SMPP 3.4, 5.1.3; those above 0xFF from 5.0).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace smpp {

/// ESME_RTHROTTLED is `throttled`, and so on. Peers send values that are not in this list: carriers
/// have their own between 0x400 and 0x4FF.
enum class command_status : std::uint32_t {
  ok = 0x0,
  invmsglen = 0x1,
  invcmdlen = 0x2,
  invcmdid = 0x3,
  invbndsts = 0x4,
  alybnd = 0x5,
  invprtflg = 0x6,
  invregdlvflg = 0x7,
  syserr = 0x8,
  invsrcadr = 0xA,
  invdstadr = 0xB,
  invmsgid = 0xC,
  bindfail = 0xD,
  invpaswd = 0xE,
  invsysid = 0xF,
  cancelfail = 0x11,
  replacefail = 0x13,
  msgqful = 0x14,
  invsertyp = 0x15,
  invnumdests = 0x33,
  invdlname = 0x34,
  invdestflag = 0x40,
  invsubrep = 0x42,
  invesmclass = 0x43,
  cntsubdl = 0x44,
  submitfail = 0x45,
  invsrcton = 0x48,
  invsrcnpi = 0x49,
  invdstton = 0x50,
  invdstnpi = 0x51,
  invsystyp = 0x53,
  invrepflag = 0x54,
  invnummsgs = 0x55,
  throttled = 0x58,
  invsched = 0x61,
  invexpiry = 0x62,
  invdftmsgid = 0x63,
  x_t_appn = 0x64,
  x_p_appn = 0x65,
  x_r_appn = 0x66,
  queryfail = 0x67,
  invoptparstream = 0xC0,
  optparnotallwd = 0xC1,
  invparlen = 0xC2,
  missingoptparam = 0xC3,
  invoptparamval = 0xC4,
  deliveryfailure = 0xFE,
  unknownerr = 0xFF,
  sertypunauth = 0x100,
  prohibited = 0x101,
  sertypunavail = 0x102,
  sertypdenied = 0x103,
  invdcs = 0x104,
  invsrcaddrsubunit = 0x105,
  invdstaddrsubunit = 0x106,
  invbcastfreqint = 0x107,
  invbcastalias_name = 0x108,
  invbcastareafmt = 0x109,
  invnumbcast_areas = 0x10A,
  invbcastcnttype = 0x10B,
  invbcastmsgclass = 0x10C,
  bcastfail = 0x10D,
  bcastqueryfail = 0x10E,
  bcastcancelfail = 0x10F,
  invbcast_rep = 0x110,
  invbcastsrvgrp = 0x111,
  invbcastchanind = 0x112,
};

/// "ESME_RTHROTTLED"; a status that is not in the specification is shown in hexadecimal.
[[nodiscard]] std::string name(command_status status);
/// What it means, in a few words; empty for one that is not in the specification.
[[nodiscard]] std::string_view meaning(command_status status) noexcept;

}  // namespace smpp
