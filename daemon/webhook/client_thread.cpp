#include "daemon/webhook/client_thread.hpp"

#include <boost/asio/post.hpp>

#include <exception>

namespace smppd::webhook {

client_thread::client_thread(asio::io_context& loop, const client_limits& limits)
    : loop_(loop), client_(turns_, limits), thread_([this] { run(); }) {}

client_thread::~client_thread() {
  if (!thread_.joinable()) return;
  turns_.stop();
  thread_.join();
}

void client_thread::run() {
  try {
    turns_.run();
  } catch (...) {
    asio::post(loop_, [thrown = std::current_exception()] { std::rethrow_exception(thrown); });
  }
}

void client_thread::reach(completion<void()> done) {
  if (stopped_) return;
  reached_.push_back(std::move(done));
  asio::post(turns_, [this] {
    asio::post(loop_, [this] {
      if (stopped_) return;
      auto first = std::move(reached_.front());
      reached_.pop_front();
      std::move(first)();
    });
  });
}

void client_thread::post(webhook_request request, handler done) {
  waiting_.emplace(++last_, std::move(done));
  if (stopped_) return asio::post(loop_, [this] { cancel_all(); });
  if (requests_.empty()) asio::post(loop_, [this] { send(); });
  requests_.emplace_back(last_, std::move(request));
}

void client_thread::send() {
  asio::post(turns_,
             [this, all = std::exchange(requests_, {})]() mutable { take(std::move(all)); });
}

void client_thread::take(std::vector<numbered_request> all) {
  for (auto& [number, what] : all) {
    client_.post(std::move(what), [this, number = number](webhook_result with) {
      if (results_.empty()) asio::post(turns_, [this] { bring(); });
      results_.emplace_back(number, std::move(with));
    });
  }
}

void client_thread::bring() {
  asio::post(loop_, [this, all = std::exchange(results_, {})]() mutable {
    for (auto& [number, with] : all)
      finish(number, std::move(with));
  });
}

void client_thread::finish(std::uint64_t number, webhook_result with) {
  auto found = waiting_.extract(number);
  if (!found.empty()) std::move(found.mapped())(std::move(with));
}

// The loop gets what the thread has finished before it is told that the rest is cancelled.
void client_thread::stop() {
  if (stopped_) return;
  stopped_ = true;
  asio::post(turns_, [this] {
    client_.stop();
    asio::post(turns_, [this] {  // behind what the client says of its last requests
      bring();
      turns_.stop();
    });
  });
  thread_.join();
  asio::post(loop_, [this] { cancel_all(); });
}

void client_thread::cancel_all() {
  webhook_result cancelled;
  cancelled.what = webhook_result::outcome::cancelled;
  cancelled.error = "Shutting down.";
  for (auto& [number, done] : std::exchange(waiting_, {}))
    std::move(done)(cancelled);
}

}  // namespace smppd::webhook
