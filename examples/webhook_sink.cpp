// webhook_sink: takes HTTP requests, prints the body of each as one line, answers 200.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/program_options.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

#include "endpoint.hpp"

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace po = boost::program_options;
using asio::ip::tcp;

void print(std::string body) {
  std::replace(body.begin(), body.end(), '\n', ' ');
  std::printf("%s\n", body.c_str());
  std::fflush(stdout);
}

asio::awaitable<void> serve(tcp::socket connected, http::status answer) {
  boost::beast::tcp_stream stream(std::move(connected));
  boost::beast::flat_buffer input;
  for (bool more = true; more;) {
    http::request<http::string_body> request;
    co_await http::async_read(stream, input, request, asio::use_awaitable);
    more = request.keep_alive();
    print(std::move(request.body()));
    http::response<http::empty_body> response(answer, request.version());
    response.keep_alive(more);
    response.prepare_payload();
    co_await http::async_write(stream, response, asio::use_awaitable);
  }
}

// A connection that breaks ends its own coroutine only.
asio::awaitable<void> accept(tcp::acceptor& from, http::status answer) {
  for (;;) {
    auto connected = co_await from.async_accept(asio::use_awaitable);
    asio::co_spawn(from.get_executor(), serve(std::move(connected), answer), asio::detached);
  }
}

int run(const endpoint& listen, unsigned answer) {
  asio::io_context loop(1);
  tcp::acceptor acceptor(loop, {asio::ip::make_address(listen.host), listen.port});
  asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&loop](boost::system::error_code, int) { loop.stop(); });
  std::printf("listening on %s:%u\n", listen.host.c_str(),
              unsigned{acceptor.local_endpoint().port()});
  std::fflush(stdout);
  asio::co_spawn(loop, accept(acceptor, http::int_to_status(answer)), asio::detached);
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    endpoint listen{"127.0.0.1", 8099};
    unsigned answer = 200;
    po::options_description options("webhook_sink, a web server that prints what it is sent");
    options.add_options()("help", "this text");
    options.add_options()("listen", po::value(&listen)->value_name("HOST:PORT"), "port 0: any");
    options.add_options()("answer", po::value(&answer)->value_name("STATUS"), "instead of 200");
    po::variables_map given;
    po::store(po::parse_command_line(argc, argv, options), given);
    po::notify(given);
    if (given.count("help") > 0) {
      std::ostringstream text;
      text << options;
      std::printf("%s", text.str().c_str());
      return 0;
    }
    return run(listen, answer);
  } catch (const std::exception& mistake) {
    std::fprintf(stderr, "webhook_sink: %s\n", mistake.what());
    return 1;
  }
}
