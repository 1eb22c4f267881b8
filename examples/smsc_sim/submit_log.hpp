// A line for each submit_sm, in a file and for `tail`.
#pragma once

#include "smpp/pdu.hpp"

#include <cstdint>
#include <deque>
#include <fstream>
#include <string>
#include <string_view>

class submit_log {
 public:
  /// Throws std::runtime_error where the file cannot be written. No name: no file.
  submit_log(const std::string& file, std::size_t tail_max);

  [[nodiscard]] bool wanted() const noexcept { return file_.is_open() || tail_max_ > 0; }
  void add(std::uint64_t number, std::string_view message_id, const smpp::submit_sm& pdu);
  [[nodiscard]] const std::deque<std::string>& tail() const noexcept { return tail_; }

 private:
  std::ofstream file_;
  std::size_t tail_max_;
  std::deque<std::string> tail_;
};

/// The octets of the message: short_message, or message_payload.
[[nodiscard]] smpp::byte_view body_of(const smpp::submit_sm& pdu) noexcept;
/// The text of the message or part, on one line.
[[nodiscard]] std::string text_of(const smpp::submit_sm& pdu);
