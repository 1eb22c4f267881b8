// A name server that does not answer must not hold up the loop.
#include "daemon/webhook/client.hpp"
#include "tests/daemon/scripted_server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

using namespace std::chrono_literals;

/// Threads that resolve "never.example" wait in it. "two.example" is 127.0.0.2, where
/// nobody listens, and then 127.0.0.1.
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
    EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return asked_ == count; }));
    answers_ = true;
    changed_.notify_all();
    EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return gone_ == count; }));
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
  if (name == nullptr || std::string_view(name) != "two.example")
    return real(name, service, hints, found);
  addrinfo* second{};
  if (const int failed = real("127.0.0.2", service, hints, found); failed != 0) return failed;
  if (const int failed = real("127.0.0.1", service, hints, &second); failed != 0) return failed;
  (*found)->ai_next = second;
  return 0;
}

namespace smppd::webhook {
namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

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

webhook_result result_of(asio::io_context& loop, client& calls, std::int64_t account,
                         std::string url) {
  webhook_request wanted;
  wanted.account = account;
  wanted.url = std::move(url);
  wanted.body = "{}";
  std::optional<webhook_result> result;
  calls.post(std::move(wanted), [&result](webhook_result got) { result = std::move(got); });
  while (!result) {
    if (loop.run_one_for(10s) == 0) throw std::runtime_error("nothing happens any more");
  }
  return *result;
}

// Each leaves a thread behind; they count as requests of their host and account do.
TEST(WebhookResolver, IsNotAskedForEverMore) {
  asio::io_context loop;
  const auto busy = asio::make_work_guard(loop);
  client_limits limits;
  limits.timeout = 20ms;
  limits.per_host = 2;
  limits.per_account = 2;
  limits.requests_max = 3;
  client calls(loop, limits);
  const std::string dead = "http://never.example/", refused = "The name servers do not answer.";
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(result_of(loop, calls, 1, dead).error, "Timed out after 20 ms.");
  const auto third = result_of(loop, calls, 1, dead);
  EXPECT_EQ(third.what, webhook_result::outcome::unavailable);
  EXPECT_EQ(third.error, refused);
  EXPECT_EQ(result_of(loop, calls, 1, "http://other.example/").error, refused);
  tests::scripted_server server(loop, "}");
  server.then({tests::scripted_server::request(), tests::scripted_server::say(ok)});
  EXPECT_EQ(result_of(loop, calls, 2, "http://127.0.0.1:" + std::to_string(server.port())).what,
            webhook_result::outcome::delivered);
  slow().answer(2);
}

TEST(WebhookAddresses, AreTriedOneAfterAnother) {
  asio::io_context loop;
  tests::scripted_server server(loop, "}");
  server.then({tests::scripted_server::request(), tests::scripted_server::say(ok)});
  client calls(loop, {});
  const auto result =
      result_of(loop, calls, 1, "http://two.example:" + std::to_string(server.port()) + "/");
  EXPECT_EQ(result.what, webhook_result::outcome::delivered) << result.error;
}

}  // namespace
}  // namespace smppd::webhook
