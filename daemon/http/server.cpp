#include "daemon/http/server.hpp"

#include "daemon/clock.hpp"
#include "daemon/http/connection.hpp"
#include "daemon/http/neighbours.hpp"
#include "daemon/http/problem.hpp"
#include "daemon/observe/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <list>
#include <random>
#include <stdexcept>

namespace smppd::http {

namespace {

namespace beast = boost::beast;
using asio::ip::tcp;
using clock = connection::clock;
using parser = beast::http::request_parser<beast::http::string_body>;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr auto linger_time = std::chrono::seconds{1};
constexpr std::size_t read_octets = 16'384;
constexpr std::size_t refused_max = 64;  // connections beyond the limit that are told so at once
constexpr std::size_t logged_path_octets = 200;

/// "Tue, 15 Nov 1994 08:12:31 GMT"
std::string print_date(std::chrono::sys_seconds now) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days.at(std::chrono::weekday(day).c_encoding()),
      static_cast<unsigned>(date.day()), months.at(static_cast<unsigned>(date.month()) - 1),
      static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
      time.seconds().count());
}

/// A caller's X-Request-Id is taken over where it can do no harm in a header or a log.
bool usable_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 128 &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c <= '~'; });
}

problem problem_of(beast::error_code error, const server_limits& limits) {
  if (error == beast::http::error::body_limit) {
    return {413, "BODY_TOO_LARGE",
            fmt::format("A body may have {} octets.", limits.body_octets_max)};
  }
  if (error == beast::http::error::header_limit) {
    return {431, "HEADERS_TOO_LARGE",
            fmt::format("The request line and the headers may have {} octets and {} lines.",
                        limits.header_octets_max, limits.headers_max)};
  }
  return {400, "INVALID_REQUEST", "This is not an HTTP/1.1 request: " + error.message() + "."};
}

/// Path and query of a target, in origin or absolute form (RFC 9112, 3.2).
void split_target(request& to) {
  std::string_view rest = to.target;
  if (const auto scheme = rest.find("://"); !rest.starts_with('/') && scheme < rest.size()) {
    rest.remove_prefix(std::min(rest.find('/', scheme + 3), rest.size()));
  }
  const auto mark = std::min(rest.find('?'), rest.size());
  to.path = rest.substr(0, mark);
  to.query = rest.substr(std::min(mark + 1, rest.size()));
}

/// What Beast lets pass.
beast::error_code check(const parser& complete, const server_limits& limits) {
  const auto& head = complete.get();
  if (std::distance(head.begin(), head.end()) > static_cast<std::ptrdiff_t>(limits.headers_max)) {
    return beast::http::error::header_limit;
  }
  // RFC 9112, 3.2.
  if (head.version() >= 11 && head.count(beast::http::field::host) != 1) {
    return beast::http::error::bad_field;
  }
  return {};
}

/// An error can be found by the request id that its caller was told.
void log_answer(const request& to, int status, log::level of) {
  if (status < 400 || !log::enabled(of)) return;
  log::write(of, fmt::format("HTTP {} {} from {} (request {}): {}", to.method,
                             to.path.substr(0, logged_path_octets), to.remote, to.id, status));
}

/// Is this the caller's mistake, or the connection's end?
bool is_mistake(beast::error_code error) noexcept {
  static const beast::error_code example = beast::http::error::bad_method;
  return error.category() == example.category();
}

}  // namespace

class server::state : public std::enable_shared_from_this<state> {
 public:
  state(asio::io_context& loop, const listen_address& address, const server_limits& limits,
        const router& routes);

  void start();
  void stop(completion<void()> done);
  void close();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

 private:
  /// Takes a connection off the list when its coroutine ends, however that happens.
  class leaving {
   public:
    leaving(state& from, std::list<connection>::iterator place) : from_(from), place_(place) {}
    ~leaving() {
      from_.neighbours_.forget(*place_);
      from_.connections_.erase(place_);
      from_.left();
    }
    leaving(const leaving&) = delete;
    leaving& operator=(const leaving&) = delete;

   private:
    state& from_;
    std::list<connection>::iterator place_;
  };
  /// Whether a connection takes another request.
  enum class next : std::uint8_t { request, close };

  asio::awaitable<void> accept_loop(std::shared_ptr<state> self);
  asio::awaitable<void> serve(std::shared_ptr<state> self, tcp::socket socket);
  asio::awaitable<next> exchange(connection& with);
  static asio::awaitable<beast::error_code> read_some(connection& from, clock::duration within);
  asio::awaitable<beast::error_code> read(connection& from, parser& into);
  asio::awaitable<next> refuse(connection& to, problem why);
  asio::awaitable<next> write(connection& to, response made, next then);
  static asio::awaitable<void> linger(connection& with);

  void admit(tcp::socket socket);
  void fill(request& current, const parser& from, std::string_view remote);
  void print_head(connection& to, const response& made, next then);
  void sweep_later();
  void sweep();
  void left();
  [[nodiscard]] const std::string& date();
  [[nodiscard]] std::string make_request_id();

  asio::io_context& loop_;
  const server_limits limits_;
  const router& routes_;
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  asio::steady_timer sweeper_;
  std::list<connection> connections_;
  neighbours neighbours_;
  std::uint16_t port_{};
  bool stopping_{false};
  completion<void()> stopped_;
  std::chrono::sys_seconds date_of_;
  std::string date_;
  std::mt19937_64 ids_{std::random_device{}()};
};

server::state::state(asio::io_context& loop, const listen_address& address,
                     const server_limits& limits, const router& routes)
    : loop_(loop),
      limits_(limits),
      routes_(routes),
      acceptor_(loop),
      accept_pause_(loop),
      sweeper_(loop),
      neighbours_(limits.connections_per_address, limits.idle_enough, limits.idle_timeout) {
  try {
    const tcp::endpoint place(asio::ip::make_address(address.host), address.port);
    acceptor_.open(place.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(place);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error(
        fmt::format("HTTP cannot listen on {} port {}: {}; see http.listen and admin.listen",
                    address.host, address.port, error.code().message()));
  }
}

void server::state::start() {
  asio::co_spawn(loop_, accept_loop(shared_from_this()), [](const std::exception_ptr&) {});
  sweep_later();
}

void server::state::stop(completion<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  for (connection& each : connections_) {
    if (each.idle) each.socket.close(ignored);
  }
  if (connections_.empty()) left();
}

void server::state::close() {
  stopping_ = true;
  stopped_ = nullptr;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  sweeper_.cancel();
  for (connection& each : connections_)
    each.socket.close(ignored);
}

/// A connection has gone.
void server::state::left() {
  if (!stopping_ || !connections_.empty()) return;
  sweeper_.cancel();
  if (stopped_) asio::post(loop_, [done = std::move(stopped_)]() mutable { std::move(done)(); });
}

// One timer for all connections: a request costs no timer of its own.
void server::state::sweep_later() {
  using std::chrono::milliseconds;
  const auto shortest = std::min(limits_.read_timeout, limits_.idle_timeout);
  sweeper_.expires_after(std::clamp(shortest / 4, milliseconds{5}, milliseconds{1000}));
  sweeper_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self == nullptr || error) return;
    self->sweep();
    self->sweep_later();
  });
}

void server::state::sweep() {
  const auto now = clock::now();
  boost::system::error_code ignored;
  for (connection& each : connections_) {
    if (each.deadline <= now) each.socket.close(ignored);
  }
}

asio::awaitable<void> server::state::accept_loop([[maybe_unused]] std::shared_ptr<state> self) {
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_.async_accept(no_throw);
    if (stopping_) co_return;
    if (!error) {
      admit(std::move(socket));
    } else if (error != asio::error::connection_aborted) {
      log::warning("HTTP cannot accept a connection: {}", error.message());
      accept_pause_.expires_after(std::chrono::milliseconds{100});
      std::ignore = co_await accept_pause_.async_wait(no_throw);
    }
  }
}

void server::state::admit(tcp::socket socket) {
  if (connections_.size() >= limits_.connections_max + refused_max) return;  // closes it
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  asio::co_spawn(loop_, serve(shared_from_this(), std::move(socket)),
                 [](const std::exception_ptr& failure) {
                   if (failure) log::error("An HTTP connection ended by an exception.");
                 });
}

asio::awaitable<void> server::state::serve([[maybe_unused]] std::shared_ptr<state> self,
                                           tcp::socket socket) {
  const auto place = connections_.emplace(connections_.end(), std::move(socket));
  connection& here = *place;
  const leaving on_exit(*this, place);

  boost::system::error_code ignored;
  const auto remote = here.socket.remote_endpoint(ignored).address();
  here.remote = remote.to_string();
  here.neighbourhood = neighbourhood_of(remote);
  here.refused = !neighbours_.take_place(here) || connections_.size() > limits_.connections_max;
  if (!here.socket.is_open()) co_return;
  auto then = next::request;
  while (then == next::request)
    then = co_await exchange(here);
  if (here.socket.is_open()) co_await linger(here);
}

/// One request and its response.
asio::awaitable<server::state::next> server::state::exchange(connection& with) {
  if (with.refused) {
    problem full(503, "TOO_MANY_CONNECTIONS",
                 "All connections, or those of your address, are taken; try again in a moment.");
    co_return co_await refuse(with, std::move(full));
  }
  if (with.buffer.size() == 0) {
    if (stopping_) co_return next::close;
    with.idle = true;
    const auto error = co_await read_some(with, limits_.idle_timeout);
    with.idle = false;
    if (error) co_return next::close;
  }
  parser incoming;
  if (const auto error = co_await read(with, incoming); error) {
    if (!is_mistake(error)) co_return next::close;
    co_return co_await refuse(with, problem_of(error, limits_));
  }
  fill(with.current, incoming, with.remote);
  response made = co_await routes_.answer(with.current);
  // A 500 was logged with its cause already.
  const auto level = made.status > 500 ? log::level::warning : log::level::debug;
  log_answer(with.current, made.status, level);
  const auto then = incoming.keep_alive() && !stopping_ ? next::request : next::close;
  co_return co_await write(with, std::move(made), then);
}

asio::awaitable<beast::error_code> server::state::read_some(connection& from,
                                                            clock::duration within) {
  if (within != clock::duration::zero()) from.deadline = clock::now() + within;
  const auto place = from.buffer.prepare(read_octets);
  const auto [error, count] = co_await from.socket.async_read_some(place, no_throw);
  from.buffer.commit(count);
  co_return error;
}

/// Errors of the category of Beast's HTTP are the caller's mistakes; others end the connection.
asio::awaitable<beast::error_code> server::state::read(connection& from, parser& into) {
  from.deadline = clock::now() + limits_.read_timeout;
  into.eager(true);
  into.header_limit(static_cast<std::uint32_t>(limits_.header_octets_max));
  into.body_limit(limits_.body_octets_max);
  bool told_to_continue = false;
  for (;;) {
    beast::error_code error;
    from.buffer.consume(into.put(from.buffer.data(), error));
    if (error && error != beast::http::error::need_more) co_return error;
    if (into.is_done()) break;
    const auto& head = into.get();
    if (into.is_header_done() && !told_to_continue && from.buffer.size() == 0 &&
        same_word(head[beast::http::field::expect], "100-continue") && into.get().body().empty()) {
      told_to_continue = true;
      constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      const auto octets = asio::buffer(go_on);
      const auto [failed, count] = co_await asio::async_write(from.socket, octets, no_throw);
      if (failed) co_return failed;
    }
    error = co_await read_some(from, clock::duration::zero());
    if (error) co_return error;
  }
  from.deadline = connection::never;  // the handler's time is its own
  co_return check(into, limits_);
}

/// A response to a request that no handler will see.
asio::awaitable<server::state::next> server::state::refuse(connection& to, problem why) {
  to.current = request();
  to.current.id = make_request_id();
  to.current.remote = to.remote;
  log_answer(to.current, why.status, log::level::debug);  // debug: it costs a caller nothing
  routes_.count_unrouted(why.status);
  response made = make_response(why, to.current);
  co_return co_await write(to, std::move(made), next::close);
}

asio::awaitable<server::state::next> server::state::write(connection& to, response made,
                                                          next then) {
  print_head(to, made, then);
  if (to.current.method == "HEAD") made.body.clear();
  to.deadline = clock::now() + limits_.read_timeout;
  const std::array octets = {asio::buffer(to.head), asio::buffer(made.body)};
  const auto [error, count] = co_await asio::async_write(to.socket, octets, no_throw);
  if (error) {
    boost::system::error_code ignored;
    to.socket.close(ignored);
    co_return next::close;
  }
  co_return then;
}

/// Lets the peer read our last words: a close with octets unread would reset the connection.
asio::awaitable<void> server::state::linger(connection& with) {
  boost::system::error_code error;
  with.socket.shutdown(tcp::socket::shutdown_send, error);
  with.deadline = clock::now() + linger_time;
  while (!error) {
    with.buffer.clear();
    error = co_await read_some(with, clock::duration::zero());
  }
}

void server::state::fill(request& current, const parser& from, std::string_view remote) {
  const auto& head = from.get();
  current.method = head.method_string();
  current.target = head.target();
  split_target(current);
  current.headers.clear();
  for (const auto& field : head)
    current.headers.emplace_back(field.name_string(), field.value());
  current.body = head.body();
  current.remote = remote;
  const auto id = current.header("X-Request-Id");
  current.id = usable_id(id) ? std::string(id) : make_request_id();
}

void server::state::print_head(connection& to, const response& made, next then) {
  const auto phrase =
      beast::http::obsolete_reason(beast::http::int_to_status(static_cast<unsigned>(made.status)));
  // Each request has one of these, and a format string costs ten times as much.
  const auto put = [&head = to.head](auto... pieces) { (head.append(pieces), ...); };
  to.head.clear();
  put("HTTP/1.1 ", std::to_string(made.status), " ", std::string_view(phrase));
  put("\r\nServer: smppd\r\nDate: ", std::string_view(date()));
  put("\r\nX-Request-Id: ", std::string_view(to.current.id), "\r\n");
  for (const auto& [name, value] : made.headers)
    put(std::string_view(name), ": ", std::string_view(value), "\r\n");
  if (made.status != 204) put("Content-Length: ", std::to_string(made.body.size()), "\r\n");
  if (!made.body.empty()) put("Content-Type: ", std::string_view(made.content_type), "\r\n");
  put("Connection: ", then == next::close ? "close" : "keep-alive", "\r\n\r\n");
}

const std::string& server::state::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(wall_now());
  if (now != date_of_) {
    date_of_ = now;
    date_ = print_date(now);
  }
  return date_;
}

std::string server::state::make_request_id() {
  std::string id("req_0000000000000000");
  auto rest = ids_();
  for (auto digit = id.rbegin(); rest != 0; ++digit, rest >>= 4U)
    *digit = "0123456789abcdef"[rest & 0xFU];
  return id;
}

server_limits limits_of(const http_config& configuration) {
  server_limits limits;
  limits.body_octets_max = configuration.body_octets_max;
  limits.connections_max = configuration.connections_max;
  limits.connections_per_address = configuration.connections_per_address;
  limits.read_timeout = configuration.read_timeout;
  limits.idle_timeout = configuration.idle_timeout;
  return limits;
}

server::server(asio::io_context& loop, const listen_address& address, const server_limits& limits,
               const router& routes)
    : state_(std::make_shared<state>(loop, address, limits, routes)) {
  state_->start();
}

server::~server() { state_->close(); }

std::uint16_t server::port() const noexcept { return state_->port(); }

std::size_t server::connections() const noexcept { return state_->connections(); }

void server::stop(completion<void()> done) { state_->stop(std::move(done)); }

}  // namespace smppd::http
