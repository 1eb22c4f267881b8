// A name server that does not answer must not hold up the loop.
#include "daemon/webhook/client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace {

using namespace std::chrono_literals;

/// Threads that resolve "never.example" wait in it.
class name_server {
 public:
  void ask() {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait_for(lock, 10s, [this] { return answers_; });
    ++gone_;
    changed_.notify_all();
  }
  std::size_t gone() {
    const std::scoped_lock lock(mutex_);
    return gone_;
  }
  /// As soon as `count` have asked; then waits until they are gone.
  void answer(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ == count; });
    answers_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return gone_ == count; });
    answers_ = false;
    asked_ = gone_ = 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool answers_{false};
  std::size_t asked_{0}, gone_{0};
};

name_server& slow() {
  static name_server one;
  return one;
}

}  // namespace

// In place of the C library's, for libcurl, too.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  if (name != nullptr && std::string_view(name) == "never.example") {
    slow().ask();
    return EAI_AGAIN;
  }
  static const auto real =
      reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(name, service, hints, found);
}

namespace smppd::webhook {
namespace {

TEST(WebhookResolver, IsNotWaitedForWhenTheRequestHasEnded) {
  asio::io_context loop;
  const auto busy = asio::make_work_guard(loop);
  client_limits limits;
  limits.timeout = 50ms;
  client calls(loop, limits);
  for (const char* const url : {"http://never.example/", "https://never.example/"}) {
    webhook_request wanted;
    wanted.url = url;
    std::optional<webhook_result> result;
    calls.post(std::move(wanted), [&result](webhook_result got) { result = std::move(got); });
    while (!result)
      loop.run_one();
    EXPECT_EQ(result->what, webhook_result::outcome::unavailable);
  }
  EXPECT_EQ(slow().gone(), 0U);
  slow().answer(2);
}

}  // namespace
}  // namespace smppd::webhook
