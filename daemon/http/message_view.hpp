// A message, or a submission to several recipients, as the API shows it.
#pragma once

#include "daemon/http/json_writer.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smppd::http {

struct single_outcome {
  bool possible_duplicate{};
  std::uint32_t attempts{};
  std::string carrier, carrier_message_id, error;
};

struct message_view {
  store::id64 id{};
  std::string_view status, reason;
  bool final{false};
  std::vector<std::string> to;
  std::size_t recipients{1};
  std::optional<std::size_t> duplicates_removed;  // told once, when it is accepted
  std::string from;
  std::uint8_t data_coding{};
  std::size_t characters{}, parts{1};  // per recipient
  std::string client_ref, callback_url;
  std::vector<store::reader::state_count> summary;
  store::wall_time created_at, updated_at, sent_at, delivered_at;
  std::optional<single_outcome> only;  // of a message to one recipient
};

[[nodiscard]] std::string to_json(const message_view& view);
/// Only what is known before anything is accepted.
[[nodiscard]] std::string to_json_of_dry_run(const message_view& view);
/// Adds `"summary": [{"status": "SENT", "reason": null, "count": 3}]`.
void add_summary(json_writer& body, const std::vector<store::reader::state_count>& counts);

/// Status of a submission as a whole: QUEUED while any recipient is, then SENT while any is not
/// final, then DELIVERED (all), FAILED (none), CANCELLED (all), or PARTIAL.
[[nodiscard]] std::string_view aggregate_status(
    const std::vector<store::reader::state_count>& counts) noexcept;

}  // namespace smppd::http
