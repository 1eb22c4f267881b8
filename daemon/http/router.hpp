// Which handler answers a method and a path.
#pragma once

#include "daemon/http/message.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace smppd::http {

class router {
 public:
  /// `route` is a method and a pattern, "GET /v1/sms/messages/{id}", or empty for what matches
  /// none; never a path of a caller.
  using observer =
      std::function<void(std::string_view route, int status, std::chrono::nanoseconds took)>;

  /// `pattern` is a path; a part in braces stands for any one part that is not empty. Patterns are
  /// tried in the order in which they were added. A GET route answers HEAD, too.
  void add(std::string_view method, std::string_view pattern, handler handle);
  /// "GET /v1/sms/messages/{id}" and so on, in the order in which they were added.
  [[nodiscard]] std::vector<std::string> names() const;
  void on_answer(observer watch) { watch_ = std::move(watch); }

  /// Never throws: what a handler throws is logged and becomes a 500. Fills `to.parameters`.
  [[nodiscard]] asio::awaitable<response> answer(request& to) const;
  /// Counts an answer that no handler gave: a request that could not be read.
  void count_unrouted(int status) const;

 private:
  struct route {
    std::string name;
    std::string method;
    std::vector<std::string> parts;
    handler handle;
  };

  [[nodiscard]] const route* find(std::string_view method,
                                  const std::vector<std::string_view>& path,
                                  std::string& allowed) const;
  /// 404, or 405 where there are methods that are `allowed`.
  [[nodiscard]] static response no_such_route(const request& to, const std::string& allowed);

  std::vector<route> routes_;
  observer watch_;
};

}  // namespace smppd::http
