// Which message a receipt is for: the ids that carriers gave to what was sent, in memory and within
// a limit. What leaves the book unanswered is handed to the store (see `on_evicted`). Loop thread
// only.
#pragma once

#include "daemon/config/config.hpp"
#include "smpp/message_id.hpp"
#include "smpp/octets.hpp"
#include "store/records.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <bitset>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace smppd {

/// A sent message whose receipt is awaited: what must be known when it comes.
struct awaited {
  store::id64 id{};
  std::int64_t account{}, login{}, carrier{};
  std::uint8_t registered_delivery{}, data_coding{}, parts{1};
  store::address_types types;
  smpp::octets<20> source, destination;
  smpp::octets<20> beginning;  // of the text, as receipts quote it
  std::string callback_url;
  store::wall_time sent_at;
  std::bitset<256> delivered;  // parts, from 1
  bool settled{false};         // its final state is known: what still comes is a repetition
};
using awaited_ptr = std::shared_ptr<awaited>;

class receipt_book {
 public:
  using time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::hours age_max{1};  // older entries go to the store

  struct match {
    awaited_ptr message;
    std::uint8_t part{};
    smpp::id_form form{};
  };
  using evicted = std::function<void(std::int64_t carrier, std::string_view key, const awaited&,
                                     std::uint8_t part)>;

  /// Remembers at most `entries_max` ids.
  receipt_book(std::size_t entries_max, evicted on_evicted)
      : entries_max_(entries_max), on_evicted_(std::move(on_evicted)) {}

  /// The carrier gave `carrier_id` to part `part`. Of two messages with one id the later one is
  /// meant.
  void add(std::int64_t carrier, std::string_view carrier_id, std::uint8_t part,
           awaited_ptr message, time now);
  /// Exact first, then by the forms that `allowed` permits.
  [[nodiscard]] std::optional<match> find(std::int64_t carrier, std::string_view receipt_id,
                                          carrier_id_form allowed) const;
  /// Evicts what is too old.
  void age(time now);
  /// The smallest id that still waits in memory; empty: none does.
  [[nodiscard]] std::optional<store::id64> oldest_waiting() const;
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct entry {
    std::uint64_t hash{};
    std::int64_t carrier{};
    smpp::octets<24> key;
    std::uint8_t part{};
    time added;
    awaited_ptr message;
  };

  [[nodiscard]] const entry* look_up(std::int64_t carrier, std::string_view key) const;
  void evict_oldest();

  std::size_t entries_max_;
  evicted on_evicted_;
  std::deque<entry> entries_;  // in the order they were added
  std::uint64_t first_{0};     // number of entries_.front()
  boost::unordered_flat_map<std::uint64_t, std::uint64_t>
      numbers_;  // hash -> number of the latest entry
};

/// Does `form` fall under what the configuration allows?
[[nodiscard]] bool permits(carrier_id_form allowed, smpp::id_form form) noexcept;

}  // namespace smppd
