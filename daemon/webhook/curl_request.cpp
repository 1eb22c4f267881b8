#include "daemon/webhook/curl_request.hpp"

#include "daemon/webhook/address.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace smppd::webhook {

namespace {

namespace ip = boost::asio::ip;

// curl allocates it anew for each request; its own 16 KiB are too many for malloc's fast lists.
constexpr long buffer_octets = 1024;

ip::address address_of(const sockaddr& from) {
  if (from.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from, sizeof(v4));
    return ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &from, sizeof(v6));
  ip::address_v6::bytes_type octets{};
  std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
  return ip::address_v6(octets, v6.sin6_scope_id);
}

}  // namespace

curl_request::curl_request(const settings& wanted) : settings_(wanted), easy_(curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
}

void curl_request::prepare_post(const std::string& url, duration within,
                                const std::vector<std::string>& headers, const std::string& body) {
  prepare(url, within);
  curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
  list = curl_slist_append(list, "Expect:");  // none: it would cost a round trip
  for (const std::string& line : headers)
    list = curl_slist_append(list, line.c_str());
  headers_.reset(list);
  CURL* const easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "smppd");
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_octets);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &curl_request::take_response);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

void curl_request::prepare_connect(const std::string& url, duration within) {
  prepare(url, within);
  curl_easy_setopt(easy_.get(), CURLOPT_CONNECT_ONLY, 1L);
}

void curl_request::prepare(const std::string& url, duration within) {
  CURL* const easy = easy_.get();
  curl_easy_reset(easy);
  headers_.reset();
  body_.clear();
  error_[0] = '\0';
  asked_ = opened_ = forbidden_ = false;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not the environment's: addresses are checked here
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A server chooses the group of DHE, and one of 10 000 bits takes half a second of CPU.
  curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:!kDHE");
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, within.count());
  // A request that is broken off does not wait for the thread that resolves its name.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, &curl_request::start_resolving);
  curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &curl_request::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
}

std::size_t curl_request::take_response(char* octets, std::size_t, std::size_t count, void* to) {
  auto& of = *static_cast<curl_request*>(to);
  of.body_.append(octets, std::min(count, of.settings_.response_octets - of.body_.size()));
  return count;
}

int curl_request::start_resolving(void*, void*, void* for_whom) {
  static_cast<curl_request*>(for_whom)->asked_ = true;
  return 0;
}

// Every connection passes here with the address that its name resolved to.
curl_socket_t curl_request::open_socket(void* for_whom, curlsocktype, curl_sockaddr* address) {
  auto& of = *static_cast<curl_request*>(for_whom);
  const bool internet = address->family == AF_INET || address->family == AF_INET6;
  const reach where = internet ? reach_of(address_of(address->addr)) : reach::nowhere;
  if (where == reach::nowhere || (where == reach::inside && !of.settings_.allow_private)) {
    of.forbidden_ = true;
    return CURL_SOCKET_BAD;
  }
  of.opened_ = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::string curl_request::error(CURLcode code) const {
  return error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
}

answer curl_request::take_answer() {
  answer got;
  long status{0};
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  got.status = static_cast<unsigned>(status);
  curl_header* line{};
  if (curl_easy_header(easy_.get(), "Retry-After", 0, CURLH_HEADER, -1, &line) == CURLHE_OK)
    got.retry_after = line->value;
  got.body = std::move(body_);
  return got;
}

// libcurl closes its own descriptor when the multi handle lets go of the request.
int curl_request::take_connection() const {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
  return ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

}  // namespace smppd::webhook
