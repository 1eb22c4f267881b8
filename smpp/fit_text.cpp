#include "smpp/fit_text.hpp"

#include "smpp/ucs2.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace smpp {
namespace {

// What there is to try, the shorter headers first. Without any: text need not be in UCS-2 because
// it must.
std::vector<gsm7_tables> tables_of(const std::vector<gsm7_language>& languages) {
  std::vector<gsm7_tables> offered{gsm7_tables{}};
  for (const auto single : languages)
    offered.push_back({gsm7_language::standard, single});
  for (const auto locking : languages) {
    if (has_locking_table(locking)) offered.push_back({locking, gsm7_language::standard});
  }
  for (const auto locking : languages) {
    if (!has_locking_table(locking)) continue;
    for (const auto single : languages)
      offered.push_back({locking, single});
  }
  return offered;
}

encoded_text in_fewest_parts(encoded_text ucs2, concatenation how, const text_conventions& peer) {
  const auto data_coding = as_gsm7(ucs2.data_coding);
  const bool septets_possible =
      data_coding != data_coding_default || peer.default_alphabet == default_alphabet::gsm7;
  if (peer.national_languages.empty() || !septets_possible) return ucs2;
  const auto parts_of = [&](const encoded_text& text) {
    const auto parts = count_parts(text, how, peer);
    return parts == 0 ? parts_max + 1 : parts;
  };
  const auto utf8 = ucs2_decode(ucs2.octets);
  std::size_t fewest = parts_of(ucs2);
  encoded_text best = std::move(ucs2);
  for (const auto& tables : tables_of(peer.national_languages)) {
    auto septets = gsm7_encode(utf8, tables);
    if (!septets) continue;
    encoded_text candidate{data_coding, std::move(*septets), tables};
    const auto parts = parts_of(candidate);
    if (parts >= fewest) continue;
    fewest = parts;
    best = std::move(candidate);
  }
  return best;
}

}  // namespace

encoded_text fit_text(encoded_text text, concatenation how, const text_conventions& peer) {
  if (!can_write_text(text, peer))
    return {as_ucs2(text.data_coding), ucs2_encode(decode_text(text)).value()};
  if (alphabet_of(text.data_coding) != alphabet::ucs2) return text;
  return in_fewest_parts(std::move(text), how, peer);
}

std::optional<encoded_text> encode_text(std::string_view utf8, concatenation how,
                                        const text_conventions& peer) {
  auto text = encode_text(utf8);
  if (!text) return std::nullopt;
  return fit_text(std::move(*text), how, peer);
}

}  // namespace smpp
