// What somebody is told who wants too much, or is of another version.
#include "tests/daemon/path_fixture.hpp"

namespace tests {
namespace {

using Admission = Path;

TEST_F(Admission, RefusesAnEsmesMessageWhereTooMuchWaits) {
  settings_.limits.queued_max = 2;
  start_without_carriers([](smppd_run& run) { run.telco.on_bind = command_status::bindfail; });
  const auto esme = bind();
  for (int i = 0; i < 2; ++i)
    submit(*esme, esme_message("Hello"));
  esme->send(esme_message("Hello"));
  wait([&] { return esme->answers.size() == 3; });
  EXPECT_EQ(esme->answers[2], (scripted_esme::answer{command_status::msgqful, ""}));
}

// All of them come at once, so that the first is not durable when the others are looked at.
TEST_F(Admission, ThrottlesAnEsmeWithTooManyUnansweredMessages) {
  settings_.smpp.in_window = 2;
  start();
  const auto esme = bind();
  for (int i = 0; i < 5; ++i)
    esme->send(esme_message("Hello"));
  wait([&] { return esme->answers.size() == 5; });
  const auto count = [&](command_status how) {
    return std::ranges::count(esme->answers, how, &scripted_esme::answer::how);
  };
  EXPECT_EQ(count(command_status::ok), 2);
  EXPECT_EQ(count(command_status::throttled), 3);
}

// What an answer of the application means for what was delivered (SMPP 3.4, 5.1.3).
class DeliverAnswer : public Path, public testing::WithParamInterface<command_status> {};

class DeliverAnswerForNow : public DeliverAnswer {};
INSTANTIATE_TEST_SUITE_P(Is, DeliverAnswerForNow,
                         testing::Values(command_status::x_t_appn, command_status::msgqful,
                                         command_status::throttled, command_status::syserr),
                         [](const auto& one) { return smpp::name(one.param); });
TEST_P(DeliverAnswerForNow, SoItIsDeliveredAgain) {
  start();
  const auto esme = bind();
  const auto id = submit(*esme, esme_message("Hello"));
  wait_for(id, progress::sent);
  esme->on_deliver = GetParam();
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return esme->received.size() == 1; });
  wait_for(id, progress::delivered);
  EXPECT_EQ(run_->gateway.pending().waiting(false), 1U);
}

class DeliverAnswerForGood : public DeliverAnswer {};
INSTANTIATE_TEST_SUITE_P(Is, DeliverAnswerForGood,
                         testing::Values(command_status::ok, command_status::x_p_appn,
                                         command_status::x_r_appn),
                         [](const auto& one) { return smpp::name(one.param); });
TEST_P(DeliverAnswerForGood, SoItIsDone) {
  start();
  const auto esme = bind();
  const auto id = submit(*esme, esme_message("Hello"));
  wait_for(id, progress::sent);
  esme->on_deliver = GetParam();
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return esme->received.size() == 1; });
  wait([&] { return run_->gateway.pending().waiting(false) == 0; });
}

// An id is the key to receipts and queries: an application that calls itself 3.3, where eight
// characters are the most, gets the same sixteen as all others.
TEST_F(Admission, GivesAnOlderVersionTheSameIds) {
  start();
  scripted_esme esme(run_->loop, run_->esmes.port(), "esme", "secret", 0x33);
  wait([&] { return esme.bound; });
  const auto id = submit(esme, esme_message("Hello"));
  EXPECT_EQ(id.size(), 16U);
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return esme.received.size() == 1; });
  EXPECT_NE(esme.received[0].short_message.view().find("id:" + id), std::string_view::npos);
  EXPECT_TRUE(esme.received[0].tlvs.empty());
}

// A request may be to a million numbers: what is told of it stays short.
TEST_F(Admission, TellsHowManyRecipientsWhereTheyAreMany) {
  start();
  auto wanted = request("Hello", "+4791234567");
  wanted.to.clear();
  for (int n = 0; n < 101; ++n)
    wanted.to.push_back("+47912" + std::to_string(10'000 + n));
  wanted.to.push_back(wanted.to.front());
  const auto accepted = std::get<smppd::submission_accepted>(run_->gateway.check(wanted));
  EXPECT_EQ(accepted.recipients, 101U);
  EXPECT_EQ(accepted.duplicates_removed, 1U);
  EXPECT_TRUE(accepted.to.empty());
  wanted.to.resize(100);
  EXPECT_EQ(std::get<smppd::submission_accepted>(run_->gateway.check(wanted)).to, wanted.to);
  wanted.to.assign(1000, "nobody");
  EXPECT_EQ(std::get<smppd::refusals>(run_->gateway.check(wanted)).size(), 101U);
}

}  // namespace
}  // namespace tests
