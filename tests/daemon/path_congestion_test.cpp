// A carrier of SMPP 5.0 that says how congested it is.
#include "tests/daemon/path_fixture.hpp"

namespace tests {
namespace {

class Congestion : public Path {
 protected:
  void answer_next(std::uint8_t state) {
    const auto& one = telco().submits.at(answered_++);
    smpp::submit_sm_resp response;
    response.message_id = "id-" + std::to_string(answered_);
    response.tlvs.add_u8(smpp::tag::congestion_state, state);
    EXPECT_TRUE(one.by->reply(one.sequence, response));
  }
  [[nodiscard]] std::size_t window() const {
    return run_->gateway.carriers().front()->describe().window;
  }

  std::size_t answered_{0};
};

TEST_F(Congestion, LeavesFewerPartsInFlight) {
  settings_.carriers[0].interface_version = 0x50;
  settings_.carriers[0].window = 8;
  start();
  telco().on_submit = [](const scripted_carrier::request&) {};
  const auto ids = submit_many(20);
  wait_for_submits(8);
  EXPECT_EQ(window(), 8U);
  for (int i = 0; i < 8; ++i)
    answer_next(100);
  wait_for_submits(9);
  EXPECT_EQ(window(), 1U);
  for (std::size_t n = 9; n < 15; ++n) {
    answer_next(100);
    wait_for_submits(n + 1);
    EXPECT_EQ(telco().submits.size(), n + 1) << "one at a time";
  }
  answer_next(50);
  wait_for_submits(20);
  EXPECT_EQ(window(), 8U);
  telco().on_submit = [this](const scripted_carrier::request& one) { telco().accept(one); };
  while (answered_ < 20)
    answer_next(0);
  wait_until_sent(ids);
}

TEST_F(Congestion, OfAnOlderVersionIsNotHeard) {
  settings_.carriers[0].window = 8;
  start();
  telco().on_submit = [](const scripted_carrier::request&) {};
  submit_many(9);
  wait_for_submits(8);
  answer_next(100);
  wait_for_submits(9);
  EXPECT_EQ(window(), 8U);
}

}  // namespace
}  // namespace tests
