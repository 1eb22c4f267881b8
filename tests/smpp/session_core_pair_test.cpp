// Two cores talk to each other over a pipe that is slow, cuts PDUs anywhere, loses what one side
// says, and breaks. Whatever happens, every request ends exactly once.
#include "smpp/session_core.hpp"
#include "tests/smpp/samples.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using smpp::role;

enum class ending { response, expired, dropped };

/// One side, and what became of each of its requests.
struct side {
  side(smpp::session_options options, smpp::steady_time now) : core(std::move(options), now) {}

  smpp::session_core core;
  smpp::byte_buffer wire;  // on its way to the other side
  std::map<std::uint64_t, std::vector<ending>> requests;
  std::vector<std::pair<std::uint32_t, smpp::command_id>> unanswered;
  std::uint64_t cookie{0};
  int closed{0};
};

class pair_of_cores {
 public:
  explicit pair_of_cores(std::uint32_t seed)
      : random_(seed), esme_(options(role::esme), now_), smsc_(options(role::smsc), now_) {
    unanswered_percent_ = pick(30);
    mute_percent_ = pick(2) == 0 ? 0 : pick(5);
    std::ignore = esme_.core.send(smpp::bind_transceiver{}, now_);
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      now_ += std::chrono::milliseconds(pick(40));
      for (auto* one : {&esme_, &smsc_})
        act(*one);
      carry(esme_, smsc_);
      carry(smsc_, esme_);
      for (auto* one : {&esme_, &smsc_})
        tick(*one);
    }
    for (auto* one : {&esme_, &smsc_}) {
      one->core.on_disconnect("the test ends");
      poll(*one);
      expect_all_ended(*one);
    }
  }

 private:
  smpp::session_options options(role whose) {
    smpp::session_options made;
    made.role = whose;
    made.window_max = 1 + pick(20);
    made.response_timeout = 500ms;
    made.enquire_link_interval = pick(2) == 0 ? 300ms : 0ms;
    made.inactivity_timeout = pick(4) == 0 ? 3s : 0s;
    made.output_octets_max = 200 + pick(2000);
    made.first_sequence = pick(2) == 0 ? 1 : 0x7FFFFFF0;
    return made;
  }

  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_()) % below; }
  bool chance(std::uint32_t percent) { return pick(100) < percent; }

  /// Sends, answers, holds, releases, and seldom ends.
  void act(side& one) {
    auto& core = one.core;
    for (auto many = pick(6); many > 0; --many) {
      const auto cookie = one.cookie + 1;
      const auto sent = core.options().role == role::esme
                            ? core.send(smpp::submit_sm{}, now_, cookie)
                            : core.send(smpp::deliver_sm{}, now_, cookie);
      ASSERT_LE(core.in_flight(), core.options().window_max);
      if (!sent) continue;
      one.cookie = cookie;
      one.requests[cookie];
    }
    std::erase_if(one.unanswered, [&](const auto& request) {
      if (chance(50)) return false;
      if (!chance(unanswered_percent_))
        core.reply_error(request.second, request.first, smpp::command_status::ok);
      return true;
    });
    if (chance(1)) core.hold();
    if (chance(10)) core.release(now_);
    if (pick(2000) == 0) core.unbind(now_);
    if (pick(4000) == 0) core.close(smpp::close_reason::by_us);
    if (pick(4000) == 0) core.on_disconnect("broken");
  }

  /// Some of what is on its way arrives; or all of it is lost, whole PDUs only.
  void carry(side& from, side& to) {
    smpp::byte_buffer taken;
    from.core.take_output(taken);
    if (!chance(mute_percent_)) from.wire.insert(from.wire.end(), taken.begin(), taken.end());
    if (!to.core.wants_input()) return;
    const auto size = std::min<std::size_t>(from.wire.size(), pick(300));
    to.core.on_bytes(samples::exact(smpp::byte_view(from.wire).first(size)), now_);
    from.wire.erase(from.wire.begin(), from.wire.begin() + static_cast<std::ptrdiff_t>(size));
  }

  void tick(side& one) {
    poll(one);
    if (const auto next = one.core.next_deadline(); next && *next <= now_) {
      one.core.on_time(now_);
      poll(one);
    }
    const auto after = one.core.next_deadline();
    ASSERT_FALSE(after && *after <= now_) << "a deadline stayed in the past";
  }

  void poll(side& one) {
    smpp::event event;
    while (one.core.poll_event(event, now_)) {
      ASSERT_EQ(one.closed, 0) << "an event after the last one";
      std::visit([&](const auto& what) { on(one, what); }, event);
    }
  }

  static void on(side&, const auto&) {}
  void on(side& one, const smpp::request_received& what) {
    if (std::holds_alternative<smpp::bind_transceiver>(what.pdu)) {
      one.core.accept_bind(what.head.sequence);
    } else {
      one.unanswered.emplace_back(what.head.sequence, what.head.id);
    }
  }
  void on(side& one, const smpp::response_received& what) {
    if (!what.late) one.requests.at(what.cookie).push_back(ending::response);
    const auto& before = one.requests.at(what.cookie);
    EXPECT_EQ(before.front(), what.late ? ending::expired : ending::response);
  }
  void on(side& one, const smpp::request_expired& what) {
    one.requests.at(what.cookie).push_back(ending::expired);
  }
  void on(side& one, const smpp::request_dropped& what) {
    one.requests.at(what.cookie).push_back(ending::dropped);
  }
  void on(side& one, const smpp::closed&) { ++one.closed; }
  void on(side&, const smpp::irregularity& what) {
    // Whole PDUs get lost, also the response to the bind, and none is invented.
    EXPECT_TRUE(what.what.ends_with("answers nothing") || what.what.ends_with("in state OPEN"))
        << what.what;
  }

  static void expect_all_ended(const side& one) {
    EXPECT_EQ(one.closed, 1);
    EXPECT_EQ(one.core.in_flight(), 0U);
    for (const auto& [cookie, endings] : one.requests)
      ASSERT_EQ(endings.size(), 1U) << "request " << cookie;
  }

  std::mt19937 random_;
  smpp::steady_time now_{1h};
  std::uint32_t unanswered_percent_{0}, mute_percent_{0};
  side esme_, smsc_;
};

TEST(SessionCorePair, EveryRequestEndsExactlyOnce) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    pair_of_cores both(seed);
    both.run(500);
    if (HasFailure()) return;
  }
}

}  // namespace
