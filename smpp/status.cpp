#include "smpp/status.hpp"

#include "smpp/detail/hexadecimal.hpp"

#include <algorithm>
#include <array>

namespace smpp {

namespace {

struct row {
  command_status status;
  std::string_view name, meaning;
};

constexpr std::array rows{
    row{command_status::ok, "ESME_ROK", "ok"},
    row{command_status::invmsglen, "ESME_RINVMSGLEN", "message length is invalid"},
    row{command_status::invcmdlen, "ESME_RINVCMDLEN", "command length is invalid"},
    row{command_status::invcmdid, "ESME_RINVCMDID", "unknown or unsupported command"},
    row{command_status::invbndsts, "ESME_RINVBNDSTS", "wrong bind state for the command"},
    row{command_status::alybnd, "ESME_RALYBND", "already bound"},
    row{command_status::invprtflg, "ESME_RINVPRTFLG", "invalid priority_flag"},
    row{command_status::invregdlvflg, "ESME_RINVREGDLVFLG", "invalid registered_delivery"},
    row{command_status::syserr, "ESME_RSYSERR", "system error"},
    row{command_status::invsrcadr, "ESME_RINVSRCADR", "invalid source address"},
    row{command_status::invdstadr, "ESME_RINVDSTADR", "invalid destination address"},
    row{command_status::invmsgid, "ESME_RINVMSGID", "invalid message_id"},
    row{command_status::bindfail, "ESME_RBINDFAIL", "bind failed"},
    row{command_status::invpaswd, "ESME_RINVPASWD", "invalid password"},
    row{command_status::invsysid, "ESME_RINVSYSID", "invalid system_id"},
    row{command_status::cancelfail, "ESME_RCANCELFAIL", "cancel_sm failed"},
    row{command_status::replacefail, "ESME_RREPLACEFAIL", "replace_sm failed"},
    row{command_status::msgqful, "ESME_RMSGQFUL", "message queue is full"},
    row{command_status::invsertyp, "ESME_RINVSERTYP", "invalid service_type"},
    row{command_status::invnumdests, "ESME_RINVNUMDESTS", "invalid number of destinations"},
    row{command_status::invdlname, "ESME_RINVDLNAME", "invalid distribution list name"},
    row{command_status::invdestflag, "ESME_RINVDESTFLAG", "invalid dest_flag"},
    row{command_status::invsubrep, "ESME_RINVSUBREP", "submit with replace is not possible"},
    row{command_status::invesmclass, "ESME_RINVESMCLASS", "invalid esm_class"},
    row{command_status::cntsubdl, "ESME_RCNTSUBDL", "cannot submit to distribution list"},
    row{command_status::submitfail, "ESME_RSUBMITFAIL", "submit failed"},
    row{command_status::invsrcton, "ESME_RINVSRCTON", "invalid source_addr_ton"},
    row{command_status::invsrcnpi, "ESME_RINVSRCNPI", "invalid source_addr_npi"},
    row{command_status::invdstton, "ESME_RINVDSTTON", "invalid dest_addr_ton"},
    row{command_status::invdstnpi, "ESME_RINVDSTNPI", "invalid dest_addr_npi"},
    row{command_status::invsystyp, "ESME_RINVSYSTYP", "invalid system_type"},
    row{command_status::invrepflag, "ESME_RINVREPFLAG", "invalid replace_if_present_flag"},
    row{command_status::invnummsgs, "ESME_RINVNUMMSGS", "invalid number of messages"},
    row{command_status::throttled, "ESME_RTHROTTLED", "message rate exceeded"},
    row{command_status::invsched, "ESME_RINVSCHED", "invalid schedule_delivery_time"},
    row{command_status::invexpiry, "ESME_RINVEXPIRY", "invalid validity_period"},
    row{command_status::invdftmsgid, "ESME_RINVDFTMSGID", "invalid sm_default_msg_id"},
    row{command_status::x_t_appn, "ESME_RX_T_APPN", "receiver's temporary error"},
    row{command_status::x_p_appn, "ESME_RX_P_APPN", "receiver's permanent error"},
    row{command_status::x_r_appn, "ESME_RX_R_APPN", "receiver rejected the message"},
    row{command_status::queryfail, "ESME_RQUERYFAIL", "query_sm failed"},
    row{command_status::invoptparstream, "ESME_RINVOPTPARSTREAM", "error in the TLV section"},
    row{command_status::optparnotallwd, "ESME_ROPTPARNOTALLWD", "TLV not allowed"},
    row{command_status::invparlen, "ESME_RINVPARLEN", "invalid parameter length"},
    row{command_status::missingoptparam, "ESME_RMISSINGOPTPARAM", "expected TLV is missing"},
    row{command_status::invoptparamval, "ESME_RINVOPTPARAMVAL", "invalid TLV value"},
    row{command_status::deliveryfailure, "ESME_RDELIVERYFAILURE", "delivery failure"},
    row{command_status::unknownerr, "ESME_RUNKNOWNERR", "unknown error"},
    row{command_status::sertypunauth, "ESME_RSERTYPUNAUTH",
        "not authorised for the service_type (5.0)"},
    row{command_status::prohibited, "ESME_RPROHIBITED", "prohibited (5.0)"},
    row{command_status::sertypunavail, "ESME_RSERTYPUNAVAIL", "service_type is unavailable (5.0)"},
    row{command_status::sertypdenied, "ESME_RSERTYPDENIED", "service_type is denied (5.0)"},
    row{command_status::invdcs, "ESME_RINVDCS", "invalid data_coding (5.0)"},
    row{command_status::invsrcaddrsubunit, "ESME_RINVSRCADDRSUBUNIT",
        "invalid source address subunit (5.0)"},
    row{command_status::invdstaddrsubunit, "ESME_RINVDSTADDRSUBUNIT",
        "invalid destination address subunit (5.0)"},
    row{command_status::invbcastfreqint, "ESME_RINVBCASTFREQINT",
        "invalid broadcast_frequency_interval (5.0)"},
    row{command_status::invbcastalias_name, "ESME_RINVBCASTALIAS_NAME",
        "invalid broadcast alias name (5.0)"},
    row{command_status::invbcastareafmt, "ESME_RINVBCASTAREAFMT",
        "invalid broadcast area format (5.0)"},
    row{command_status::invnumbcast_areas, "ESME_RINVNUMBCAST_AREAS",
        "invalid number of broadcast areas (5.0)"},
    row{command_status::invbcastcnttype, "ESME_RINVBCASTCNTTYPE",
        "invalid broadcast_content_type (5.0)"},
    row{command_status::invbcastmsgclass, "ESME_RINVBCASTMSGCLASS",
        "invalid broadcast_message_class (5.0)"},
    row{command_status::bcastfail, "ESME_RBCASTFAIL", "broadcast_sm failed (5.0)"},
    row{command_status::bcastqueryfail, "ESME_RBCASTQUERYFAIL", "query_broadcast_sm failed (5.0)"},
    row{command_status::bcastcancelfail, "ESME_RBCASTCANCELFAIL",
        "cancel_broadcast_sm failed (5.0)"},
    row{command_status::invbcast_rep, "ESME_RINVBCAST_REP",
        "invalid number of repeated broadcasts (5.0)"},
    row{command_status::invbcastsrvgrp, "ESME_RINVBCASTSRVGRP",
        "invalid broadcast service group (5.0)"},
    row{command_status::invbcastchanind, "ESME_RINVBCASTCHANIND",
        "invalid broadcast channel indicator (5.0)"},
};

const row* find(command_status status) noexcept {
  const auto found = std::ranges::lower_bound(rows, status, {}, &row::status);
  return found != rows.end() && found->status == status ? found : nullptr;
}

}  // namespace

std::string name(command_status status) {
  if (const row* known = find(status)) return std::string(known->name);
  return detail::hexadecimal(static_cast<std::uint32_t>(status));
}

std::string_view meaning(command_status status) noexcept {
  const row* known = find(status);
  return known != nullptr ? known->meaning : std::string_view{};
}

}  // namespace smpp
