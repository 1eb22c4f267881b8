// Many ESMEs and a server under one fake clock. The pipes between them are slow, cut PDUs anywhere,
// stall, break and lie; the applications forget, and answer late, twice and wrongly. Everything
// comes from the seed.
//
// SMPP_SIMULATION_SEEDS says how many seeds are run, SMPP_SIMULATION_FIRST the first of them.
#include "tests/smpp/simulation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace simulation {
namespace {

using smpp::role;

struct totals {
  std::uint64_t sessions{0}, requests{0}, calm_links{0}, late{0};
  std::array<std::uint64_t, std::variant_size_v<smpp::event>> events{};
  bool operator==(const totals&) const = default;
};

/// How the two sides of a link, and the pipes between them, behave.
struct temper {
  bool calm{};    // nothing goes wrong, and nobody ends it: everything is answered
  bool honest{};  // octets come from the cores alone; they may still get lost
  std::uint32_t flood{};
  std::uint32_t silent_percent{};
  std::size_t pipe_octets{};                  // when there are more the sender waits
  milliseconds answer_after{}, pipe_delay{};  // at most
};

temper any_temper(dice& random) {
  temper how;
  how.calm = random.one_in(4);
  how.honest = how.calm || random.one_in(2);
  how.flood = random.between(1, random.one_in(4) ? 60 : 6);
  how.silent_percent = how.calm || random.one_in(3) ? 0 : random.below(40);
  how.answer_after = random.any_of({0ms, 50ms, 300ms, how.calm ? 300ms : 3000ms});
  how.pipe_octets = random.between(100, 4000);
  how.pipe_delay = how.calm ? 100ms : random.any_of({20ms, 100ms, 400ms});
  return how;
}

smpp::session_options any_options(role whose, const temper& how, dice& random) {
  smpp::session_options made;
  made.role = whose;
  made.interface_version = random.any_of<std::uint8_t>({0x33, 0x34, 0x34, 0x50});
  made.tlvs = random.one_in(5) ? smpp::tlv_policy::always : smpp::tlv_policy::by_version;
  made.leniency = random.one_in(2) ? smpp::leniency::strict : smpp::leniency::lenient;
  made.window_max = random.one_in(4) ? random.between(1, 100) : random.between(1, 12);
  made.pdu_octets_max = random.between(1000, 5000);
  // Two sides that are both full wait for each other to read: on a calm link there is room for
  // every request and response that can be on its way.
  made.output_octets_max =
      how.calm ? 6000 + std::size_t{made.window_max} * 250 : random.between(100, 5000);
  made.first_sequence = random.one_in(2) ? 1 : 0x7FFFFFFF - random.below(100);
  made.response_timeout = how.calm ? 600s : milliseconds(random.between(100, 5000));
  made.enquire_link_interval = random.one_in(3) ? 0ms : milliseconds(random.between(20, 3000));
  made.inactivity_timeout =
      how.calm || random.one_in(2) ? 0ms : milliseconds(random.between(100, 5000));
  made.session_init_timeout =
      how.calm || random.one_in(3) ? 0ms : milliseconds(random.between(500, 5000));
  return made;
}

/// A session with an application that keeps books on it.
class side {
 public:
  side(smpp::session_options options, const temper& how, dice& random, totals& sum, steady_time now)
      : core_(std::move(options), now), how_(how), random_(random), sum_(sum) {
    ++sum_.sessions;
  }
  side(const side&) = delete;
  side& operator=(const side&) = delete;
  virtual ~side() = default;

  [[nodiscard]] const smpp::session_core& core() const { return core_; }

  /// The application does something; when `quiet` it only answers.
  void act(steady_time now, bool quiet) {
    std::erase_if(debts_, [&](const debt& one) {
      if (one.due > now || (!quiet && random_.one_in(3))) return false;
      answer(one, now);
      return true;
    });
    if (held_ && (quiet || (debts_.size() < debts_max && random_.one_in(8)))) {
      held_ = false;
      released_ = now;
      core_.release(now);
    }
    if (!is_bound(core_.state()) && (how_.calm || !quiet)) open(now);
    if (quiet) return;
    if (random_.one_in(60)) {
      held_ = true;
      core_.hold();
    }
    for (auto many = random_.below(how_.flood); many > 0; --many)
      send_any(now);  // before it is bound, and beyond the window: then it must be refused
    if (!how_.calm) break_something(now);
  }

  /// What goes on the wire.
  smpp::byte_buffer write() {
    smpp::byte_buffer output;
    core_.take_output(output);
    expect(core_.output_octets() == 0, "what was taken is not kept");
    expect(output.empty() || !spent_, "a session that ended sends nothing");
    spent_ = core_.finished();
    audit(output);
    append(output, std::exchange(forged_, {}));
    return output;
  }

  void hear(smpp::byte_view octets, steady_time now) {
    heard_at_ = now;
    core_.on_bytes(samples::exact(octets), now);
    if (random_.one_in(2)) poll(now);
  }

  void lose_connection(steady_time now) {
    gone_ = true;
    core_.on_disconnect("end of stream");
    if (random_.one_in(2)) poll(now);
  }

  void unbind(steady_time now) { core_.unbind(now); }

  /// Whatever is due happens, and everything holds.
  void tick(steady_time now) {
    poll(now);
    const auto next = core_.next_deadline();
    if ((next && *next <= now) || random_.one_in(20)) {
      core_.on_time(now);
      poll(now);
    }
    const auto after = core_.next_deadline();
    expect(!after || *after > now, "a deadline lies ahead");
    check();
    for (const auto& [cookie, sent] : waiting_) {
      const auto deadline = std::max(sent, released_) + core_.options().response_timeout;
      expect(held_ || deadline > now, "no request waits longer than response_timeout");
      break;  // the others were sent later
    }
  }

  /// All went as it does where nothing goes wrong.
  void expect_calm(const side& peer) const {
    expect(!core_.finished() && bound_, "where nothing goes wrong the session lives");
    for (const auto one : fates_)
      expect(one == fate::answered || one == fate::none, "and every request is answered");
    expect(peer.heard_ + 1 == fates_.size(), "and every request arrives");
  }

  void expect_ended(steady_time now) {
    if (how_.calm) expect(why_ == smpp::close_reason::unbind, "a calm session ends with unbind");
    core_.on_disconnect("the world ends");
    tick(now);
    expect(closed_ && waiting_.empty(), "every session and every request ends");
    std::ignore = write();
    core_.on_bytes(samples::encoded(smpp::enquire_link{}), now);
    core_.on_time(now + 1h);
    core_.unbind(now);
    send_any(now);
    poll(now + 1h);
    expect(!core_.next_deadline() && core_.output_octets() == 0, "the end is the end");
  }

 protected:
  virtual void open(steady_time now) = 0;
  virtual void send_any(steady_time now) = 0;
  virtual void decide(std::uint32_t bind, steady_time now) = 0;

  /// Tries to; whether it is sent must be as the core says.
  template <class Pdu>
  void request(steady_time now) {
    const auto number = fates_.size();
    auto pdu = with_number<Pdu>(number);
    bool possible = core_.can_send() && may_send(core_.options().role, Pdu::id, core_.state());
    if (random_.one_in(10)) {
      pdu.tlvs.add(smpp::tag::message_payload, smpp::as_bytes("text"));
      possible = possible && core_.peer_takes_tlvs();
    }
    const auto sent = core_.send(pdu, now, number);
    if constexpr (smpp::is_one_way(Pdu::id)) {  // sent even where the window is full
      expect(sent || !possible, "a message without response is sent");
      if (sent) fates_.push_back(fate::none);
    } else {
      expect(sent.has_value() == possible, "sent where it may be and there is room");
      if (!sent) return;
      ++sum_.requests;
      fates_.push_back(fate::waiting);
      waiting_.emplace(number, now);
      sent_.emplace(number, std::pair(*sent, smpp::response_of(Pdu::id)));
      active_ = now;
    }
    check();
  }

  void note_bound(steady_time now) { bound_ = active_ = now; }

  smpp::session_core core_;
  temper how_;
  dice& random_;

 private:
  enum class fate : std::uint8_t { waiting, answered, expired, answered_late, dropped, none };
  /// A request of the peer that is answered at that time.
  struct debt {
    command_id command{};
    std::uint32_t sequence{};
    std::string text;
    steady_time due;
  };
  static constexpr std::size_t debts_max = 16;
  static constexpr std::size_t output_slack = 2000;  // an answer to every debt, one more request

  void break_something(steady_time now) {
    impatient_ = impatient_ || random_.one_in(500);
    if (impatient_ && random_.one_in(4)) core_.unbind(now);  // again and again
    if (random_.one_in(3000)) core_.close(smpp::close_reason::by_us);
    auto too_long = with_number<smpp::submit_sm>(0);
    too_long.service_type = "too long";
    if (random_.one_in(20))
      expect(!core_.send(too_long, now), "what cannot be encoded is not sent");
    if (how_.honest) return;
    if (random_.one_in(40)) {  // a request whose body ends too early
      auto cut = samples::encoded(too_long = with_number<smpp::submit_sm>(0), random_.below(50));
      cut.resize(random_.between(smpp::header_octets, static_cast<std::uint32_t>(cut.size()) - 1));
      cut[3] = static_cast<std::uint8_t>(cut.size());
      append(forged_, cut);
    }
    if (random_.one_in(400))
      append(forged_, samples::from_hex("7FFFFFFF 00000004 00000000 00000001"));
    if (random_.one_in(400)) append(forged_, garbage(random_, random_.between(1, 60)));
  }

  void answer(const debt& what, steady_time now) {
    if (is_bind(what.command)) return decide(what.sequence, now);
    if (!how_.honest && random_.one_in(4)) return lie(what);
    if (!how_.calm && random_.one_in(6)) {
      return core_.reply_error(what.command, what.sequence,
                               random_.any_of({command_status::throttled, command_status::syserr}));
    }
    reply(what);
  }

  void reply(const debt& what) {
    with_response_to(what.command, [&](auto response) {
      if constexpr (requires { response.message_id; }) response.message_id = what.text;
      const auto sent = core_.reply(what.sequence, response);
      expect(sent.has_value() != core_.finished(), "a reply is sent until the end");
    });
  }

  // Instead of a response, or besides it.
  void lie(const debt& what) {
    const auto nack_status = random_.any_of({command_status::ok, command_status::invcmdid});
    const auto as_command = [&](command_id command, std::uint32_t sequence) {
      return samples::encoded(smpp::response_of(command), sequence);
    };
    const auto other = random_.any_of({what.sequence + 1, what.sequence - 1, 0U, 0xFFFFFFFFU});
    auto octets = as_command(what.command, what.sequence);
    switch (random_.below(6)) {
      case 0:
        return append(forged_, samples::encoded(smpp::generic_nack{}, what.sequence, nack_status));
      case 1: return append(forged_, as_command(what.command, other));
      case 2: return append(forged_, as_command(command_id::bind_receiver, what.sequence));
      case 3: return append(forged_, with_status(octets, command_status::msgqful));  // with a body
      case 4: reply(what); return append(forged_, octets);                           // twice
      default:
        octets.resize(
            random_.between(smpp::header_octets, static_cast<std::uint32_t>(octets.size())));
        octets[3] = static_cast<std::uint8_t>(octets.size());
        return append(forged_, octets);
    }
  }

  // Only what the core says; it always says whole PDUs.
  void audit(smpp::byte_view output) {
    while (!output.empty()) {
      const auto head = smpp::decode_header(output);
      output = output.subspan(head.command_length);
      expect(!unbind_answered_, "nothing follows unbind_resp");
      unbind_answered_ = head.id == command_id::unbind_resp;
      if (smpp::is_response(head.id)) {
        const bool refuses = head.status != command_status::ok || is_bind(head.id);
        expect(bound_ || refuses || head.id == command_id::enquire_link_resp,
               "no request is accepted before a bind");
        continue;
      }
      expect(head.sequence > 0 && head.sequence <= 0x7FFFFFFF, "sequence numbers are in range");
      expect(sent_sequences_.insert(head.sequence).second, "no sequence number is used twice");
      expect(!unbind_sent_, "no request follows unbind");
      expect(bound_ || is_bind(head.id) || head.id == command_id::outbind,
             "nothing but a bind is sent before it is accepted");
      unbind_sent_ = unbind_sent_ || head.id == command_id::unbind;
    }
  }

  void poll(steady_time now) {
    smpp::event event;
    while (core_.poll_event(event, now)) {
      expect(!closed_, "closed is the last event");
      ++sum_.events.at(event.index());
      std::visit([&](const auto& what) { on(what, now); }, event);
      check();
    }
    expect(closed_ == core_.finished(), "a session that ended says so");
  }

  void check() const {
    expect(core_.in_flight() <= core_.options().window_max, "the window holds");
    expect(core_.in_flight() == waiting_.size(), "in flight is what has no outcome");
    expect(core_.output_octets() <= core_.options().output_octets_max + output_slack,
           "what waits to be written is bounded");
  }

  void end(std::uint64_t cookie, fate before, fate after) {
    auto& now = fates_.at(cookie);
    expect(now == before, "a request ends once");
    now = after;
    waiting_.erase(cookie);
  }

  void on(const auto&, steady_time) {}
  void on(const smpp::bound&, steady_time now) { note_bound(now); }
  void on(const smpp::request_received& what, steady_time now) {
    expect(!held_ && !gone_ && core_.output_octets() < core_.options().output_octets_max,
           "nothing is reported while the peer is held back, nor when it is gone");
    active_ = now;
    debt owed{what.head.id, what.head.sequence, {}, now + random_.up_to(how_.answer_after)};
    if (is_numbered(what.head.id) && how_.honest) {
      expect(is_number(what.pdu, ++heard_), "requests come as they were sent, in order, once");
      owed.text = std::to_string(heard_);
    }
    if (smpp::is_one_way(what.head.id) || random_.percent(how_.silent_percent)) return;
    debts_.push_back(std::move(owed));
    if (debts_.size() < debts_max) return;
    held_ = true;
    core_.hold();
  }
  void on(const smpp::response_received& what, steady_time now) {
    active_ = now;
    sum_.late += what.late ? 1 : 0;
    const auto& [sequence, response] = sent_.at(what.cookie);
    expect(sequence == what.sequence, "a cookie belongs to one sequence number");
    const auto id = std::visit([](const auto& pdu) { return pdu.id; }, what.pdu);
    expect(id == response, "a response is of the request's type");
    end(what.cookie, what.late ? fate::expired : fate::waiting,
        what.late ? fate::answered_late : fate::answered);
    if (!how_.honest || what.status != command_status::ok) return;
    std::visit(
        [&](const auto& pdu) {
          if constexpr (requires { pdu.message_id; }) {
            expect(pdu.message_id == std::to_string(what.cookie), "a response is its request's");
          }
        },
        what.pdu);
  }
  void on(const smpp::request_expired& what, steady_time now) {
    const auto sent = waiting_.at(what.cookie);
    expect(!core_.finished(), "requests expire before the end");
    expect(!held_ && now >= std::max(sent, released_) + core_.options().response_timeout,
           "a request has the whole response_timeout");
    end(what.cookie, fate::waiting, fate::expired);
  }
  void on(const smpp::request_dropped& what, steady_time) {
    expect(core_.finished(), "requests are dropped at the end");
    end(what.cookie, fate::waiting, fate::dropped);
  }
  void on(const smpp::closed& what, steady_time now) {
    closed_ = true;
    why_ = what.reason;
    expect(waiting_.empty(), "closed is the last event");
    const auto& options = core_.options();
    if (what.reason == smpp::close_reason::inactivity) {
      expect(!held_ && now >= std::max(active_, released_) + options.inactivity_timeout,
             "only a session that is idle ends for it");
    }
    if (what.detail == "to enquire_link") {
      expect(!held_ && now >= std::max(heard_at_, released_) + options.response_timeout,
             "only a silent peer is given up");
    }
  }

  totals& sum_;
  // Ours: a request's number is its cookie, and stands in its text.
  std::vector<fate> fates_{fate::none};
  std::map<std::uint64_t, steady_time> waiting_;
  std::map<std::uint64_t, std::pair<std::uint32_t, command_id>> sent_;  // and the response's id
  std::set<std::uint32_t> sent_sequences_;
  // The peer's.
  std::uint64_t heard_{0};
  std::vector<debt> debts_;
  smpp::byte_buffer forged_;  // goes on the wire and was never in the core

  bool held_{false}, unbind_sent_{false}, unbind_answered_{false}, closed_{false};
  bool gone_{false}, impatient_{false};
  bool spent_{false};  // it ended, and everything was written
  std::optional<smpp::close_reason> why_;
  std::optional<steady_time> bound_;
  steady_time active_, heard_at_, released_;
};

class esme_side : public side {
 public:
  using side::side;

 private:
  void open(steady_time now) override {
    if (random_.one_in(4)) bind(now);
  }
  void bind(steady_time now) {
    smpp::bind_fields fields;
    fields.system_id = "esme";
    fields.interface_version = core_.options().interface_version;
    const auto send = [&](auto pdu) {
      static_cast<smpp::bind_fields&>(pdu) = fields;
      std::ignore = core_.send(pdu, now);
    };
    switch (kind_) {
      case command_id::bind_transmitter: return send(smpp::bind_transmitter{});
      case command_id::bind_receiver: return send(smpp::bind_receiver{});
      default: return send(smpp::bind_transceiver{});
    }
  }
  void send_any(steady_time now) override {
    switch (random_.below(10)) {
      case 0: return request<smpp::submit_multi>(now);
      case 1: return request<smpp::data_sm>(now);
      case 2: return request<smpp::query_sm>(now);
      case 3: return request<smpp::cancel_sm>(now);
      case 4: return request<smpp::replace_sm>(now);
      default: return request<smpp::submit_sm>(now);
    }
  }
  void decide(std::uint32_t, steady_time) override { throw broken("a bind came to an ESME"); }

  command_id kind_{random_.any_of(
      {command_id::bind_transmitter, command_id::bind_receiver, command_id::bind_transceiver})};
};

class server_side : public side {
 public:
  using side::side;

 private:
  void open(steady_time now) override {
    if (core_.state() == smpp::bind_state::open && random_.one_in(50))
      std::ignore = core_.send(smpp::outbind{}, now);
  }
  void send_any(steady_time now) override {
    switch (random_.below(6)) {
      case 0: return request<smpp::data_sm>(now);
      case 1: return request<smpp::alert_notification>(now);
      default: return request<smpp::deliver_sm>(now);
    }
  }
  void decide(std::uint32_t bind, steady_time now) override {
    if (random_.one_in(8)) return core_.reject_bind(bind, command_status::invpaswd);
    core_.accept_bind(bind);
    if (!core_.finished()) note_bound(now);
  }
};

/// An ESME, its side of the server, and what is between them.
class link {
 public:
  link(dice& random, totals& sum, steady_time now)
      : random_(random),
        how_(any_temper(random)),
        esme_(any_options(role::esme, how_, random), how_, random, sum, now),
        server_(any_options(role::smsc, how_, random), how_, random, sum, now) {
    sum.calm_links += how_.calm ? 1 : 0;
  }

  void step(steady_time now, bool quiet) {
    esme_.act(now, quiet);
    server_.act(now, quiet);
    if (!how_.calm && !quiet) misfortune(now);
    flush(esme_, up_, now);
    flush(server_, down_, now);
    deliver(up_, server_, now);
    deliver(down_, esme_, now);
    esme_.tick(now);
    server_.tick(now);
  }

  void unbind(steady_time now) {
    if (how_.calm) (random_.one_in(2) ? static_cast<side&>(esme_) : server_).unbind(now);
  }

  /// It is calm, and not everything is answered yet.
  [[nodiscard]] bool waits() const {
    return how_.calm && esme_.core().in_flight() + server_.core().in_flight() > 0;
  }

  void expect_calm() const {
    if (!how_.calm) return;
    esme_.expect_calm(server_);
    server_.expect_calm(esme_);
  }

  void end(steady_time now) {
    esme_.expect_ended(now);
    server_.expect_ended(now);
  }

  [[nodiscard]] std::optional<steady_time> next_deadline() const {
    const auto one = esme_.core().next_deadline();
    const auto other = server_.core().next_deadline();
    return one && other ? std::min(one, other) : one ? one : other;
  }

 private:
  void flush(side& from, pipe& into, steady_time now) {
    if (into.size() > how_.pipe_octets) return;
    into.put(from.write(), now + random_.up_to(how_.pipe_delay));
    if (from.core().finished()) into.end();
  }

  void deliver(pipe& from, side& to, steady_time now) {
    for (auto times = random_.between(1, 4); times > 0 && to.core().wants_input(); --times) {
      const auto octets = from.take(random_.between(1, random_.one_in(4) ? 5 : 2000), now);
      if (octets.empty()) break;
      to.hear(octets, now);
    }
    // Who does not read sees it when it writes.
    if (from.ended() && (to.core().wants_input() || random_.one_in(5))) to.lose_connection(now);
  }

  void misfortune(steady_time now) {
    auto& one = random_.one_in(2) ? up_ : down_;
    auto& other = &one == &up_ ? down_ : up_;
    if (random_.one_in(150)) one.stall(now + random_.up_to(3000ms));
    if (random_.one_in(600)) {
      one.lose(random_.below(static_cast<std::uint32_t>(one.size()) + 1));
      other.lose(random_.one_in(2) ? other.size() : 0);
    }
    if (random_.one_in(400) && !how_.honest)
      one.spoil(garbage(random_, random_.between(1, 40)), random_.below(1000));
  }

  dice& random_;
  temper how_;
  esme_side esme_;
  server_side server_;
  pipe up_, down_;
};

class world {
 public:
  world(std::uint32_t seed, totals& sum) : random_(seed) {
    for (auto many = random_.between(1, 20); many > 0; --many)
      links_.push_back(std::make_unique<link>(random_, sum, now_));
  }

  void run() {
    for (auto steps = random_.between(100, 600); steps > 0; --steps)
      step(false);
    const auto settle = [this] {
      const auto waits = [](const auto& one) { return one->waits(); };
      for (int steps = 0; steps < 100 || (steps < 2000 && std::ranges::any_of(links_, waits));
           ++steps)
        step(true);
    };
    settle();
    for (const auto& one : links_) {
      one->expect_calm();
      one->unbind(now_);
    }
    settle();
    for (const auto& one : links_)
      one->end(now_);
  }

 private:
  // Often no time passes, or just as much as somebody waits for.
  void step(bool quiet) {
    now_ += random_.one_in(5) ? 0ms : random_.up_to(40ms);
    const auto awaited =
        links_[random_.below(static_cast<std::uint32_t>(links_.size()))]->next_deadline().value_or(
            now_);
    if (random_.one_in(5) && awaited > now_ && awaited < now_ + 2s) now_ = awaited;
    for (const auto& one : links_)
      one->step(now_, quiet);
  }

  dice random_;
  steady_time now_{1h};
  std::vector<std::unique_ptr<link>> links_;
};

std::uint32_t from_environment(const char* name, std::uint32_t otherwise) {
  const auto* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::stoul(text));
}

std::ostream& operator<<(std::ostream& out, const totals& sum) {
  constexpr std::array names{
      "",      "request_received", "response_received", "request_expired", "request_dropped",
      "bound", "bind_refused",     "unbound",           "irregularity",    "closed"};
  static_assert(names.size() == std::tuple_size_v<decltype(sum.events)>);
  out << sum.sessions << " sessions, " << sum.calm_links << " calm links, " << sum.requests
      << " requests, " << sum.late << " late responses";
  for (std::size_t i = 1; i < names.size(); ++i)
    out << ", " << sum.events.at(i) << ' ' << names.at(i);
  return out;
}

TEST(Simulation, EveryInvariantHoldsForEverySeed) {
  const auto first = from_environment("SMPP_SIMULATION_FIRST", 1);
  const auto seeds = from_environment("SMPP_SIMULATION_SEEDS", 50);
  totals sum;
  for (auto seed = first; seed != first + seeds; ++seed) {
    try {
      world(seed, sum).run();
    } catch (const std::exception& failure) {
      FAIL() << "seed " << seed << ", not true: " << failure.what() << "\nrepeat it:"
             << " SMPP_SIMULATION_FIRST=" << seed << " SMPP_SIMULATION_SEEDS=1"
             << " smpp_test --gtest_filter='Simulation.Every*'";
    }
  }
  std::cout << seeds << " seeds: " << sum << '\n';
}

TEST(Simulation, ASeedRepeatsItself) {
  std::array<totals, 2> sums;
  for (auto& sum : sums)
    world(7, sum).run();
  EXPECT_EQ(sums[0], sums[1]);
}

}  // namespace
}  // namespace simulation
