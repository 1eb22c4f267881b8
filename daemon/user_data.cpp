#include "daemon/user_data.hpp"

#include "smpp/fit_text.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"

#include <utility>

namespace smppd {

namespace {

constexpr std::size_t on_the_air_max = 140;  // octets of a part

// Of none, or of a broken one, an empty header.
smpp::user_data_header header_of(const user_data& from) {
  if (!from.has_header) return {};
  return smpp::parse_udh(from.octets).value_or(smpp::user_data_header{});
}

// The header of `from`, and other text behind it.
smpp::byte_buffer behind_header(const user_data& from, const smpp::user_data_header& header,
                                smpp::byte_view text) {
  const auto first = from.octets.first(header.octets);
  smpp::byte_buffer whole(first.begin(), first.end());
  whole.insert(whole.end(), text.begin(), text.end());
  return whole;
}

smpp::encoded_text read_behind(const user_data& from, const smpp::user_data_header& header,
                               const smpp::text_conventions& peer) {
  return smpp::read_text(from.data_coding, from.octets.subspan(header.octets), header, peer);
}

bool fits_on_the_air(std::size_t header_octets, const smpp::encoded_text& text) {
  const auto count = text.octets.size();
  const bool packs = smpp::alphabet_of(text.data_coding) == smpp::alphabet::gsm7;
  const auto octets = packs ? (count * 7 + smpp::gsm7_fill_bits(header_octets) + 7) / 8 : count;
  return header_octets + octets <= on_the_air_max;
}

// A part as the carrier writes it. What its default alphabet lacks is worth UCS-2 if that still
// fits.
smpp::message_parts rewrite_part(const user_data& kept, const smpp::text_conventions& peer) {
  const auto header = header_of(kept);
  auto text = read_behind(kept, header, {});
  if (!smpp::can_write_text(text, peer)) {
    smpp::encoded_text wide{
        smpp::as_ucs2(text.data_coding),
        smpp::encode_text(smpp::decode_text(text), smpp::data_coding_ucs2).value()};
    if (fits_on_the_air(header.octets, wide)) text = std::move(wide);
  }
  smpp::message_parts made;
  made.data_coding = text.data_coding;
  made.user_data.push_back(
      behind_header(kept, header, smpp::write_text(text, header.octets, peer)));
  return made;
}

}  // namespace

canonical_data read_from_esme(const user_data& from, const smpp::text_conventions& esme) {
  const auto header = header_of(from);
  auto text = read_behind(from, header, esme);
  if (text.data_coding != from.data_coding) {
    auto canonical = smpp::canonical_text(text);
    const bool wider = smpp::alphabet_of(canonical.data_coding) == smpp::alphabet::ucs2;
    if (!from.is_part || (!wider && fits_on_the_air(header.octets, canonical)))
      text = std::move(canonical);
  }
  return {text.data_coding, behind_header(from, header, text.octets)};
}

canonical_data read_from_carrier(const user_data& from, const smpp::text_conventions& carrier) {
  const auto header = header_of(from);
  auto text = read_behind(from, header, carrier);
  if (text.data_coding != from.data_coding || text.tables != smpp::gsm7_tables{})
    text = smpp::canonical_text(std::move(text));
  return {text.data_coding, behind_header(from, header, text.octets)};
}

bool must_be_read(const user_data& from, const smpp::text_conventions& carrier) {
  const auto header = header_of(from);
  return !carrier.are_usual() || header.single_shift || header.locking_shift;
}

std::size_t cut(const user_data& kept, const carrier_config& carrier, std::uint16_t reference,
                smpp::message_parts* made) {
  const auto& peer = carrier.text;
  const auto how = carrier.concatenation;
  if (made != nullptr) *made = {kept.data_coding, false, {}};
  if (kept.is_part) {
    if (made != nullptr && !peer.are_usual()) *made = rewrite_part(kept, peer);
    return 1;
  }
  const bool wide = smpp::alphabet_of(kept.data_coding) == smpp::alphabet::ucs2;
  if (peer.are_usual() && (peer.national_languages.empty() || !wide)) {
    const auto parts = smpp::count_parts(kept.data_coding, kept.octets, how);
    if (parts > 1 && made != nullptr) {
      made->user_data = smpp::split(kept.data_coding, kept.octets, how, reference);
      made->has_header = how != smpp::concatenation::sar;
    }
    return parts;  // nearly always one, and nothing was copied
  }
  const smpp::encoded_text whole{kept.data_coding, {kept.octets.begin(), kept.octets.end()}};
  const auto text = smpp::fit_text(whole, how, peer);
  const auto parts = smpp::count_parts(text, how, peer);
  if (parts > 0 && made != nullptr) *made = smpp::split(text, how, reference, peer);
  return parts;
}

}  // namespace smppd
