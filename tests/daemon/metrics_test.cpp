#include "daemon/observe/metrics.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smppd {
namespace {

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, CountWhatIsCounted) {
  metrics figures;
  figures.accepted_http.Increment();
  figures.accepted_http.Increment(2);
  figures.notices_waiting_webhook.Set(7);
  figures.commit_seconds.Observe(0.0002);
  const auto text = figures.serialize();
  EXPECT_TRUE(has_line(text, "smppd_messages_accepted_total{from=\"http\"} 3")) << text;
  EXPECT_TRUE(has_line(text, "smppd_messages_accepted_total{from=\"esme\"} 0")) << text;
  EXPECT_TRUE(has_line(text, "smppd_notices_waiting{kind=\"webhook\"} 7")) << text;
  EXPECT_TRUE(has_line(text, "smppd_commit_seconds_count 1")) << text;
  EXPECT_TRUE(has_line(text, "smppd_commit_seconds_bucket{le=\"0.0001\"} 0")) << text;
  EXPECT_TRUE(has_line(text, "smppd_commit_seconds_bucket{le=\"0.00025\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "smppd_store_healthy 1")) << text;
}

TEST(Metrics, EveryFigureIsThereBeforeItIsCounted) {
  metrics figures;
  figures.carrier("ideal").submit_responses[0].Increment();
  figures.http_requests("POST /v1/sms/send")[202].Increment();
  figures.esme_submits[0].Increment();
  const auto text = figures.serialize();
  for (const auto* name : {"messages_accepted_total",
                           "parts_submitted_total",
                           "submit_responses_total",
                           "receipts_total",
                           "messages_final_total",
                           "inbound_total",
                           "queue_depth",
                           "window_inflight",
                           "smpp_bound",
                           "esme_sessions",
                           "esme_submits_total",
                           "notices_waiting",
                           "webhook_deliveries_total",
                           "http_requests_total",
                           "commit_seconds",
                           "commit_batch_size",
                           "commit_failures_total",
                           "store_healthy",
                           "database_bytes",
                           "wal_bytes",
                           "reconnects_total",
                           "messages_queued",
                           "submit_latency_seconds",
                           "receipt_latency_seconds"}) {
    const auto help = std::string("# HELP smppd_") + name + " ";
    const auto first = text.find(help);
    EXPECT_NE(first, std::string::npos) << name;
    const auto value = text.find(std::string("\nsmppd_") + name, first);
    EXPECT_NE(value, std::string::npos) << name;
  }
}

TEST(Metrics, ACarrierHasFiguresOfItsOwn) {
  metrics figures;
  auto& ideal = figures.carrier("ideal");
  ideal.parts_submitted.Increment();
  ideal.submit_responses[0].Increment();
  ideal.submit_responses[0x58].Increment();
  ideal.receipts_repeated.Increment();
  figures.carrier("other").bound.Set(2);
  EXPECT_EQ(&figures.carrier("ideal"), &ideal);
  const auto text = figures.serialize();
  EXPECT_TRUE(has_line(text, "smppd_parts_submitted_total{carrier=\"ideal\"} 1")) << text;
  EXPECT_TRUE(has_line(text, "smppd_smpp_bound{carrier=\"other\"} 2")) << text;
  EXPECT_TRUE(has_line(text, "smppd_receipts_total{carrier=\"ideal\",result=\"repeated\"} 1"))
      << text;
  EXPECT_TRUE(has_line(
      text, "smppd_submit_responses_total{carrier=\"ideal\",command_status=\"ESME_RTHROTTLED\"} 1"))
      << text;
}

TEST(Metrics, ARemovedCarrierIsGone) {
  metrics figures;
  figures.carrier("ideal").submit_responses[0].Increment();
  figures.carrier("other").bound.Set(0);
  figures.remove_carrier("ideal");
  figures.remove_carrier("unknown");
  const auto text = figures.serialize();
  EXPECT_EQ(text.find("ideal"), std::string::npos) << text;
  EXPECT_NE(text.find("other"), std::string::npos) << text;
  figures.carrier("ideal").parts_submitted.Increment();  // and may come back
  EXPECT_TRUE(has_line(figures.serialize(), "smppd_parts_submitted_total{carrier=\"ideal\"} 1"));
}

TEST(Metrics, ManyDifferentNumbersBecomeOneOther) {
  metrics figures;
  for (std::uint32_t status = 0; status < 1000; ++status)
    figures.esme_submits[status].Increment();
  figures.esme_submits[0].Increment();
  const auto text = figures.serialize();
  EXPECT_TRUE(has_line(text, "smppd_esme_submits_total{command_status=\"ESME_ROK\"} 2")) << text;
  EXPECT_TRUE(has_line(text, "smppd_esme_submits_total{command_status=\"other\"} 936")) << text;
}

TEST(Metrics, HttpRequestsAreCountedByRouteAndCode) {
  metrics figures;
  figures.http_requests("GET /metrics")[200].Increment();
  figures.http_requests("GET /metrics")[200].Increment();
  EXPECT_TRUE(has_line(figures.serialize(),
                       "smppd_http_requests_total{code=\"200\",route=\"GET /metrics\"} 2"))
      << figures.serialize();
}

}  // namespace
}  // namespace smppd
