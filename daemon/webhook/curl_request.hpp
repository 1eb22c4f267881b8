// One request of libcurl: a whole POST, or only the connection for one.
#pragma once

#include "daemon/webhook/answer.hpp"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace smppd::webhook {

/// To be used again and again. On the thread of its loop only; it stays in place, as libcurl points
/// into it.
class curl_request {
 public:
  struct settings {
    bool allow_private{true};  // see reach::inside
    std::size_t response_octets{};
  };
  /// Throws std::bad_alloc.
  explicit curl_request(const settings& wanted);
  ~curl_request() = default;
  curl_request(const curl_request&) = delete;
  curl_request& operator=(const curl_request&) = delete;

  using duration = std::chrono::milliseconds;
  /// `headers` are whole lines, besides those of JSON. `body` stays until the request has ended.
  /// Of the time to connect, `within`, each address of the host gets a part.
  void prepare_post(const std::string& url, duration within,
                    const std::vector<std::string>& headers, const std::string& body);
  /// Resolves, checks the address, and connects.
  void prepare_connect(const std::string& url, duration within);
  /// To be given to a multi handle, and taken from it before it is prepared anew.
  [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }

  /// In words, after it has ended with `code`.
  [[nodiscard]] std::string error(CURLcode code) const;
  /// Was every address one that may not be called?
  [[nodiscard]] bool forbidden() const noexcept { return forbidden_ && !opened_; }
  /// Is a name server being asked?
  [[nodiscard]] bool resolving() const noexcept { return asked_ && !forbidden_ && !opened_; }
  /// Of a POST that has ended well.
  [[nodiscard]] answer take_answer();
  /// The connection that was asked for, before the multi handle lets go of it; it is the caller's.
  /// Negative: there is none.
  [[nodiscard]] int take_connection() const;

 private:
  struct easy_cleanup {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  struct list_cleanup {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
  };

  void prepare(const std::string& url, duration within);
  static std::size_t take_response(char* octets, std::size_t, std::size_t count, void* to);
  static int start_resolving(void*, void*, void* for_whom);
  static curl_socket_t open_socket(void* for_whom, curlsocktype, curl_sockaddr* address);

  const settings settings_;
  std::unique_ptr<curl_slist, list_cleanup> headers_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string body_;
  bool asked_{false};                      // was a name looked up that libcurl did not know?
  bool opened_{false}, forbidden_{false};  // was a socket opened, was one denied?
  std::unique_ptr<CURL, easy_cleanup> easy_;
};

}  // namespace smppd::webhook
