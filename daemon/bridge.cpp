#include "daemon/bridge.hpp"

#include "daemon/esme/receipt_style.hpp"
#include "daemon/gateway/ids.hpp"
#include "daemon/gateway/number.hpp"
#include "smpp/fit_text.hpp"
#include "smpp/receipt.hpp"
#include "smpp/smpp_time.hpp"
#include "smpp/text.hpp"

#include <algorithm>

namespace smppd {

using smpp::command_status;

namespace {

constexpr std::uint8_t mode_bits = 0x03;  // store and forward is all there is
constexpr std::uint8_t type_bits = 0x3C, receipt_type = 0x04, intermediate_type = 0x20;
constexpr std::uint8_t receipt_bits = 0x13;  // final and intermediate
constexpr std::uint8_t priority_max = 3;
constexpr std::size_t short_message_max = 254;
constexpr std::size_t address_max = 20;  // carriers send longer ones; we do not
constexpr std::uint8_t canned_message_none = 0;

std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

struct unpacked_options {
  std::string_view service_type;
  std::uint8_t protocol_id{};
  std::string_view tlvs;
};

unpacked_options unpack(std::string_view packed) {
  unpacked_options found;
  if (packed.empty()) return found;
  const std::size_t length = std::min<std::size_t>(octet(packed[0]), packed.size() - 1);
  found.service_type = packed.substr(1, length);
  if (packed.size() > length + 1) found.protocol_id = octet(packed[length + 1]);
  if (packed.size() > length + 2) found.tlvs = packed.substr(length + 2);
  return found;
}

bool is_address(std::string_view digits) {
  return std::ranges::all_of(digits, [](char c) { return c > ' ' && c <= '~'; });
}

// The value that 3.4 keeps for later.
bool is_reserved(std::uint8_t registered_delivery) { return (registered_delivery & 3U) == 3; }

/// The fields that may not hold what they hold (SMPP 3.4, 5.2).
command_status check_fields(const smpp::submit_sm& pdu) {
  if (pdu.destination_addr.empty() || !is_address(pdu.destination_addr.view()))
    return command_status::invdstadr;
  if (pdu.priority_flag > priority_max) return command_status::invprtflg;
  if (is_reserved(pdu.registered_delivery)) return command_status::invregdlvflg;
  if (pdu.replace_if_present_flag > 1) return command_status::invrepflag;
  if (pdu.sm_default_msg_id != canned_message_none) return command_status::invdftmsgid;
  const auto type = pdu.esm_class & type_bits;
  if (type != 0 && type != 0x08 && type != 0x10) return command_status::invesmclass;
  if (pdu.tlvs.find(smpp::tag::message_payload) && !pdu.short_message.empty()) {
    return command_status::invmsglen;
  }
  const auto text = pdu.tlvs.find(smpp::tag::message_payload).value_or(pdu.short_message.bytes());
  return is_whole(smpp::as_text(text), pdu.data_coding, pdu.esm_class) ? command_status::ok
                                                                       : command_status::invmsglen;
}

bool is_part(std::uint8_t esm_class, const smpp::tlv_list& tlvs) {
  return (esm_class & udh_indicator) != 0 || tlvs.find(smpp::tag::sar_msg_ref_num).has_value();
}

user_data make_user_data(std::string_view body, std::uint8_t data_coding, std::uint8_t esm_class,
                         std::string_view options) {
  smpp::tlv_list tlvs;
  if (!options.empty()) std::ignore = tlvs.assign_wire(smpp::as_bytes(unpack(options).tlvs));
  return {smpp::as_bytes(body), data_coding, (esm_class & udh_indicator) != 0,
          is_part(esm_class, tlvs)};
}

user_data user_data_of(const delivery& from) {
  return {from.user_data, from.data_coding, (from.esm_class & udh_indicator) != 0, false};
}

smpp::deci_time to_deci(store::wall_time at) { return std::chrono::floor<smpp::deciseconds>(at); }
store::wall_time to_wall(smpp::deci_time at) {
  return std::chrono::floor<std::chrono::milliseconds>(at);
}

void write_validity(store::wall_time expires_at, store::wall_time now, smpp::submit_sm& pdu) {
  const auto left = std::chrono::floor<std::chrono::seconds>(expires_at - now);
  pdu.validity_period.clear();
  if (left.count() <= 0) return;
  if (const auto text = smpp::format_relative_time(left)) {
    pdu.validity_period = *text;
  } else {
    pdu.validity_period = smpp::format_absolute_time(to_deci(expires_at));
  }
}

void swap_addresses(const store::address_types& types, std::string_view source,
                    std::string_view destination, smpp::deliver_sm& pdu) {
  pdu.source_addr_ton = types.destination_ton;
  pdu.source_addr_npi = types.destination_npi;
  pdu.source_addr = destination.substr(0, address_max);
  pdu.dest_addr_ton = types.source_ton;
  pdu.dest_addr_npi = types.source_npi;
  pdu.destination_addr = source.substr(0, address_max);
}

}  // namespace

std::string pack_options(const smpp::submit_sm& pdu) {
  smpp::tlv_list kept;
  for (auto one = pdu.tlvs.begin(); one != smpp::tlv_list::end(); ++one) {
    if ((*one).tag != smpp::tag::message_payload) kept.add((*one).tag, (*one).value);
  }
  if (pdu.service_type.empty() && pdu.protocol_id == 0 && kept.empty()) return {};
  std::string packed;
  packed += static_cast<char>(pdu.service_type.size());
  packed += pdu.service_type.view();
  packed += static_cast<char>(pdu.protocol_id);
  packed += smpp::as_text(kept.wire());
  return packed;
}

std::string_view service_type_of(std::string_view options) { return unpack(options).service_type; }

std::optional<std::uint16_t> user_message_reference_of(std::string_view options) {
  if (options.empty()) return std::nullopt;  // nearly always
  smpp::tlv_list tlvs;
  std::ignore = tlvs.assign_wire(smpp::as_bytes(unpack(options).tlvs));
  return tlvs.find_u16(smpp::tag::user_message_reference);
}

bool is_whole(std::string_view text, std::uint8_t data_coding, std::uint8_t esm_class) {
  const bool headed = (esm_class & udh_indicator) != 0;
  return headed || smpp::alphabet_of(data_coding) != smpp::alphabet::ucs2 || text.size() % 2 == 0;
}

std::variant<esme_submission, command_status> read_submission(const smpp::submit_sm& pdu,
                                                              store::wall_time now,
                                                              std::chrono::seconds validity_default,
                                                              const smpp::text_conventions& esme) {
  if (const auto wrong = check_fields(pdu); wrong != command_status::ok) return wrong;
  const auto schedule = smpp::parse_time(pdu.schedule_delivery_time.view(), to_deci(now));
  if (schedule.kind == smpp::time_kind::invalid) return command_status::invsched;
  const auto validity = smpp::parse_time(pdu.validity_period.view(), to_deci(now));
  if (validity.kind == smpp::time_kind::invalid) return command_status::invexpiry;

  esme_submission read;
  read.options = pack_options(pdu);
  if (schedule.has_time() && to_wall(schedule.when) > now) read.schedule = to_wall(schedule.when);
  auto& message = read.message;
  message.from = store::origin::esme;
  message.priority = pdu.priority_flag;
  message.data_coding = pdu.data_coding;
  message.esm_class = pdu.esm_class;
  message.registered_delivery = pdu.registered_delivery;
  message.types = {pdu.source_addr_ton, pdu.source_addr_npi, pdu.dest_addr_ton, pdu.dest_addr_npi};
  message.source = pdu.source_addr.view();
  message.destination = pdu.destination_addr.view();
  message.body = pdu.short_message.view();
  if (const auto payload = pdu.tlvs.find(smpp::tag::message_payload)) {
    message.body = smpp::as_text(*payload);
  }
  if (!esme.are_usual()) {
    auto data = user_data_of(message);
    data.is_part = is_part(pdu.esm_class, pdu.tlvs);
    auto canonical = read_from_esme(data, esme);
    read.body = std::move(canonical.octets);
    message.body = smpp::as_text(read.body);
    message.data_coding = canonical.data_coding;
  }
  message.expires_at = validity.has_time() ? to_wall(validity.when)
                                           : std::max(now, read.schedule) + validity_default;
  if (message.expires_at <= std::max(now, read.schedule)) return command_status::invexpiry;
  return read;
}

std::variant<replacement, command_status> read_replacement(const smpp::replace_sm& pdu,
                                                           store::wall_time now) {
  if (is_reserved(pdu.registered_delivery)) return command_status::invregdlvflg;
  if (pdu.sm_default_msg_id != canned_message_none) return command_status::invdftmsgid;
  const auto schedule = smpp::parse_time(pdu.schedule_delivery_time.view(), to_deci(now));
  if (schedule.kind == smpp::time_kind::invalid) return command_status::invsched;
  const auto validity = smpp::parse_time(pdu.validity_period.view(), to_deci(now));
  if (validity.kind == smpp::time_kind::invalid) return command_status::invexpiry;
  replacement read;
  const auto payload = pdu.tlvs.find(smpp::tag::message_payload);
  if (payload && !pdu.short_message.empty()) return command_status::invmsglen;
  read.text = smpp::as_text(payload.value_or(pdu.short_message.bytes()));
  read.registered_delivery = pdu.registered_delivery;
  if (schedule.has_time()) read.schedule = std::max(to_wall(schedule.when), now);
  if (validity.has_time()) {
    read.expires_at = to_wall(validity.when);
    if (read.expires_at <= now) return command_status::invexpiry;
  }
  return read;
}

std::optional<std::string> read_replacement_text(std::string_view octets, const outbound& of,
                                                 const smpp::text_conventions& esme) {
  if (esme.are_usual()) return std::string(octets);
  const auto read = read_from_esme(user_data_of(of, octets), esme);
  const bool widened = smpp::alphabet_of(of.data_coding) == smpp::alphabet::ucs2 &&
                       esme.default_alphabet != smpp::default_alphabet::gsm7;
  if (read.data_coding != of.data_coding || widened) return std::nullopt;
  return std::string(smpp::as_text(read.octets));
}

user_data user_data_of(const store::message& message) {
  return make_user_data(message.body, message.data_coding, message.esm_class, message.options);
}

user_data user_data_of(const outbound& message) {
  return user_data_of(message, message.text->body);
}

user_data user_data_of(const outbound& message, std::string_view text) {
  return make_user_data(text, message.data_coding, message.esm_class, message.options);
}

void write_submit(const outbound& message, std::uint8_t part, const carrier_config& carrier,
                  store::wall_time now, smpp::submit_sm& pdu) {
  const auto options = unpack(message.options);
  pdu.service_type = options.service_type.empty() ? carrier.service_type : options.service_type;
  pdu.source_addr_ton = carrier.source_ton.value_or(message.types.source_ton);
  pdu.source_addr_npi = carrier.source_npi.value_or(message.types.source_npi);
  pdu.source_addr = message.source.view();
  pdu.dest_addr_ton = carrier.destination_ton.value_or(message.types.destination_ton);
  pdu.dest_addr_npi = carrier.destination_npi.value_or(message.types.destination_npi);
  pdu.destination_addr = message.destination.view();
  pdu.esm_class = message.esm_class & static_cast<std::uint8_t>(~mode_bits);
  pdu.protocol_id = options.protocol_id;
  pdu.priority_flag = message.priority;
  pdu.schedule_delivery_time.clear();
  write_validity(message.expires_at, now, pdu);
  pdu.registered_delivery = message.registered_delivery;
  if (!asks_for_receipt(carrier.receipt_parts, part, message.parts))
    pdu.registered_delivery &= static_cast<std::uint8_t>(~receipt_bits);
  pdu.replace_if_present_flag = 0;
  pdu.data_coding = message.written.data_coding;
  pdu.sm_default_msg_id = canned_message_none;
  pdu.tlvs.clear();
  std::ignore = pdu.tlvs.assign_wire(smpp::as_bytes(options.tlvs));
  if (message.parts > 1 && carrier.concatenation == smpp::concatenation::sar) {
    pdu.tlvs.add_u16(smpp::tag::sar_msg_ref_num, reference_of(message.id));
    pdu.tlvs.add_u8(smpp::tag::sar_total_segments, message.parts);
    pdu.tlvs.add_u8(smpp::tag::sar_segment_seqnum, part);
  }
  if (message.written.has_header) pdu.esm_class |= udh_indicator;
  const auto& parts = message.written.user_data;
  const auto user_data =
      parts.empty() ? smpp::as_bytes(message.text->body) : smpp::byte_view(parts[part - 1U]);
  if (user_data.size() <= short_message_max) {
    pdu.short_message = user_data;
  } else {
    pdu.short_message.clear();
    pdu.tlvs.add(smpp::tag::message_payload, user_data);
  }
}

outbound_ptr make_outbound(const store::message& from, std::shared_ptr<const shared_text> text) {
  auto made = std::make_shared<outbound>();
  made->id = from.id;
  made->submission = from.submission;
  made->account = from.account;
  made->login = from.login;
  made->priority = from.priority;
  made->data_coding = from.data_coding;
  made->esm_class = from.esm_class;
  made->registered_delivery = from.registered_delivery;
  made->parts = from.parts;
  made->types = from.types;
  made->source = from.source;
  made->destination = from.destination;
  made->expires_at = from.expires_at;
  made->text = std::move(text);
  made->options = from.options;
  if (from.from == store::origin::keyword_reply) made->only_carrier = from.carrier;
  return made;
}

delivery read_delivery(const smpp::deliver_sm& pdu) {
  delivery read{
      .types = {pdu.source_addr_ton, pdu.source_addr_npi, pdu.dest_addr_ton, pdu.dest_addr_npi},
      .source = pdu.source_addr.view(),
      .destination = pdu.destination_addr.view(),
      .esm_class = pdu.esm_class,
      .data_coding = pdu.data_coding,
      .user_data = pdu.short_message.bytes(),
      .tlvs = &pdu.tlvs};
  if (const auto payload = pdu.tlvs.find(smpp::tag::message_payload);
      payload && pdu.short_message.empty()) {
    read.user_data = *payload;
  }
  return read;
}

delivery read_delivery(const smpp::data_sm& pdu) {
  return {.types = {pdu.source_addr_ton, pdu.source_addr_npi, pdu.dest_addr_ton, pdu.dest_addr_npi},
          .source = pdu.source_addr.view(),
          .destination = pdu.destination_addr.view(),
          .esm_class = pdu.esm_class,
          .data_coding = pdu.data_coding,
          .user_data = pdu.tlvs.find(smpp::tag::message_payload).value_or(smpp::byte_view{}),
          .tlvs = &pdu.tlvs};
}

delivery to_canonical(const delivery& from, const smpp::text_conventions& carrier,
                      smpp::byte_buffer& storage) {
  const auto data = user_data_of(from);
  if (!must_be_read(data, carrier)) return from;
  // Some send receipts in plain ASCII whatever they do to messages.
  if (const auto receipt = smpp::parse_receipt(from.data_coding, from.user_data);
      receipt && receipt->id) {
    return from;
  }
  auto canonical = read_from_carrier(data, carrier);
  storage = std::move(canonical.octets);
  delivery read = from;
  read.data_coding = canonical.data_coding;
  read.user_data = storage;
  return read;
}

std::optional<carrier_receipt> read_receipt(const delivery& from) {
  const auto type = from.esm_class & type_bits;
  const bool declared = type == receipt_type || type == intermediate_type;
  const auto tlv_id = from.tlvs->find_text(smpp::tag::receipted_message_id);
  const auto tlv_state = from.tlvs->find_u8(smpp::tag::message_state);
  auto user_data = from.user_data;
  const auto text = smpp::parse_receipt(from.data_coding, user_data);
  if (!declared && !tlv_id && !text) return std::nullopt;
  const bool tlv_says = tlv_id && !tlv_id->empty();
  const bool text_says = text && text->id;
  if (!declared && !tlv_says && !text_says) return std::nullopt;  // it names no message

  carrier_receipt receipt;
  receipt.sure = declared || (tlv_says && tlv_state);
  receipt.source = from.source;
  if (tlv_says) {
    receipt.id = *tlv_id;
  } else if (text_says) {
    receipt.id = *text->id;
  }
  if (tlv_says && text_says && *text->id != *tlv_id) receipt.other_id = *text->id;
  std::optional<smpp::message_state> state;
  if (tlv_state && *tlv_state != 0) state = smpp::to_message_state(*tlv_state);
  if (!state && text && text->stat) state = smpp::parse_receipt_word(*text->stat);
  // A word that nobody knows is no end: another receipt may follow.
  receipt.state = state.value_or(smpp::message_state::enroute);
  if (text && text->err) receipt.error = *text->err;
  return receipt;
}

namespace {

// How a text begins, if that can be read in the receipt's own coding. All else in a receipt is the
// same in every default alphabet.
std::string quote(const receipt_content& content, const smpp::text_conventions& esme) {
  const auto beginning = content.beginning.view();
  const bool plain = std::ranges::all_of(beginning, [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain || content.data_coding >= smpp::data_coding_ucs2) return {};
  const bool septets = smpp::alphabet_of(content.data_coding) == smpp::alphabet::gsm7;
  if (!septets || esme.default_alphabet == smpp::default_alphabet::gsm7)
    return std::string(beginning);
  const auto octets = smpp::as_bytes(beginning);
  const smpp::encoded_text text{smpp::data_coding_default, {octets.begin(), octets.end()}};
  return std::string(smpp::as_text(smpp::write_text(text, 0, esme)));
}

}  // namespace

smpp::deliver_sm write_receipt(const receipt_content& content, const store::login& to,
                               const smpp::text_conventions& esme) {
  smpp::deliver_sm pdu;
  swap_addresses(content.types, content.source.view(), content.destination.view(), pdu);
  const bool final = smpp::is_final(content.state);
  pdu.esm_class = final ? receipt_type : intermediate_type;
  const std::string id = to_smpp_id(content.id, to.id_form);
  const std::string beginning = quote(content, esme);
  const std::string text = format_receipt(
      to.receipt_format, {.id = id,
                          .sub = 1,
                          .dlvrd = content.state == smpp::message_state::delivered ? 1U : 0U,
                          .submit = std::chrono::floor<std::chrono::seconds>(time_of(content.id)),
                          .done = std::chrono::floor<std::chrono::seconds>(content.done_at),
                          .state = content.state,
                          .err = receipt_error(to.receipt_errors, content.why, content.error),
                          .text = beginning});
  pdu.short_message = std::string_view(text).substr(0, short_message_max);
  if (esme.gsm7_packed && esme.default_alphabet == smpp::default_alphabet::gsm7)
    pdu.short_message = smpp::byte_view(smpp::gsm7_pack(pdu.short_message.bytes()));
  pdu.tlvs.add_text(smpp::tag::receipted_message_id, id);
  pdu.tlvs.add_u8(smpp::tag::message_state, static_cast<std::uint8_t>(content.state));
  if (content.user_message_reference)
    pdu.tlvs.add_u16(smpp::tag::user_message_reference, *content.user_message_reference);
  return pdu;
}

std::vector<smpp::deliver_sm> write_inbound(const inbound_content& content, bool peer_takes_tlvs,
                                            std::uint16_t reference,
                                            const smpp::text_conventions& esme) {
  smpp::deliver_sm pdu;
  pdu.source_addr_ton = content.types.source_ton;
  pdu.source_addr_npi = content.types.source_npi;
  pdu.source_addr = content.source.view().substr(0, address_max);
  pdu.dest_addr_ton = content.types.destination_ton;
  pdu.dest_addr_npi = content.types.destination_npi;
  pdu.destination_addr = content.destination.view().substr(0, address_max);
  const auto kept = smpp::as_bytes(content.user_data);
  const auto text = smpp::fit_text({content.data_coding, {kept.begin(), kept.end()}},
                                   smpp::concatenation::udh8, esme);
  pdu.data_coding = text.data_coding;
  const auto whole = smpp::write_text(text, 0, esme);
  if (whole.size() <= short_message_max) {
    pdu.short_message = smpp::byte_view(whole);
    return {pdu};
  }
  if (peer_takes_tlvs && whole.size() <= smpp::payload_max) {
    pdu.tlvs.add(smpp::tag::message_payload, whole);
    return {pdu};
  }
  std::vector<smpp::deliver_sm> parts;
  const auto written = smpp::split(text, smpp::concatenation::udh8, reference, esme);
  if (written.has_header) pdu.esm_class |= udh_indicator;
  for (const auto& part : written.user_data) {
    pdu.short_message = smpp::byte_view(part);
    parts.push_back(pdu);
  }
  return parts;
}

smpp::message_state to_message_state(store::progress state, store::reason why) {
  using smpp::message_state;
  switch (state) {
    case store::progress::queued:
    case store::progress::sent: return message_state::enroute;
    case store::progress::delivered: return message_state::delivered;
    case store::progress::cancelled: return message_state::deleted;
    case store::progress::failed: break;
  }
  switch (why) {
    case store::reason::expired: return message_state::expired;
    case store::reason::deleted: return message_state::deleted;
    case store::reason::unknown:
    case store::reason::unknown_outcome: return message_state::unknown;
    case store::reason::rejected:
    case store::reason::sender_rejected: return message_state::rejected;
    default: return message_state::undeliverable;
  }
}

settlement from_message_state(smpp::message_state state) {
  using smpp::message_state;
  using store::progress;
  using store::reason;
  switch (state) {
    case message_state::delivered: return {progress::delivered, reason::none};
    case message_state::expired: return {progress::failed, reason::expired};
    case message_state::deleted: return {progress::failed, reason::deleted};
    case message_state::undeliverable:
    case message_state::skipped: return {progress::failed, reason::undeliverable};
    case message_state::rejected: return {progress::failed, reason::rejected};
    case message_state::unknown: return {progress::failed, reason::unknown};
    default: return {progress::sent, reason::buffered};
  }
}

}  // namespace smppd
