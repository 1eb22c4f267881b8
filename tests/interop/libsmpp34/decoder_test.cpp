// Everything that the engine encodes is SMPP 3.4 to the decoder of libsmpp34. Where it is not, and
// libsmpp34 is at fault, the exception stands here with its reason.
#include "tests/interop/libsmpp34/decoder.hpp"

#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace {

using libsmpp34::find_fault;
using samples::fill;
using smpp::command_status;

// libsmpp34 has 1024 octets for the value of a TLV, the specification 65535 (5.3.1).
constexpr std::size_t tlv_octets_max = 1024;
// It has 21 for the addresses of data_sm, the specification 65 (4.7.1).
constexpr std::size_t data_sm_address_max = 20;
// It keeps a log of what it reads, and writes behind its 2048 octets where a list is long.
constexpr std::size_t entries_max = 10;

/// Where SMPP 3.4 has TLVs (4.1 to 4.12); 5.0 has them in most PDUs, and so has the engine. Of
/// data_sm_resp it has them (4.7.2), but libsmpp34 does not read them.
constexpr bool may_have_tlvs(smpp::command_id id) {
  using enum smpp::command_id;
  return id == bind_receiver_resp || id == bind_transmitter_resp || id == bind_transceiver_resp ||
         id == submit_sm || id == submit_multi || id == deliver_sm || id == data_sm ||
         id == alert_notification;
}

/// With the values that the specification allows where `samples` takes any number.
template <class Pdu>
Pdu make_valid(fill how) {
  auto pdu = samples::make<Pdu>(how);
  smpp::for_each_field(pdu, [](const auto& field, auto& value) {
    const std::string_view name = field.name;
    if constexpr (requires { value = std::uint8_t{1}; }) {
      if (name.ends_with("_ton") || name.ends_with("_npi")) value = 1;
      if (name == "interface_version") value = 0x34;
    }
  });
  if constexpr (requires { pdu.dest_address_list; }) {
    pdu.dest_address_list.resize(std::min(pdu.dest_address_list.size(), entries_max));
    for (auto& one : pdu.dest_address_list)
      one.dest_addr_npi = 1;
  }
  if constexpr (requires { pdu.unsuccess_list; }) {
    pdu.unsuccess_list.resize(std::min(pdu.unsuccess_list.size(), entries_max));
    for (auto& one : pdu.unsuccess_list)
      one.dest_addr_npi = 1;
  }
  if constexpr (Pdu::id == smpp::command_id::deliver_sm) {  // both must be NULL (4.6.1)
    pdu.schedule_delivery_time = "";
    pdu.validity_period = "";
  }
  if constexpr (Pdu::id == smpp::command_id::deliver_sm_resp) pdu.message_id = "";  // 4.6.2
  if constexpr (Pdu::id == smpp::command_id::data_sm) {
    pdu.source_addr = std::string(data_sm_address_max, '1');
    pdu.destination_addr = std::string(data_sm_address_max, '2');
  }
  if constexpr (smpp::has_tlvs<Pdu>) {
    if (!may_have_tlvs(Pdu::id)) pdu.tlvs.clear();
    if (pdu.tlvs.find(smpp::tag::message_payload)) {
      pdu.tlvs.remove(smpp::tag::message_payload);
      pdu.tlvs.add(smpp::tag::message_payload, smpp::byte_buffer(tlv_octets_max, 0x55));
    }
  }
  return pdu;
}

/// Of SMPP 3.4; the broadcasts came with 5.0.
template <class Visitor>
void for_each_pdu_34(Visitor visit) {
  smpp::for_each_pdu([&](auto one) {
    using pdu = typename decltype(one)::type;
    SCOPED_TRACE(pdu::name);
    if (std::string_view(pdu::name).find("broadcast") == std::string_view::npos) visit(one);
  });
}

TEST(Libsmpp34, TakesEveryPdu) {
  for_each_pdu_34([](auto one) {
    using pdu = typename decltype(one)::type;
    for (const auto how : {fill::empty, fill::typical, fill::full}) {
      const auto octets = samples::encoded(make_valid<pdu>(how), 0x7FFFFFFF);
      ASSERT_FALSE(octets.empty());
      EXPECT_EQ(find_fault(octets), std::nullopt) << static_cast<int>(how);
    }
  });
}

TEST(Libsmpp34, TakesEveryResponseThatRefuses) {
  for_each_pdu_34([](auto one) {
    using pdu = typename decltype(one)::type;
    if (!smpp::is_response(pdu::id)) return;
    for (const auto status : {command_status::syserr, command_status::throttled}) {
      const auto octets = samples::encoded(make_valid<pdu>(fill::empty), 7, status);
      EXPECT_EQ(find_fault(octets), std::nullopt);
    }
  });
}

TEST(Libsmpp34, TakesEveryTlv) {
  // The engine takes either of two lengths of some; libsmpp34 knows what is sent, the shorter one.
  const std::set<smpp::tag> longer_in_other_versions{smpp::tag::source_telematics_id,
                                                     smpp::tag::ms_validity,
                                                     smpp::tag::alert_on_message_delivery};
  for (const auto& facts : smpp::known_tags()) {
    SCOPED_TRACE(facts.name);
    for (const auto length : {facts.length_min, facts.length_max}) {
      if (longer_in_other_versions.contains(facts.tag) && length > facts.length_min) continue;
      smpp::data_sm pdu;
      pdu.tlvs.add(facts.tag, smpp::byte_buffer(std::min<std::size_t>(length, tlv_octets_max), 1));
      EXPECT_EQ(find_fault(samples::encoded(pdu)), std::nullopt) << length;
    }
  }
}

TEST(Libsmpp34, RefusesWhatTheSpecificationDoes) {
  auto pdu = make_valid<smpp::deliver_sm>(fill::typical);
  pdu.schedule_delivery_time = "261121091530000+";
  EXPECT_NE(find_fault(samples::encoded(pdu)), std::nullopt);
  auto octets = samples::encoded(make_valid<smpp::submit_sm>(fill::typical));
  octets.back() ^= 1U;
  EXPECT_EQ(find_fault(octets), std::nullopt);
  octets.pop_back();
  EXPECT_NE(find_fault(octets), std::nullopt);
}

}  // namespace
