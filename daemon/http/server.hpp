// An HTTP/1.1 server on the daemon's loop. It knows connections and limits, not what is served.
#pragma once

#include "daemon/completion.hpp"
#include "daemon/config/config.hpp"
#include "daemon/http/router.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace smppd::http {

struct server_limits {
  std::size_t body_octets_max{1'048'576};
  std::size_t header_octets_max{32'768};
  std::size_t headers_max{100};
  std::size_t connections_max{1024};               // one more gets 503 and is closed
  std::size_t connections_per_address{64};         // one more closes the one that is idle longest;
                                                   // if none is idle enough, it gets 503 itself
  std::chrono::milliseconds read_timeout{30'000};  // from the first octet of a request to its last;
                                                   // and for the response to be taken
  std::chrono::milliseconds idle_timeout{75'000};  // between two requests
  std::chrono::milliseconds idle_enough{1'000};    // to be closed for another connection: a request
                                                   // may be on its way on one that just became idle
};
[[nodiscard]] server_limits limits_of(const http_config& configuration);

/// Loop thread only. Requests of one connection are answered in order, one at a time.
class server {
 public:
  /// Listens at once; throws boost::system::system_error, whose text names the address, where that
  /// fails. `routes` outlives the server.
  server(asio::io_context& loop, const listen_address& address, const server_limits& limits,
         const router& routes);
  /// Closes every connection. Handlers that still run keep what they were given; destroy this only
  /// after `stop` has completed, or when the loop does not run any more.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] std::size_t connections() const noexcept;

  /// Accepts no more, closes idle connections, lets requests in flight be answered. `done` is
  /// called once no connection is left.
  void stop(completion<void()> done);

 private:
  class state;
  std::shared_ptr<state> state_;
};

}  // namespace smppd::http
