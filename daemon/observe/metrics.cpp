#include "daemon/observe/metrics.hpp"

#include "smpp/status.hpp"

#include <prometheus/text_serializer.h>

#include <initializer_list>
#include <type_traits>

namespace smppd {
namespace {

using prometheus::Family;
using prometheus::Labels;
using boundaries = Histogram::BucketBoundaries;

// Seconds. A commit takes 50 microseconds on a good disk and seconds on a dying one.
const boundaries commit_buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};
const boundaries batch_buckets{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192};
const boundaries submit_buckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                0.25,  0.5,    1,     2.5,  5,     10,   30};
const boundaries receipt_buckets{0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 43200, 172800};

template <class Figure>
Family<Figure>& family(prometheus::Registry& registry, const std::string& name,
                       const std::string& help) {
  auto builder = [] {
    if constexpr (std::is_same_v<Figure, Counter>) return prometheus::BuildCounter();
    if constexpr (std::is_same_v<Figure, Gauge>) return prometheus::BuildGauge();
    if constexpr (std::is_same_v<Figure, Histogram>) return prometheus::BuildHistogram();
  }();
  return builder.Name("smppd_" + name).Help(help).Register(registry);
}

}  // namespace

counters_by_number::counters_by_number(Family<Counter>& family, Labels labels, std::string label,
                                       form of_label)
    : family_(family), labels_(std::move(labels)), label_(std::move(label)), form_(of_label) {}

Counter& counters_by_number::operator[](std::uint32_t number) {
  for (const auto& [known, counter] : known_) {
    if (known == number) return *counter;
  }
  return add(number);
}

Counter& counters_by_number::add(std::uint32_t number) {
  auto labels = labels_;
  if (known_.size() >= numbers_max) {
    if (other_ == nullptr) {
      labels[label_] = "other";
      other_ = &family_.Add(labels);
    }
    return *other_;
  }
  labels[label_] =
      form_ == form::decimal ? std::to_string(number) : smpp::name(smpp::command_status{number});
  return *known_.emplace_back(number, &family_.Add(labels)).second;
}

void counters_by_number::remove() {
  for (const auto& [number, counter] : known_)
    family_.Remove(counter);
  if (other_ != nullptr) family_.Remove(other_);
  known_.clear();
  other_ = nullptr;
}

struct metrics::families {
  prometheus::Registry& registry;

  Family<Counter>& accepted =
      family<Counter>(registry, "messages_accepted_total",
                      "Messages accepted and durable, by where they came from.");
  Family<Counter>& final =
      family<Counter>(registry, "messages_final_total", "Messages that reached a final state.");
  Family<Counter>& parts_submitted =
      family<Counter>(registry, "parts_submitted_total", "submit_sm sent to carriers.");
  Family<Counter>& submit_responses = family<Counter>(
      registry, "submit_responses_total", "submit_sm_resp from carriers, by command_status.");
  Family<Counter>& receipts =
      family<Counter>(registry, "receipts_total", "Delivery receipts from carriers.");
  Family<Counter>& reconnects =
      family<Counter>(registry, "reconnects_total", "Connections to carriers begun.");
  Family<Counter>& inbound = family<Counter>(registry, "inbound_total",
                                             "Inbound messages; matched: somebody is to get them.");
  Family<Counter>& esme_submits = family<Counter>(
      registry, "esme_submits_total", "submit_sm of applications, by the status answered.");
  Family<Counter>& webhooks =
      family<Counter>(registry, "webhook_deliveries_total", "Attempts to call a webhook.");
  Family<Counter>& http_requests =
      family<Counter>(registry, "http_requests_total", "Requests to the HTTP API.");
  Family<Counter>& commit_failures =
      family<Counter>(registry, "commit_failures_total", "Commits that failed.");
  Family<Gauge>& messages_queued =
      family<Gauge>(registry, "messages_queued", "Messages waiting to be sent.");
  Family<Gauge>& queue_depth =
      family<Gauge>(registry, "queue_depth", "Messages waiting for a carrier, in memory.");
  Family<Gauge>& window_inflight =
      family<Gauge>(registry, "window_inflight", "submit_sm waiting for an answer.");
  Family<Gauge>& bound = family<Gauge>(registry, "smpp_bound", "Sessions bound at a carrier.");
  Family<Gauge>& esme_sessions =
      family<Gauge>(registry, "esme_sessions", "Sessions of applications bound here.");
  Family<Gauge>& notices_waiting =
      family<Gauge>(registry, "notices_waiting", "Receipts and inbound messages not yet taken.");
  Family<Gauge>& store_healthy =
      family<Gauge>(registry, "store_healthy", "0 from a failed commit to the next good.");
  Family<Gauge>& database_bytes =
      family<Gauge>(registry, "database_bytes", "Size of the database.");
  Family<Gauge>& wal_bytes =
      family<Gauge>(registry, "wal_bytes", "Size of the database's write-ahead log.");
  Family<Histogram>& commit_seconds =
      family<Histogram>(registry, "commit_seconds", "Duration of a commit.");
  Family<Histogram>& commit_batch_size =
      family<Histogram>(registry, "commit_batch_size", "Changes in a commit.");
  Family<Histogram>& submit_latency =
      family<Histogram>(registry, "submit_latency_seconds", "From submit_sm to submit_sm_resp.");
  Family<Histogram>& receipt_latency = family<Histogram>(
      registry, "receipt_latency_seconds", "From submit_sm_resp to the final receipt.");
};

metrics::metrics()
    : families_(std::make_unique<families>(families{registry_})),
      accepted_http(families_->accepted.Add({{"from", "http"}})),
      accepted_esme(families_->accepted.Add({{"from", "esme"}})),
      accepted_keyword_reply(families_->accepted.Add({{"from", "keyword_reply"}})),
      final_delivered(families_->final.Add({{"state", "delivered"}})),
      final_failed(families_->final.Add({{"state", "failed"}})),
      final_cancelled(families_->final.Add({{"state", "cancelled"}})),
      inbound_matched(families_->inbound.Add({{"matched", "yes"}})),
      inbound_unmatched(families_->inbound.Add({{"matched", "no"}})),
      messages_queued(families_->messages_queued.Add({})),
      esme_sessions(families_->esme_sessions.Add({})),
      esme_submits(families_->esme_submits, {}, "command_status",
                   counters_by_number::form::command_status),
      notices_waiting_esme(families_->notices_waiting.Add({{"kind", "esme"}})),
      notices_waiting_webhook(families_->notices_waiting.Add({{"kind", "webhook"}})),
      webhook_delivered(families_->webhooks.Add({{"result", "delivered"}})),
      webhook_retried(families_->webhooks.Add({{"result", "retried"}})),
      webhook_given_up(families_->webhooks.Add({{"result", "given_up"}})),
      commit_seconds(families_->commit_seconds.Add({}, commit_buckets)),
      commit_batch_size(families_->commit_batch_size.Add({}, batch_buckets)),
      commit_failures(families_->commit_failures.Add({})),
      store_healthy(families_->store_healthy.Add({})),
      database_bytes(families_->database_bytes.Add({})),
      wal_bytes(families_->wal_bytes.Add({})) {
  store_healthy.Set(1);
}

metrics::~metrics() = default;

metrics::carrier_figures& metrics::carrier(std::string_view name) {
  const auto known = carriers_.find(name);
  if (known != carriers_.end()) return *known->second;
  const Labels labels{{"carrier", std::string(name)}};
  const auto receipts = [&](const char* result) -> Counter& {
    auto with_result = labels;
    with_result["result"] = result;
    return families_->receipts.Add(with_result);
  };
  auto figures = std::make_unique<carrier_figures>(
      carrier_figures{families_->parts_submitted.Add(labels),
                      counters_by_number(families_->submit_responses, labels, "command_status",
                                         counters_by_number::form::command_status),
                      receipts("matched"), receipts("unmatched"), receipts("repeated"),
                      families_->reconnects.Add(labels), families_->queue_depth.Add(labels),
                      families_->window_inflight.Add(labels), families_->bound.Add(labels),
                      families_->submit_latency.Add(labels, submit_buckets),
                      families_->receipt_latency.Add(labels, receipt_buckets)});
  return *carriers_.emplace(std::string(name), std::move(figures)).first->second;
}

void metrics::remove_carrier(std::string_view name) {
  const auto known = carriers_.find(name);
  if (known == carriers_.end()) return;
  auto& figures = *known->second;
  families_->parts_submitted.Remove(&figures.parts_submitted);
  figures.submit_responses.remove();
  for (auto* receipts :
       {&figures.receipts_matched, &figures.receipts_unmatched, &figures.receipts_repeated}) {
    families_->receipts.Remove(receipts);
  }
  families_->reconnects.Remove(&figures.reconnects);
  families_->queue_depth.Remove(&figures.queue_depth);
  families_->window_inflight.Remove(&figures.window_inflight);
  families_->bound.Remove(&figures.bound);
  families_->submit_latency.Remove(&figures.submit_latency);
  families_->receipt_latency.Remove(&figures.receipt_latency);
  carriers_.erase(known);
}

counters_by_number& metrics::http_requests(std::string_view route) {
  auto known = http_routes_.find(route);
  if (known == http_routes_.end()) {
    auto counters = std::make_unique<counters_by_number>(families_->http_requests,
                                                         Labels{{"route", std::string(route)}},
                                                         "code", counters_by_number::form::decimal);
    known = http_routes_.emplace(std::string(route), std::move(counters)).first;
  }
  return *known->second;
}

std::string metrics::serialize() const {
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace smppd
