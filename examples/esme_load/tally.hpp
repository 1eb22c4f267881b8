// What was sent and what came back.
#pragma once

#include "smpp/message_state.hpp"
#include "smpp/status.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "histogram.hpp"

class tally {
 public:
  using time = std::chrono::steady_clock::time_point;

  tally(std::uint64_t first_serial, bool receipts_wanted)
      : first_serial_(first_serial), receipts_wanted_(receipts_wanted) {}

  /// Serial numbers ascend without gaps.
  void sent(time now);
  void answered(std::uint64_t serial, smpp::command_status status, std::string_view message_id,
                time now);
  /// No response will come any more, or too late.
  void lost() noexcept { ++lost_; }
  void late() noexcept { ++late_; }
  void receipt(std::string_view message_id, std::optional<smpp::message_state> state, time now);
  void inbound() noexcept { ++inbound_; }
  void disconnected() noexcept { ++disconnects_; }

  [[nodiscard]] std::uint64_t sent() const noexcept { return messages_.size(); }
  [[nodiscard]] std::uint64_t acked() const noexcept { return acked_; }
  [[nodiscard]] std::uint64_t answers() const noexcept { return acked_ + refused_; }
  [[nodiscard]] std::uint64_t receipts() const noexcept { return receipts_; }
  [[nodiscard]] bool all_answered() const noexcept { return answers() == sent(); }
  [[nodiscard]] bool all_accepted() const noexcept { return acked_ == sent(); }
  [[nodiscard]] bool all_receipts() const noexcept {
    return !receipts_wanted_ || receipts_ == acked_;
  }
  [[nodiscard]] bool in_flight() const noexcept { return answers() + lost_ < sent(); }

  [[nodiscard]] std::string progress() const;
  /// For people, several lines.
  [[nodiscard]] std::string report() const;
  /// For scripts, key=value.
  [[nodiscard]] std::string line() const;

 private:
  struct message {
    time sent;
    bool has_receipt{false};
  };

  void take_receipt(std::uint64_t serial, time now);
  [[nodiscard]] double seconds() const;
  [[nodiscard]] double rate() const;

  std::uint64_t first_serial_;
  bool receipts_wanted_;
  std::vector<message> messages_;
  // By a hash of the message id: ids are many and long.
  boost::unordered_flat_map<std::size_t, std::uint64_t> serials_;
  std::unordered_multimap<std::size_t, time> early_;  // receipts that came before the response
  std::map<smpp::command_status, std::uint64_t> statuses_;
  std::map<std::string, std::uint64_t> states_;
  histogram submit_, receipt_;
  time last_answer_{};
  std::uint64_t acked_{0}, refused_{0}, lost_{0}, late_{0};
  std::uint64_t receipts_{0}, duplicates_{0}, inbound_{0}, disconnects_{0};
};
