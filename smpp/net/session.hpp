// A session on a connection: reads, decodes, answers and writes, each in batches. All of it on
// one loop thread.
#pragma once

#include "smpp/net/connection.hpp"
#include "smpp/net/trace_file.hpp"
#include "smpp/session_core.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace smpp::net {

class session;

/// Hears what happens on sessions. Called on the loop thread; may call anything of the session,
/// `close` included; does not throw.
class session_handler {
 public:
  /// Everything but the end. `what` may be moved from.
  virtual void on_event(session& from, event& what) = 0;
  /// The last call for this session, exactly once.
  virtual void on_closed(session& from, const closed& why) = 0;
  /// There is room again after `send` failed with output_full.
  virtual void on_writable(session& from) { static_cast<void>(from); }

 protected:
  ~session_handler() = default;
};

class session : public std::enable_shared_from_this<session> {
 public:
  /// `connected` is open; a TCP socket serves as well. `handler` lives until `on_closed` was
  /// called.
  session(connection connected, session_options options, session_handler& handler);
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// From now on every PDU, either way, is written to `file` too. Before `start`, to have them all.
  void trace(std::shared_ptr<trace_file> file);
  /// Starts to read, at most once. The session keeps itself alive until its end.
  void start();

  /// See `session_core`. What is sent in one turn of the loop leaves in one write.
  template <class Request>
  result<std::uint32_t> send(const Request& pdu, std::uint64_t cookie = 0) {
    auto sent = core_.send(pdu, now(), cookie);
    refused_ = refused_ || sent == make_error_code(error::output_full);
    schedule_work();
    return sent;
  }
  template <class Response>
  result<void> reply(std::uint32_t sequence, const Response& pdu,
                     command_status status = command_status::ok) {
    auto sent = core_.reply(sequence, pdu, status);
    schedule_work();
    return sent;
  }
  void reply_error(command_id request, std::uint32_t sequence, command_status status);
  void accept_bind(std::uint32_t sequence);
  void reject_bind(std::uint32_t sequence, command_status status);
  void unbind();
  /// What was sent before still leaves, unless the peer does not take it within a second.
  /// `on_closed` follows, not from within this call.
  void close(std::string detail = {});

  /// The peer is held back: nothing is read or decoded until `resume_reading`, and no timer runs
  /// against it, that of our own bind or unbind included. Whoever pauses owns the session
  /// meanwhile: it may have nothing else to live for.
  void pause_reading() noexcept { core_.hold(); }
  void resume_reading();

  [[nodiscard]] const session_core& core() const noexcept { return core_; }
  [[nodiscard]] bool can_send() const noexcept { return core_.can_send(); }
  [[nodiscard]] bool alive() const noexcept { return handler_ != nullptr && !core_.finished(); }
  /// The peer's address, "192.0.2.1:43210".
  [[nodiscard]] const std::string& remote() const noexcept { return connection_.remote(); }
  /// Unique within the process.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }

 private:
  [[nodiscard]] static steady_time now() { return std::chrono::steady_clock::now(); }
  void schedule_work();
  void work();
  void read();
  void on_read(boost::system::error_code error, std::size_t count);
  void deliver();
  void write();
  void on_written(boost::system::error_code error, std::size_t count);
  void arm_timer();
  void finish(const closed& why);
  void leave();
  void shut();

  static constexpr std::size_t read_octets = 64 * 1024;
  static constexpr std::size_t write_octets_max = 64 * 1024;  // at once, to see that the peer reads
  static constexpr std::chrono::seconds linger{1};

  /// Writes what the session says and hears to a file.
  struct tracing {
    std::shared_ptr<trace_file> file;
    pcap_trace pdus;
  };

  connection connection_;
  session_core core_;
  session_handler* handler_;
  boost::asio::steady_timer timer_;
  steady_time timer_at_{steady_time::max()};
  std::uint64_t id_;
  std::optional<tracing> trace_;
  event event_;
  byte_buffer written_;           // belongs to the write until it completes
  std::size_t written_up_to_{0};  // before it all is with the peer
  std::unique_ptr<std::array<std::uint8_t, read_octets>> read_;
  bool reading_{false}, writing_{false}, delivering_{false}, work_scheduled_{false};
  bool refused_{false};      // a request, with output_full
  bool half_closed_{false};  // by us: nothing more is written
  bool peer_ended_{false};   // nothing more is read
  boost::system::error_code write_error_;
};

}  // namespace smpp::net
