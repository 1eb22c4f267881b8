// Calls webhooks: HTTP POST on one loop, over connections that are kept; https is left to
// libcurl. It does not retry and knows nothing of messages.
#pragma once

#include "daemon/completion.hpp"
#include "daemon/config/config.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace smppd::webhook {

namespace asio = boost::asio;

struct webhook_request {
  std::int64_t account{0};  // whose it is; accounts take turns
  std::string url;
  std::string id;                    // webhook-id: the same for every attempt
  std::string body;                  // JSON
  std::vector<std::string> headers;  // "Name: value", besides those of `standard_headers`
};

struct webhook_result {
  enum class outcome : std::uint8_t {
    delivered,    // 2xx
    refused,      // 4xx, and 3xx: redirects are not followed
    gone,         // 410
    unavailable,  // 429, 5xx, no connection, no answer in time
    busy,         // not sent: too many already wait for this host
    forbidden,    // not sent: no valid URL, or an address that may not be called
    cancelled,    // not sent or not finished: the client was stopped
  };
  outcome what{outcome::unavailable};
  long status{0};                                     // 0: there was no response
  std::optional<std::chrono::seconds> retry_after{};  // at most a day
  std::string error{};                                // in words; empty when delivered
  std::string body{};                                 // the first octets of the response
};

struct client_limits {
  std::chrono::milliseconds timeout{15'000};
  std::size_t per_host{8};                 // requests at once of one account, whatever the ports
  std::size_t per_account{16};             // requests at once, to all its hosts together
  std::size_t requests_max{64};            // at once, of all accounts together
  std::size_t waiting_max{1000};           // of one account for one host
  std::size_t response_octets{4096};       // kept of a response; the rest is read and dropped
  std::chrono::milliseconds kept{60'000};  // a connection without a request; http only
  bool allow_private{true};                // see reach::inside
};
/// An account gets a quarter of all requests at once.
[[nodiscard]] client_limits limits_of(const webhook_config& configuration);

/// Webhooks that do not answer delay those of their own account only: each account has a share of
/// the requests at once, and a share of that for each host. On the thread of `loop` only.
class client {
 public:
  using handler = completion<void(webhook_result)>;

  client(asio::io_context& loop, const client_limits& limits);
  /// Breaks off what is not finished; its handlers are destroyed without a call.
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// `done` is called on the loop, never from inside this call.
  void post(webhook_request request, handler done);
  /// Breaks off what is not finished; every handler that waits is told `cancelled`, and so is every
  /// later `post`.
  void stop();

  [[nodiscard]] std::size_t in_flight() const noexcept;
  [[nodiscard]] std::size_t waiting() const noexcept;

 private:
  class transfers;
  std::shared_ptr<transfers> transfers_;
};

}  // namespace smppd::webhook
