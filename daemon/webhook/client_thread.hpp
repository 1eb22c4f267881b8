// The webhook client on a thread of its own: what TLS, name servers and sockets of webhooks cost
// holds up no session. What is public is called on the daemon's loop.
#pragma once

#include "daemon/completion.hpp"
#include "daemon/webhook/client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <deque>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace smppd::webhook {

/// Requests and results go from thread to thread, all of one turn of a loop together; handlers stay
/// on the loop.
class client_thread {
 public:
  using handler = client::handler;

  /// Handlers are called on `loop`, which outlives this object, and does not run after it. Starts
  /// the thread; what is thrown on it is thrown on `loop`.
  client_thread(asio::io_context& loop, const client_limits& limits);
  /// Joins the thread, if `stop` has not; handlers that were not called never will be.
  ~client_thread();
  client_thread(const client_thread&) = delete;
  client_thread& operator=(const client_thread&) = delete;

  /// As `client::post`.
  void post(webhook_request request, handler done);
  /// Breaks off what is not finished and joins the thread. Then the handlers of what is finished
  /// are called with that, those of all else, and of every later `post`, with `cancelled`.
  void stop();
  /// `done` is called on the loop once the thread has come to it; never after `stop`.
  void reach(completion<void()> done);

 private:
  using numbered_request = std::pair<std::uint64_t, webhook_request>;
  using numbered_result = std::pair<std::uint64_t, webhook_result>;

  void run();  // the thread
  void send();
  void take(std::vector<numbered_request> all);  // on the thread
  void bring();                                  // on the thread
  void finish(std::uint64_t number, webhook_result with);
  void cancel_all();

  asio::io_context& loop_;
  std::unordered_map<std::uint64_t, handler> waiting_;  // by the number of their request
  std::deque<completion<void()>> reached_;              // in order
  std::vector<numbered_request> requests_;              // of this turn of the loop
  std::uint64_t last_{0};
  bool stopped_{false};

  asio::io_context turns_{1};  // of the thread; what follows is used there only
  asio::executor_work_guard<asio::io_context::executor_type> goes_on_{turns_.get_executor()};
  client client_;
  std::vector<numbered_result> results_;  // of this turn
  std::thread thread_;
};

}  // namespace smppd::webhook
