#include "daemon/webhook/courier.hpp"

#include "daemon/gateway/ids.hpp"
#include "daemon/observe/log.hpp"

#include <algorithm>
#include <utility>

namespace smppd::webhook {

courier::courier(client_thread& http, const webhook_config& settings, metrics& figures)
    : http_(http),
      settings_(settings),
      at_once_(std::min(limits_of(settings).per_host, limits_of(settings).per_account)),
      figures_(figures) {}

// While all goes well, as many as may be under way wait behind them: an answer needs no turn of the
// loop until the next request leaves.
notice_courier::taking courier::can_take(const notice_item& item) {
  const auto found = targets_.find(item.target);
  if (found == targets_.end()) return taking::now;
  const health& of = found->second;
  const bool rests = of.rests_until != time{} && std::chrono::steady_clock::now() < of.rests_until;
  const auto room = of.failures == 0                   ? 2 * at_once_
                    : of.failures < failures_tolerated ? at_once_
                                                       : std::size_t{1};
  return !rests && of.out < room ? taking::now : taking::later;
}

void courier::take(notice_item item) {
  if (targets_.size() >= targets_max_) forget_some();
  ++targets_[item.target].out;
  auto& content = std::get<webhook_content>(*item.content);
  webhook_request request;
  request.account = content.account;
  request.url = item.url;
  request.id = content.id;
  request.body = content.body;
  http_.post(std::move(request),
             [this, item = std::move(item)](const webhook_result& result) mutable {
               on_result(std::move(item), result);
             });
}

void courier::forget_some() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(targets_, [now](const auto& each) {
    return each.second.out == 0 && each.second.rests_until + rest_max < now;
  });
  targets_max_ = std::max(targets_kept, 2 * targets_.size());
}

void courier::on_result(notice_item item, const webhook_result& result) {
  using outcome = webhook_result::outcome;
  health& of = targets_[item.target];
  --of.out;
  switch (result.what) {
    case outcome::delivered:
      note_health(of, true);
      figures_.webhook_delivered.Increment();
      log::debug("message {}: webhook {} took it", to_smpp_id(item.subject), item.url);
      return source_->done(item.target, item.sequence);
    case outcome::refused:
      note_health(of, true);  // it is alive, it only does not want this one
      if (item.attempts + 1 >= refusals_max) return give_up(item, result.error);
      return retry(std::move(item), result);
    case outcome::gone:
    case outcome::forbidden: return give_up(item, result.error);
    case outcome::unavailable: note_health(of, false); return retry(std::move(item), result);
    case outcome::busy:
      of.rests_until = std::max(of.rests_until, std::chrono::steady_clock::now() + busy_rest);
      return source_->failed(std::move(item), busy_rest, false);
    case outcome::cancelled: return;  // the store keeps it for the next start
  }
}

void courier::note_health(health& of, bool good) {
  of.rests_until = {};
  if (good) {
    of.failures = 0;
    return;
  }
  ++of.failures;
  if (of.failures < failures_tolerated) return;
  const auto rest = std::min<std::chrono::seconds>(
      std::chrono::seconds{1} * (1U << std::min(of.failures - failures_tolerated, 6U)), rest_max);
  of.rests_until = std::chrono::steady_clock::now() + rest;
}

void courier::retry(notice_item item, const webhook_result& result) {
  if (item.attempts >= settings_.retry.size()) return give_up(item, result.error);
  auto pause = settings_.retry[item.attempts];
  if (result.retry_after) pause = std::max(pause, *result.retry_after);
  ++item.attempts;
  figures_.webhook_retried.Increment();
  log::info("message {}: webhook {}, attempt {} failed ({}); again in {} s",
            to_smpp_id(item.subject), item.url, item.attempts, result.error, pause.count());
  source_->failed(std::move(item), pause, true);
}

void courier::give_up(const notice_item& item, std::string_view why) {
  figures_.webhook_given_up.Increment();
  log::warning("message {}: webhook {} given up after {} attempts: {}", to_smpp_id(item.subject),
               item.url, item.attempts + 1, why);
  source_->done(item.target, item.sequence);
}

}  // namespace smppd::webhook
