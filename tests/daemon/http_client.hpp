// A loop on a thread of its own, and a client that says what it likes to a server there.
#pragma once

#include "daemon/http/message.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <functional>
#include <future>
#include <map>
#include <string>
#include <string_view>
#include <thread>

namespace tests {

namespace asio = boost::asio;

/// Stops and joins at the end; what runs there may be destroyed after `stop`.
class loop_thread {
 public:
  loop_thread() : guard_(asio::make_work_guard(loop)), thread_([this] { loop.run(); }) {}
  ~loop_thread() { stop(); }
  loop_thread(const loop_thread&) = delete;
  loop_thread& operator=(const loop_thread&) = delete;

  void stop() {
    loop.stop();
    if (thread_.joinable()) thread_.join();
  }
  /// Runs `work` on the loop and waits for it.
  template <class Work>
  auto call(Work work) {
    std::packaged_task<std::invoke_result_t<Work&>()> task(std::move(work));
    auto done = task.get_future();
    asio::post(loop, [&task] { task(); });
    return done.get();
  }

  asio::io_context loop;

 private:
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::thread thread_;
};

struct http_answer {
  int status{0};                               // 0: the connection was closed before an answer
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class http_client {
 public:
  explicit http_client(std::uint16_t port) : http_client(port, "127.0.0.1") {}
  /// From another address of this host: any 127.x.x.x.
  http_client(std::uint16_t port, const char* from)
      : socket_(io_, asio::ip::tcp::endpoint(asio::ip::make_address(from), 0)) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }

  /// False: the server does not take it any more.
  bool send(std::string_view octets) {
    boost::system::error_code error;
    asio::write(socket_, asio::buffer(octets), error);
    return !error;
  }

  http_answer read(bool has_body = true) {
    http_answer answer;
    boost::system::error_code error;
    const auto end = asio::read_until(socket_, asio::dynamic_buffer(buffer_), "\r\n\r\n", error);
    if (error) return answer;
    parse_head(take(end), answer);
    const auto length = answer.headers.find("content-length");
    if (!has_body || length == answer.headers.end()) return answer;
    const std::size_t wanted = std::stoul(length->second);
    if (buffer_.size() < wanted) {
      asio::read(socket_, asio::dynamic_buffer(buffer_),
                 asio::transfer_exactly(wanted - buffer_.size()), error);
    }
    answer.body = take(wanted);
    return answer;
  }

  http_answer exchange(std::string_view octets) {
    send(octets);
    return read();
  }

  /// Waits until the server closes. True: it said nothing more.
  bool closed() {
    boost::system::error_code error;
    const auto count = asio::read(socket_, asio::dynamic_buffer(buffer_), error);
    return count == 0;
  }

  void close() { socket_.close(); }

 private:
  std::string take(std::size_t count) {
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
  }

  static void parse_head(std::string_view head, http_answer& into) {
    into.status = std::stoi(std::string(head.substr(9, 3)));
    head.remove_prefix(head.find("\r\n") + 2);
    while (head.size() > 2) {
      const auto line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size() + 2);
      std::string name(line.substr(0, line.find(':')));
      for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      into.headers[name] = line.substr(name.size() + 2);
    }
  }

  asio::io_context io_;
  asio::ip::tcp::socket socket_;
  std::string buffer_;
};

}  // namespace tests
