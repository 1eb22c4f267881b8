// The resources of the API and what they need of the rest of the daemon.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/gateway/directory.hpp"
#include "daemon/gateway/submission.hpp"
#include "daemon/http/router.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace smppd::http {

/// The configuration's names of carriers, by their ids in the store. Read on other threads, too:
/// make a new map where a name changes.
using carrier_names = std::shared_ptr<const std::map<std::int64_t, std::string>>;

/// Empty where there is none.
[[nodiscard]] std::string_view name_of(const carrier_names& names, std::int64_t carrier);

/// All of it is called on the loop and outlives the server.
struct api {
  async_store& store;
  std::function<const directory&()> customers{};
  /// Completes with `submission_accepted` only after the commit.
  std::function<asio::awaitable<submission_outcome>(submission_request)> submit{};
  /// What `submit` would answer, without accepting anything.
  std::function<submission_outcome(const submission_request&)> check{};
  /// Reads accounts, keys and keywords again: after a change of them.
  std::function<asio::awaitable<void>()> reload_directory{};
  /// False, and says why, while nothing can be accepted.
  std::function<bool(std::string& why)> ready{};
  std::function<carrier_names()> carriers{};
  std::function<store::wall_time()> now{};
  std::size_t recipients_max{1000};
  std::size_t parts_max{10};  // of one message
};

/// Everything of docs/http-api.md. `of` outlives the router.
void add_api(router& routes, const api& of);

// One resource each.
void add_send(router& routes, const api& of);        // POST /v1/sms/send
void add_messages(router& routes, const api& of);    // GET  /v1/sms/messages/{id}
void add_recipients(router& routes, const api& of);  // GET  /v1/sms/messages/{id}/recipients
void add_keywords(router& routes, const api& of);    //      /v1/sms/keywords...
void add_health(router& routes, const api& of);      // GET  /healthz, /readyz

}  // namespace smppd::http
