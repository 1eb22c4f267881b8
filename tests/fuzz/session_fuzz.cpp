// A session under any octets, in pieces, with time passing and an application that answers, sends,
// holds and closes as the input says. It keeps its promises: each request ends once, `closed` comes
// last, a deadline never stays in the past.
//
//   | role and window (1) | what (1), how much (1), octets for the session ... | ...
#include "smpp/session_core.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <chrono>

namespace {

using namespace std::chrono_literals;

class driven {
 public:
  explicit driven(std::uint8_t setup) : core_(options(setup), now_) {
    if (core_.options().role == smpp::role::esme)
      std::ignore = core_.send(smpp::bind_transceiver{}, now_);
  }

  /// Takes one step, and what it needs, from the input.
  smpp::byte_view step(smpp::byte_view input) {
    const auto what = input[0] % 8U;
    const std::size_t amount = input[1];
    input = input.subspan(2);
    switch (what) {
      case 0: now_ += std::chrono::milliseconds(amount * 100); break;
      case 1: send(); break;
      case 2: core_.hold(); break;
      case 3: core_.release(now_); break;
      case 4: core_.take_output(output_); break;
      case 5:
        if (amount > 250) core_.unbind(now_);
        if (amount == 250) core_.close(smpp::close_reason::by_us);
        if (amount == 249) core_.on_disconnect("gone");
        break;
      default: {
        const auto size = std::min(amount, input.size());
        if (core_.wants_input()) core_.on_bytes(input.first(size), now_);
        input = input.subspan(size);
      }
    }
    core_.on_time(now_);
    poll();
    const auto next = core_.next_deadline();
    fuzz::check(!next || *next > now_, "a deadline lies ahead");
    fuzz::check(core_.in_flight() <= core_.options().window_max, "the window holds");
    return input;
  }

  void end() {
    core_.on_disconnect("the end");
    poll();
    fuzz::check(closed_ == 1, "closed comes once");
    fuzz::check(sent_ == ended_, "every request ends once");
  }

 private:
  static smpp::session_options options(std::uint8_t setup) {
    smpp::session_options made;
    made.role = setup % 2 == 0 ? smpp::role::esme : smpp::role::smsc;
    made.leniency = setup % 4 < 2 ? smpp::leniency::strict : smpp::leniency::lenient;
    made.window_max = 1 + setup / 16U;
    made.inactivity_timeout = setup % 8 < 4 ? 0s : 60s;
    made.output_octets_max = 2000;
    made.pdu_octets_max = 1000;
    return made;
  }

  void send() {
    const bool sent = core_.options().role == smpp::role::esme
                          ? core_.send(smpp::submit_sm{}, now_).has_value()
                          : core_.send(smpp::deliver_sm{}, now_).has_value();
    sent_ += sent ? 1 : 0;
  }

  void poll() {
    smpp::event event;
    while (core_.poll_event(event, now_)) {
      fuzz::check(closed_ == 0, "nothing comes after closed");
      std::visit([this](const auto& what) { on(what); }, event);
    }
  }
  void on(const auto&) {}
  void on(const smpp::request_received& what) {
    if (what.head.sequence % 3 == 0) return;  // never answered
    if (what.head.id < smpp::command_id::query_sm ||
        what.head.id == smpp::command_id::bind_transceiver) {
      core_.accept_bind(what.head.sequence);
    } else {
      core_.reply_error(what.head.id, what.head.sequence, smpp::command_status::ok);
    }
  }
  void on(const smpp::response_received& what) { ended_ += what.late ? 0 : 1; }
  void on(const smpp::request_expired&) { ++ended_; }
  void on(const smpp::request_dropped&) { ++ended_; }
  void on(const smpp::closed&) { ++closed_; }

  smpp::steady_time now_{1h};
  smpp::session_core core_;
  smpp::byte_buffer output_;
  int sent_{0}, ended_{0}, closed_{0};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  driven session(data[0]);
  smpp::byte_view rest(data + 1, size - 1);
  while (rest.size() >= 2)
    rest = session.step(rest);
  session.end();
  return 0;
}
