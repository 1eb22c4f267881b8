// Which message a receipt is for: the ids that carriers gave to what was sent, in memory and within
// a limit. What leaves the book for want of room, or of age, is handed to whoever made it (see
// `on_evicted`). Loop thread only.
#pragma once

#include "daemon/config/config.hpp"
#include "daemon/gateway/awaited.hpp"
#include "smpp/message_id.hpp"
#include "smpp/octets.hpp"
#include "store/records.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace smppd {

class receipt_book {
 public:
  using time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::hours age_max{1};  // older entries go to the store

  struct match {
    awaited_ptr message;
    std::uint8_t part{};
    smpp::id_form form{};  // exact, hex_to_decimal or decimal_to_hex
    smpp::octets<24> key;  // what the carrier called it, in canonical form
  };
  using evicted = std::function<void(std::int64_t carrier, std::string_view key,
                                     const awaited_ptr& message, std::uint8_t part)>;

  /// Remembers at most `entries_max` ids.
  receipt_book(std::size_t entries_max, evicted on_evicted)
      : entries_max_(entries_max), on_evicted_(std::move(on_evicted)) {}

  /// The carrier gave `carrier_id` to part `part`. Of two messages with one id the later one is
  /// meant.
  void add(std::int64_t carrier, std::string_view carrier_id, std::uint8_t part,
           awaited_ptr message, time now);
  [[nodiscard]] std::optional<match> find_exact(std::int64_t carrier,
                                                std::string_view receipt_id) const;
  /// Every message that the id may mean, by all forms, exact first.
  [[nodiscard]] std::vector<match> find(std::int64_t carrier, std::string_view receipt_id) const;
  /// Evicts what is too old.
  void age(time now);
  /// Forgets all; nothing is evicted.
  void clear() noexcept;
  /// No message below this id still waits in memory; empty: none does at all.
  [[nodiscard]] std::optional<store::id64> oldest_waiting();
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct entry {
    std::int64_t carrier{};
    smpp::octets<24> key;
    time added;
    awaited_ptr message;
    std::uint8_t part{};
  };
  static_assert(sizeof(entry) <= 64);  // a line of the cache

  [[nodiscard]] const entry* look_up(std::int64_t carrier, std::string_view key) const;
  void evict_oldest();

  std::size_t entries_max_;
  evicted on_evicted_;
  std::deque<entry> entries_;  // in the order they were added
  std::uint64_t first_{0};     // number of entries_.front()
  boost::unordered_flat_map<std::uint64_t, std::uint64_t>
      numbers_;  // hash -> number of the latest entry
  // For oldest_waiting(), which must not walk through millions of entries: all before this number
  // are settled; and of the others those that no later one is below, numbers and ids ascending.
  std::uint64_t waiting_from_{0};
  std::deque<std::pair<std::uint64_t, store::id64>> lowest_;
};

/// Whether the address that a receipt came from is that of the message: the same digits, but for a
/// prefix that one of them leaves out. Nothing where the receipt has no address.
[[nodiscard]] std::optional<bool> addresses_agree(std::string_view receipt_source,
                                                  std::string_view message_destination) noexcept;

/// How well a match by `form` is to be believed; 0: not at all. A carrier that writes ids in
/// another base makes strangers of each other: "10" is "16" in hexadecimal. So a match in the form
/// that was pinned, or learned, or that the address confirms, comes before one that nothing speaks
/// for; and a conversion is none where the address speaks against it, or what was seen or learned.
[[nodiscard]] int belief(smpp::id_form form, std::optional<bool> address_agrees,
                         carrier_id_form allowed, const smpp::id_form_evidence& learned) noexcept;
/// The most it can be.
inline constexpr int belief_max = 4;

}  // namespace smppd
