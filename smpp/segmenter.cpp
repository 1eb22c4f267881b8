#include "smpp/segmenter.hpp"

#include "smpp/gsm7.hpp"
#include "smpp/udh.hpp"

#include <optional>
#include <utility>

namespace smpp {
namespace {

constexpr std::size_t short_message_octets = 140;
constexpr std::size_t concatenation_octets = 6;  // what an SMSC makes of the sar_ TLVs

// A message that is cut; its septets stand one to an octet.
struct cut_message {
  std::uint8_t data_coding;
  byte_view octets;
  gsm7_tables tables;
  concatenation how;
  const text_conventions& peer;
  alphabet counted = alphabet_of(data_coding);
};

std::optional<std::uint8_t> identifier_of(gsm7_language language) {
  if (language == gsm7_language::standard) return std::nullopt;
  return static_cast<std::uint8_t>(language);
}

// The header of a part, as `udh_octets` counts it.
user_data_header part_header(const cut_message& of, std::uint16_t reference, std::size_t total,
                             std::size_t sequence) {
  user_data_header header;
  if (of.counted == alphabet::gsm7) {
    header.single_shift = identifier_of(of.tables.single);
    header.locking_shift = identifier_of(of.tables.locking);
  }
  if (total == 1 || of.how == concatenation::sar) return header;
  const bool narrow = of.how == concatenation::udh8;
  header.concatenation = {reference, static_cast<std::uint8_t>(total),
                          static_cast<std::uint8_t>(sequence),
                          narrow ? reference_width::octet : reference_width::word};
  return header;
}

std::size_t udh_octets(const cut_message& of, bool several) {
  constexpr std::size_t language_element = 3;
  std::size_t elements = 0;
  if (of.counted == alphabet::gsm7) {
    if (of.tables.single != gsm7_language::standard) elements += language_element;
    if (of.tables.locking != gsm7_language::standard) elements += language_element;
  }
  if (several && of.how == concatenation::udh8) elements += 5;
  if (several && of.how == concatenation::udh16) elements += 6;
  return elements == 0 ? 0 : elements + 1;
}

// How many octets of text go into one part beside a header: of septets, one to an octet.
std::size_t room_beside(std::size_t udh_octets, alphabet counted) {
  const std::size_t left = short_message_octets - udh_octets;
  switch (counted) {
    case alphabet::gsm7: return left * 8 / 7;
    case alphabet::ucs2: return left / 2 * 2;
    case alphabet::octets: break;
  }
  return left;
}

bool is_high_surrogate(byte_view octets, std::size_t at) { return (octets[at] & 0xFCU) == 0xD8U; }
bool is_low_surrogate(byte_view octets, std::size_t at) { return (octets[at] & 0xFCU) == 0xDCU; }

// An escape may itself be escaped, so whether the last one begins a pair depends on how many stand
// in a row; `begin` is never inside a pair.
bool ends_inside_escape(byte_view octets, std::size_t begin, std::size_t end) {
  std::size_t first = end;
  while (first > begin && octets[first - 1] == gsm7_escape)
    --first;
  return (end - first) % 2 == 1;
}

bool ends_inside_pair(byte_view octets, std::size_t end) {
  return end + 1 < octets.size() && is_high_surrogate(octets, end - 2) &&
         is_low_surrogate(octets, end);
}

// Whether the last septet, packed, is what `gsm7_unpack_all` takes for padding.
bool ends_like_padding(byte_view octets, std::size_t begin, std::size_t end, unsigned fill_bits) {
  return octets[end - 1] == '\r' && ((end - begin) * 7 + fill_bits) % 8 == 0;
}

// Calls `part(begin, end)` for each part, if there are several.
template <class Part>
void for_each_part(const cut_message& of, Part part) {
  const byte_view octets = of.octets;
  if (octets.size() <= room_beside(udh_octets(of, false), of.counted)) return;
  const std::size_t header = udh_octets(of, true);
  const bool sar = of.how == concatenation::sar;
  const std::size_t limit = room_beside(sar ? concatenation_octets : header, of.counted);
  const unsigned fill_bits = gsm7_fill_bits(header);
  const auto ends_inside_septets = [&](std::size_t begin, std::size_t end) {
    return ends_inside_escape(octets, begin, end) ||
           (of.peer.gsm7_packed && ends_like_padding(octets, begin, end, fill_bits));
  };
  for (std::size_t begin = 0; begin < octets.size();) {
    std::size_t end = octets.size();
    if (end - begin > limit) {
      end = begin + limit;
      if (of.counted == alphabet::ucs2 && ends_inside_pair(octets, end)) end -= 2;
      while (of.counted == alphabet::gsm7 && ends_inside_septets(begin, end))
        --end;
    }
    part(begin, end);
    begin = end;
  }
}

std::size_t count(const cut_message& of) {
  if (of.how == concatenation::payload) return of.octets.size() <= payload_max ? 1 : 0;
  std::size_t parts = 0;
  for_each_part(of, [&](std::size_t, std::size_t) { ++parts; });
  if (parts == 0) return 1;
  const bool header_beside_sar = of.how == concatenation::sar && udh_octets(of, false) > 0;
  return parts <= parts_max && !header_beside_sar ? parts : 0;
}

message_parts cut(const cut_message& of, std::uint16_t reference) {
  message_parts made;
  made.data_coding = of.data_coding;
  const std::size_t total = count(of);
  if (total == 0) return made;
  made.user_data.reserve(total);
  const auto add = [&](std::size_t begin, std::size_t end) {
    byte_buffer part = format_udh(part_header(of, reference, total, made.user_data.size() + 1));
    made.has_header = !part.empty();
    const byte_view text = of.octets.subspan(begin, end - begin);
    if (of.peer.are_usual()) {
      part.insert(part.end(), text.begin(), text.end());
    } else {
      const encoded_text one{of.data_coding, {text.begin(), text.end()}, of.tables};
      const auto written = write_text(one, part.size(), of.peer);
      part.insert(part.end(), written.begin(), written.end());
    }
    made.user_data.push_back(std::move(part));
  };
  if (total == 1) {
    add(0, of.octets.size());
  } else {
    for_each_part(of, add);
  }
  return made;
}

const text_conventions usual{};

}  // namespace

std::size_t count_parts(const encoded_text& text, concatenation how, const text_conventions& peer) {
  return count({text.data_coding, text.octets, text.tables, how, peer});
}

std::size_t count_parts(std::uint8_t data_coding, byte_view octets, concatenation how) {
  return count({data_coding, octets, {}, how, usual});
}

message_parts split(const encoded_text& text, concatenation how, std::uint16_t reference,
                    const text_conventions& peer) {
  return cut({text.data_coding, text.octets, text.tables, how, peer}, reference);
}

std::vector<byte_buffer> split(std::uint8_t data_coding, byte_view octets, concatenation how,
                               std::uint16_t reference) {
  return cut({data_coding, octets, {}, how, usual}, reference).user_data;
}

}  // namespace smpp
