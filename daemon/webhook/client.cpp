#include "daemon/webhook/client.hpp"

#include "daemon/clock.hpp"
#include "daemon/webhook/curl_loop.hpp"
#include "daemon/webhook/curl_request.hpp"
#include "daemon/webhook/kept_connections.hpp"
#include "daemon/webhook/payload.hpp"
#include "daemon/webhook/url.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <list>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace smppd::webhook {

namespace {

using outcome = webhook_result::outcome;
using error_code = boost::system::error_code;
using clock = std::chrono::steady_clock;

constexpr std::size_t known_urls_max = 64, bending_max = 1000;
// What a name server that does not answer is waited for: resolv.conf(5), three servers, twice.
constexpr std::chrono::seconds resolving_max{30};

outcome outcome_of(long status) noexcept {
  if (status >= 200 && status < 300) return outcome::delivered;
  if (status == 410) return outcome::gone;
  const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
  return later ? outcome::unavailable : outcome::refused;
}

/// Text of a header value cannot begin another header.
bool is_header(std::string_view line) noexcept {
  return std::ranges::none_of(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

std::vector<std::string> headers_of(const webhook_request& request) {
  auto lines = standard_headers(request.id, wall_now(), request.body);
  lines.insert(lines.end(), request.headers.begin(), request.headers.end());
  std::erase_if(lines, [](const std::string& line) { return !is_header(line); });
  return lines;
}

/// As it goes over the wire.
std::string print_request(const webhook_request& request, const parsed_url& url) {
  std::string text;
  text.reserve(512 + url.target.size() + request.body.size());
  text.append("POST ").append(url.target).append(" HTTP/1.1\r\nHost: ").append(url.authority);
  text.append("\r\nUser-Agent: smppd\r\nAccept: */*\r\nContent-Type: application/json\r\n");
  text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  for (const std::string& line : headers_of(request))
    text.append(line).append("\r\n");
  return text.append("\r\n").append(request.body);
}

webhook_result not_sent(outcome what, std::string why) {
  webhook_result result;
  result.what = what;
  result.error = std::move(why);
  return result;
}

webhook_result result_of(answer got) {
  webhook_result result;
  result.status = got.status;
  result.what = outcome_of(result.status);
  if (result.what != outcome::delivered) result.error = "HTTP " + std::to_string(result.status);
  if (!got.retry_after.empty()) result.retry_after = retry_after_of(got.retry_after, wall_now());
  result.body = std::move(got.body);
  return result;
}

webhook_result unavailable(std::string why) {
  return not_sent(outcome::unavailable, std::move(why));
}

}  // namespace

class client::transfers : public std::enable_shared_from_this<transfers> {
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
    std::shared_ptr<const parsed_url> url;
    clock::time_point deadline;
    std::list<std::unique_ptr<transfer>>::iterator place;  // in active_
    std::unique_ptr<curl_request> curl;                    // while libcurl works for it
    bool all_by_curl{false};                               // not only the connection
    std::shared_ptr<connection> over;                      // while it is sent and answered
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

  // A name that a server was still asked for when its request ended: libcurl's thread waits on.
  struct lost_name {
    clock::time_point at;
    std::int64_t account{};
    std::string host;
  };

  [[nodiscard]] std::shared_ptr<const parsed_url> known(const std::string& url, std::string& why);
  [[nodiscard]] host& host_named(std::int64_t of_account, const std::string& name);
  void take_turn(host& next);
  void take_turn(account& next);
  void start_some();
  void start(std::unique_ptr<transfer> next);
  void send(transfer& next);
  void hand_to_curl(transfer& next);
  [[nodiscard]] std::optional<outcome> too_many_names(const transfer& next);
  void leave_to_curl(const std::string& server);
  void note_name(const transfer& ended);
  [[nodiscard]] std::unique_ptr<curl_request> take_curl();
  void on_curl(CURL* easy, CURLcode code);
  void on_answer(transfer& of, const error_code& error, answer got);
  void break_off(transfer& of);
  void end(transfer& of, webhook_result result);
  void leave(host& from);
  void complete(handler done, webhook_result result);
  void wake_at(clock::time_point when);
  void on_time();
  [[nodiscard]] std::string timed_out() const {
    return fmt::format("Timed out after {} ms.", limits_.timeout.count());
  }

  asio::io_context& loop_;
  const client_limits limits_;
  std::shared_ptr<curl_loop> curl_;  // outlives the requests of libcurl
  std::unordered_map<std::int64_t, std::unique_ptr<account>> accounts_;
  std::deque<account*> turns_;  // accounts that may start a request, in order; each has turns
  std::list<std::unique_ptr<transfer>> active_;  // in order of their deadlines
  std::vector<std::unique_ptr<curl_request>> idle_;
  kept_connections kept_;
  asio::steady_timer timer_;
  clock::time_point wakes_at_{clock::time_point::max()};
  std::size_t waiting_{0};
  bool stopped_{false};
  std::unordered_map<std::string, std::shared_ptr<const parsed_url>> known_;  // the latest
  std::unordered_set<std::string> bending_;  // servers whose answers are not HTTP/1.1 to the letter
  std::deque<lost_name> unresolved_;
};

client::transfers::transfers(asio::io_context& loop, const client_limits& limits)
    : loop_(loop),
      limits_(limits),
      curl_(std::make_shared<curl_loop>(loop, std::max<std::size_t>(limits.requests_max, 1))),
      timer_(loop) {
  curl_->on_done([this](CURL* easy, CURLcode code) { on_curl(easy, code); });
}

client::transfers::~transfers() {
  for (const auto& each : active_)
    break_off(*each);
}

void client::transfers::post(webhook_request request, handler done) {
  if (stopped_) return complete(std::move(done), not_sent(outcome::cancelled, "Shutting down."));
  std::string why;
  auto url = known(request.url, why);
  if (url == nullptr) {
    return complete(std::move(done), not_sent(outcome::forbidden, std::move(why)));
  }
  host& to = host_named(request.account, url->host);
  if (to.waiting.size() >= limits_.waiting_max) {
    return complete(std::move(done), not_sent(outcome::busy, "Too many wait for this host."));
  }
  auto next = std::make_unique<transfer>();
  next->request = std::move(request);
  next->done = std::move(done);
  next->to = &to;
  next->url = std::move(url);
  to.waiting.push_back(std::move(next));
  ++waiting_;
  take_turn(to);
  start_some();
}

/// Most requests go to a few URLs. Null: it is not valid.
std::shared_ptr<const parsed_url> client::transfers::known(const std::string& url,
                                                           std::string& why) {
  if (const auto found = known_.find(url); found != known_.end()) return found->second;
  auto parsed = parse_url(url, why);
  if (!parsed) return nullptr;
  if (known_.size() >= known_urls_max) known_.clear();
  return known_[url] = std::make_shared<parsed_url>(std::move(*parsed));
}

client::transfers::host& client::transfers::host_named(std::int64_t of_account,
                                                       const std::string& name) {
  auto& owner = accounts_[of_account];
  if (owner == nullptr) owner = std::make_unique<account>(account{.id = of_account});
  auto& place = owner->hosts[name];
  if (place == nullptr) place = std::make_unique<host>(host{.of = *owner, .name = name});
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
  const auto place = active_.insert(active_.end(), std::move(next));
  transfer& started = **place;
  started.place = place;
  started.deadline = clock::now() + limits_.timeout;
  wake_at(started.deadline);
  started.all_by_curl = started.url->secure || bending_.contains(started.url->server);
  if (!started.all_by_curl) started.over = kept_.find(started.url->server);
  while (kept_.size() > 0 && kept_.size() + active_.size() > limits_.requests_max)
    kept_.close_oldest();
  started.over != nullptr ? send(started) : hand_to_curl(started);
}

void client::transfers::send(transfer& next) {
  next.over->send(print_request(next.request, *next.url),
                  [this, &next](const error_code& error, answer got) {
                    on_answer(next, error, std::move(got));
                  });
}

// A thread of libcurl that waits for a name server outlives its request. So that there are not ever
// more, and one account's names do not keep others from theirs, they count as requests do.
std::optional<outcome> client::transfers::too_many_names(const transfer& next) {
  const auto now = clock::now();
  while (!unresolved_.empty() && unresolved_.front().at + resolving_max <= now)
    unresolved_.pop_front();
  const auto of_host = std::ranges::count(unresolved_, next.url->host, &lost_name::host);
  const auto of_account =
      std::ranges::count(unresolved_, next.request.account, &lost_name::account);
  if (std::cmp_greater_equal(of_host, limits_.per_host) ||
      std::cmp_greater_equal(of_account, limits_.per_account)) {
    return outcome::unavailable;
  }
  if (unresolved_.size() >= limits_.requests_max) return outcome::busy;
  return std::nullopt;
}

void client::transfers::note_name(const transfer& ended) {
  if (ended.curl->resolving())
    unresolved_.push_back({clock::now(), ended.request.account, ended.url->host});
}

/// libcurl takes some answers that Beast does not.
void client::transfers::leave_to_curl(const std::string& server) {
  if (bending_.size() >= bending_max) bending_.erase(bending_.begin());
  bending_.insert(server);
}

// libcurl resolves without blocking, tries several addresses, and asks whether they may be called.
void client::transfers::hand_to_curl(transfer& next) {
  if (const auto refused = too_many_names(next))
    return end(next, not_sent(*refused, "The name servers do not answer."));
  const auto left = std::chrono::ceil<curl_request::duration>(next.deadline - clock::now());
  const auto within = std::max(left, curl_request::duration{1});
  next.curl = take_curl();
  if (next.all_by_curl) {
    next.curl->prepare_post(next.request.url, within, headers_of(next.request), next.request.body);
  } else {
    next.curl->prepare_connect(next.request.url, within);
  }
  curl_easy_setopt(next.curl->easy(), CURLOPT_PRIVATE, &next);
  const CURLMcode code = curl_->add(next.curl->easy());
  if (code == CURLM_OK) return;
  idle_.push_back(std::move(next.curl));
  end(next, unavailable(curl_multi_strerror(code)));
}

std::unique_ptr<curl_request> client::transfers::take_curl() {
  if (idle_.empty()) {
    return std::make_unique<curl_request>(
        curl_request::settings{limits_.allow_private, limits_.response_octets});
  }
  auto taken = std::move(idle_.back());
  idle_.pop_back();
  return taken;
}

// It may have been a whole request, or a connection for one.
void client::transfers::on_curl(CURL* easy, CURLcode code) {
  transfer* found{};
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &found);
  transfer& of = *found;
  const int descriptor = code == CURLE_OK && !of.all_by_curl ? of.curl->take_connection() : -1;
  curl_->remove(easy);
  if (code == CURLE_OPERATION_TIMEDOUT) note_name(of);
  auto used = std::move(of.curl);
  if (descriptor >= 0) {
    of.over = std::make_shared<connection>(loop_, descriptor, limits_.response_octets);
    send(of);
  } else if (used->forbidden()) {
    end(of, not_sent(outcome::forbidden, "Its address may not be called."));
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    end(of, unavailable(timed_out()));
  } else if (code != CURLE_OK) {
    end(of, unavailable(used->error(code)));
  } else if (of.all_by_curl) {
    end(of, result_of(used->take_answer()));
  } else {
    end(of, unavailable("No descriptor is left for the connection."));
  }
  idle_.push_back(std::move(used));
  start_some();
}

void client::transfers::on_answer(transfer& of, const error_code& error, answer got) {
  const auto over = std::move(of.over);
  if (error && over->was_stale()) {
    hand_to_curl(of);  // as a new connection is not stale, this happens once
  } else if (error) {
    if (is_not_http(error)) leave_to_curl(of.url->server);
    end(of, unavailable(sentence_of(error)));
  } else {
    if (over->is_open()) {
      const auto now = clock::now();
      kept_.keep(of.url->server, over, now);
      wake_at(now + limits_.kept);
    }
    end(of, result_of(std::move(got)));
  }
  start_some();
}

void client::transfers::break_off(transfer& of) {
  if (of.over != nullptr) of.over->close();
  if (of.curl == nullptr) return;
  note_name(of);
  curl_->remove(of.curl->easy());
  idle_.push_back(std::move(of.curl));
}

void client::transfers::end(transfer& of, webhook_result result) {
  complete(std::move(of.done), std::move(result));
  host& from = *of.to;
  active_.erase(of.place);
  leave(from);
}

// One timer for all: a request costs no timer of its own.
void client::transfers::wake_at(clock::time_point when) {
  if (when >= wakes_at_) return;
  wakes_at_ = when;
  timer_.expires_at(when);
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self != nullptr && !error) self->on_time();
  });
}

void client::transfers::on_time() {
  const auto now = clock::now();
  while (!active_.empty() && active_.front()->deadline <= now) {
    transfer& late = *active_.front();
    break_off(late);
    end(late, unavailable(timed_out()));
  }
  while (kept_.size() > 0 && kept_.waits_since() + limits_.kept <= now)
    kept_.close_oldest();
  wakes_at_ = clock::time_point::max();
  if (!active_.empty()) wake_at(active_.front()->deadline);
  if (kept_.size() > 0) wake_at(kept_.waits_since() + limits_.kept);
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

void client::transfers::stop() {
  stopped_ = true;
  for (const auto& each : active_) {
    break_off(*each);
    complete(std::move(each->done), not_sent(outcome::cancelled, "Shutting down."));
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
  while (kept_.size() > 0)
    kept_.close_oldest();
  timer_.cancel();
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
  limits.waiting_max = std::max(limits.waiting_max, 2 * limits.per_host);
  limits.requests_max = configuration.connections_max;
  limits.per_account = std::max<std::size_t>(limits.requests_max / 4, 1);
  limits.allow_private = configuration.allow_private;
  return limits;
}

client::client(asio::io_context& loop, const client_limits& limits)
    : transfers_(std::make_shared<transfers>(loop, limits)) {}

client::~client() = default;

void client::post(webhook_request request, handler done) {
  transfers_->post(std::move(request), std::move(done));
}

void client::stop() { transfers_->stop(); }

std::size_t client::in_flight() const noexcept { return transfers_->in_flight(); }

std::size_t client::waiting() const noexcept { return transfers_->waiting(); }

}  // namespace smppd::webhook
