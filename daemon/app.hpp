// The running daemon: everything wired together, started in order and stopped in order.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/config/config.hpp"
#include "daemon/esme/server.hpp"
#include "daemon/gateway/gateway.hpp"
#include "daemon/http/api.hpp"
#include "daemon/http/router.hpp"
#include "daemon/http/server.hpp"
#include "daemon/observe/metrics.hpp"
#include "daemon/webhook/client_thread.hpp"
#include "daemon/webhook/courier.hpp"
#include "store/store.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/object.hpp>

#include <exception>
#include <memory>
#include <string>

namespace smppd {

class app {
 public:
  /// Opens the store and listens. Throws what a start can fail with, in words for a person.
  /// `config_path` is read again at SIGHUP.
  app(config settings, std::string config_path);
  ~app();
  app(const app&) = delete;
  app& operator=(const app&) = delete;

  /// Runs until SIGTERM or SIGINT, or a start that fails; returns the exit status.
  [[nodiscard]] int run();

 private:
  [[nodiscard]] asio::awaitable<void> start();
  [[nodiscard]] asio::awaitable<void> stop();
  void begin_stop(std::string_view why);
  void on_signals();
  void reload();
  void feed_watchdog();
  void add_admin_routes();
  void on_failure(const std::exception_ptr& thrown);
  [[nodiscard]] http::api make_api();
  [[nodiscard]] boost::json::object status() const;
  [[nodiscard]] std::size_t connections() const;  // of callers of both HTTP servers

  const config settings_;
  const std::string config_path_;
  asio::io_context loop_{1};
  asio::thread_pool workers_{2};
  asio::signal_set signals_;
  asio::steady_timer watchdog_, stop_timer_;
  metrics figures_;
  std::unique_ptr<store::database> database_;
  std::unique_ptr<async_store> store_;
  webhook::client_thread webhook_client_;
  webhook::courier webhooks_;
  esme_server esmes_;
  std::unique_ptr<gateway> gateway_;
  std::unique_ptr<const http::api> resources_;  // the routes refer to it
  http::router api_routes_, admin_routes_;
  std::unique_ptr<http::server> api_, admin_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point stop_until_;
  bool started_up_{false}, stopping_{false};
  int exit_status_{0};
};

}  // namespace smppd
