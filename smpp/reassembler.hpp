// Puts the parts of long inbound messages together again. It holds parts in memory, within limits,
// and knows no clock, no store and no PDU: a cookie stands for whatever the caller keeps of a part.
//
//   add(part) -> waiting ... waiting -> complete        all parts came
//                      \-> duplicate                    this one came before
//                      \-> refused                      no room, or no such part number
//   expire(now) -> what came of messages whose time is up
#pragma once

#include "smpp/bytes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace smpp {

/// How a part says where it belongs: a concatenation header, or the sar_ TLVs.
enum class part_kind : std::uint8_t { udh8, udh16, sar };

/// Parts with equal keys belong to one message.
struct part_key {
  std::string source{};
  std::string destination{};
  std::uint16_t reference{};
  std::uint8_t total{};
  part_kind kind = part_kind::udh8;

  bool operator==(const part_key&) const = default;
};

struct part_key_hash {
  [[nodiscard]] std::size_t operator()(const part_key& key) const noexcept;
};

/// What a reassembler may hold. User data octets are counted, bookkeeping is not; it is bounded by
/// 255 parts to a message.
struct reassembler_limits {
  std::size_t messages_max = 10'000;  ///< of those that wait; as many complete ones are remembered
  std::size_t octets_max = std::size_t{16} * 1024 * 1024;
  /// From the first part; and so long a message is remembered after its last one.
  std::chrono::steady_clock::duration timeout = std::chrono::minutes(10);
};

/// A message whose parts did not all come.
struct incomplete_message {
  struct part {
    std::uint8_t sequence{};
    std::uint64_t cookie{};
    byte_buffer octets;
  };

  part_key key;
  std::vector<part> parts;            ///< what came, by sequence
  std::vector<std::uint8_t> missing;  ///< the sequences that did not, ascending
  /// All that came equals what a complete message had: the peer did not see our answers and
  /// repeated itself. Nobody misses it.
  bool repeated{false};
};

/// The part is kept and `missing` more are needed. `displaced` is the message this part put an end
/// to: the peer used its reference again before all its parts had come.
struct part_waiting {
  std::size_t missing{};
  std::optional<incomplete_message> displaced;
};

/// The same octets under the same sequence are held already, or others are and these are a complete
/// message's, repeated late; nothing changed.
struct part_duplicate {};

/// The last part came. Of the message only a hash of each part is held from now on.
struct message_complete {
  byte_buffer octets;                  ///< the user data of all parts, in order
  std::vector<std::uint64_t> cookies;  ///< one for each part, in order
};

/// Nothing changed.
struct part_refused {
  enum class cause : std::uint8_t {
    full,    ///< a limit is reached; the peer may try again later
    number,  ///< the sequence is 0 or above the total
  };
  cause why{};
};

using part_outcome = std::variant<part_waiting, part_duplicate, message_complete, part_refused>;

class reassembler {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit reassembler(reassembler_limits limits) : limits_(limits) {}
  reassembler(const reassembler&) = delete;
  reassembler& operator=(const reassembler&) = delete;
  ~reassembler() = default;

  /// Takes one part; `user_data` is without its header and is copied. A message has its timeout
  /// from the `now` of its first part, which may lie in the past: after a restart the caller adds
  /// the parts it has kept at the times they came. A part that needs no other completes at once,
  /// and is not remembered.
  ///
  /// A part under the key of a complete message begins a new one: handsets use their references
  /// again, and may say the same again. Only if nothing else of it comes than what the complete
  /// one had is it a repetition: then it ends as an incomplete message that says so.
  [[nodiscard]] part_outcome add(const part_key& key, std::uint8_t sequence, byte_view user_data,
                                 std::uint64_t cookie, time_point now);

  /// Gives back, and forgets, the messages whose timeout is at or before `now`, oldest first.
  [[nodiscard]] std::vector<incomplete_message> expire(time_point now);

  /// When the oldest message times out; nothing when none is held.
  [[nodiscard]] std::optional<time_point> next_deadline() const;

  [[nodiscard]] std::size_t messages_held() const noexcept { return messages_.size(); }
  [[nodiscard]] std::size_t octets_held() const noexcept { return octets_held_; }

 private:
  using part = incomplete_message::part;
  using deadlines = std::multimap<time_point, const part_key*>;
  struct pending {
    std::vector<part> parts;  // by sequence
    deadlines::iterator deadline;
    bool repeats{false};  // each of them equals the complete message's
  };
  using messages = std::unordered_map<part_key, pending, part_key_hash>;
  struct completed {
    std::vector<std::size_t> hashes;  // of the parts, by sequence
    deadlines::iterator deadline;
  };
  using completed_messages = std::unordered_map<part_key, completed, part_key_hash>;

  [[nodiscard]] static const part* find_part(const pending& message, std::uint8_t sequence);
  [[nodiscard]] bool has_room(std::size_t new_messages, std::size_t new_octets) const noexcept;
  [[nodiscard]] part_waiting start(const part_key& key, part first, bool repeats, time_point now);
  [[nodiscard]] incomplete_message give_up(messages::iterator message);
  [[nodiscard]] message_complete finish(messages::iterator message, time_point now);
  [[nodiscard]] messages::node_type take(messages::iterator message);
  [[nodiscard]] bool was_completed(const part_key& key, std::uint8_t sequence,
                                   byte_view user_data) const;
  void remember(const part_key& key, const std::vector<part>& parts, time_point now);
  void forget(completed_messages::iterator message);
  void forget_completed(time_point now);

  reassembler_limits limits_;
  messages messages_;
  deadlines deadlines_;  // points at the keys inside messages_, whose nodes do not move
  completed_messages completed_;
  deadlines completed_deadlines_;  // likewise
  std::size_t octets_held_ = 0;
};

}  // namespace smpp
