// PDUs to octets and back (SMPP 3.4, 3.2). Framing is elsewhere: a bad length loses the stream, a
// bad body costs one answer.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/error.hpp"
#include "smpp/pdu.hpp"
#include "smpp/wire.hpp"

#include <optional>
#include <type_traits>

namespace smpp {

//  | command_length (4, the whole PDU) | command_id (4) | command_status (4) | sequence_number (4)
//  | body ...
inline constexpr std::size_t header_octets = 16;

struct header {
  std::uint32_t command_length{};
  command_id id{};
  command_status status{};
  std::uint32_t sequence{};
  bool operator==(const header&) const = default;
};

/// `octets` has at least 16.
[[nodiscard]] header decode_header(byte_view octets) noexcept;

/// Decodes the body that belongs to `of` into `into`, which takes the type of that command (it is
/// as before where the command is unknown). On error the fields before the bad one are there, the
/// others empty; of a list the whole entries are there. Responses may come without their body:
/// their fields are then empty. A NUL between the mandatory fields and the TLVs, as some peers put
/// it behind short_message, is passed over.
[[nodiscard]] std::optional<decode_error> decode(const header& of, byte_view body, leniency how,
                                                 any_pdu& into);

/// The same for one known type; `into` is new, or cleared.
template <class Pdu>
[[nodiscard]] std::optional<decode_error> decode_body(byte_view body, leniency how, Pdu& into);

/// Octets that `encode` would append.
template <class Pdu>
[[nodiscard]] std::size_t encoded_size(const Pdu& pdu);

/// Appends the PDU to `out`. A response to a bind or submit_sm with a status other than ok is sent
/// without its body (4.1.2, 4.4.2). Enforces the specification's limits: too_long, bad_time,
/// bad_list; then nothing is appended.
template <class Pdu>
[[nodiscard]] result<void> encode(byte_buffer& out, const Pdu& pdu, std::uint32_t sequence,
                                  command_status status = command_status::ok);

// How.

namespace detail {

void write_header(writer& to, const header& written) noexcept;
void read_tlvs(reader& from, tlv_list& into);

template <class Pdu>
inline constexpr bool bare_on_error =
    std::is_base_of_v<bind_resp_fields, Pdu> || Pdu::id == command_id::submit_sm_resp;

/// Why the PDU may not be sent; none: it may.
template <class Pdu>
[[nodiscard]] std::optional<error> find_misfit(const Pdu& pdu) {
  std::optional<error> found;
  for_each_field(pdu, [&](const auto& one, const auto& value) {
    if (!found && !one.shape.fits(value)) found = one.shape.misfit;
  });
  return found;
}

}  // namespace detail

template <class Pdu>
std::optional<decode_error> decode_body(byte_view body, leniency how, Pdu& into) {
  if (is_response(Pdu::id) && body.empty()) return std::nullopt;
  reader from(body, how);
  for_each_field(into, [&](const auto& one, auto& value) {
    from.at(one.name);
    one.shape.read(from, value, one.name);
  });
  if constexpr (has_tlvs<Pdu>) detail::read_tlvs(from, into.tlvs);
  return from.failure();
}

template <class Pdu>
std::size_t encoded_size(const Pdu& pdu) {
  std::size_t size = header_octets;
  for_each_field(pdu, [&](const auto& one, const auto& value) { size += one.shape.size(value); });
  if constexpr (has_tlvs<Pdu>) size += pdu.tlvs.wire().size();
  return size;
}

template <class Pdu>
result<void> encode(byte_buffer& out, const Pdu& pdu, std::uint32_t sequence,
                    command_status status) {
  const bool bare = detail::bare_on_error<Pdu> && status != command_status::ok;
  const std::size_t size = bare ? header_octets : encoded_size(pdu);
  if (!bare) {
    if (const auto misfit = detail::find_misfit(pdu)) return make_error_code(*misfit);
  }
  const std::size_t before = out.size();
  out.resize(before + size);
  writer to(out.data() + before);
  detail::write_header(to, {static_cast<std::uint32_t>(size), Pdu::id, status, sequence});
  if (bare) return {};
  for_each_field(pdu, [&](const auto& one, const auto& value) { one.shape.write(to, value); });
  if constexpr (has_tlvs<Pdu>) to.raw(as_text(pdu.tlvs.wire()));
  return {};
}

}  // namespace smpp
