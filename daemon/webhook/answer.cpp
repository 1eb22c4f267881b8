#include "daemon/webhook/answer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace smppd::webhook {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::chrono::seconds retry_after_max = std::chrono::hours{24};
constexpr std::uint32_t header_octets_max = 16'384;
constexpr unsigned switching_protocols = 101;

}  // namespace

/// Of Beast's parser of one response; it keeps no more of the fields than is asked for.
class answer_reader::parser final : public beast::http::basic_parser<false> {
 public:
  parser(answer& into, std::size_t body_octets_max)
      : into_(into), body_octets_max_(body_octets_max) {
    eager(true);
    body_limit(boost::none);
    header_limit(header_octets_max);
  }

 private:
  using field = beast::http::field;
  using string_view = beast::string_view;

  std::size_t keep(string_view body) {
    const auto count = std::min(body.size(), body_octets_max_ - into_.body.size());
    into_.body.append(body.data(), count);
    return body.size();
  }

  void on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view, int, error_code&) override {
    into_ = answer();
    into_.status = static_cast<unsigned>(status);
  }
  void on_field_impl(field name, string_view, string_view value, error_code&) override {
    if (name == field::retry_after) into_.retry_after = std::string(value);
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return keep(body); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return keep(body);
  }
  void on_finish_impl(error_code&) override {}

  answer& into_;
  const std::size_t body_octets_max_;
};

answer_reader::answer_reader(std::size_t body_octets_max) : body_octets_max_(body_octets_max) {}

answer_reader::~answer_reader() = default;

std::size_t answer_reader::read(std::string_view octets, error_code& error) {
  std::size_t taken{0};
  error = {};
  while (!complete_ && taken < octets.size()) {
    if (parser_ == nullptr) parser_ = std::make_unique<parser>(answer_, body_octets_max_);
    taken += parser_->put(asio::buffer(octets.substr(taken)), error);
    if (error == beast::http::error::need_more) {
      error = {};
      break;
    }
    if (error) break;
    note_end();
  }
  return taken;
}

void answer_reader::read_end(error_code& error) {
  error = beast::http::error::end_of_stream;
  if (parser_ != nullptr) parser_->put_eof(error);
  if (!error) note_end();
}

void answer_reader::note_end() {
  if (!parser_->is_done()) return;
  complete_ = answer_.status >= 200 || answer_.status == switching_protocols;
  if (!complete_) parser_.reset();
}

bool answer_reader::keeps_connection() const {
  return parser_->keep_alive() && answer_.status != switching_protocols;
}

answer answer_reader::take() {
  complete_ = false;
  parser_.reset();
  return std::exchange(answer_, answer());
}

std::optional<std::chrono::seconds> retry_after_of(const std::string& text, store::wall_time now) {
  using std::chrono::seconds;
  if (text.empty()) return std::nullopt;
  std::int64_t count{0};
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, count);
  if (parsed.ec == std::errc::result_out_of_range) return retry_after_max;
  if (parsed.ec != std::errc{} || parsed.ptr != end) {
    const auto date = curl_getdate(text.c_str(), nullptr);
    if (date == -1) return std::nullopt;
    const auto today = std::chrono::floor<seconds>(now).time_since_epoch();
    count = (seconds{date} - today).count();
  }
  if (count <= 0) return std::nullopt;
  return std::min(seconds{count}, retry_after_max);
}

}  // namespace smppd::webhook
