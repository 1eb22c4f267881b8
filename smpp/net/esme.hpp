// An ESME for programs that would rather wait than be called: connects, binds as a transceiver,
// sends and receives. What is not OK is an error, the peer's refusals among them.
#pragma once

#include "smpp/error.hpp"
#include "smpp/net/connection.hpp"
#include "smpp/net/tls.hpp"
#include "smpp/pdu/sm.hpp"
#include "smpp/session_core.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace smpp::net {

/// Of errors that are a peer's command_status, as `value()`.
[[nodiscard]] const boost::system::error_category& status_category() noexcept;

struct esme_login {
  // Written out: g++ 12 destroys an aggregate that is made inside a co_await statement twice.
  esme_login(std::string at, std::uint16_t on, std::string as, std::string with)
      : host(std::move(at)), port(on), system_id(std::move(as)), password(std::move(with)) {}

  std::string host;
  std::uint16_t port;
  std::string system_id, password;
};

/// One bind. All of it on the loop that `connect` was awaited on; the loop must run on until the
/// connection has ended. Where it ended, everything fails with error::closed.
class esme {
 public:
  /// Errors: of the network, timed_out, error::closed, and the status of a refused bind.
  [[nodiscard]] static boost::asio::awaitable<result<esme>> connect(esme_login as);
  [[nodiscard]] static boost::asio::awaitable<result<esme>> connect(esme_login as,
                                                                    session_options options);
  /// The same inside of TLS; the certificate must be for `as.host`, unless `inside` says otherwise.
  /// Errors: also of TLS, and of the certificate (`certificate_category`).
  [[nodiscard]] static boost::asio::awaitable<result<esme>> connect(esme_login as,
                                                                    tls_client inside);
  [[nodiscard]] static boost::asio::awaitable<result<esme>> connect(esme_login as,
                                                                    tls_client inside,
                                                                    session_options options);
  esme(esme&&) noexcept = default;
  esme& operator=(esme&&) noexcept = default;
  esme(const esme&) = delete;
  esme& operator=(const esme&) = delete;
  /// Closes the connection without a word.
  ~esme();

  /// The message_id. May be called again before the first has completed: waits while the window is
  /// full. Errors: those of `session::send`, timed_out without a response, and the status.
  [[nodiscard]] boost::asio::awaitable<result<std::string>> submit(submit_sm pdu);
  /// The next receipt or inbound message, in order; a data_sm with its text in message_payload
  /// among them. It is acknowledged by being taken; of those that nobody takes, a thousand are kept
  /// and more are refused with ESME_RMSGQFUL. For one caller at a time. Errors: timed_out, closed.
  [[nodiscard]] boost::asio::awaitable<result<deliver_sm>> receive(std::chrono::milliseconds limit);
  /// Ends the session in good order.
  [[nodiscard]] boost::asio::awaitable<void> unbind();

 private:
  class link;
  explicit esme(std::shared_ptr<link> bound) noexcept;
  [[nodiscard]] static boost::asio::awaitable<result<esme>> bind(connection connected,
                                                                 esme_login as,
                                                                 session_options options);

  // Shared with the coroutines that wait: they may outlive this object.
  std::shared_ptr<link> link_;
};

}  // namespace smpp::net
