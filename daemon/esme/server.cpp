#include "daemon/esme/server.hpp"

#include "daemon/bridge.hpp"
#include "daemon/credentials.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/tls_settings.hpp"
#include "smpp/net/proxy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace smppd {

using smpp::command_status;

namespace {

constexpr std::chrono::seconds redeliver_after{5};
constexpr std::chrono::seconds unbind_patience{2};

bool receives(smpp::bind_state state) {
  return state == smpp::bind_state::bound_rx || state == smpp::bind_state::bound_trx;
}

// Receipts go to any bind; messages to those that asked for their number.
bool wants(const address_range& range, const notice_item& item) {
  const auto* const message = std::get_if<inbound_content>(item.content.get());
  return message == nullptr || range.matches(message->destination.view());
}

}  // namespace

esme_server::esme_server(asio::io_context& loop, asio::thread_pool& workers,
                         const smpp_server_config& settings, metrics& figures)
    : loop_(loop), workers_(workers), settings_(settings), figures_(figures) {}

void esme_server::start(gateway& rules) {
  gateway_ = &rules;
  if (!settings_.tls_certificate.empty()) tls_.emplace(tls_options_of(settings_));
  if (!settings_.trace_file.empty())
    trace_ = std::make_shared<smpp::net::trace_file>(settings_.trace_file, trace_octets_max);
  const smpp::net::listener::tcp::endpoint at(asio::ip::make_address(settings_.listen.host),
                                              settings_.listen.port);
  try {
    listener_ = std::make_unique<smpp::net::listener>(
        loop_, at, [this](smpp::net::listener::tcp::socket connected) {
          on_connection(std::move(connected));
        });
  } catch (const boost::system::system_error& failure) {
    throw std::runtime_error(fmt::format("SMPP cannot listen on {} port {}: {}; see smpp.listen",
                                         settings_.listen.host, settings_.listen.port,
                                         failure.code().message()));
  }
  listener_->start();
  log::info("SMPP server listens on {}:{}", settings_.listen.host, port());
}

void esme_server::reload_tls() {
  if (tls_) tls_->reload();
}

void esme_server::on_connection(smpp::net::listener::tcp::socket connected) {
  if (esmes_.size() + securing_ >= settings_.connections_max) {
    log::warning("an SMPP connection was refused: {} are open already", esmes_.size() + securing_);
    return;
  }
  if (!tls_ && !settings_.proxy_protocol) return open(std::move(connected));
  ++securing_;
  asio::co_spawn(loop_, secure(std::move(connected)), [this](const std::exception_ptr& thrown) {
    --securing_;
    if (thrown) std::rethrow_exception(thrown);
  });
}

asio::awaitable<void> esme_server::secure(smpp::net::listener::tcp::socket connected) {
  const std::chrono::milliseconds limit = settings_.session_init_timeout;
  std::string source;
  if (settings_.proxy_protocol) {
    auto header = co_await smpp::net::read_proxy_header(connected, limit);
    if (!header) {
      log::info("SMPP connection refused: {}", header.error().message());
      co_return;
    }
    source = std::move(header->source);
  }
  smpp::result<smpp::net::connection> made = smpp::make_error_code(smpp::error::closed);
  if (tls_) {
    made = co_await tls_->accept(std::move(connected), limit);
  } else {
    made = smpp::net::connection(std::move(connected));
  }
  if (!made) {
    log::info("SMPP connection{}{} refused: {}", source.empty() ? "" : " from ", source,
              made.error().message());
    co_return;
  }
  if (!source.empty()) made->set_remote(std::move(source));
  open(std::move(*made));
}

void esme_server::open(smpp::net::connection connected) {
  if (stopping_) return;
  smpp::session_options options;
  options.role = smpp::role::smsc;
  options.system_id = settings_.system_id;
  options.pdu_octets_max = settings_.pdu_octets_max;
  options.window_max = settings_.window;
  options.response_timeout = settings_.response_timeout;
  options.enquire_link_interval = settings_.enquire_link_interval;
  options.inactivity_timeout = settings_.inactivity_timeout;
  options.session_init_timeout = settings_.session_init_timeout;
  auto link = std::make_shared<session>(std::move(connected), options, *this);
  log::debug("SMPP connection from {}", link->remote());
  if (trace_) link->trace(trace_);
  esmes_[link->id()].link = link;
  link->start();
}

esme_server::esme* esme_server::find(std::uint64_t id) {
  const auto found = esmes_.find(id);
  return found == esmes_.end() ? nullptr : &found->second;
}

void esme_server::on_event(session& from, smpp::event& what) {
  if (auto* request = std::get_if<smpp::request_received>(&what)) return on_request(from, *request);
  if (const auto* response = std::get_if<smpp::response_received>(&what)) {
    return on_deliver_response(*response);
  }
  if (const auto* expired = std::get_if<smpp::request_expired>(&what)) {
    if (auto out = take_back(expired->cookie)) {
      if (late_.size() >= late_max) late_.erase(late_.begin());
      if (out->rest.empty()) late_[expired->cookie] = {out->item.target, out->item.sequence};
      deliver_again(std::move(out->item));
    }
    return;
  }
  if (const auto* dropped = std::get_if<smpp::request_dropped>(&what)) {
    if (auto out = take_back(dropped->cookie)) gateway_->pending().returned(std::move(out->item));
    return;
  }
  if (const auto* odd = std::get_if<smpp::irregularity>(&what)) {
    log::info("ESME {}: {}", from.remote(), odd->what);
  }
}

void esme_server::on_request(session& from, smpp::request_received& request) {
  const auto sequence = request.head.sequence;
  std::visit(
      [&](const auto& pdu) {
        using type = std::decay_t<decltype(pdu)>;
        if constexpr (std::is_base_of_v<smpp::bind_fields, type>) {
          on_bind(from, sequence, pdu);
        } else if constexpr (requires { this->on_operation(from, sequence, pdu); }) {
          on_operation(from, sequence, pdu);
        } else {
          from.reply_error(request.head.id, sequence, command_status::invcmdid);
        }
      },
      request.pdu);
}

// Binding.

template <class Bind>
void esme_server::on_bind(session& from, std::uint32_t sequence, const Bind& pdu) {
  const std::string system_id(pdu.system_id.view());
  std::string why;
  if (stopping_ || !gateway_->ready(why)) {
    return refuse_bind(from, sequence, command_status::syserr, system_id, why);
  }
  const auto* login = gateway_->customers().find_login(system_id);
  if (login == nullptr) {
    return refuse_bind(from, sequence, command_status::invsysid, system_id, "unknown system_id");
  }
  if (!has_room_for(*login)) {
    return refuse_bind(from, sequence, command_status::alybnd, system_id, "too many binds");
  }
  if (auto* const one = find(from.id())) one->range = address_range(pdu.address_range.view());
  const auto host = std::string_view(from.remote()).substr(0, from.remote().rfind(':'));
  unchecked_.push_back(
      0, static_cast<std::int64_t>(std::hash<std::string_view>{}(host)),
      {from.id(), sequence, system_id, login->password_hash, std::string(pdu.password.view())});
  check_passwords();
}

// A check takes the time it takes, on purpose: hosts take turns, so that whoever guesses delays
// himself, and what was right before is not checked again.
void esme_server::check_passwords() {
  while (!unchecked_.empty() && password_checks_ < password_checks_max) {
    auto next = unchecked_.pop();
    if (find(next.session) == nullptr) continue;
    if (known_passwords_.matches(next.hash, next.password)) {
      finish_bind(next.session, next.sequence, next.system_id, true);
      continue;
    }
    ++password_checks_;
    asio::post(workers_, [this, check = std::move(next)] {
      const bool matches = password_matches(check.hash, check.password);
      asio::post(loop_, [this, check, matches] {
        --password_checks_;
        if (matches) known_passwords_.add(check.hash, check.password);
        finish_bind(check.session, check.sequence, check.system_id, matches);
        check_passwords();
      });
    });
  }
}

bool esme_server::has_room_for(const store::login& login) const {
  const auto limit = login.binds_max != 0 ? login.binds_max : settings_.binds_per_login;
  const auto bound =
      std::ranges::count_if(esmes_, [&](const auto& one) { return one.second.login == login.id; });
  return static_cast<std::uint64_t>(bound) < limit;
}

// Others may have bound, and the login may have been disabled, while the password was checked.
void esme_server::finish_bind(std::uint64_t id, std::uint32_t sequence,
                              const std::string& system_id, bool matches) {
  auto* const one = find(id);
  if (one == nullptr || !one->link->alive()) return;
  auto& link = *one->link;
  if (stopping_) {
    return refuse_bind(link, sequence, command_status::syserr, system_id, "stopping");
  }
  if (!matches) {
    return refuse_bind(link, sequence, command_status::invpaswd, system_id, "wrong password");
  }
  const auto* login = gateway_->customers().find_login(system_id);
  if (login == nullptr) {
    return refuse_bind(link, sequence, command_status::invsysid, system_id, "unknown system_id");
  }
  if (!has_room_for(*login)) {
    return refuse_bind(link, sequence, command_status::alybnd, system_id, "too many binds");
  }
  link.accept_bind(sequence);
  one->login = login->id;
  one->system_id = system_id;
  figures_.esme_sessions.Increment();
  log::info("ESME {}: {} bound, {}", link.remote(), system_id, smpp::name(link.core().state()));
  if (receives(link.core().state())) {
    if (const auto& trouble = one->range.trouble(); !trouble.empty()) {
      log::warning("ESME {}: the address_range of {} is taken as everything: {}", link.remote(),
                   system_id, trouble);
    }
    receivers_[login->id].push_back(id);
    gateway_->pending().wake(login->id);
  }
}

void esme_server::refuse_bind(session& to, std::uint32_t sequence, command_status status,
                              const std::string& system_id, std::string_view why) {
  log::warning("ESME {}: bind of '{}' refused with {}: {}", to.remote(), system_id,
               smpp::name(status), why);
  to.reject_bind(sequence, status);
  to.close("bind refused");
}

// Delivering.

esme_server::esme* esme_server::choose(const notice_item& item) {
  const auto found = receivers_.find(item.target);
  if (found == receivers_.end()) return nullptr;
  auto& sessions = found->second;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    auto* const one = find(sessions[i]);
    if (one == nullptr || !one->link->alive() || !one->link->can_send()) continue;
    if (!wants(one->range, item)) continue;
    std::rotate(sessions.begin(), sessions.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                sessions.end());
    return one;
  }
  return nullptr;
}

notice_courier::taking esme_server::can_take(const notice_item& item) {
  const auto found = receivers_.find(item.target);
  if (stopping_ || found == receivers_.end()) return taking::later;
  auto best = taking::nobody;
  bool somebody = false;
  for (const auto id : found->second) {
    const auto* const one = find(id);
    if (one == nullptr || !one->link->alive()) continue;
    somebody = true;
    if (!wants(one->range, item)) continue;
    if (one->link->can_send()) return taking::now;
    best = taking::later;
  }
  return somebody ? best : taking::later;
}

void esme_server::take(notice_item item) {
  auto* const to = choose(item);
  if (to == nullptr) return gateway_->pending().failed(std::move(item), redeliver_after, false);
  if (const auto* receipt = std::get_if<receipt_content>(item.content.get())) {
    const auto* login = gateway_->customers().find_login(item.target);
    const auto pdu =
        write_receipt(*receipt, login != nullptr ? *login : store::login{}, settings_.text);
    return deliver(*to, std::move(item), pdu, {});
  }
  auto parts =
      write_inbound(std::get<inbound_content>(*item.content), to->link->core().peer_takes_tlvs(),
                    reference_of(item.subject), settings_.text);
  if (parts.empty()) {
    log::warning("message {}: too long for ESME {}", to_smpp_id(item.subject), to->system_id);
    return gateway_->pending().done(item.target, item.sequence);
  }
  std::ranges::reverse(parts);
  deliver_next(*to, std::move(item), std::move(parts));
}

void esme_server::deliver_next(esme& to, notice_item item, std::vector<smpp::deliver_sm> parts) {
  const auto next = std::move(parts.back());
  parts.pop_back();
  deliver(to, std::move(item), next, std::move(parts));
}

void esme_server::deliver(esme& to, notice_item item, const smpp::deliver_sm& pdu,
                          std::vector<smpp::deliver_sm> rest) {
  const auto cookie = ++last_cookie_;
  if (const auto sent = to.link->send(pdu, cookie); !sent) {
    const auto why = sent.error();
    log::warning("message {}: deliver_sm to ESME {} not sent: {}", to_smpp_id(item.subject),
                 to.system_id, why.message());
    const bool busy = why == smpp::error::output_full || why == smpp::error::window_full ||
                      why == smpp::error::closed || why == smpp::error::wrong_state;
    if (busy) return gateway_->pending().failed(std::move(item), redeliver_after, false);
    return gateway_->pending().done(item.target, item.sequence);  // it will never fit
  }
  ++to.delivering;
  delivering_.emplace(cookie, delivering{std::move(item), to.link->id(), std::move(rest)});
}

std::optional<esme_server::delivering> esme_server::take_back(std::uint64_t cookie) {
  auto found = delivering_.extract(cookie);
  if (found.empty()) return std::nullopt;
  if (auto* const one = find(found.mapped().session)) --one->delivering;
  return std::move(found.mapped());
}

void esme_server::deliver_again(notice_item item) {
  const auto attempts_max = settings_.deliver_attempts_max;
  ++item.attempts;
  if (attempts_max == 0 || item.attempts < attempts_max)
    return gateway_->pending().failed(std::move(item), redeliver_after, attempts_max != 0);
  log::warning("message {}: its deliver_sm was not taken {} times and is given up",
               to_smpp_id(item.subject), item.attempts);
  gateway_->pending().done(item.target, item.sequence);
}

void esme_server::on_deliver_response(const smpp::response_received& response) {
  auto& pending = gateway_->pending();
  auto out = take_back(response.cookie);
  if (!out) {  // late: it is about to be delivered again
    const auto late = late_.extract(response.cookie);
    if (!late.empty() && response.status == command_status::ok)
      pending.done_late(late.mapped().first, late.mapped().second);
    return;
  }
  auto* const item = &out->item;
  switch (response.status) {
    case command_status::ok: {
      if (out->rest.empty()) return pending.done(item->target, item->sequence);
      auto* const to = find(out->session);
      if (to == nullptr) return pending.returned(std::move(*item));
      return deliver_next(*to, std::move(*item), std::move(out->rest));
    }
    case command_status::x_t_appn:
    case command_status::throttled:
    case command_status::msgqful:
    case command_status::syserr: return deliver_again(std::move(*item));
    default:
      log::warning("message {}: the ESME refused its deliver_sm for good: {}",
                   to_smpp_id(item->subject), smpp::name(response.status));
      return pending.done(item->target, item->sequence);
  }
}

// Ending.

void esme_server::on_writable(session& from) {
  if (auto* const one = find(from.id()); one != nullptr && one->login != 0) {
    gateway_->pending().wake(one->login);
  }
}

void esme_server::on_closed(session& from, const smpp::closed& why) {
  const auto found = esmes_.extract(from.id());
  if (found.empty()) return;
  const auto& gone = found.mapped();
  if (gone.login == 0) return;
  std::erase(receivers_[gone.login], from.id());
  figures_.esme_sessions.Decrement();
  log::info("ESME {}: {} is gone: {}{}{}", from.remote(), gone.system_id, smpp::name(why.reason),
            why.detail.empty() ? "" : ", ", why.detail);
}

asio::awaitable<void> esme_server::stop(std::chrono::steady_clock::time_point until) {
  stopping_ = true;
  if (listener_) listener_->stop();
  asio::steady_timer wait(loop_);
  const auto open = [this] {
    return std::ranges::any_of(esmes_, [](const auto& one) {
      return one.second.unanswered > 0 || one.second.questions > 0;
    });
  };
  while (open() && std::chrono::steady_clock::now() < until) {
    wait.expires_after(std::chrono::milliseconds{10});
    std::ignore = co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  for (auto& [id, one] : esmes_)
    one.link->unbind();
  const auto patience = std::min(until, std::chrono::steady_clock::now() + unbind_patience);
  while (!esmes_.empty() && std::chrono::steady_clock::now() < patience) {
    wait.expires_after(std::chrono::milliseconds{10});
    std::ignore = co_await wait.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  for (auto& [id, one] : esmes_)
    one.link->close("smppd stops");
}

std::vector<esme_server::description> esme_server::describe() const {
  std::vector<description> all;
  for (const auto& [id, one] : esmes_) {
    all.push_back({one.system_id, one.link->remote(), one.link->core().state(), one.unanswered,
                   one.delivering});
  }
  return all;
}

}  // namespace smppd
