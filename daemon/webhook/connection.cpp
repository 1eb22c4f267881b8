#include "daemon/webhook/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace smppd::webhook {

namespace http = boost::beast::http;

connection::connection(asio::io_context& loop, int descriptor, std::size_t body_octets_max)
    : socket_(loop), reader_(body_octets_max) {
  error_code error;
  // The family matters only to those who ask for an endpoint.
  socket_.assign(asio::ip::tcp::v4(), descriptor, error);
  if (error) ::close(descriptor);
}

void connection::send(std::string request, handler done) {
  request_ = std::move(request);
  done_ = std::move(done);
  answer_begun_ = false;
  writing_ = true;
  if (++requests_ == 1) read_some();
  asio::async_write(socket_, asio::buffer(request_),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      // What failed to be written is not told here: reading then ends, too, and
                      // before that there may be an answer that says why.
                      if (!error) self->writing_ = false;
                    });
}

void connection::close() {
  done_ = nullptr;
  error_code ignored;
  socket_.close(ignored);
}

// One read is always under way, between two requests, too: it notices that the server closes.
void connection::read_some() {
  socket_.async_read_some(asio::buffer(buffer_) + filled_,
                          [self = shared_from_this()](error_code error, std::size_t count) {
                            self->on_read(error, count);
                          });
}

void connection::on_read(error_code error, std::size_t count) {
  // Octets that nobody asked for are not taken for the next answer. Those that were read before a
  // further request had been written are such, or a refusal that comes again on a new connection.
  if (!done_ || (writing_ && requests_ > 1)) return finish(asio::error::connection_reset);
  filled_ += count;
  if (error == asio::error::eof) {
    reader_.read_end(error);
  } else if (!error) {
    on_octets(error);
  }
  if (error || reader_.complete()) return finish(error);
  read_some();
}

void connection::on_octets(error_code& error) {
  answer_begun_ = true;
  const auto taken = reader_.read({buffer_.data(), filled_}, error);
  std::copy(buffer_.data() + taken, buffer_.data() + filled_, buffer_.data());
  filled_ -= taken;
  if (filled_ == buffer_.size()) error = http::error::header_limit;
}

void connection::finish(error_code error) {
  auto done = std::exchange(done_, nullptr);
  answer got;
  const bool another = !error && filled_ == 0 && !writing_ && reader_.keeps_connection();
  if (!error) got = reader_.take();
  if (another && is_open()) {
    read_some();  // before `done`, which may send the next request
  } else {
    close();
  }
  if (done) done(error, std::move(got));
}

bool is_not_http(const boost::system::error_code& error) {
  static const boost::system::error_code of_http = http::error::bad_version;
  return error.category() == of_http.category() && error != http::error::end_of_stream &&
         error != http::error::partial_message;
}

std::string sentence_of(const boost::system::error_code& error) {
  if (error == http::error::end_of_stream) return "The server closed the connection.";
  if (error == http::error::partial_message) return "The server closed within its answer.";
  if (is_not_http(error)) return "The answer is not HTTP/1.1: " + error.message() + ".";
  return error.message() + ".";
}

}  // namespace smppd::webhook
