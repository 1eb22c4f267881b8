// How the simulated carrier behaves.
#pragma once

#include "smpp/message_state.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "endpoint.hpp"

enum class id_style : std::uint8_t { hex, decimal, padded, upper };
enum class receipt_place : std::uint8_t { tlv, text, both, data_sm };

struct settings {
  endpoint listen;
  std::optional<endpoint> control;
  std::string system_id, password;  // empty: anyone
  std::chrono::milliseconds delay{0};
  std::uint64_t throttle_every{0}, reject_every{0}, drop_every{0}, ignore_every{0};  // 0: never
  std::string reject_prefix;
  id_style ids{id_style::hex};
  std::optional<id_style> receipts_as;  // not given: as in the response
  std::uint64_t first_id{0};            // 0: by the clock, so that ids do not come twice
  bool receipts{true};
  bool receipt_before_response{false};
  std::chrono::milliseconds receipt_delay{0}, receipt_jitter{0};
  smpp::message_state receipt_state{smpp::message_state::delivered};
  receipt_place receipts_in{receipt_place::both};
  std::uint32_t window{100};
  std::size_t tail{0};
  std::string log_file;
  bool count{false};
  std::chrono::seconds quit_after{0};  // 0: when told
};

/// Nothing: `--help` was asked for, and answered. Throws boost::program_options::error.
[[nodiscard]] std::optional<settings> parse_settings(int argc, const char* const* argv);
