// A web server that says what a test tells it to say.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace tests {

namespace asio = boost::asio;

/// Listens on a free port of the loopback address. The loop does not run any more when it ends.
class scripted_server {
 public:
  enum class act : std::uint8_t { read_request, say, say_for_ever, pause, hang_up };
  struct step {
    act what{};
    std::string text{};
  };
  using script = std::vector<step>;

  /// A request ends with `end_of_request`.
  scripted_server(asio::io_context& loop, std::string end_of_request)
      : loop_(loop), end_of_request_(std::move(end_of_request)) {
    asio::co_spawn(loop_, accept_loop(), [](const std::exception_ptr&) {});
  }
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  static step request() { return {act::read_request}; }
  static step say(std::string text) { return {act::say, std::move(text)}; }
  static step say_for_ever(std::string text) { return {act::say_for_ever, std::move(text)}; }
  /// Until `resume`.
  static step pause() { return {act::pause}; }
  static step hang_up() { return {act::hang_up}; }

  /// For the next connection that has no script yet. After its last step the connection stays
  /// until the client closes it.
  void then(script next) { scripts_.push_back(std::move(next)); }

  void resume() { gate_.cancel(); }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::size_t accepted() const { return accepted_; }
  /// How many connections the client closed, after all that was to be done.
  std::size_t closed_by_client() const { return closed_by_client_; }
  const std::vector<std::string>& requests() const { return requests_; }

 private:
  using tcp = asio::ip::tcp;
  static constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

  asio::awaitable<void> accept_loop() {
    while (true) {
      auto [error, socket] = co_await acceptor_.async_accept(no_throw);
      if (error) co_return;
      ++accepted_;
      script steps;
      if (!scripts_.empty()) {
        steps = std::move(scripts_.front());
        scripts_.pop_front();
      }
      asio::co_spawn(loop_, serve(std::move(socket), std::move(steps)),
                     [](const std::exception_ptr&) {});
    }
  }
  asio::awaitable<void> serve(tcp::socket socket, script steps) {
    std::string unread;
    for (const step& each : steps) {
      if (each.what == act::hang_up) co_return;
      if (each.what == act::pause) {
        std::ignore = co_await gate_.async_wait(no_throw);
        continue;
      }
      if (each.what == act::read_request) {
        const auto [error, count] = co_await asio::async_read_until(
            socket, asio::dynamic_buffer(unread), end_of_request_, no_throw);
        if (error) co_return;
        requests_.push_back(unread.substr(0, count));
        unread.erase(0, count);
        continue;
      }
      do {
        const auto text = asio::buffer(each.text);
        const auto [error, count] = co_await asio::async_write(socket, text, no_throw);
        if (error) co_return;
      } while (each.what == act::say_for_ever);
    }
    std::ignore = co_await asio::async_read(socket, asio::dynamic_buffer(unread), no_throw);
    ++closed_by_client_;
  }

  asio::io_context& loop_;
  const std::string end_of_request_;
  tcp::acceptor acceptor_{loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  asio::steady_timer gate_{loop_, std::chrono::steady_clock::time_point::max()};
  std::deque<script> scripts_;
  std::size_t accepted_{0}, closed_by_client_{0};
  std::vector<std::string> requests_;
};

}  // namespace tests
