#include "smpp/tlv.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <array>

namespace smpp {

namespace {

//  | tag (2) | length of the value (2) | value |
constexpr std::size_t head = 4;
constexpr std::size_t value_max = 0xFFFF;

std::uint16_t u16_at(byte_view octets, std::size_t place) noexcept {
  return boost::endian::load_big_u16(octets.data() + place);
}

constexpr std::array facts{
    tag_facts{tag::dest_addr_subunit, "dest_addr_subunit", 1, 1},
    tag_facts{tag::dest_network_type, "dest_network_type", 1, 1},
    tag_facts{tag::dest_bearer_type, "dest_bearer_type", 1, 1},
    tag_facts{tag::dest_telematics_id, "dest_telematics_id", 2, 2},
    tag_facts{tag::source_addr_subunit, "source_addr_subunit", 1, 1},
    tag_facts{tag::source_network_type, "source_network_type", 1, 1},
    tag_facts{tag::source_bearer_type, "source_bearer_type", 1, 1},
    tag_facts{tag::source_telematics_id, "source_telematics_id", 1, 2},
    tag_facts{tag::qos_time_to_live, "qos_time_to_live", 4, 4},
    tag_facts{tag::payload_type, "payload_type", 1, 1},
    tag_facts{tag::additional_status_info_text, "additional_status_info_text", 1, 256},
    tag_facts{tag::receipted_message_id, "receipted_message_id", 1, 65},
    tag_facts{tag::ms_msg_wait_facilities, "ms_msg_wait_facilities", 1, 1},
    tag_facts{tag::privacy_indicator, "privacy_indicator", 1, 1},
    tag_facts{tag::source_subaddress, "source_subaddress", 2, 23},
    tag_facts{tag::dest_subaddress, "dest_subaddress", 2, 23},
    tag_facts{tag::user_message_reference, "user_message_reference", 2, 2},
    tag_facts{tag::user_response_code, "user_response_code", 1, 1},
    tag_facts{tag::source_port, "source_port", 2, 2},
    tag_facts{tag::destination_port, "destination_port", 2, 2},
    tag_facts{tag::sar_msg_ref_num, "sar_msg_ref_num", 2, 2},
    tag_facts{tag::language_indicator, "language_indicator", 1, 1},
    tag_facts{tag::sar_total_segments, "sar_total_segments", 1, 1},
    tag_facts{tag::sar_segment_seqnum, "sar_segment_seqnum", 1, 1},
    tag_facts{tag::sc_interface_version, "sc_interface_version", 1, 1},
    tag_facts{tag::callback_num_pres_ind, "callback_num_pres_ind", 1, 1},
    tag_facts{tag::callback_num_atag, "callback_num_atag", 0, 65},
    tag_facts{tag::number_of_messages, "number_of_messages", 1, 1},
    tag_facts{tag::callback_num, "callback_num", 4, 19},
    tag_facts{tag::dpf_result, "dpf_result", 1, 1},
    tag_facts{tag::set_dpf, "set_dpf", 1, 1},
    tag_facts{tag::ms_availability_status, "ms_availability_status", 1, 1},
    tag_facts{tag::network_error_code, "network_error_code", 3, 3},
    tag_facts{tag::message_payload, "message_payload", 0, 65535},
    tag_facts{tag::delivery_failure_reason, "delivery_failure_reason", 1, 1},
    tag_facts{tag::more_messages_to_send, "more_messages_to_send", 1, 1},
    tag_facts{tag::message_state, "message_state", 1, 1},
    tag_facts{tag::congestion_state, "congestion_state", 1, 1},
    tag_facts{tag::ussd_service_op, "ussd_service_op", 1, 1},
    tag_facts{tag::broadcast_channel_indicator, "broadcast_channel_indicator", 1, 1},
    tag_facts{tag::broadcast_content_type, "broadcast_content_type", 3, 3},
    tag_facts{tag::broadcast_content_type_info, "broadcast_content_type_info", 0, 255},
    tag_facts{tag::broadcast_message_class, "broadcast_message_class", 1, 1},
    tag_facts{tag::broadcast_rep_num, "broadcast_rep_num", 2, 2},
    tag_facts{tag::broadcast_frequency_interval, "broadcast_frequency_interval", 3, 3},
    tag_facts{tag::broadcast_area_identifier, "broadcast_area_identifier", 0, 65535},
    tag_facts{tag::broadcast_error_status, "broadcast_error_status", 4, 4},
    tag_facts{tag::broadcast_area_success, "broadcast_area_success", 1, 1},
    tag_facts{tag::broadcast_end_time, "broadcast_end_time", 16, 17},
    tag_facts{tag::broadcast_service_group, "broadcast_service_group", 1, 255},
    tag_facts{tag::billing_identification, "billing_identification", 1, 1024},
    tag_facts{tag::source_network_id, "source_network_id", 7, 66},
    tag_facts{tag::dest_network_id, "dest_network_id", 7, 66},
    tag_facts{tag::source_node_id, "source_node_id", 6, 6},
    tag_facts{tag::dest_node_id, "dest_node_id", 6, 6},
    tag_facts{tag::dest_addr_np_resolution, "dest_addr_np_resolution", 1, 1},
    tag_facts{tag::dest_addr_np_information, "dest_addr_np_information", 0, 10},
    tag_facts{tag::dest_addr_np_country, "dest_addr_np_country", 1, 5},
    tag_facts{tag::display_time, "display_time", 1, 1},
    tag_facts{tag::sms_signal, "sms_signal", 2, 2},
    tag_facts{tag::ms_validity, "ms_validity", 1, 4},
    tag_facts{tag::alert_on_message_delivery, "alert_on_message_delivery", 0, 1},
    tag_facts{tag::its_reply_type, "its_reply_type", 1, 1},
    tag_facts{tag::its_session_info, "its_session_info", 2, 2},
};

}  // namespace

std::span<const tag_facts> known_tags() noexcept { return facts; }

const tag_facts* find_facts(tag of) noexcept {
  const auto found = std::ranges::lower_bound(facts, of, {}, &tag_facts::tag);
  return found != facts.end() && found->tag == of ? found : nullptr;
}

tlv tlv_list::iterator::operator*() const noexcept {
  return {static_cast<tag>(u16_at(rest_, 0)), rest_.subspan(head, u16_at(rest_, 2))};
}

tlv_list::iterator& tlv_list::iterator::operator++() noexcept {
  rest_ = rest_.subspan(head + u16_at(rest_, 2));
  return *this;
}

bool tlv_list::assign_wire(byte_view octets) {
  for (auto rest = octets; !rest.empty();) {
    if (rest.size() < head) return false;
    const std::size_t whole = head + u16_at(rest, 2);
    if (rest.size() < whole) return false;
    rest = rest.subspan(whole);
  }
  wire_.assign(as_text(octets));
  return true;
}

const tag_facts* tlv_list::find_bad_length() const noexcept {
  for (auto one = begin(); one != end(); ++one) {
    const auto* const facts = find_facts((*one).tag);
    const auto length = (*one).value.size();
    if (facts != nullptr && (length < facts->length_min || length > facts->length_max))
      return facts;
  }
  return nullptr;
}

std::optional<byte_view> tlv_list::find(tag wanted) const noexcept {
  std::optional<byte_view> found;
  for (auto one = begin(); one != end(); ++one) {
    if ((*one).tag == wanted) found = (*one).value;
  }
  return found;
}

std::optional<std::uint8_t> tlv_list::find_u8(tag wanted) const noexcept {
  const auto value = find(wanted);
  if (!value || value->size() != 1) return std::nullopt;
  return value->front();
}

std::optional<std::uint16_t> tlv_list::find_u16(tag wanted) const noexcept {
  const auto value = find(wanted);
  if (!value || value->size() != 2) return std::nullopt;
  return u16_at(*value, 0);
}

std::optional<std::uint32_t> tlv_list::find_u32(tag wanted) const noexcept {
  const auto value = find(wanted);
  if (!value || value->size() != 4) return std::nullopt;
  return boost::endian::load_big_u32(value->data());
}

std::optional<std::string_view> tlv_list::find_text(tag wanted) const noexcept {
  const auto value = find(wanted);
  if (!value) return std::nullopt;
  const auto text = as_text(*value);
  return text.substr(0, text.find('\0'));
}

void tlv_list::add(tag which, byte_view value) {
  value = value.first(std::min(value.size(), value_max));
  std::array<std::uint8_t, head> start{};
  boost::endian::store_big_u16(start.data(), static_cast<std::uint16_t>(which));
  boost::endian::store_big_u16(start.data() + 2, static_cast<std::uint16_t>(value.size()));
  wire_.append(as_text(start));
  wire_.append(as_text(value));
}

void tlv_list::add_u8(tag which, std::uint8_t value) { add(which, {&value, 1}); }

void tlv_list::add_u16(tag which, std::uint16_t value) {
  std::array<std::uint8_t, 2> octets{};
  boost::endian::store_big_u16(octets.data(), value);
  add(which, octets);
}

void tlv_list::add_u32(tag which, std::uint32_t value) {
  std::array<std::uint8_t, 4> octets{};
  boost::endian::store_big_u32(octets.data(), value);
  add(which, octets);
}

void tlv_list::add_text(tag which, std::string_view value) {
  byte_buffer octets(value.begin(), value.end());
  octets.push_back(0);
  add(which, octets);
}

void tlv_list::remove(tag which) {
  const tlv_list before = *this;
  clear();
  for (auto one = before.begin(); one != end(); ++one) {
    if ((*one).tag != which) add((*one).tag, (*one).value);
  }
}

}  // namespace smpp
