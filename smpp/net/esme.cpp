#include "smpp/net/esme.hpp"

#include "smpp/net/connector.hpp"
#include "smpp/net/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace smpp::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds connect_limit{10};
constexpr std::size_t inbox_max = 1000;

class statuses final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "smpp.command_status"; }
  [[nodiscard]] std::string message(int value) const override {
    const auto status = static_cast<command_status>(value);
    const auto words = meaning(status);
    return words.empty() ? smpp::name(status) : smpp::name(status) + ", " + std::string(words);
  }
};

error_code error_of(command_status status) { return {static_cast<int>(status), status_category()}; }

error_code timed_out() { return asio::error::make_error_code(asio::error::timed_out); }

// Something that a coroutine waits for; only ever cancelled, never due.
asio::steady_timer never(const asio::any_io_executor& loop) {
  return asio::steady_timer(loop, asio::steady_timer::time_point::max());
}

deliver_sm delivered(data_sm&& data) {
  deliver_sm same;
  same.service_type = data.service_type.view();
  same.source_addr_ton = data.source_addr_ton;
  same.source_addr_npi = data.source_addr_npi;
  same.source_addr = data.source_addr.view();
  same.dest_addr_ton = data.dest_addr_ton;
  same.dest_addr_npi = data.dest_addr_npi;
  same.destination_addr = data.destination_addr.view();
  same.esm_class = data.esm_class;
  same.registered_delivery = data.registered_delivery;
  same.data_coding = data.data_coding;
  same.tlvs = std::move(data.tlvs);
  return same;
}

}  // namespace

const boost::system::error_category& status_category() noexcept {
  static const statuses category;
  return category;
}

/// What the session tells, kept for whoever waits for it. It lives until the session has ended.
class esme::link final : public session_handler, public std::enable_shared_from_this<link> {
 public:
  link(connection connected, session_options options)
      : decided_(never(connected.tcp().get_executor())),
        room_(never(connected.tcp().get_executor())),
        arrived_(connected.tcp().get_executor()),
        ended_(never(connected.tcp().get_executor())),
        session_(std::make_shared<session>(std::move(connected), std::move(options), *this)) {}

  [[nodiscard]] asio::awaitable<result<void>> bind(const esme_login& as);
  [[nodiscard]] asio::awaitable<result<std::string>> submit(const submit_sm& pdu);
  [[nodiscard]] asio::awaitable<result<deliver_sm>> receive(std::chrono::milliseconds limit);
  [[nodiscard]] asio::awaitable<void> unbind();
  void close() {
    if (!is_closed_) session_->close();
  }

  void on_event(session& from, event& what) override;
  void on_closed(session& from, const closed& why) override;
  void on_writable(session& /*from*/) override { room_.cancel(); }

 private:
  /// Its response, or why there is none.
  struct waiting {
    asio::steady_timer answered;
    std::optional<result<std::string>> response;
  };
  struct received {
    command_id command{};
    std::uint32_t sequence{};
    deliver_sm pdu;
  };

  void decide(error_code how);
  void answer(std::uint64_t cookie, result<std::string> response);
  void on_request(request_received& what);
  void keep(const header& head, deliver_sm pdu);
  void acknowledge(const received& taken);

  asio::steady_timer decided_, room_, arrived_, ended_;
  std::optional<error_code> bound_;
  std::unordered_map<std::uint64_t, std::shared_ptr<waiting>> waiting_;
  std::uint64_t last_cookie_{0};
  std::deque<received> inbox_;
  bool is_closed_{false};
  std::shared_ptr<link> self_;
  std::shared_ptr<session> session_;
};

asio::awaitable<result<void>> esme::link::bind(const esme_login& as) {
  self_ = shared_from_this();
  bind_transceiver pdu;
  pdu.system_id = as.system_id;
  pdu.password = as.password;
  session_->start();
  if (const auto sent = session_->send(pdu); !sent) {
    session_->close();
    co_return sent.error();
  }
  while (!bound_)
    std::ignore = co_await decided_.async_wait(no_throw);
  if (*bound_) co_return *bound_;
  co_return result<void>();
}

asio::awaitable<result<std::string>> esme::link::submit(const submit_sm& pdu) {
  while (!is_closed_ && !session_->can_send())
    std::ignore = co_await room_.async_wait(no_throw);
  const auto cookie = ++last_cookie_;
  const auto sent = session_->send(pdu, cookie);
  if (!sent) co_return sent.error();
  const auto mine = std::make_shared<waiting>(never(room_.get_executor()), std::nullopt);
  waiting_[cookie] = mine;
  while (!mine->response)
    std::ignore = co_await mine->answered.async_wait(no_throw);
  co_return std::move(*mine->response);
}

asio::awaitable<result<deliver_sm>> esme::link::receive(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (inbox_.empty()) {
    if (is_closed_) co_return make_error_code(error::closed);
    arrived_.expires_at(deadline);
    const auto [cancelled] = co_await arrived_.async_wait(no_throw);
    if (!cancelled && inbox_.empty()) co_return timed_out();
  }
  auto taken = std::move(inbox_.front());
  inbox_.pop_front();
  acknowledge(taken);
  co_return std::move(taken.pdu);
}

asio::awaitable<void> esme::link::unbind() {
  if (!is_closed_) session_->unbind();
  while (!is_closed_)
    std::ignore = co_await ended_.async_wait(no_throw);
}

void esme::link::on_event(session& from, event& what) {
  if (auto* response = std::get_if<response_received>(&what)) {
    if (response->late) return;
    const auto* pdu = std::get_if<submit_sm_resp>(&response->pdu);
    if (response->status != command_status::ok || pdu == nullptr) {
      answer(response->cookie, error_of(response->status));
    } else {
      answer(response->cookie, std::string(pdu->message_id.view()));
    }
  } else if (auto* request = std::get_if<request_received>(&what)) {
    on_request(*request);
  } else if (const auto* expired = std::get_if<request_expired>(&what)) {
    answer(expired->cookie, timed_out());
  } else if (const auto* dropped = std::get_if<request_dropped>(&what)) {
    answer(dropped->cookie, make_error_code(error::closed));
  } else if (std::holds_alternative<bound>(what)) {
    decide({});
  } else if (const auto* refused = std::get_if<bind_refused>(&what)) {
    decide(error_of(refused->status));
    from.close();
  }
}

void esme::link::on_closed(session& /*from*/, const closed& /*why*/) {
  is_closed_ = true;
  decide(make_error_code(error::closed));
  room_.cancel();
  arrived_.cancel();
  ended_.cancel();
  const auto until_here = std::move(self_);
}

void esme::link::decide(error_code how) {
  if (!bound_) bound_ = how;
  decided_.cancel();
}

void esme::link::answer(std::uint64_t cookie, result<std::string> response) {
  room_.cancel();
  auto found = waiting_.extract(cookie);
  if (found.empty()) return;
  found.mapped()->response = std::move(response);
  found.mapped()->answered.cancel();
}

void esme::link::on_request(request_received& what) {
  if (auto* deliver = std::get_if<deliver_sm>(&what.pdu)) {
    keep(what.head, std::move(*deliver));
  } else if (auto* data = std::get_if<data_sm>(&what.pdu)) {
    keep(what.head, delivered(std::move(*data)));
  } else {
    session_->reply_error(what.head.id, what.head.sequence, command_status::invcmdid);
  }
}

void esme::link::keep(const header& head, deliver_sm pdu) {
  if (inbox_.size() >= inbox_max)
    return session_->reply_error(head.id, head.sequence, command_status::msgqful);
  inbox_.push_back({head.id, head.sequence, std::move(pdu)});
  arrived_.cancel();
}

// A session that has ended meanwhile needs no answer.
void esme::link::acknowledge(const received& taken) {
  if (taken.command == command_id::data_sm) {
    std::ignore = session_->reply(taken.sequence, data_sm_resp());
  } else {
    std::ignore = session_->reply(taken.sequence, deliver_sm_resp());
  }
}

esme::esme(std::shared_ptr<link> bound) noexcept : link_(std::move(bound)) {}

esme::~esme() {
  if (link_) link_->close();
}

// The first of each pair is not a coroutine, see esme_login.
asio::awaitable<result<esme>> esme::connect(esme_login as) {
  return connect(std::move(as), session_options());
}

asio::awaitable<result<esme>> esme::connect(esme_login as, session_options options) {
  auto connected = co_await net::connect(as.host, as.port, connect_limit);
  if (!connected) co_return connected.error();
  co_return co_await bind(std::move(*connected), std::move(as), std::move(options));
}

asio::awaitable<result<esme>> esme::connect(esme_login as, tls_client inside) {
  return connect(std::move(as), std::move(inside), session_options());
}

asio::awaitable<result<esme>> esme::connect(esme_login as, tls_client inside,
                                            session_options options) {
  auto connected = co_await net::connect(as.host, as.port, connect_limit);
  if (!connected) co_return connected.error();
  auto secured = co_await inside.connect(std::move(*connected), as.host, connect_limit);
  if (!secured) co_return secured.error();
  co_return co_await bind(std::move(*secured), std::move(as), std::move(options));
}

asio::awaitable<result<esme>> esme::bind(connection connected, esme_login as,
                                         session_options options) {
  options.role = role::esme;
  const auto made = std::make_shared<link>(std::move(connected), std::move(options));
  const auto done = co_await made->bind(as);
  if (!done) co_return done.error();
  co_return esme(made);
}

asio::awaitable<result<std::string>> esme::submit(submit_sm pdu) {
  const auto kept = link_;
  co_return co_await kept->submit(pdu);
}

asio::awaitable<result<deliver_sm>> esme::receive(std::chrono::milliseconds limit) {
  const auto kept = link_;
  co_return co_await kept->receive(limit);
}

asio::awaitable<void> esme::unbind() {
  const auto kept = link_;
  co_await kept->unbind();
}

}  // namespace smpp::net
