#include "daemon/webhook/client.hpp"

#include "daemon/clock.hpp"
#include "daemon/webhook/address.hpp"
#include "daemon/webhook/curl_loop.hpp"
#include "daemon/webhook/payload.hpp"
#include "daemon/webhook/url.hpp"

#include <boost/asio/post.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <new>
#include <unordered_map>

namespace smppd::webhook {

namespace {

using outcome = webhook_result::outcome;

constexpr curl_off_t retry_after_max = 86'400;
// curl allocates it anew for each request; its own 16 KiB are too many for malloc's fast lists.
constexpr long buffer_octets = 1024;

asio::ip::address address_of(const sockaddr& from) {
  if (from.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from, sizeof(v4));
    return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &from, sizeof(v6));
  asio::ip::address_v6::bytes_type octets{};
  std::memcpy(octets.data(), &v6.sin6_addr, octets.size());
  return asio::ip::address_v6(octets, v6.sin6_scope_id);
}

outcome outcome_of(long status) noexcept {
  if (status >= 200 && status < 300) return outcome::delivered;
  if (status == 410) return outcome::gone;
  const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
  return later ? outcome::unavailable : outcome::refused;
}

/// Text of a header value cannot begin another header.
bool is_header(std::string_view line) noexcept {
  return line.find_first_of("\r\n") == std::string_view::npos;
}

webhook_result not_sent(outcome what, std::string why) {
  webhook_result result;
  result.what = what;
  result.error = std::move(why);
  return result;
}

struct easy_cleanup {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
using easy_handle = std::unique_ptr<CURL, easy_cleanup>;
struct list_cleanup {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using header_list = std::unique_ptr<curl_slist, list_cleanup>;

}  // namespace

class client::transfers {
 public:
  transfers(asio::io_context& loop, const client_limits& limits);
  ~transfers();
  transfers(const transfers&) = delete;
  transfers& operator=(const transfers&) = delete;

  void post(webhook_request request, handler done);
  void stop();
  [[nodiscard]] std::size_t in_flight() const noexcept { return active_.size(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }

 private:
  struct account;
  struct host;
  struct transfer {
    webhook_request request;
    handler done;
    host* to{};
    header_list headers;
    bool opened{false}, forbidden{false};  // was a socket opened, was one denied?
    bool allow_private{false};
    std::size_t response_octets{};
    std::string response;
    std::array<char, CURL_ERROR_SIZE> error{};
  };
  // Not shared between accounts: one account could have its URLs name another's host, at a port
  // that never answers.
  struct host {
    account& of;
    std::string name;
    std::deque<std::unique_ptr<transfer>> waiting{};
    std::size_t active{0};
    bool in_turn{false};  // it stands in its account's turns
  };
  struct account {
    std::int64_t id{};
    std::unordered_map<std::string, std::unique_ptr<host>> hosts{};
    std::deque<host*> turns{};  // hosts that may be sent a request, in order
    std::size_t active{0};
    bool in_turn{false};  // it stands in turns_
  };

  static std::size_t take_response(char* octets, std::size_t, std::size_t count, void* to);
  static curl_socket_t open_socket(void* for_whom, curlsocktype, curl_sockaddr* address);

  [[nodiscard]] host& host_named(std::int64_t of_account, std::string name);
  void take_turn(host& next);
  void take_turn(account& next);
  void start_some();
  void start(std::unique_ptr<transfer> next);
  void set_up(CURL* easy) const;
  void set_up(CURL* easy, transfer& next) const;
  void finished(CURL* easy, CURLcode code);
  void leave(host& from);
  [[nodiscard]] easy_handle take_easy();
  void complete(handler done, webhook_result result);
  [[nodiscard]] static webhook_result result_of(CURL* easy, CURLcode code, transfer& of);

  asio::io_context& loop_;
  const client_limits limits_;
  std::shared_ptr<curl_loop> curl_;  // outlives the handles below
  std::unordered_map<std::int64_t, std::unique_ptr<account>> accounts_;
  std::deque<account*> turns_;  // accounts that may start a request, in order; each has turns
  std::unordered_map<CURL*, std::unique_ptr<transfer>> active_;
  std::vector<easy_handle> idle_;
  std::size_t waiting_{0};
  bool stopped_{false};
  std::string last_url_;  // a valid one: mostly the next is the same
};

client::transfers::transfers(asio::io_context& loop, const client_limits& limits)
    : loop_(loop),
      limits_(limits),
      curl_(std::make_shared<curl_loop>(loop, std::max<std::size_t>(limits.requests_max, 1))) {
  curl_->on_done([this](CURL* easy, CURLcode code) { finished(easy, code); });
}

client::transfers::~transfers() {
  for (auto& [easy, running] : active_) {
    curl_->remove(easy);
    idle_.emplace_back(easy);
  }
}

void client::transfers::post(webhook_request request, handler done) {
  if (stopped_) return complete(std::move(done), not_sent(outcome::cancelled, "Shutting down."));
  if (std::string why; request.url != last_url_) {
    if (!valid_url(request.url, why))
      return complete(std::move(done), not_sent(outcome::forbidden, std::move(why)));
    last_url_ = request.url;
  }
  host& to = host_named(request.account, host_of(request.url));
  if (to.waiting.size() >= limits_.waiting_max) {
    return complete(std::move(done), not_sent(outcome::busy, "Too many wait for this host."));
  }
  auto next = std::make_unique<transfer>();
  next->request = std::move(request);
  next->done = std::move(done);
  next->to = &to;
  to.waiting.push_back(std::move(next));
  ++waiting_;
  take_turn(to);
  start_some();
}

client::transfers::host& client::transfers::host_named(std::int64_t of_account, std::string name) {
  auto& owner = accounts_[of_account];
  if (owner == nullptr) owner = std::make_unique<account>(account{.id = of_account});
  auto& place = owner->hosts[name];
  if (place == nullptr) place = std::make_unique<host>(host{.of = *owner, .name = std::move(name)});
  return *place;
}

void client::transfers::take_turn(host& next) {
  if (!next.in_turn && !next.waiting.empty() && next.active < limits_.per_host) {
    next.in_turn = true;
    next.of.turns.push_back(&next);
  }
  take_turn(next.of);
}

void client::transfers::take_turn(account& next) {
  if (next.in_turn || next.turns.empty() || next.active >= limits_.per_account) return;
  next.in_turn = true;
  turns_.push_back(&next);
}

// Accounts take turns, and so do the hosts of each: who has much to do does not keep others from
// the last places.
void client::transfers::start_some() {
  while (!turns_.empty() && active_.size() < limits_.requests_max) {
    account& owner = *turns_.front();
    turns_.pop_front();
    owner.in_turn = false;
    host& chosen = *owner.turns.front();
    owner.turns.pop_front();
    chosen.in_turn = false;
    auto next = std::move(chosen.waiting.front());
    chosen.waiting.pop_front();
    --waiting_;
    ++chosen.active;
    ++owner.active;
    take_turn(chosen);
    start(std::move(next));
  }
}

void client::transfers::start(std::unique_ptr<transfer> next) {
  easy_handle easy = take_easy();
  set_up(easy.get(), *next);
  if (const CURLMcode code = curl_->add(easy.get()); code != CURLM_OK) {
    complete(std::move(next->done), not_sent(outcome::unavailable, curl_multi_strerror(code)));
    return leave(*next->to);
  }
  active_.emplace(easy.release(), std::move(next));
}

// What is the same for every request.
void client::transfers::set_up(CURL* easy) const {
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not the environment's: addresses are checked here
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "smppd");
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, limits_.timeout.count());
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, buffer_octets);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &transfers::take_response);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &transfers::open_socket);
}

void client::transfers::set_up(CURL* easy, transfer& next) const {
  next.allow_private = limits_.allow_private;
  next.response_octets = limits_.response_octets;
  auto lines = standard_headers(next.request.id, wall_now(), next.request.body);
  lines.emplace_back("Content-Type: application/json");
  lines.emplace_back("Expect:");  // none: it would cost a round trip
  lines.insert(lines.end(), next.request.headers.begin(), next.request.headers.end());
  curl_slist* list = nullptr;
  for (const std::string& line : lines) {
    if (is_header(line)) list = curl_slist_append(list, line.c_str());
  }
  next.headers.reset(list);
  curl_easy_setopt(easy, CURLOPT_URL, next.request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, next.headers.get());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, next.request.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(next.request.body.size()));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, next.error.data());
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &next);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &next);
}

std::size_t client::transfers::take_response(char* octets, std::size_t, std::size_t count,
                                             void* to) {
  auto& of = *static_cast<transfer*>(to);
  of.response.append(octets, std::min(count, of.response_octets - of.response.size()));
  return count;
}

// Every connection passes here with the address that its name resolved to.
curl_socket_t client::transfers::open_socket(void* for_whom, curlsocktype, curl_sockaddr* address) {
  auto& of = *static_cast<transfer*>(for_whom);
  const bool internet = address->family == AF_INET || address->family == AF_INET6;
  const reach where = internet ? reach_of(address_of(address->addr)) : reach::nowhere;
  if (where == reach::nowhere || (where == reach::inside && !of.allow_private)) {
    of.forbidden = true;
    return CURL_SOCKET_BAD;
  }
  of.opened = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void client::transfers::finished(CURL* easy, CURLcode code) {
  auto found = active_.extract(easy);
  transfer& ended = *found.mapped();
  complete(std::move(ended.done), result_of(easy, code, ended));
  // What was sent once more on another connection is counted in the handle, and five are too many.
  long connections{0};
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connections);
  if (code != CURLE_OK || connections != 0) {
    curl_easy_reset(easy);
    set_up(easy);
  }
  idle_.emplace_back(easy);
  leave(*ended.to);
  start_some();
}

/// A request to `from` has ended.
void client::transfers::leave(host& from) {
  account& owner = from.of;
  --from.active;
  --owner.active;
  take_turn(from);
  if (from.active == 0 && from.waiting.empty()) owner.hosts.erase(owner.hosts.find(from.name));
  if (owner.hosts.empty()) accounts_.erase(accounts_.find(owner.id));
}

webhook_result client::transfers::result_of(CURL* easy, CURLcode code, transfer& of) {
  webhook_result result;
  if (code != CURLE_OK) {
    result.what = of.forbidden && !of.opened ? outcome::forbidden : outcome::unavailable;
    result.error = of.forbidden && !of.opened ? "Its address may not be called."
                   : of.error[0] != '\0'      ? of.error.data()
                                              : curl_easy_strerror(code);
    return result;
  }
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &result.status);
  result.what = outcome_of(result.status);
  if (result.what != outcome::delivered) result.error = "HTTP " + std::to_string(result.status);
  result.body = std::move(of.response);
  curl_off_t wait{0};
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait);
  if (wait > 0) result.retry_after = std::chrono::seconds{std::min(wait, retry_after_max)};
  return result;
}

void client::transfers::stop() {
  stopped_ = true;
  for (auto& [easy, running] : active_) {
    curl_->remove(easy);
    idle_.emplace_back(easy);
    complete(std::move(running->done), not_sent(outcome::cancelled, "Shutting down."));
  }
  active_.clear();
  turns_.clear();
  for (auto& [id, owner] : accounts_) {
    for (auto& [name, each] : owner->hosts) {
      for (auto& never_sent : each->waiting)
        complete(std::move(never_sent->done), not_sent(outcome::cancelled, "Shutting down."));
    }
  }
  accounts_.clear();
  waiting_ = 0;
}

easy_handle client::transfers::take_easy() {
  if (idle_.empty()) {
    idle_.emplace_back(curl_easy_init());
    if (idle_.back() == nullptr) throw std::bad_alloc();
    set_up(idle_.back().get());
  }
  easy_handle easy = std::move(idle_.back());
  idle_.pop_back();
  return easy;
}

void client::transfers::complete(handler done, webhook_result result) {
  asio::post(loop_, [done = std::move(done), result = std::move(result)]() mutable {
    std::move(done)(std::move(result));
  });
}

client_limits limits_of(const webhook_config& configuration) {
  client_limits limits;
  limits.timeout = configuration.timeout;
  limits.per_host = configuration.per_origin;
  limits.requests_max = configuration.connections_max;
  limits.per_account = std::max<std::size_t>(limits.requests_max / 4, 1);
  limits.allow_private = configuration.allow_private;
  return limits;
}

client::client(asio::io_context& loop, const client_limits& limits)
    : transfers_(std::make_unique<transfers>(loop, limits)) {}

client::~client() = default;

void client::post(webhook_request request, handler done) {
  transfers_->post(std::move(request), std::move(done));
}

void client::stop() { transfers_->stop(); }

std::size_t client::in_flight() const noexcept { return transfers_->in_flight(); }

std::size_t client::waiting() const noexcept { return transfers_->waiting(); }

}  // namespace smppd::webhook
