#include "smpp/message_state.hpp"

#include <algorithm>
#include <array>

namespace smpp {
namespace {

enum class match : std::uint8_t { whole, beginning };

struct word_rule {
  std::string_view word;  // in capitals
  match how;
  message_state state;
};

// Words carriers write. Only whole words mean delivered ("DELIVERY_FAILED" must not); a failure is
// told by how it begins, so that REJECTED_BY_HLR and UNDELIVRD need no row of their own.
constexpr auto word_rules = std::to_array<word_rule>({
    {"DELIVRD", match::whole, message_state::delivered},
    {"DELIVERED", match::whole, message_state::delivered},
    {"DELIVERD", match::whole, message_state::delivered},
    {"0", match::whole, message_state::delivered},  // Yo! of Uganda
    {"UNDEL", match::beginning, message_state::undeliverable},
    {"FAIL", match::beginning, message_state::undeliverable},
    {"EXPIR", match::beginning, message_state::expired},
    {"DELET", match::beginning, message_state::deleted},
    {"REJ", match::beginning, message_state::rejected},
    {"DND", match::beginning, message_state::rejected},  // the subscriber wants no such messages
    {"ACCEP", match::beginning, message_state::accepted},
    {"ACKED", match::whole, message_state::accepted},
    {"ENROUTE", match::whole, message_state::enroute},
    {"EN_ROUTE", match::whole, message_state::enroute},
    {"BUFF", match::beginning, message_state::enroute},
    {"SCHED", match::beginning, message_state::scheduled},
    {"UNKN", match::beginning, message_state::unknown},
    {"SKIP", match::beginning, message_state::skipped},
});

constexpr char to_capital(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

bool matches(std::string_view word, const word_rule& rule) {
  if (word.size() < rule.word.size()) return false;
  if (rule.how == match::whole && word.size() != rule.word.size()) return false;
  return std::ranges::equal(word.substr(0, rule.word.size()), rule.word, {}, to_capital);
}

}  // namespace

std::optional<message_state> to_message_state(std::uint8_t number) noexcept {
  if (number > static_cast<std::uint8_t>(message_state::skipped)) return std::nullopt;
  return static_cast<message_state>(number);
}

std::string_view receipt_word(message_state state) noexcept {
  switch (state) {
    case message_state::scheduled:
    case message_state::enroute: return "ENROUTE";
    case message_state::delivered: return "DELIVRD";
    case message_state::expired: return "EXPIRED";
    case message_state::deleted: return "DELETED";
    case message_state::undeliverable: return "UNDELIV";
    case message_state::accepted: return "ACCEPTD";
    case message_state::unknown: break;
    case message_state::rejected: return "REJECTD";
    case message_state::skipped: return "SKIPPED";
  }
  return "UNKNOWN";
}

std::optional<message_state> parse_receipt_word(std::string_view word) noexcept {
  const auto* const rule = std::ranges::find_if(
      word_rules, [&](const word_rule& candidate) { return matches(word, candidate); });
  if (rule == word_rules.end()) return std::nullopt;
  return rule->state;
}

bool is_final(message_state state) noexcept {
  return state != message_state::scheduled && state != message_state::enroute &&
         state != message_state::accepted;
}

}  // namespace smpp
