// Optional parameters (SMPP 3.4, 5.3): tag, length, value, after the mandatory fields and in any
// order.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/octets.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace smpp {

/// Tags by name (SMPP 3.4, 5.3.1; from 0x0428 to 0x0613 those of 5.0). Any other number is as good
/// a tag.
enum class tag : std::uint16_t {
  dest_addr_subunit = 0x0005,
  dest_network_type = 0x0006,
  dest_bearer_type = 0x0007,
  dest_telematics_id = 0x0008,
  source_addr_subunit = 0x000D,
  source_network_type = 0x000E,
  source_bearer_type = 0x000F,
  source_telematics_id = 0x0010,
  qos_time_to_live = 0x0017,
  payload_type = 0x0019,
  additional_status_info_text = 0x001D,
  receipted_message_id = 0x001E,
  ms_msg_wait_facilities = 0x0030,
  privacy_indicator = 0x0201,
  source_subaddress = 0x0202,
  dest_subaddress = 0x0203,
  user_message_reference = 0x0204,
  user_response_code = 0x0205,
  source_port = 0x020A,
  destination_port = 0x020B,
  sar_msg_ref_num = 0x020C,
  language_indicator = 0x020D,
  sar_total_segments = 0x020E,
  sar_segment_seqnum = 0x020F,
  sc_interface_version = 0x0210,
  callback_num_pres_ind = 0x0302,
  callback_num_atag = 0x0303,
  number_of_messages = 0x0304,
  callback_num = 0x0381,
  dpf_result = 0x0420,
  set_dpf = 0x0421,
  ms_availability_status = 0x0422,
  network_error_code = 0x0423,
  message_payload = 0x0424,
  delivery_failure_reason = 0x0425,
  more_messages_to_send = 0x0426,
  message_state = 0x0427,
  congestion_state = 0x0428,
  ussd_service_op = 0x0501,
  broadcast_channel_indicator = 0x0600,
  broadcast_content_type = 0x0601,
  broadcast_content_type_info = 0x0602,
  broadcast_message_class = 0x0603,
  broadcast_rep_num = 0x0604,
  broadcast_frequency_interval = 0x0605,
  broadcast_area_identifier = 0x0606,
  broadcast_error_status = 0x0607,
  broadcast_area_success = 0x0608,
  broadcast_end_time = 0x0609,
  broadcast_service_group = 0x060A,
  billing_identification = 0x060B,
  source_network_id = 0x060D,
  dest_network_id = 0x060E,
  source_node_id = 0x060F,
  dest_node_id = 0x0610,
  dest_addr_np_resolution = 0x0611,
  dest_addr_np_information = 0x0612,
  dest_addr_np_country = 0x0613,
  display_time = 0x1201,
  sms_signal = 0x1203,
  ms_validity = 0x1204,
  alert_on_message_delivery = 0x130C,
  its_reply_type = 0x1380,
  its_session_info = 0x1383,
};

struct tag_facts {
  smpp::tag tag{};
  std::string_view name;
  std::uint16_t length_min{}, length_max{};  // of the value, in octets
};
/// Every tag the specification names, ascending.
[[nodiscard]] std::span<const tag_facts> known_tags() noexcept;
/// Null for a tag the specification does not name.
[[nodiscard]] const tag_facts* find_facts(tag of) noexcept;

/// A parameter as it stands in a list; the value is a view into the list.
struct tlv {
  smpp::tag tag{};
  byte_view value;
};

/// The optional parameters of a PDU, as they are on the wire: unknown ones and their order are
/// kept, octet for octet.
class tlv_list {
 public:
  /// Walks the parameters in wire order.
  class iterator {
   public:
    using value_type = tlv;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(byte_view rest) noexcept : rest_(rest) {}
    [[nodiscard]] tlv operator*() const noexcept;
    iterator& operator++() noexcept;
    void operator++(int) noexcept { ++*this; }
    friend bool operator==(const iterator& a, const iterator& b) noexcept {
      return a.rest_.size() == b.rest_.size();
    }

   private:
    byte_view rest_;
  };
  [[nodiscard]] iterator begin() const noexcept { return iterator(wire_.bytes()); }
  [[nodiscard]] static iterator end() noexcept { return {}; }

  /// Takes octets from the wire. False, and the list is as before, where they are not whole
  /// parameters.
  [[nodiscard]] bool assign_wire(byte_view octets);
  [[nodiscard]] byte_view wire() const noexcept { return wire_.bytes(); }
  [[nodiscard]] bool empty() const noexcept { return wire_.empty(); }
  /// Of the first parameter whose length the specification does not allow; null: there is none.
  [[nodiscard]] const tag_facts* find_bad_length() const noexcept;
  void clear() noexcept { wire_.clear(); }

  /// Of a parameter that stands there more than once the last one counts. Views live until the list
  /// changes.
  [[nodiscard]] std::optional<byte_view> find(tag wanted) const noexcept;
  /// Empty also where the value has another length.
  [[nodiscard]] std::optional<std::uint8_t> find_u8(tag wanted) const noexcept;
  [[nodiscard]] std::optional<std::uint16_t> find_u16(tag wanted) const noexcept;
  [[nodiscard]] std::optional<std::uint32_t> find_u32(tag wanted) const noexcept;
  /// A C-Octet String; the NUL at its end, which many peers leave out, is not part of the result.
  [[nodiscard]] std::optional<std::string_view> find_text(tag wanted) const noexcept;

  /// Appends a parameter; at most 65535 octets (more is cut).
  void add(tag which, byte_view value);
  void add_u8(tag which, std::uint8_t value);
  void add_u16(tag which, std::uint16_t value);
  void add_u32(tag which, std::uint32_t value);
  /// With the NUL that the specification asks for.
  void add_text(tag which, std::string_view value);
  /// Removes every parameter with this tag.
  void remove(tag which);

  friend bool operator==(const tlv_list&, const tlv_list&) = default;

 private:
  octets<96> wire_;
};

}  // namespace smpp
