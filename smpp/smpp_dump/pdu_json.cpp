#include "smpp/smpp_dump/pdu_json.hpp"

#include "smpp/text.hpp"
#include "smpp/text_conventions.hpp"
#include "smpp/ucs2.hpp"
#include "smpp/udh.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace json = boost::json;

namespace {

// Peers put anything into strings; as Latin-1 each octet is one character, and JSON stays valid.
std::string printable(std::string_view octets) {
  std::string utf8;
  for (const auto octet : smpp::as_bytes(octets))
    smpp::append_utf8(utf8, octet);
  return utf8;
}

// What is UTF-8 stays as it is.
std::string as_utf8(std::string_view text) {
  for (auto rest = text; !rest.empty();) {
    if (!smpp::next_code_point(rest)) return printable(text);
  }
  return std::string(text);
}

std::string tag_number(smpp::tag tag) {
  return fmt::format("0x{:04X}", static_cast<std::uint16_t>(tag));
}

// Puts mandatory fields, up to the one that did not decode.
class field_writer {
 public:
  field_writer(json::object& into, std::string_view bad) : into_(into), bad_(bad) {}

  template <class Field, class Value>
  void operator()(const Field& field, const Value& value) {
    ended_ = ended_ || field.name == bad_;
    if (!ended_) put(field.name, value, field.shape);
  }

 private:
  template <class Shape>
  void put(std::string_view name, std::uint8_t value, const Shape&) {
    into_[name] = value;
  }
  template <std::size_t Inline, class Shape>
  void put(std::string_view name, const smpp::octets<Inline>& value, const Shape&) {
    into_[name] = printable(value.view());
  }
  template <std::size_t Inline, std::size_t Max>
  void put(std::string_view name, const smpp::octets<Inline>& value,
           const smpp::sized_octets_shape<Max>&) {
    into_["sm_length"] = value.size();
    into_[std::string(name) + "_hex"] = to_hex(value.bytes());
  }
  template <class Shape>
  void put(std::string_view name, const std::vector<smpp::dest_address>& list, const Shape&) {
    json::array all;
    for (const auto& one : list) {
      json::object entry{{"dest_flag", static_cast<unsigned>(one.dest_flag)}};
      if (one.dest_flag == smpp::dest_address::kind::number) {
        entry["dest_addr_ton"] = one.dest_addr_ton;
        entry["dest_addr_npi"] = one.dest_addr_npi;
        entry["destination_addr"] = printable(one.destination_addr.view());
      } else {
        entry["dl_name"] = printable(one.destination_addr.view());
      }
      all.push_back(std::move(entry));
    }
    into_["number_of_dests"] = list.size();
    into_[name] = std::move(all);
  }
  template <class Shape>
  void put(std::string_view name, const std::vector<smpp::unsuccess_sme>& list, const Shape&) {
    json::array all;
    for (const auto& one : list) {
      all.push_back(json::object{{"dest_addr_ton", one.dest_addr_ton},
                                 {"dest_addr_npi", one.dest_addr_npi},
                                 {"destination_addr", printable(one.destination_addr.view())},
                                 {"error_status_code", one.error_status_code}});
    }
    into_["no_unsuccess"] = list.size();
    into_[name] = std::move(all);
  }

  json::object& into_;
  std::string_view bad_;
  bool ended_{false};
};

json::array to_json(const smpp::tlv_list& tlvs) {
  json::array all;
  for (const auto one : tlvs) {
    const auto* const known = smpp::find_facts(one.tag);
    all.push_back(
        json::object{{"tag", tag_number(one.tag)},
                     {"name", known != nullptr ? json::value(known->name) : json::value(nullptr)},
                     {"hex", to_hex(one.value)}});
  }
  return all;
}

// The user data of a PDU: short_message or message_payload.
struct user_data {
  smpp::byte_view octets;
  std::uint8_t data_coding{};
  std::uint8_t esm_class{};
};

template <class Pdu>
std::optional<user_data> user_data_of(const Pdu& pdu) {
  user_data found;
  if constexpr (requires { pdu.short_message; }) found.octets = pdu.short_message.bytes();
  if constexpr (smpp::has_tlvs<Pdu>) {
    if (const auto payload = pdu.tlvs.find(smpp::tag::message_payload)) found.octets = *payload;
  }
  if constexpr (requires { pdu.data_coding; }) found.data_coding = pdu.data_coding;
  if constexpr (requires { pdu.esm_class; }) found.esm_class = pdu.esm_class;
  if (found.octets.empty()) return std::nullopt;
  return found;
}

// Of none, or of a broken one, an empty header.
smpp::user_data_header udh_of(const user_data& data) {
  constexpr std::uint8_t udh_indicator = 0x40;
  if ((data.esm_class & udh_indicator) == 0) return {};
  return smpp::parse_udh(data.octets).value_or(smpp::user_data_header{});
}

// The header may name the national tables that the text is written in.
std::string text_of(const user_data& data, const smpp::user_data_header& udh) {
  return smpp::decode_text(
      smpp::read_text(data.data_coding, data.octets.subspan(udh.octets), udh, {}));
}

// What TLVs alone say.
std::optional<smpp::receipt> receipt_in(const smpp::tlv_list& tlvs) {
  const auto id = tlvs.find_text(smpp::tag::receipted_message_id);
  if (!id) return std::nullopt;
  smpp::receipt found;
  found.id = printable(*id);
  if (const auto number = tlvs.find_u8(smpp::tag::message_state)) {
    if (const auto state = smpp::to_message_state(*number)) found.stat = smpp::receipt_word(*state);
  }
  return found;
}

template <class Pdu>
void put_content(json::object& into, const Pdu& pdu) {
  const auto data = user_data_of(pdu);
  std::optional<smpp::receipt> receipt;
  if (data) {
    const auto udh = udh_of(*data);
    into["text"] = text_of(*data, udh);
    if constexpr (Pdu::id == smpp::command_id::deliver_sm || Pdu::id == smpp::command_id::data_sm)
      receipt = smpp::parse_receipt(data->data_coding, data->octets.subspan(udh.octets));
  }
  if constexpr (Pdu::id == smpp::command_id::deliver_sm || Pdu::id == smpp::command_id::data_sm) {
    if (!receipt) receipt = receipt_in(pdu.tlvs);
  }
  if (receipt) into["receipt"] = ::to_json(*receipt);
}

template <class Pdu>
void put_decoded(json::object& into, const smpp::header& head, const Pdu& pdu, bool has_body,
                 const std::optional<smpp::decode_error>& failure, const pdu_options& how) {
  const std::string_view bad = failure ? failure->field : std::string_view{};
  auto& fields = into["fields"].emplace_object();
  if (has_body) {
    field_writer put(fields, bad);
    smpp::for_each_field(pdu, [&](const auto& field, const auto& value) { put(field, value); });
  }
  if constexpr (smpp::has_tlvs<Pdu>) {
    into["tlvs"] = to_json(pdu.tlvs);
  } else {
    into["tlvs"].emplace_array();
  }
  if (failure) return;
  put_content(into, pdu);
  if (!how.reencode) return;
  smpp::byte_buffer octets;
  if (const auto encoded = smpp::encode(octets, pdu, head.sequence, head.status)) {
    into["hex"] = to_hex(octets);
  } else {
    into["error"] = "cannot be encoded: " + encoded.error().message();
  }
}

std::string describe(const smpp::decode_error& failure) {
  const std::string_view kind = failure.code == smpp::error::incomplete ? "incomplete: " : "";
  return fmt::format("{}octet {}, {}: {}", kind, smpp::header_octets + failure.offset,
                     failure.field, smpp::make_error_code(failure.code).message());
}

void put_header(json::object& into, const smpp::header& head) {
  into["command"] = smpp::name(head.id);
  into["command_status"] = static_cast<std::uint32_t>(head.status);
  into["command_status_name"] = smpp::name(head.status);
  into["sequence_number"] = head.sequence;
}

}  // namespace

std::string to_hex(smpp::byte_view octets) {
  std::string hex;
  hex.reserve(octets.size() * 2);
  for (const auto octet : octets)
    fmt::format_to(std::back_inserter(hex), "{:02x}", octet);
  return hex;
}

json::object to_json(const smpp::receipt& receipt) {
  json::object all;
  const auto put = [&](const char* name, const std::optional<std::string>& value) {
    all[name] = value ? json::value(as_utf8(*value)) : json::value(nullptr);
  };
  put("id", receipt.id);
  put("sub", receipt.sub);
  put("dlvrd", receipt.dlvrd);
  put("submit_date", receipt.submit_date);
  put("done_date", receipt.done_date);
  put("stat", receipt.stat);
  put("err", receipt.err);
  put("text", receipt.text);
  return all;
}

bool put_pdu(json::object& into, const smpp::header& head, smpp::byte_view body,
             const pdu_options& how) {
  put_header(into, head);
  smpp::any_pdu pdu;
  const auto failure = smpp::decode(head, body, how.leniency, pdu);
  if (failure && failure->code == smpp::error::unknown_command) {
    into["fields"].emplace_object();
    into["tlvs"].emplace_array();
    into["body_hex"] = to_hex(body);
    into["error"] = "octet 4, command_id: the command is unknown";
    return false;
  }
  const bool has_body = !body.empty();
  std::visit([&](const auto& one) { put_decoded(into, head, one, has_body, failure, how); }, pdu);
  if (failure) into["error"] = describe(*failure);
  return !into.contains("error");
}

void put_incomplete(json::object& into, smpp::byte_view octets, const pdu_options& how) {
  if (octets.size() < smpp::header_octets) {
    into["error"] = fmt::format("incomplete: octet {}: a header has {} octets", octets.size(),
                                smpp::header_octets);
    return;
  }
  const auto head = smpp::decode_header(octets);
  put_pdu(into, head, octets.subspan(smpp::header_octets), {how.leniency, false});
  into["error"] =
      fmt::format("incomplete: octet {}: command_length is {}", octets.size(), head.command_length);
}
