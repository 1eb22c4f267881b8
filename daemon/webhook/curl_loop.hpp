// Drives libcurl's multi interface on one loop: curl says which sockets and which time it
// waits for, the loop waits.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <unordered_map>

namespace smppd::webhook {

namespace asio = boost::asio;

/// On the thread of its loop only. Owned by a shared_ptr: what the loop still has to call holds it
/// weakly.
class curl_loop : public std::enable_shared_from_this<curl_loop> {
 public:
  using done_handler = std::function<void(CURL* easy, CURLcode code)>;

  /// Keeps up to `connections_max` connections open for reuse.
  curl_loop(asio::io_context& loop, std::size_t connections_max);
  ~curl_loop();
  curl_loop(const curl_loop&) = delete;
  curl_loop& operator=(const curl_loop&) = delete;

  /// Called for each transfer that ended, which it has to remove; it may add others.
  void on_done(done_handler handler) { done_ = std::move(handler); }
  [[nodiscard]] CURLMcode add(CURL* easy) { return curl_multi_add_handle(multi_, easy); }
  /// Ends it, or breaks it off: then `on_done` is not called for it.
  void remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

 private:
  struct watch {
    watch(asio::io_context& loop, curl_socket_t socket) : descriptor(loop, socket) {}
    asio::posix::stream_descriptor descriptor;  // curl's own: released, never closed
    int wanted{CURL_POLL_NONE};
    bool reading{false}, writing{false};  // a wait is under way
    bool gone{false};
  };

  // NOLINTNEXTLINE: the signatures are libcurl's.
  static int socket_changed(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int timer_changed(CURLM*, long timeout_ms, void* self);

  void forget(curl_socket_t socket);
  void wait(curl_socket_t socket, const std::shared_ptr<watch>& on);
  void wait_for(curl_socket_t socket, const std::shared_ptr<watch>& on, int action,
                bool watch::*under_way);
  void act(curl_socket_t socket, int action);

  asio::io_context& loop_;
  asio::steady_timer timer_;
  CURLM* multi_{nullptr};
  std::unordered_map<curl_socket_t, std::shared_ptr<watch>> watches_;
  done_handler done_;
};

}  // namespace smppd::webhook
