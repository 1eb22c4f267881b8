#include "simulator.hpp"

#include "smpp/receipt.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

#include "message_ids.hpp"

namespace {

using smpp::command_status;
using std::chrono::milliseconds;

constexpr std::chrono::seconds pause_after_refusal{1};
constexpr std::uint8_t esm_class_receipt = 0x04;

std::uint32_t wall_seconds() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(since).count());
}

bool is_turn(std::uint64_t number, std::uint64_t every) {
  return every != 0 && number % every == 0;
}

// SMPP 3.4, 5.2.17: bits 1 and 0.
bool wants_receipt(std::uint8_t registered_delivery, smpp::message_state state) {
  const int asked = registered_delivery & 3;
  return asked == 1 || (asked == 2 && state != smpp::message_state::delivered);
}

boost::asio::ip::tcp::endpoint address_of(const endpoint& where) {
  return {boost::asio::ip::make_address(where.host), where.port};
}

}  // namespace

simulator::simulator(boost::asio::io_context& loop, settings how)
    : how_(std::move(how)),
      timer_(loop),
      last_id_(how_.first_id != 0 ? how_.first_id - 1 : std::uint64_t{wall_seconds()} << 24U),
      log_(how_.log_file, how_.tail),
      listener_(loop, address_of(how_.listen),
                [this](boost::asio::ip::tcp::socket connected) { accept(std::move(connected)); }) {}

std::string simulator::figures() const {
  std::uint64_t waiting = later_.size();
  for (const auto& [name, one] : peers_)
    waiting += one.ready.size();
  return counts_.line(seen_.distinct(), waiting);
}

void simulator::accept(boost::asio::ip::tcp::socket connected) {
  smpp::session_options options;
  options.role = smpp::role::smsc;
  options.system_id = "smsc_sim";
  options.window_max = how_.window;
  auto connection = std::make_shared<session>(std::move(connected), options, *this);
  links_[connection->id()].connection = connection;
  connection->start();
}

void simulator::on_event(session& from, smpp::event& what) {
  if (auto* request = std::get_if<smpp::request_received>(&what)) {
    on_request(from, *request);
  } else if (const auto* response = std::get_if<smpp::response_received>(&what)) {
    on_response(*response);
  } else if (const auto* expired = std::get_if<smpp::request_expired>(&what)) {
    put_back(expired->cookie);
  } else if (const auto* gone = std::get_if<smpp::request_dropped>(&what)) {
    put_back(gone->cookie);
  } else if (std::holds_alternative<smpp::irregularity>(what)) {
    ++counts_.irregularities;
  }
}

void simulator::on_closed(session& from, const smpp::closed& /*why*/) {
  const auto found = links_.find(from.id());
  if (found == links_.end()) return;
  if (peer* const bound_as = found->second.bound_as) {
    std::erase(bound_as->receivers, &from);
    pump(*bound_as);
  }
  links_.erase(found);
}

void simulator::on_writable(session& from) {
  const auto found = links_.find(from.id());
  if (found != links_.end() && found->second.bound_as != nullptr) pump(*found->second.bound_as);
}

void simulator::drop_all() {
  for (auto& [id, one] : links_)
    one.connection->close("told to");
}

// Requests.

void simulator::on_request(session& from, smpp::request_received& what) {
  const auto sequence = what.head.sequence;
  if (const auto* submit = std::get_if<smpp::submit_sm>(&what.pdu)) {
    on_submit(from, sequence, *submit);
  } else if (const auto* data = std::get_if<smpp::data_sm>(&what.pdu)) {
    on_data(from, sequence, *data);
  } else if (const auto* trx = std::get_if<smpp::bind_transceiver>(&what.pdu)) {
    on_bind(from, what, *trx);
  } else if (const auto* tx = std::get_if<smpp::bind_transmitter>(&what.pdu)) {
    on_bind(from, what, *tx);
  } else if (const auto* rx = std::get_if<smpp::bind_receiver>(&what.pdu)) {
    on_bind(from, what, *rx);
  } else {
    ++counts_.others;
    from.reply_error(what.head.id, sequence, command_status::invcmdid);
  }
}

void simulator::on_bind(session& from, const smpp::request_received& what,
                        const smpp::bind_fields& bind) {
  const bool known = how_.system_id.empty() || bind.system_id == how_.system_id;
  if (!known || (!how_.password.empty() && bind.password != how_.password)) {
    ++counts_.binds_refused;
    from.reject_bind(what.head.sequence,
                     known ? command_status::invpaswd : command_status::invsysid);
    return from.close("refused");
  }
  ++counts_.binds;
  from.accept_bind(what.head.sequence);
  peer& bound_as = peers_[std::string(bind.system_id.view())];
  links_[from.id()].bound_as = &bound_as;
  if (what.head.id == smpp::command_id::bind_transmitter) return;
  bound_as.receivers.push_back(&from);
  latest_ = &bound_as;
  pump(bound_as);
}

command_status simulator::judge(const smpp::submit_sm& pdu) {
  if (is_turn(counts_.submits, how_.throttle_every)) {
    ++counts_.throttled;
    return command_status::throttled;
  }
  if (is_turn(counts_.submits, how_.reject_every)) {
    ++counts_.rejected;
    return command_status::submitfail;
  }
  if (!how_.reject_prefix.empty() && pdu.destination_addr.view().starts_with(how_.reject_prefix)) {
    ++counts_.rejected;
    return command_status::invdstadr;
  }
  return command_status::ok;
}

void simulator::on_submit(session& from, std::uint32_t sequence, const smpp::submit_sm& pdu) {
  ++counts_.submits;
  const auto verdict = judge(pdu);
  if (verdict != command_status::ok) return reply_later(from, sequence, verdict, 0);
  if (!seen_.first_time(pdu.destination_addr.view(), smpp::as_text(body_of(pdu))))
    ++counts_.repeats;
  take(from, sequence, pdu);
}

void simulator::take(session& from, std::uint32_t sequence, const smpp::submit_sm& pdu) {
  const std::uint64_t number = ++last_id_;
  if (log_.wanted()) log_.add(counts_.submits, written(number, how_.ids), pdu);
  if (is_turn(counts_.submits, how_.ignore_every)) {
    ++counts_.ignored;
    return;
  }
  if (is_turn(counts_.submits, how_.drop_every)) {
    ++counts_.dropped;
    return from.close("told to");
  }
  ++counts_.accepted;
  const bool receipt = how_.receipts && wants_receipt(pdu.registered_delivery, how_.receipt_state);
  if (receipt && how_.receipt_before_response)
    add_receipt(*links_[from.id()].bound_as, pdu, number);
  reply_later(from, sequence, command_status::ok, number);
  if (receipt && !how_.receipt_before_response)
    add_receipt(*links_[from.id()].bound_as, pdu, number);
}

void simulator::on_data(session& from, std::uint32_t sequence, const smpp::data_sm& /*pdu*/) {
  ++counts_.others;
  smpp::data_sm_resp response;
  response.message_id = written(++last_id_, how_.ids);
  std::ignore = from.reply(sequence, response);
}

void simulator::reply_later(session& from, std::uint32_t sequence, command_status status,
                            std::uint64_t number) {
  answer given{nullptr, sequence, status, number};
  given.to = from.shared_from_this();
  if (how_.delay == milliseconds(0)) return reply(given);
  answers_.add(clock::now() + how_.delay, std::move(given));
  arm();
}

void simulator::reply(const answer& what) {
  if (what.status != command_status::ok)
    return what.to->reply_error(smpp::command_id::submit_sm, what.sequence, what.status);
  smpp::submit_sm_resp response;
  response.message_id = written(what.number, how_.ids);
  std::ignore = what.to->reply(what.sequence, response);
}

void simulator::add_receipt(peer& to, const smpp::submit_sm& pdu, std::uint64_t number) {
  const auto text = pdu.data_coding == 0 && (pdu.esm_class & 0x40) == 0 ? pdu.short_message.view()
                                                                        : std::string_view();
  receipt_note note{number, wall_seconds(), short_text<21>(pdu.source_addr.view()),
                    short_text<21>(pdu.destination_addr.view()), short_text<20>(text)};
  auto wait = how_.receipt_before_response ? milliseconds(0) : how_.delay + how_.receipt_delay;
  if (how_.receipt_jitter > milliseconds(0)) {
    std::uniform_int_distribution<std::int64_t> more(0, how_.receipt_jitter.count());
    wait += milliseconds(more(chance_));
  }
  if (wait == milliseconds(0)) {
    to.ready.emplace_back(note);
    return pump(to);
  }
  later_.add(clock::now() + wait, {&to, note});
  arm();
}

// What leaves on its own.

bool simulator::send_inbound(std::vector<inbound_part> parts) {
  if (latest_ == nullptr || latest_->receivers.empty()) return false;
  for (auto& part : parts)
    latest_->ready.emplace_back(std::move(part));
  pump(*latest_);
  return true;
}

void simulator::pump(peer& to) {
  std::size_t refused = 0;
  while (!to.ready.empty() && refused < to.receivers.size()) {
    session& through = *to.receivers[to.next++ % to.receivers.size()];
    if (through.can_send() && send(through, to, to.ready.front())) {
      to.ready.pop_front();
      refused = 0;
    } else {
      ++refused;
    }
  }
}

// `what` is moved from only when it was sent.
bool simulator::send(session& through, peer& to, outgoing& what) {
  const auto cookie = slot_for(to);
  bool done = false;
  if (const auto* note = std::get_if<receipt_note>(&what)) {
    done = how_.receipts_in == receipt_place::data_sm ? send_receipt_as_data(through, *note, cookie)
                                                      : send_receipt(through, *note, cookie);
    counts_.receipts_sent += done ? 1 : 0;
  } else {
    done = through.send(*std::get<inbound_part>(what), cookie).has_value();
    counts_.mo_sent += done ? 1 : 0;
  }
  if (done) {
    in_flight_[cookie].what = std::move(what);
  } else {
    free_.push_back(cookie);
  }
  return done;
}

std::string simulator::receipt_id(const receipt_note& note) const {
  return written(note.number, how_.receipts_as.value_or(how_.ids));
}

std::string simulator::receipt_text(const receipt_note& note) const {
  const bool delivered = how_.receipt_state == smpp::message_state::delivered;
  const auto id = receipt_id(note);
  smpp::receipt_fields fields;
  fields.id = id;
  fields.dlvrd = delivered ? 1 : 0;
  fields.submit = std::chrono::sys_seconds(std::chrono::seconds(note.submitted));
  fields.done = std::chrono::sys_seconds(std::chrono::seconds(wall_seconds()));
  fields.state = how_.receipt_state;
  fields.err = delivered ? "000" : "001";
  fields.text = note.text.view();
  return smpp::format_receipt(fields);
}

void simulator::add_receipt_tlvs(smpp::tlv_list& to, const receipt_note& note) const {
  to.add_text(smpp::tag::receipted_message_id, receipt_id(note));
  to.add_u8(smpp::tag::message_state, static_cast<std::uint8_t>(how_.receipt_state));
}

bool simulator::send_receipt(session& through, const receipt_note& note, std::uint64_t cookie) {
  smpp::deliver_sm pdu;
  pdu.esm_class = esm_class_receipt;
  pdu.source_addr_ton = pdu.source_addr_npi = 1;
  pdu.source_addr = note.destination.view();
  pdu.destination_addr = note.source.view();
  if (how_.receipts_in != receipt_place::tlv) pdu.short_message = receipt_text(note);
  if (how_.receipts_in != receipt_place::text) add_receipt_tlvs(pdu.tlvs, note);
  return through.send(pdu, cookie).has_value();
}

bool simulator::send_receipt_as_data(session& through, const receipt_note& note,
                                     std::uint64_t cookie) {
  smpp::data_sm pdu;
  pdu.esm_class = esm_class_receipt;
  pdu.source_addr_ton = pdu.source_addr_npi = 1;
  pdu.source_addr = note.destination.view();
  pdu.destination_addr = note.source.view();
  add_receipt_tlvs(pdu.tlvs, note);
  return through.send(pdu, cookie).has_value();
}

std::uint64_t simulator::slot_for(peer& to) {
  if (free_.empty()) {
    free_.push_back(in_flight_.size());
    in_flight_.emplace_back();
  }
  const auto cookie = free_.back();
  free_.pop_back();
  in_flight_[cookie].to = &to;
  return cookie;
}

simulator::sent simulator::release(std::uint64_t cookie) {
  free_.push_back(cookie);
  return std::move(in_flight_[cookie]);
}

void simulator::on_response(const smpp::response_received& what) {
  if (what.late) return;  // it was put back when it expired
  auto done = release(what.cookie);
  const bool receipt = std::holds_alternative<receipt_note>(done.what);
  peer& to = *done.to;
  if (what.status == command_status::ok) {
    ++(receipt ? counts_.receipts_acked : counts_.mo_acked);
  } else {
    ++(receipt ? counts_.receipts_refused : counts_.mo_refused);
    later_.add(clock::now() + pause_after_refusal, std::move(done));
    arm();
  }
  if (!to.ready.empty()) pump(to);
}

void simulator::put_back(std::uint64_t cookie) {
  auto done = release(cookie);
  ++(std::holds_alternative<receipt_note>(done.what) ? counts_.receipts_resent : counts_.mo_resent);
  done.to->ready.push_front(std::move(done.what));
}

// Time.

void simulator::arm() {
  const auto next = std::min(answers_.next().value_or(clock::time_point::max()),
                             later_.next().value_or(clock::time_point::max()));
  if (next >= armed_for_) return;
  armed_for_ = next;
  timer_.expires_at(next);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) on_tick();
  });
}

void simulator::on_tick() {
  armed_for_ = clock::time_point::max();
  const auto now = clock::now();
  answers_.take_due(now, [this](const answer& due) { reply(due); });
  later_.take_due(now, [](sent& due) { due.to->ready.push_back(std::move(due.what)); });
  for (auto& [name, one] : peers_)
    pump(one);
  arm();
}
