// Parts in any order, of a few messages, with time passing: every part that was kept is given back
// exactly once, whole, displaced, expired or refused; and what is held stays within its limits.
//
//   | limits (1) | what (1), reference (1), number and total (1), length (1) | ...
#include "smpp/reassembler.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <set>

namespace {

using namespace std::chrono_literals;

class driven {
 public:
  explicit driven(std::uint8_t setup)
      : limits_{1 + setup % 8U, std::size_t{32} + setup, 10s}, parts_(limits_) {}

  void step(smpp::byte_view what) {
    if (what[0] % 4U == 0) now_ += std::chrono::seconds(what[1] % 16U);
    if (what[0] % 4U == 1) expire();
    if (what[0] % 4U > 1) add(what);
    fuzz::check(parts_.messages_held() <= limits_.messages_max, "messages are bounded");
    fuzz::check(parts_.octets_held() <= limits_.octets_max, "octets are bounded");
    fuzz::check(parts_.next_deadline().has_value() == (parts_.messages_held() > 0),
                "what is held has a deadline");
    fuzz::check(parts_.messages_held() <= kept_.size(), "no message is without parts");
  }

  void end() {
    now_ += limits_.timeout;
    expire();
    fuzz::check(kept_.empty() && parts_.messages_held() == 0 && parts_.octets_held() == 0,
                "nothing is left");
  }

 private:
  void add(smpp::byte_view what) {
    smpp::part_key key;
    key.reference = what[1] % 4U;
    key.kind = static_cast<smpp::part_kind>(what[1] / 4U % 3U);
    key.total = static_cast<std::uint8_t>(what[2] % 16U);
    const auto number = static_cast<std::uint8_t>(what[2] / 16U);
    const smpp::byte_buffer octets(what[3] % 64U, what[3]);
    const auto outcome = parts_.add(key, number, octets, ++cookie_, now_);
    std::visit([this](const auto& one) { on(one); }, outcome);
    const bool wrong = number == 0 || number > key.total;
    const auto* refused = std::get_if<smpp::part_refused>(&outcome);
    const bool by_number = refused != nullptr && refused->why == smpp::part_refused::cause::number;
    fuzz::check(wrong == by_number, "a part is one of its total");
  }

  void on(const smpp::part_waiting& one) {
    kept_.insert(cookie_);
    if (one.displaced) give_back(*one.displaced);
    fuzz::check(one.missing > 0, "more is needed");
  }
  void on(const smpp::message_complete& one) {
    kept_.insert(cookie_);
    for (const auto cookie : one.cookies)
      give_back(cookie);
  }
  void on(const smpp::part_duplicate&) {}
  void on(const smpp::part_refused&) {}

  void expire() {
    for (const auto& one : parts_.expire(now_))
      give_back(one);
    fuzz::check(!parts_.next_deadline() || *parts_.next_deadline() > now_, "a deadline lies ahead");
  }
  void give_back(const smpp::incomplete_message& message) {
    fuzz::check(message.parts.size() + message.missing.size() == message.key.total,
                "what did not come is missing");
    for (const auto& part : message.parts)
      give_back(part.cookie);
  }
  void give_back(std::uint64_t cookie) {
    fuzz::check(kept_.erase(cookie) == 1, "a part is given back once");
  }

  smpp::reassembler_limits limits_;
  smpp::reassembler parts_;
  smpp::reassembler::time_point now_{1h};
  std::set<std::uint64_t> kept_;
  std::uint64_t cookie_{0};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  driven messages(data[0]);
  constexpr std::size_t step = 4;
  for (smpp::byte_view rest(data + 1, size - 1); rest.size() >= step; rest = rest.subspan(step))
    messages.step(rest.first(step));
  messages.end();
  return 0;
}
