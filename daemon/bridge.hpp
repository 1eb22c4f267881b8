// Between SMPP's words and the store's: the only place that knows both.
#pragma once

#include "daemon/config/config.hpp"
#include "daemon/gateway/notices.hpp"
#include "daemon/gateway/outbound.hpp"
#include "daemon/gateway/waiting.hpp"
#include "daemon/user_data.hpp"
#include "smpp/message_state.hpp"
#include "smpp/pdu.hpp"
#include "store/records.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace smppd {

/// Fields of a submit_sm that are rarely set, as `store::message::options` keeps them:
///   | length of service_type (1) | service_type | protocol_id (1) | TLVs as on the wire |
/// Empty when none is set. Stored: do not change.
[[nodiscard]] std::string pack_options(const smpp::submit_sm& pdu);

/// The service_type in them.
[[nodiscard]] std::string_view service_type_of(std::string_view options);
/// What the receipts of the message repeat (SMPP 3.4, 5.3.2.17).
[[nodiscard]] std::optional<std::uint16_t> user_message_reference_of(std::string_view options);

/// What an ESME submitted, checked, its text in canonical form. Moves; a copy would not do.
struct esme_submission {
  esme_submission() = default;
  esme_submission(esme_submission&&) = default;
  esme_submission& operator=(esme_submission&&) = default;
  esme_submission(const esme_submission&) = delete;
  esme_submission& operator=(const esme_submission&) = delete;
  ~esme_submission() = default;

  store::message message;  // its views are into the PDU and `body`; without options
  smpp::byte_buffer body;  // where the ESME means something else by its octets
  std::string options;
  store::wall_time schedule;  // zero: at once
};
/// The status to answer where a field is not acceptable (SMPP 3.4, 5.1.3).
[[nodiscard]] std::variant<esme_submission, smpp::command_status> read_submission(
    const smpp::submit_sm& pdu, store::wall_time now, std::chrono::seconds validity_default,
    const smpp::text_conventions& esme);

/// What a replace_sm asks for; the status to answer where a field is not acceptable.
[[nodiscard]] std::variant<replacement, smpp::command_status> read_replacement(
    const smpp::replace_sm& pdu, store::wall_time now);

/// The text of a replace_sm in canonical form. Nothing where the data_coding of the message, which
/// stays as it is, cannot say it; UCS-2 cannot where the default alphabet of the ESME is not GSM
/// 7-bit: nobody knows then in which of the two the ESME wrote.
[[nodiscard]] std::optional<std::string> read_replacement_text(std::string_view octets,
                                                               const outbound& of,
                                                               const smpp::text_conventions& esme);

/// False for UCS-2 that ends within a character.
[[nodiscard]] bool is_whole(std::string_view text, std::uint8_t data_coding,
                            std::uint8_t esm_class);

/// Whether that part of several asks for a receipt.
[[nodiscard]] constexpr bool asks_for_receipt(receipt_parts which, std::uint8_t part,
                                              std::uint8_t parts) noexcept {
  return which == receipt_parts::every || part == (which == receipt_parts::first ? 1 : parts);
}

/// Fills `pdu` for one part of `message`, once that was cut for the carrier. Every field is set.
void write_submit(const outbound& message, std::uint8_t part, const carrier_config& carrier,
                  store::wall_time now, smpp::submit_sm& pdu);

/// The reference that the parts of a message have in common.
[[nodiscard]] constexpr std::uint16_t reference_of(store::id64 message) noexcept {
  return static_cast<std::uint16_t>(message >> 6U);
}

/// What `cut` needs to know of a message.
[[nodiscard]] user_data user_data_of(const store::message& message);
[[nodiscard]] user_data user_data_of(const outbound& message);
/// Of what the message would be with another text.
[[nodiscard]] user_data user_data_of(const outbound& message, std::string_view text);

/// The queue's copy of what the store has.
[[nodiscard]] outbound_ptr make_outbound(const store::message& from,
                                         std::shared_ptr<const shared_text> text);

/// What a carrier delivered, from deliver_sm or data_sm alike. Views into the PDU.
struct delivery {
  store::address_types types;
  std::string_view source, destination;
  std::uint8_t esm_class{}, data_coding{};
  smpp::byte_view user_data;
  const smpp::tlv_list* tlvs{};
};
[[nodiscard]] delivery read_delivery(const smpp::deliver_sm& pdu);
[[nodiscard]] delivery read_delivery(const smpp::data_sm& pdu);

/// `from` with its text in canonical form, which is put into `storage` where it is not `from`'s. A
/// header stays in front of it. A receipt that can be read as it came stays as it came.
[[nodiscard]] delivery to_canonical(const delivery& from, const smpp::text_conventions& carrier,
                                    smpp::byte_buffer& storage);

/// A delivery that outlives its PDU.
class kept_delivery {
 public:
  explicit kept_delivery(const delivery& from)
      : kept_(from),
        source_(from.source),
        destination_(from.destination),
        user_data_(from.user_data.begin(), from.user_data.end()),
        tlvs_(*from.tlvs) {}
  [[nodiscard]] delivery view() const {
    delivery made = kept_;
    made.source = source_;
    made.destination = destination_;
    made.user_data = user_data_;
    made.tlvs = &tlvs_;
    return made;
  }

 private:
  delivery kept_;
  std::string source_, destination_;
  smpp::byte_buffer user_data_;
  smpp::tlv_list tlvs_;
};

/// A receipt in a delivery: by its TLVs, by its text, by its esm_class (SMPP 3.4, appendix B
/// and 5.2.12).
struct carrier_receipt {
  std::string id;
  std::string other_id;  // the text's, where it differs from the TLV's
  smpp::message_state state{smpp::message_state::enroute};
  std::string error;
  std::string source;  // whom the message was for, if the carrier says it as we did
  bool sure{false};    // esm_class or TLVs say so: else it is one only if it matches a message
};
[[nodiscard]] std::optional<carrier_receipt> read_receipt(const delivery& from);

/// As the login `to` wants it, in the default alphabet of `esme`.
[[nodiscard]] smpp::deliver_sm write_receipt(const receipt_content& content,
                                             const store::login& to = {},
                                             const smpp::text_conventions& esme = {});
/// A long message goes in message_payload, or to a peer without TLVs in parts with `reference`.
[[nodiscard]] std::vector<smpp::deliver_sm> write_inbound(const inbound_content& content,
                                                          bool peer_takes_tlvs,
                                                          std::uint16_t reference,
                                                          const smpp::text_conventions& esme = {});

/// SMPP's name for where a message is (SMPP 3.4, 5.2.28).
[[nodiscard]] smpp::message_state to_message_state(store::progress state, store::reason why);
/// What a carrier's state makes of a message.
struct settlement {
  store::progress state{};
  store::reason why{};
};
[[nodiscard]] settlement from_message_state(smpp::message_state state);

}  // namespace smppd
