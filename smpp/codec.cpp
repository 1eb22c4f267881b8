#include "smpp/codec.hpp"

#include <tuple>

namespace smpp {

header decode_header(byte_view octets) noexcept {
  const auto at = [&](std::size_t place) {
    return boost::endian::load_big_u32(octets.data() + place);
  };
  return {at(0), static_cast<command_id>(at(4)), static_cast<command_status>(at(8)), at(12)};
}

void detail::write_header(writer& to, const header& written) noexcept {
  to.u32(written.command_length);
  to.u32(to_number(written.id));
  to.u32(static_cast<std::uint32_t>(written.status));
  to.u32(written.sequence);
}

void detail::read_tlvs(reader& from, tlv_list& into) {
  from.at("tlvs");
  into.clear();
  auto rest = from.rest();
  bool whole = into.assign_wire(rest);
  for (int nuls = from.strict() ? 1 : 3; !whole && nuls > 0 && rest.front() == 0; --nuls) {
    rest = rest.subspan(1);
    whole = into.assign_wire(rest);
  }
  if (!whole) from.fail(error::bad_tlvs, command_status::invoptparstream);
}

std::optional<decode_error> decode(const header& of, byte_view body, leniency how, any_pdu& into) {
  std::optional<decode_error> failure =
      decode_error{error::unknown_command, 0, "command_id", command_status::invcmdid};
  [&]<class... Pdu>(std::type_identity<std::variant<Pdu...>>) {
    std::ignore =
        ((Pdu::id == of.id && (failure = decode_body(body, how, into.emplace<Pdu>()), true)) ||
         ...);
  }(std::type_identity<any_pdu>{});
  return failure;
}

}  // namespace smpp
