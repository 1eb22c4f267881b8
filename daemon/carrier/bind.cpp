#include "daemon/carrier/bind.hpp"

#include "daemon/observe/log.hpp"
#include "daemon/tls_settings.hpp"
#include "smpp/net/connector.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace smppd {

namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
// A session that lasted this long was a good one: the next try comes soon again.
constexpr std::chrono::seconds stable_after{10};

}  // namespace

std::string_view name(bind_role role) noexcept {
  switch (role) {
    case bind_role::transmitter: return "transmitter";
    case bind_role::receiver: return "receiver";
    default: return "transceiver";
  }
}

bind::bind(asio::io_context& loop, std::string label, bind_role role,
           const carrier_config& settings, std::shared_ptr<smpp::net::trace_file> trace,
           metrics::carrier_figures& figures, bind_events& events)
    : loop_(loop),
      label_(std::move(label)),
      role_(role),
      settings_(settings),
      figures_(figures),
      events_(events),
      trace_(std::move(trace)),
      pause_(loop),
      ended_(loop) {
  if (settings.tls) tls_.emplace(tls_options_of(settings));
}

bind::~bind() = default;

void bind::start() {
  asio::co_spawn(loop_, run(), [](const std::exception_ptr& thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
}

asio::awaitable<void> bind::run() {
  while (!stopping_) {
    const auto began = std::chrono::steady_clock::now();
    const bool was_bound = co_await connect_once();
    if (stopping_) break;
    if (was_bound && std::chrono::steady_clock::now() - began > stable_after) backoff_ = {};
    const auto pause = next_pause();
    log::info("bind {}: next try in {} ms", label_, pause.count());
    figures_.reconnects.Increment();
    pause_.expires_after(pause);
    std::ignore = co_await pause_.async_wait(no_throw);
  }
}

void bind::reload_tls() {
  if (tls_) tls_->reload();
}

asio::awaitable<smpp::result<smpp::net::connection>> bind::connect() {
  auto connected =
      co_await smpp::net::connect(settings_.host, settings_.port, settings_.connect_timeout);
  if (!connected) co_return connected.error();
  if (!tls_) co_return smpp::net::connection(std::move(*connected));
  co_return co_await tls_->connect(std::move(*connected), settings_.host,
                                   settings_.connect_timeout);
}

// True when it was bound at some time.
asio::awaitable<bool> bind::connect_once() {
  auto connected = co_await connect();
  if (!connected) {
    note_error("cannot connect to " + settings_.host + ":" + std::to_string(settings_.port) + ": " +
               connected.error().message());
    co_return false;
  }
  if (stopping_) co_return false;
  smpp::session_options options;
  options.role = smpp::role::esme;
  options.interface_version = settings_.interface_version;
  options.pdu_octets_max = settings_.pdu_octets_max;
  options.window_max = settings_.window;
  options.response_timeout = settings_.response_timeout;
  options.enquire_link_interval = settings_.enquire_link_interval;
  options.inactivity_timeout = settings_.inactivity_timeout;
  options.leniency = smpp::leniency::lenient;
  session_ = std::make_shared<smpp::net::session>(std::move(*connected), options, *this);
  if (trace_) session_->trace(trace_);
  session_->start();
  send_bind();
  bool was_bound = false;
  while (session_) {
    ended_.expires_at(std::chrono::steady_clock::time_point::max());
    std::ignore = co_await ended_.async_wait(no_throw);
    was_bound = was_bound || bound_;
  }
  co_return was_bound || last_error_.empty();
}

// Doubling between the configured bounds, with a third of jitter so that many binds do not come at
// once. A carrier that says "already bound" still holds the session that was lost, until its own
// timers end it.
std::chrono::milliseconds bind::next_pause() {
  backoff_ = std::clamp(backoff_ * 2, settings_.reconnect_min, settings_.reconnect_max);
  auto pause = backoff_;
  if (std::exchange(already_bound_, false)) {
    pause = std::max<std::chrono::milliseconds>(pause, settings_.already_bound_wait);
  }
  std::uniform_real_distribution<double> jitter(1.0, 4.0 / 3.0);
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(static_cast<double>(pause.count()) * jitter(random_)));
}

void bind::send_bind() {
  const auto send = [this](auto pdu) {
    pdu.system_id = settings_.system_id;
    pdu.password = settings_.password;
    pdu.system_type = settings_.system_type;
    pdu.interface_version = settings_.interface_version;
    pdu.addr_ton = settings_.addr_ton;
    pdu.addr_npi = settings_.addr_npi;
    pdu.address_range = settings_.address_range;
    if (const auto sent = session_->send(pdu); !sent) {
      note_error("cannot send the bind request: " + sent.error().message());
      session_->close();
    }
  };
  switch (role_) {
    case bind_role::transmitter: return send(smpp::bind_transmitter{});
    case bind_role::receiver: return send(smpp::bind_receiver{});
    case bind_role::transceiver: return send(smpp::bind_transceiver{});
  }
}

void bind::note_error(std::string what) {
  last_error_ = std::move(what);
  log::warning("bind {}: {}", label_, last_error_);
}

void bind::begin_stop() {
  stopping_ = true;
  pause_.cancel();
  if (session_) session_->unbind();
}

void bind::disconnect() {
  if (session_) session_->close("smppd stops");
}

std::uint32_t bind::window() const noexcept {
  return transmits() && session_ ? session_->core().window_limit() : 0;
}

bool bind::can_submit() const { return transmits() && session_ && session_->can_send(); }

bool bind::submit(const smpp::submit_sm& pdu, std::uint64_t cookie) {
  const auto sent = session_->send(pdu, cookie);
  if (!sent) log::error("bind {}: submit_sm not sent: {}", label_, sent.error().message());
  return sent.has_value();
}

void bind::on_event(smpp::net::session& from, smpp::event& what) {
  if (auto* response = std::get_if<smpp::response_received>(&what)) return on_response(*response);
  if (auto* request = std::get_if<smpp::request_received>(&what)) return on_request(from, *request);
  if (const auto* expired = std::get_if<smpp::request_expired>(&what)) {
    return events_.on_no_answer(*this, expired->cookie, true);
  }
  if (const auto* dropped = std::get_if<smpp::request_dropped>(&what)) {
    return events_.on_no_answer(*this, dropped->cookie, false);
  }
  if (const auto* said = std::get_if<smpp::bound>(&what)) {
    bound_ = true;
    last_error_.clear();
    log::info("bind {}: bound as {} to {} ({})", label_, name(role_), said->peer_system_id,
              from.remote());
    return events_.on_up(*this);
  }
  if (const auto* refused = std::get_if<smpp::bind_refused>(&what)) {
    already_bound_ = refused->status == smpp::command_status::alybnd;
    note_error("the carrier refused the bind: " + smpp::name(refused->status) + " (" +
               std::string(smpp::meaning(refused->status)) + ")");
    return from.close("bind refused");
  }
  if (const auto* odd = std::get_if<smpp::irregularity>(&what)) {
    log::info("bind {}: {}", label_, odd->what);
  }
}

void bind::on_response(smpp::response_received& response) {
  const auto* submitted = std::get_if<smpp::submit_sm_resp>(&response.pdu);
  if (submitted == nullptr) return;
  events_.on_answer(*this, response.cookie, response.status, submitted->message_id.view(),
                    response.round_trip);
  if (!response.late) events_.on_room(*this);
}

void bind::on_request(smpp::net::session& from, smpp::request_received& request) {
  const auto command = request.head.id;
  acknowledgement ack(from.weak_from_this(), request.head.sequence, command);
  if (const auto* deliver = std::get_if<smpp::deliver_sm>(&request.pdu)) {
    return events_.on_delivery(*this, read_delivery(*deliver), std::move(ack));
  }
  if (const auto* data = std::get_if<smpp::data_sm>(&request.pdu)) {
    return events_.on_delivery(*this, read_delivery(*data), std::move(ack));
  }
  from.reply_error(command, request.head.sequence, smpp::command_status::invcmdid);
}

void bind::on_closed(smpp::net::session&, const smpp::closed& why) {
  if (!stopping_ && why.reason != smpp::close_reason::by_us) {
    note_error("the session ended: " + std::string(smpp::name(why.reason)) +
               (why.detail.empty() ? "" : ", " + why.detail));
  }
  bound_ = false;
  session_.reset();
  events_.on_down(*this);
  ended_.cancel();
}

}  // namespace smppd
