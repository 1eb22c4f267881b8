#include "load.hpp"

#include "smpp/net/connector.hpp"
#include "smpp/receipt.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <stdexcept>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto tick_length = 1ms;
constexpr auto pause_before_reconnect = 100ms;
constexpr auto connect_limit = 5s;
constexpr auto unbind_limit = 2s;
constexpr std::uint8_t esm_class_receipt = 0x04;

bool is_receipt(const smpp::sm_fields& pdu) {
  return (pdu.esm_class & esm_class_receipt) != 0 ||
         pdu.tlvs.find(smpp::tag::receipted_message_id).has_value();
}

}  // namespace

load::load(asio::io_context& loop, settings how)
    : loop_(loop),
      how_(std::move(how)),
      maker_(how_),
      tally_(how_.first_serial, how_.receipts),
      timer_(loop) {
  if (how_.acked_file.empty()) return;
  acked_.open(how_.acked_file, std::ios::app);
  if (!acked_) throw std::runtime_error(fmt::format("cannot write {}", how_.acked_file));
}

void load::start() {
  started_ = active_ = clock::now();
  next_progress_ = started_ + 1s;
  for (std::uint32_t i = 0; i < how_.binds; ++i)
    bind_again();
  tick();
}

// Connections.

void load::bind_again() {
  ++connecting_;
  asio::co_spawn(loop_, bind(), asio::detached);
}

asio::awaitable<void> load::bind() {
  constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
  for (;;) {
    auto connected =
        co_await smpp::net::connect(how_.connect.host, how_.connect.port, connect_limit);
    if (finishing_) break;
    if (connected) {
      smpp::session_options options;
      options.window_max = how_.window;
      auto made = std::make_shared<session>(std::move(*connected), options, *this);
      sessions_.push_back(made);
      made->start();
      smpp::bind_transceiver pdu;
      pdu.system_id = how_.system_id;
      pdu.password = how_.password;
      if (const auto sent = made->send(pdu); !sent) failure_ = sent.error().message();
      break;
    }
    failure_ = connected.error().message();
    if (!how_.reconnect) break;
    asio::steady_timer pause(loop_, pause_before_reconnect);
    std::ignore = co_await pause.async_wait(no_throw);
  }
  --connecting_;
}

void load::on_closed(session& from, const smpp::closed& why) {
  std::erase_if(sessions_, [&](const auto& one) { return one.get() == &from; });
  acked_.flush();
  if (finishing_) return;
  tally_.disconnected();
  if (failure_.empty())
    failure_ = fmt::format("the link closed: {} {}", smpp::name(why.reason), why.detail);
  if (how_.reconnect) bind_again();
}

// What comes.

void load::on_event(session& from, smpp::event& what) {
  if (const auto* response = std::get_if<smpp::response_received>(&what)) {
    on_response(from, *response);
  } else if (const auto* request = std::get_if<smpp::request_received>(&what)) {
    on_request(from, *request);
  } else if (std::holds_alternative<smpp::bound>(what)) {
    bound_once_ = true;
    failure_.clear();
    pump(from);
  } else if (const auto* refused = std::get_if<smpp::bind_refused>(&what)) {
    failure_ = fmt::format("the bind was refused: {}", smpp::name(refused->status));
    from.close();
  } else if (std::holds_alternative<smpp::request_expired>(what) ||
             std::holds_alternative<smpp::request_dropped>(what)) {
    tally_.lost();
  }
}

void load::on_response(session& from, const smpp::response_received& what) {
  if (what.late) return tally_.late();
  const auto* response = std::get_if<smpp::submit_sm_resp>(&what.pdu);
  if (response == nullptr) return;
  const auto id = response->message_id.view();
  tally_.answered(what.cookie, what.status, id, clock::now());
  if (acked_.is_open() && what.status == smpp::command_status::ok)
    acked_ << what.cookie << ' ' << id << '\n';
  pump(from);
}

void load::on_request(session& from, const smpp::request_received& what) {
  if (const auto* deliver = std::get_if<smpp::deliver_sm>(&what.pdu)) {
    on_delivery(*deliver);
    std::ignore = from.reply(what.head.sequence, smpp::deliver_sm_resp());
  } else if (const auto* data = std::get_if<smpp::data_sm>(&what.pdu)) {
    smpp::sm_fields same;
    same.esm_class = data->esm_class;
    same.tlvs = data->tlvs;
    on_delivery(same);
    std::ignore = from.reply(what.head.sequence, smpp::data_sm_resp());
  } else {
    from.reply_error(what.head.id, what.head.sequence, smpp::command_status::invcmdid);
  }
}

void load::on_delivery(const smpp::sm_fields& pdu) {
  if (!is_receipt(pdu)) return tally_.inbound();
  const auto now = clock::now();
  const auto id = pdu.tlvs.find_text(smpp::tag::receipted_message_id);
  const auto state = pdu.tlvs.find_u8(smpp::tag::message_state);
  if (id && state) return tally_.receipt(*id, smpp::to_message_state(*state), now);
  const auto read = smpp::parse_receipt(pdu.short_message.view());
  if (!read) return tally_.receipt(id.value_or(""), std::nullopt, now);
  tally_.receipt(id.value_or(read->id.value_or("")),
                 smpp::parse_receipt_word(read->stat.value_or("")), now);
}

// What goes.

void load::pump(session& through) {
  if (!sending_ || !through.can_send()) return;
  const auto now = clock::now();
  const auto most = std::numeric_limits<std::uint64_t>::max();
  const auto allowed =
      std::min(how_.rate == 0 ? most : allowed_, how_.count == 0 ? most : how_.count);
  while (tally_.sent() < allowed && through.can_send()) {
    const auto serial = how_.first_serial + tally_.sent();
    if (!through.send(maker_.make(serial), serial)) return;
    tally_.sent(now);
  }
}

void load::tick() {
  timer_.expires_after(tick_length);
  timer_.async_wait([this](boost::system::error_code) { on_tick(); });
}

void load::on_tick() {
  const auto now = clock::now();
  if (finishing_) {
    if (sessions_.empty() || now - finished_ > unbind_limit) return loop_.stop();
    return tick();
  }
  const std::chrono::duration<double> passed = now - started_;
  allowed_ = static_cast<std::uint64_t>(passed.count() * static_cast<double>(how_.rate));
  if (how_.seconds.count() > 0 && now - started_ >= how_.seconds) sending_ = false;
  if (how_.count > 0 && tally_.sent() >= how_.count) sending_ = false;
  if (how_.rate > 0) {
    for (const auto& one : sessions_)
      pump(*one);
  }
  if (!how_.quiet && now >= next_progress_) {
    next_progress_ += 1s;
    std::printf("%s\n", tally_.progress().c_str());
    std::fflush(stdout);
  }
  if (is_over(now)) finish();
  tick();
}

bool load::is_over(clock::time_point now) {
  const auto activity = tally_.answers() + tally_.receipts();
  if (std::exchange(activity_, activity) != activity) active_ = now;
  if (sessions_.empty() && connecting_ == 0) return true;
  const bool waits = sending_ || tally_.in_flight() || !tally_.all_receipts();
  if (!waits) return true;
  // With a rate, or while the server is away, silence is no sign of the end of sending.
  const bool silence_counts = !sending_ || (how_.rate == 0 && !how_.reconnect);
  return silence_counts && now - active_ > how_.idle_timeout;
}

void load::finish() {
  finishing_ = true;
  finished_ = clock::now();
  acked_.flush();
  for (const auto& one : sessions_)
    one->unbind();
  if (bound_once_ && tally_.answers() > 0) failure_.clear();
}
