#include "smpp/net/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <utility>

namespace smpp::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

session::session(connection connected, session_options options, session_handler& handler)
    : connection_(std::move(connected)),
      core_(std::move(options), now()),
      handler_(&handler),
      timer_(connection_.tcp().get_executor()),
      id_(next_id()),
      read_(std::make_unique_for_overwrite<std::array<std::uint8_t, read_octets>>()) {
  error_code ignored;
  connection_.tcp().set_option(asio::ip::tcp::no_delay(true), ignored);
  connection_.tcp().set_option(asio::socket_base::keep_alive(true), ignored);
}

void session::trace(std::shared_ptr<trace_file> file) {
  trace_.emplace(tracing{std::move(file), pcap_trace(connection_.local(), remote())});
}

void session::start() {
  arm_timer();
  read();
}

void session::reply_error(command_id request, std::uint32_t sequence, command_status status) {
  core_.reply_error(request, sequence, status);
  schedule_work();
}

void session::accept_bind(std::uint32_t sequence) {
  core_.accept_bind(sequence);
  schedule_work();
}

void session::reject_bind(std::uint32_t sequence, command_status status) {
  core_.reject_bind(sequence, status);
  schedule_work();
}

void session::unbind() {
  core_.unbind(now());
  schedule_work();
}

void session::close(std::string detail) {
  core_.close(close_reason::by_us, std::move(detail));
  schedule_work();
}

void session::resume_reading() {
  core_.release(now());
  schedule_work();
}

// One round for all that was sent and decided in this turn of the loop.
void session::schedule_work() {
  if (work_scheduled_ || delivering_) return;
  work_scheduled_ = true;
  asio::post(timer_.get_executor(), [self = shared_from_this()] {
    self->work_scheduled_ = false;
    self->work();
  });
}

void session::work() {
  deliver();
  write();
  read();
  // As long as something can be read, what the peer said before it went is waited for.
  if (write_error_ && !reading_ && !core_.finished()) {
    core_.on_disconnect(write_error_.message());
    deliver();
  }
  arm_timer();
}

// After the end it goes on, for `leave`.
void session::read() {
  const bool wanted = core_.wants_input() || handler_ == nullptr;
  if (reading_ || peer_ended_ || !wanted || !connection_.is_open()) return;
  reading_ = true;
  connection_.async_read_some(asio::buffer(*read_),
                              [self = shared_from_this()](error_code error, std::size_t count) {
                                self->on_read(error, count);
                              });
}

void session::on_read(error_code error, std::size_t count) {
  reading_ = false;
  if (error) {
    peer_ended_ = true;
    core_.on_disconnect(error == asio::error::eof ? "end of stream" : error.message());
  } else {
    const auto octets = byte_view(*read_).first(count);
    if (trace_) trace_->file->add(trace_->pdus, pcap_trace::direction::received, octets);
    core_.on_bytes(octets, now());
  }
  work();
}

void session::deliver() {
  if (delivering_) return;
  delivering_ = true;
  const auto at = now();
  while (handler_ != nullptr && core_.poll_event(event_, at)) {
    if (const auto* end = std::get_if<closed>(&event_)) {
      finish(*end);
    } else {
      handler_->on_event(*this, event_);
    }
  }
  delivering_ = false;
}

void session::write() {
  if (writing_ || !connection_.is_open()) return;
  const bool rest = written_up_to_ < written_.size();
  if ((!rest && core_.output_octets() == 0) || write_error_ || half_closed_) {
    if (handler_ == nullptr) leave();
    return;
  }
  if (!rest) {
    core_.take_output(written_);
    written_up_to_ = 0;
    if (trace_) trace_->file->add(trace_->pdus, pcap_trace::direction::sent, written_);
  }
  writing_ = true;
  const auto next = asio::buffer(asio::buffer(written_) + written_up_to_, write_octets_max);
  connection_.async_write(next, [self = shared_from_this()](error_code error, std::size_t count) {
    self->on_written(error, count);
  });
  if (!rest && std::exchange(refused_, false) && handler_ != nullptr) handler_->on_writable(*this);
}

void session::on_written(error_code error, std::size_t count) {
  writing_ = false;
  write_error_ = error;
  written_up_to_ += count;
  core_.on_written(now());
  work();
}

// The timer is only ever moved to an earlier time; when it fires too early it is set again.
// Deadlines mostly move away, so this touches it rarely.
void session::arm_timer() {
  if (handler_ == nullptr) return;
  const auto next = core_.next_deadline();
  if (!next || *next >= timer_at_) return;
  timer_at_ = *next;
  timer_.expires_at(*next);
  timer_.async_wait([self = shared_from_this()](error_code cancelled) {
    if (cancelled) return;
    self->timer_at_ = steady_time::max();
    self->core_.on_time(now());
    self->work();
  });
}

void session::finish(const closed& why) {
  auto* const handler = std::exchange(handler_, nullptr);
  // What is still to be written has a moment to leave.
  timer_.expires_after(linger);
  timer_.async_wait([self = shared_from_this()](error_code cancelled) {
    if (!cancelled) self->shut();
  });
  handler->on_closed(*this, why);
}

// Everything is written. To close while octets of the peer are unread would reset the connection,
// and the peer would lose what it was sent last: we end our half, and wait for the peer's end.
void session::leave() {
  if (peer_ended_ || write_error_) return shut();
  if (!std::exchange(half_closed_, true)) connection_.shutdown_send(shared_from_this());
}

void session::shut() {
  timer_.cancel();
  connection_.close();
}

}  // namespace smpp::net
