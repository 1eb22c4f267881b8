// The answer of a web server: an HTTP/1.1 response, read from octets in whatever pieces they come.
// It knows no socket and no time.
#pragma once

#include "store/records.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace smppd::webhook {

struct answer {
  unsigned status{0};
  std::string retry_after{};  // as the server wrote it; empty: it did not
  std::string body{};         // its first octets
};

/// Octets go in, the answer to one request comes out. Interim responses (1xx) before it are
/// skipped.
class answer_reader {
 public:
  using error_code = boost::system::error_code;

  /// Keeps up to `body_octets_max` octets of the body; what follows is read and dropped.
  explicit answer_reader(std::size_t body_octets_max);
  ~answer_reader();
  answer_reader(const answer_reader&) = delete;
  answer_reader& operator=(const answer_reader&) = delete;

  /// Returns how many octets it took. Those that it left before the answer is complete have to come
  /// again, with more behind them; those after it are not of this answer. `error`: this is no
  /// HTTP/1.1 response, and nothing may follow.
  std::size_t read(std::string_view octets, error_code& error);
  /// The server says no more. `error`: the answer is not complete.
  void read_end(error_code& error);

  [[nodiscard]] bool complete() const noexcept { return complete_; }
  /// Of a complete answer: does the server take another request on the same connection?
  [[nodiscard]] bool keeps_connection() const;
  /// The complete answer; then the reader is ready for the next.
  [[nodiscard]] answer take();

 private:
  class parser;

  void note_end();

  const std::size_t body_octets_max_;
  answer answer_;
  std::unique_ptr<parser> parser_;
  bool complete_{false};
};

/// What the text of Retry-After, a number of seconds or a date, means at `now`; at most a day. None
/// where it is neither, or in the past.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after_of(const std::string& text,
                                                                 store::wall_time now);

}  // namespace smppd::webhook
