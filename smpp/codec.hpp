// PDUs to octets and back (SMPP 3.4, 3.2). Framing is elsewhere: a bad length loses the stream, a
// bad body costs one answer.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/error.hpp"
#include "smpp/pdu.hpp"
#include "smpp/wire.hpp"

#include <optional>
#include <tuple>

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

/// Decodes the body that belongs to `of` into `into`, which takes the type of that command; on
/// error its content is unspecified. Responses may come without their body, whatever the
/// specification says: their fields are then empty. A few NULs too many at the end are passed over.
[[nodiscard]] std::optional<decode_error> decode(const header& of, byte_view body, leniency how,
                                                 any_pdu& into);

/// The same for one known type.
template <class Pdu>
[[nodiscard]] std::optional<decode_error> decode_body(byte_view body, leniency how, Pdu& into);

/// Octets that `encode` would append.
template <class Pdu>
[[nodiscard]] std::size_t encoded_size(const Pdu& pdu);

/// Appends the PDU to `out`. A response with a status other than ok is sent without a body
/// where 3.4 says so. Enforces the specification's limits; on error nothing is appended.
template <class Pdu>
[[nodiscard]] result<void> encode(byte_buffer& out, const Pdu& pdu, std::uint32_t sequence,
                                  command_status status = command_status::ok);

// How.

namespace detail {

void write_header(writer& to, const header& written) noexcept;
void read_tlvs(reader& from, tlv_list& into);

/// 3.4 omits the body of these where the status is not ok (4.1.2, 4.4.2).
template <class Pdu>
inline constexpr bool bare_on_error = is_response(Pdu::id) && Pdu::id != command_id::data_sm_resp;

}  // namespace detail

template <class Pdu>
std::optional<decode_error> decode_body(byte_view body, leniency how, Pdu& into) {
  if (is_response(Pdu::id) && body.empty()) return std::nullopt;
  reader from(body, how);
  std::apply(
      [&](const auto&... one) {
        ((from.at(one.name), one.shape.read(from, into.*one.member, one.name)), ...);
      },
      Pdu::fields());
  if constexpr (has_tlvs<Pdu>) detail::read_tlvs(from, into.tlvs);
  return from.failure();
}

template <class Pdu>
std::size_t encoded_size(const Pdu& pdu) {
  std::size_t size = header_octets;
  std::apply([&](const auto&... one) { ((size += one.shape.size(pdu.*one.member)), ...); },
             Pdu::fields());
  if constexpr (has_tlvs<Pdu>) size += pdu.tlvs.wire().size();
  return size;
}

template <class Pdu>
result<void> encode(byte_buffer& out, const Pdu& pdu, std::uint32_t sequence,
                    command_status status) {
  const bool bare = detail::bare_on_error<Pdu> && status != command_status::ok;
  const std::size_t size = bare ? header_octets : encoded_size(pdu);
  if (!bare) {
    const bool fits =
        std::apply([&](const auto&... one) { return (one.shape.fits(pdu.*one.member) && ...); },
                   Pdu::fields());
    if (!fits) return make_error_code(error::too_long);
  }
  const std::size_t before = out.size();
  out.resize(before + size);
  writer to(out.data() + before);
  detail::write_header(to, {static_cast<std::uint32_t>(size), Pdu::id, status, sequence});
  if (bare) return {};
  std::apply([&](const auto&... one) { (one.shape.write(to, pdu.*one.member), ...); },
             Pdu::fields());
  if constexpr (has_tlvs<Pdu>) to.raw(as_text(pdu.tlvs.wire()));
  return {};
}

}  // namespace smpp
