// Connections to web servers that wait for their next request.
#pragma once

#include "daemon/webhook/connection.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace smppd::webhook {

/// On the thread of its loop only. Closes what it still has at its end.
class kept_connections {
 public:
  using time = std::chrono::steady_clock::time_point;

  kept_connections() = default;
  ~kept_connections();
  kept_connections(const kept_connections&) = delete;
  kept_connections& operator=(const kept_connections&) = delete;

  /// `now` is never before that of the last call.
  void keep(std::string server, std::shared_ptr<connection> idle, time now);
  /// Of those to `server` the one that was used last; null: there is none.
  [[nodiscard]] std::shared_ptr<connection> find(std::string_view server);

  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
  /// Since when the one that waits longest does; only where there is one.
  [[nodiscard]] time waits_since() const { return kept_.front().since; }
  /// Closes that one; only where there is one.
  void close_oldest();

 private:
  struct place {
    std::string server;
    std::shared_ptr<connection> idle;
    time since;
  };
  std::list<place> kept_;  // in order of time; some may be closed by their servers
};

}  // namespace smppd::webhook
