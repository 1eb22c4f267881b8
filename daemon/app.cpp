#include "daemon/app.hpp"

#include "daemon/clock.hpp"
#include "daemon/config/load.hpp"
#include "daemon/http/vocabulary.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/observe/notify.hpp"
#include "store/sqlite/sqlite.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <map>

namespace smppd {

namespace {

std::unique_ptr<store::database> open(const store_config& settings) {
  store::sqlite_options options;
  options.path = settings.path;
  options.busy_timeout = settings.busy_timeout;
  options.sole_daemon = true;
  return store::open_sqlite(options);
}

async_store_options options_of(const store_config& settings) {
  async_store_options options;
  options.commit_spacing = settings.commit_spacing;
  options.readers = settings.readers;
  return options;
}

constexpr std::chrono::milliseconds drain_min{3000};

http::response json_response(const boost::json::object& body) {
  http::response answer;
  answer.body = boost::json::serialize(body);
  return answer;
}

}  // namespace

app::app(config settings, std::string config_path)
    : settings_(std::move(settings)),
      config_path_(std::move(config_path)),
      signals_(loop_, SIGTERM, SIGINT, SIGHUP),
      watchdog_(loop_),
      stop_timer_(loop_),
      database_(open(settings_.store)),
      store_(std::make_unique<async_store>(loop_, *database_, options_of(settings_.store))),
      webhook_client_(loop_, webhook::limits_of(settings_.webhook)),
      webhooks_(webhook_client_, settings_.webhook, figures_),
      esmes_(loop_, workers_, settings_.smpp, figures_),
      gateway_(std::make_unique<gateway>(loop_, settings_, *store_, figures_, esmes_, webhooks_)),
      started_(std::chrono::steady_clock::now()) {
  webhooks_.deliver_for(gateway_->pending());
  store_->on_commit([this](const commit_report& report) {
    if (report.failed) {
      figures_.commit_failures.Increment();
      return log::error("the store failed: {}; nothing is accepted until it works again",
                        store_->trouble());
    }
    figures_.commit_seconds.Observe(std::chrono::duration<double>(report.took).count());
    figures_.commit_batch_size.Observe(static_cast<double>(report.changes));
  });
}

app::~app() { workers_.join(); }

int app::run() {
  on_signals();
  asio::co_spawn(loop_, start(), [this](const std::exception_ptr& thrown) { on_failure(thrown); });
  loop_.run();
  webhook_client_.stop();
  // What is in memory is worth a moment even where the time is over.
  const auto left =
      std::chrono::floor<std::chrono::milliseconds>(stop_until_ - std::chrono::steady_clock::now());
  if (!store_->drain(std::max(left, drain_min))) {
    log::error("the store did not take the last changes: {}",
               store_->trouble().empty() ? "it did not answer in time" : store_->trouble());
    exit_status_ = 1;
  }
  log::info("smppd has stopped");
  return exit_status_;
}

void app::on_failure(const std::exception_ptr& thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    log::error("{}", failure.what());
  }
  exit_status_ = 1;
  loop_.stop();
}

// What is restored comes first; then whoever brings something new is let in.
asio::awaitable<void> app::start() {
  log::info("smppd starts with {}", config_path_);
  co_await gateway_->restore();
  if (settings_.smpp.enabled) esmes_.start(*gateway_);
  resources_ = std::make_unique<const http::api>(make_api());
  if (settings_.http.enabled) {
    http::add_api(api_routes_, *resources_);
    api_ = std::make_unique<http::server>(loop_, settings_.http.listen,
                                          http::limits_of(settings_.http), api_routes_);
    log::info("HTTP API listens on {}:{}", settings_.http.listen.host, api_->port());
  }
  if (settings_.admin.enabled) {
    add_admin_routes();
    admin_ = std::make_unique<http::server>(loop_, settings_.admin.listen, http::server_limits{},
                                            admin_routes_);
    log::info("status and metrics on {}:{}", settings_.admin.listen.host, admin_->port());
  }
  // Last: where an address is in use nobody was connected to in vain.
  gateway_->start();
  started_up_ = true;
  notify::ready("running");
  feed_watchdog();
  log::info("smppd is ready");
}

http::api app::make_api() {
  auto names = std::make_shared<std::map<std::int64_t, std::string>>();
  for (const auto& one : gateway_->carriers())
    names->emplace(one->id(), one->settings().name);
  api_routes_.on_answer([this](std::string_view route, int status, std::chrono::nanoseconds) {
    figures_.http_requests(route)[static_cast<std::uint32_t>(status)].Increment();
  });
  return {
      .store = *store_,
      .customers = [this]() -> const directory& { return gateway_->customers(); },
      .submit =
          [this](submission_request wanted) { return gateway_->async_submit(std::move(wanted)); },
      .check = [this](const submission_request& wanted) { return gateway_->check(wanted); },
      .reload_directory = [this] { return gateway_->reload_directory(); },
      .ready = [this](std::string& why) { return gateway_->ready(why); },
      .carriers = [names] { return http::carrier_names(names); },
      .now = wall_now,
      .recipients_max = settings_.http.recipients_max,
      .parts_max = settings_.limits.parts_max};
}

void app::add_admin_routes() {
  admin_routes_.add("GET", "/metrics",
                    [this](const http::request&) -> asio::awaitable<http::response> {
                      http::response answer;
                      answer.content_type = "text/plain; version=0.0.4";
                      answer.body = figures_.serialize();
                      co_return answer;
                    });
  admin_routes_.add("GET", "/status",
                    [this](const http::request&) -> asio::awaitable<http::response> {
                      co_return json_response(status());
                    });
  http::add_health(admin_routes_, *resources_);
}

boost::json::object app::status() const {
  std::string why;
  const bool ready = gateway_->ready(why);
  boost::json::object all;
  all["ready"] = ready;
  if (!ready) all["trouble"] = why;
  all["uptime_seconds"] =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_)
          .count();
  all["messages_waiting"] = gateway_->queued();
  all["receipts_remembered"] = gateway_->receipts_remembered();
  boost::json::array carriers;
  for (const auto& one : gateway_->carriers()) {
    const auto now = one->describe();
    boost::json::object row{
        {"name", one->settings().name}, {"binds", fmt::format("{}/{}", now.binds_up, now.binds)},
        {"queued", now.queued},         {"in_flight", now.in_flight},
        {"window", now.window},         {"parts_per_second_max", std::llround(now.rate)}};
    if (now.rate <= 0) row["parts_per_second_max"] = nullptr;  // no limit
    const auto& ids = gateway_->id_form_of(*one);
    if (const auto form = ids.form()) {
      row["id_form"] = smpp::name(*form);
      row["id_form_confidence"] = std::round(ids.confidence() * 100) / 100;
    }
    if (!now.last_error.empty()) row["last_error"] = http::valid_utf8(now.last_error);
    carriers.push_back(std::move(row));
  }
  all["carriers"] = std::move(carriers);
  boost::json::array sessions;
  for (const auto& one : esmes_.describe()) {
    sessions.push_back(boost::json::object{{"system_id", one.system_id},
                                           {"remote", one.remote},
                                           {"state", smpp::name(one.state)},
                                           {"unanswered", one.unanswered},
                                           {"delivering", one.delivering}});
  }
  all["esme_sessions"] = std::move(sessions);
  return all;
}

std::size_t app::connections() const {
  return (api_ ? api_->connections() : 0) + (admin_ ? admin_->connections() : 0);
}

void app::feed_watchdog() {
  const auto period = notify::watchdog_period();
  if (!period) return;
  notify::watchdog();
  watchdog_.expires_after(*period / 2);
  watchdog_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) webhook_client_.reach([this] { feed_watchdog(); });
  });
}

// Signals.

void app::on_signals() {
  signals_.async_wait([this](boost::system::error_code cancelled, int signal) {
    if (cancelled) return;
    if (signal == SIGHUP) {
      if (started_up_ && !stopping_) reload();
    } else {
      begin_stop(signal == SIGTERM ? "SIGTERM" : "SIGINT");
    }
    on_signals();
  });
}

void app::reload() {
  notify::reloading();
  const auto again = load_config(config_path_);
  for (const auto& problem : again.problems)
    log::error("not reloaded: {}", to_string(problem));
  if (again.value) {
    try {
      log::set_up(again.value->log);
      log::reopen();
      esmes_.reload_tls();
      gateway_->reload_tls();
      for (const auto& key : changed_keys(settings_, *again.value)) {
        if (!key.starts_with("log."))
          log::warning("{} has changed: restart smppd to apply it", key);
      }
      log::info("reloaded {}", config_path_);
    } catch (const std::exception& failure) {
      log::error("not reloaded: {}", failure.what());
    }
  }
  notify::ready("running");
}

void app::begin_stop(std::string_view why) {
  if (stopping_) {  // asked twice: whoever asks does not want to wait
    exit_status_ = 1;
    return loop_.stop();
  }
  stopping_ = true;
  log::info("{}: stopping", why);
  notify::stopping("stopping");
  asio::co_spawn(loop_, stop(), [this](const std::exception_ptr& thrown) {
    on_failure(thrown);
    loop_.stop();
  });
}

// Nothing new comes in; what came in is answered; what is in flight gets its answer; then the
// carriers are left.
asio::awaitable<void> app::stop() {
  const auto now = std::chrono::steady_clock::now();
  stop_until_ = now + settings_.limits.shutdown_timeout;
  gateway_->stop_accepting();
  for (auto* server : {&api_, &admin_}) {
    if (*server) (*server)->stop([] {});
  }
  co_await esmes_.stop(now + settings_.limits.shutdown_timeout / 2);
  co_await gateway_->stop(stop_until_);
  asio::steady_timer wait(loop_);
  while (connections() > 0 && std::chrono::steady_clock::now() < stop_until_) {
    wait.expires_after(std::chrono::milliseconds{10});
    std::ignore = co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  signals_.cancel();
  watchdog_.cancel();
}

}  // namespace smppd
