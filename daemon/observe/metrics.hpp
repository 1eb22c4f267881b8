// The daemon's figures, as Prometheus reads them. Every figure is fetched once and then counted
// without a lookup. Loop thread only.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smppd {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;

/// Counters of one family that differ in a number: a command_status, an HTTP status. Each is made
/// when its number is first seen; beyond `numbers_max` different ones they count as "other".
class counters_by_number {
 public:
  static constexpr std::size_t numbers_max = 64;
  enum class form : std::uint8_t { decimal, command_status };

  counters_by_number(prometheus::Family<Counter>& family, prometheus::Labels labels,
                     std::string label, form of_label);
  [[nodiscard]] Counter& operator[](std::uint32_t number);
  /// Takes them all out of the family.
  void remove();

 private:
  [[nodiscard]] Counter& add(std::uint32_t number);

  prometheus::Family<Counter>& family_;
  prometheus::Labels labels_;
  std::string label_;
  form form_;
  std::vector<std::pair<std::uint32_t, Counter*>> known_;  // few: searched from the front
  Counter* other_{nullptr};
};

class metrics {
 public:
  metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;
  ~metrics();

  /// Everything in Prometheus' text format.
  [[nodiscard]] std::string serialize() const;

  /// What belongs to one carrier. Fetch it once; it lives as long as this object.
  struct carrier_figures {
    Counter& parts_submitted;
    counters_by_number submit_responses;  // by command_status
    Counter& receipts_matched;
    Counter& receipts_unmatched;
    Counter& receipts_repeated;
    Counter& reconnects;
    Gauge& queue_depth;
    Gauge& window_inflight;
    Gauge& bound;                // sessions
    Histogram& submit_latency;   // submit_sm to submit_sm_resp
    Histogram& receipt_latency;  // submit_sm_resp to the final receipt
  };
  [[nodiscard]] carrier_figures& carrier(std::string_view name);
  /// Ends the figures of a carrier that the configuration has no more; references to them dangle.
  void remove_carrier(std::string_view name);

  /// By HTTP status; `route` is the pattern, such as `POST /v1/sms/send`, never a path of a caller.
  /// Fetch it once per route.
  [[nodiscard]] counters_by_number& http_requests(std::string_view route);

 private:
  struct families;
  prometheus::Registry registry_;
  std::unique_ptr<families> families_;
  std::map<std::string, std::unique_ptr<carrier_figures>, std::less<>> carriers_;
  std::map<std::string, std::unique_ptr<counters_by_number>, std::less<>> http_routes_;

 public:
  // Messages.
  Counter &accepted_http, &accepted_esme, &accepted_keyword_reply;
  Counter &final_delivered, &final_failed, &final_cancelled;
  Counter &inbound_matched, &inbound_unmatched;
  Gauge& messages_queued;  // in memory and in the store, all carriers

  // ESMEs and webhooks.
  Gauge& esme_sessions;
  counters_by_number esme_submits;  // by command_status
  Gauge &notices_waiting_esme, &notices_waiting_webhook;
  Counter &webhook_delivered, &webhook_retried, &webhook_given_up;

  // The store.
  Histogram& commit_seconds;
  Histogram& commit_batch_size;
  Counter& commit_failures;
  Gauge& store_healthy;  // 1 or 0
  Gauge& database_bytes;
  Gauge& wal_bytes;
};

}  // namespace smppd
