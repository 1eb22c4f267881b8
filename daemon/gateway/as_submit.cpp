#include "daemon/gateway/as_submit.hpp"

#include "smpp/smpp_time.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace smppd {

using smpp::command_status;

namespace {

constexpr std::size_t address_max = 20;  // octets, in submit_sm
constexpr std::uint8_t mode_bits = 0x03, transaction_mode = 0x02;
constexpr std::chrono::days validity_max{31};  // as a relative time
constexpr std::array only_in_data_sm{smpp::tag::dest_network_type,  smpp::tag::dest_bearer_type,
                                     smpp::tag::dest_telematics_id, smpp::tag::source_network_type,
                                     smpp::tag::source_bearer_type, smpp::tag::source_telematics_id,
                                     smpp::tag::qos_time_to_live,   smpp::tag::set_dpf,
                                     smpp::tag::network_error_code, smpp::tag::receipted_message_id,
                                     smpp::tag::message_state};

// What submit_sm, submit_multi and data_sm have under one name.
template <class Pdu>
smpp::submit_sm shared_fields(const Pdu& from) {
  smpp::submit_sm made;
  made.service_type = from.service_type.view();
  made.source_addr_ton = from.source_addr_ton;
  made.source_addr_npi = from.source_addr_npi;
  made.source_addr = from.source_addr.view();
  made.esm_class = from.esm_class;
  made.registered_delivery = from.registered_delivery;
  made.data_coding = from.data_coding;
  return made;
}

}  // namespace

std::variant<smpp::submit_sm, command_status> as_submit(const smpp::data_sm& pdu) {
  if (pdu.source_addr.size() > address_max) return command_status::invsrcadr;
  if (pdu.destination_addr.size() > address_max) return command_status::invdstadr;
  if ((pdu.esm_class & mode_bits) == transaction_mode) return command_status::invesmclass;
  auto made = shared_fields(pdu);
  made.dest_addr_ton = pdu.dest_addr_ton;
  made.dest_addr_npi = pdu.dest_addr_npi;
  made.destination_addr = pdu.destination_addr.view();
  if (const auto seconds = pdu.tlvs.find_u32(smpp::tag::qos_time_to_live)) {
    const std::chrono::seconds wanted{*seconds};
    made.validity_period =
        smpp::format_relative_time(std::min<std::chrono::seconds>(wanted, validity_max)).value();
  }
  for (auto one = pdu.tlvs.begin(); one != smpp::tlv_list::end(); ++one) {
    if (std::ranges::find(only_in_data_sm, (*one).tag) == only_in_data_sm.end())
      made.tlvs.add((*one).tag, (*one).value);
  }
  return made;
}

smpp::submit_sm as_submit(const smpp::submit_multi& pdu) {
  auto made = shared_fields(pdu);
  made.protocol_id = pdu.protocol_id;
  made.priority_flag = pdu.priority_flag;
  made.schedule_delivery_time = pdu.schedule_delivery_time.view();
  made.validity_period = pdu.validity_period.view();
  made.replace_if_present_flag = pdu.replace_if_present_flag;
  made.sm_default_msg_id = pdu.sm_default_msg_id;
  made.short_message = pdu.short_message.view();
  made.tlvs = pdu.tlvs;
  return made;
}

}  // namespace smppd
