#include "smpp/segmenter.hpp"

#include "smpp/gsm7.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"

namespace smpp {
namespace {

// How many octets of user data go into one part; of septets, one to an octet.
struct part_limits {
  std::size_t alone;
  std::size_t of_several;
};

constexpr part_limits limits_of(alphabet counted, concatenation how) {
  const bool word = how == concatenation::udh16;
  switch (counted) {
    case alphabet::gsm7: return {160, word ? 152U : 153U};
    case alphabet::ucs2: return {140, word ? 132U : 134U};  // 70, 66 and 67 units
    case alphabet::octets: break;
  }
  return {140, word ? 133U : 134U};
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

std::size_t end_of_part(alphabet counted, byte_view octets, std::size_t begin, std::size_t limit) {
  if (octets.size() - begin <= limit) return octets.size();
  const std::size_t end = begin + limit;
  if (counted == alphabet::gsm7 && ends_inside_escape(octets, begin, end)) return end - 1;
  if (counted == alphabet::ucs2 && ends_inside_pair(octets, end)) return end - 2;
  return end;
}

// Calls `part(begin, end)` for each part, if there are several.
template <class Part>
void for_each_part(std::uint8_t data_coding, byte_view octets, concatenation how, Part part) {
  const alphabet counted = alphabet_of(data_coding);
  const part_limits limits = limits_of(counted, how);
  if (octets.size() <= limits.alone) return;
  for (std::size_t begin = 0; begin < octets.size();) {
    const std::size_t end = end_of_part(counted, octets, begin, limits.of_several);
    part(begin, end);
    begin = end;
  }
}

}  // namespace

std::size_t count_parts(std::uint8_t data_coding, byte_view octets, concatenation how) {
  if (how == concatenation::payload) return octets.size() <= payload_max ? 1 : 0;
  std::size_t parts = 0;
  for_each_part(data_coding, octets, how, [&](std::size_t, std::size_t) { ++parts; });
  if (parts == 0) return 1;
  return parts <= parts_max ? parts : 0;
}

std::vector<byte_buffer> split(std::uint8_t data_coding, byte_view octets, concatenation how,
                               std::uint16_t reference) {
  const std::size_t total = count_parts(data_coding, octets, how);
  if (total == 0) return {};
  if (total == 1) return {byte_buffer(octets.begin(), octets.end())};
  concatenation_element element;
  element.reference = reference;
  element.total = static_cast<std::uint8_t>(total);
  element.width = how == concatenation::udh8 ? reference_width::octet : reference_width::word;
  std::vector<byte_buffer> parts;
  parts.reserve(total);
  for_each_part(data_coding, octets, how, [&](std::size_t begin, std::size_t end) {
    ++element.sequence;
    byte_buffer part = how == concatenation::sar ? byte_buffer{} : format_udh(element);
    const byte_view user_data = octets.subspan(begin, end - begin);
    part.insert(part.end(), user_data.begin(), user_data.end());
    parts.push_back(std::move(part));
  });
  return parts;
}

}  // namespace smpp
