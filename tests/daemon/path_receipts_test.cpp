// Receipts find their message: whatever carriers make of its id, whenever they come, and where
// memory has little room.
#include "tests/daemon/path_fixture.hpp"

#include <atomic>
#include <future>

namespace tests {
namespace {

using smpp::tag;

struct spelling {
  const char* name;
  const char* given;  // by submit_sm_resp
  const char* receipt;
};

class ReceiptId : public Path, public testing::WithParamInterface<spelling> {};
INSTANTIATE_TEST_SUITE_P(Is, ReceiptId,
                         testing::Values(spelling{"TheSame", "0a1b2c3d", "0a1b2c3d"},
                                         spelling{"InUpperCase", "0a1b2c3d", "0A1B2C3D"},
                                         spelling{"InDecimal", "0A1B2C3D", "169552957"},
                                         spelling{"InHexadecimal", "169552957", "a1b2c3d"},
                                         spelling{"PaddedInDecimal", "0a1b2c3d", "0169552957"},
                                         spelling{"Padded", "12345", "0000012345"},
                                         spelling{"Stripped", "0000012345", "12345"},
                                         spelling{"AUuidWithoutDashes",
                                                  "f47ac10b-58cc-4372-a567-0e02b2c3d479",
                                                  "F47AC10B58CC4372A5670E02B2C3D479"}),
                         [](const auto& each) { return each.param.name; });

TEST_P(ReceiptId, AndFindsItsMessage) {
  start();
  telco().on_submit = [](const auto& one) { scripted_carrier::accept(one, GetParam().given); };
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt(GetParam().receipt));
  wait_for(id, progress::delivered);
}

class Receipt : public Path {
 protected:
  void send_one() {
    start();
    id_ = submit("Hello");
    wait_for(id_, progress::sent);
  }
  store::id64 id_{};
};

TEST_F(Receipt, MayComeInDataSm) {
  send_one();
  const auto same = scripted_carrier::receipt("id-1");
  smpp::data_sm pdu;
  pdu.esm_class = 0x04;
  pdu.tlvs.add(tag::message_payload, same.short_message.bytes());
  telco().deliver(pdu);
  wait_for(id_, progress::delivered);
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(telco().answers[0], command_status::ok);
}

TEST_F(Receipt, MayBeOnlyParameters) {
  send_one();
  smpp::deliver_sm pdu;
  pdu.tlvs.add_text(tag::receipted_message_id, "id-1");
  pdu.tlvs.add_u8(tag::message_state, 5);
  telco().deliver(pdu);
  wait_for(id_, progress::failed);
  EXPECT_EQ(state_of(id_).why, store::reason::undeliverable);
}

TEST_F(Receipt, MayBeOnlyParametersOfDataSm) {
  send_one();
  smpp::data_sm pdu;
  pdu.tlvs.add_text(tag::receipted_message_id, "id-1");
  pdu.tlvs.add_u8(tag::message_state, 2);
  telco().deliver(pdu);
  wait_for(id_, progress::delivered);
}

TEST_F(Receipt, MayBeOnlyText) {
  send_one();
  auto pdu = scripted_carrier::receipt("id-1");
  pdu.esm_class = 0;
  telco().deliver(pdu);
  wait_for(id_, progress::delivered);
}

TEST_F(Receipt, MayComeBeforeTheResponse) {
  start();
  telco().on_submit = [](const auto&) {};
  const auto id = submit("Hello");
  wait_for_submits(1);
  telco().deliver(scripted_carrier::receipt("AB12"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(telco().answers[0], command_status::ok);
  scripted_carrier::accept(telco().submits[0], "ab12");
  wait_for(id, progress::delivered);
  wait([&] { return run_->webhooks.taken.size() == 1; });
}

TEST_F(Receipt, MayComeOnAnotherBind) {
  settings_.carriers[0].binds = 2;
  settings_.carriers[0].mode = smppd::bind_mode::transmitter_receiver;
  send_one();
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id_, progress::delivered);
}

TEST_F(Receipt, OfAnotherCarrierIsNotMeant) {
  send_one();
  backup().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return backup().answers.size() == 1; });
  EXPECT_EQ(backup().answers[0], command_status::ok) << "it is kept";
  EXPECT_EQ(state_of(id_).state, progress::sent);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(id_, progress::delivered);
}

// Each number is another's in another base.
TEST_F(Receipt, OfEachOfManyNumbersFindsItsOwnMessage) {
  start();
  telco().on_submit = [&](const auto& one) {
    const auto id = std::to_string(telco().submits.size());
    telco().deliver(scripted_carrier::receipt(id));
    scripted_carrier::accept(one, id);
  };
  for (const auto id : submit_many(40))
    wait_for(id, progress::delivered);
}

TEST_F(Receipt, OfANumberThatIsNobodysIsNobodys) {
  start();
  telco().on_submit = [&](const auto& one) { scripted_carrier::accept(one, "10"); };
  const auto id = submit("Hello");
  wait_for(id, progress::sent);
  telco().deliver(scripted_carrier::receipt("16", "UNDELIV"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(state_of(id).state, progress::sent);
}

TEST_F(Receipt, IsAppliedOnce) {
  send_one();
  telco().deliver(scripted_carrier::receipt("id-1"));
  telco().deliver(scripted_carrier::receipt("id-1", "UNDELIV"));
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return telco().answers.size() == 3; });
  EXPECT_EQ(state_of(id_).state, progress::delivered);
  wait([&] { return !run_->webhooks.taken.empty(); });
  wait([&] { return run_->gateway.pending().waiting(true) == 0; });
  EXPECT_EQ(run_->webhooks.taken.size(), 1U);
}

TEST_F(Receipt, IsRefusedForNowWhereTooMuchWaitsForTheDisk) {
  send_one();
  std::promise<void> release;
  hold_writer(release);
  const auto handed_over = run_->store.batch_number();
  run_->store.filling().changes = 1;
  wait([&] { return run_->store.batch_number() > handed_over; });
  run_->store.filling().changes = 100'001;
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(telco().answers, std::vector{command_status::x_t_appn});
  release.set_value();
}

// Where memory has little room.

class ForgottenReceipt : public Receipt {
 protected:
  ForgottenReceipt() { settings_.limits.receipts_memory_max = 1; }
  // What the store still waits for.
  [[nodiscard]] std::size_t rows(std::vector<std::string> keys) const {
    const auto telco_id = run_->gateway.carriers()[0]->id();
    return reader_->find_awaited(telco_id, keys).value().items.size();
  }
  // Answers of the store that have been read already are held back until `release` has a value.
  void hold_answers(std::promise<void>& release) {
    run_->database->after_sent_parts([this, held = release.get_future().share()] {
      read_ = true;
      held.wait();
    });
  }
  std::atomic<bool> read_{false};
};

TEST_F(ForgottenReceipt, OfAMessageThatMemoryHasForgottenIsFoundInTheStore) {
  settings_.limits.receipts_memory_max = 2;
  start();
  const auto ids = submit_many(5);
  wait_until_sent(ids);
  EXPECT_EQ(run_->gateway.receipts_remembered(), 2U);
  telco().deliver(scripted_carrier::receipt("ID-1"));
  wait_for(ids[0], progress::delivered);
  wait([&] { return run_->webhooks.taken.size() == 1; });
}

// The store is asked once for all, and carriers' ids say nothing of the order of ours.
TEST_F(ForgottenReceipt, ManyOfWhatMemoryHasForgottenAreFoundTogether) {
  start();
  constexpr std::size_t count = 20;
  const auto carrier_id = [](std::size_t n) { return std::to_string(n * 7919 % 1000); };
  telco().on_submit = [&](const auto& one) {
    telco().accept(one, carrier_id(telco().submits.size()));
  };
  const auto ids = submit_many(count);
  wait_until_sent(ids);
  for (std::size_t n = 1; n < count; ++n)
    telco().deliver(scripted_carrier::receipt(carrier_id(n)));
  wait([&] { return telco().answers.size() == count - 1; });
  for (std::size_t n = 1; n < count; ++n)
    EXPECT_EQ(state_of(ids[n - 1]).state, progress::delivered) << n;
}

TEST_F(ForgottenReceipt, OfAMessageThatIsJustLeavingMemoryIsFoundInTheStore) {
  start();
  const auto first = submit_many(1);
  wait_until_sent(first);
  std::promise<void> release;
  asio::steady_timer much_later(run_->loop, 100ms);  // than the store is asked
  telco().on_submit = [&](const auto& one) {
    run_->store.change(
        [held = release.get_future().share()](store::writer&) {
          held.wait();
          return true;
        },
        [](bool) {});
    telco().accept(one);  // for its id the other one leaves memory
    telco().deliver(scripted_carrier::receipt("ID-1"));
    much_later.async_wait([&](boost::system::error_code) { release.set_value(); });
  };
  submit_many(1);
  wait_for(first[0], progress::delivered);
}

// It comes before the response, and then memory has no room for it before the store has answered.
TEST_F(ForgottenReceipt, OfAMessageThatMemoryKnewForAMomentOnlyIsFound) {
  start();
  telco().on_submit = [](const auto&) {};
  const auto ids = submit_many(4);
  wait_for_submits(4);
  std::promise<void> release;
  hold_writer(release);
  telco().accept(telco().submits[0], "a");
  telco().accept(telco().submits[1], "b");
  telco().deliver(scripted_carrier::receipt("c"));
  run_->loop.run_for(50ms);
  telco().accept(telco().submits[2], "c");
  telco().accept(telco().submits[3], "d");
  run_->loop.run_for(50ms);
  release.set_value();
  wait_for(ids[2], progress::delivered);
}

// It comes before the response; then memory has it and loses it, and all that between the store's
// reading and its answer.
TEST_F(ForgottenReceipt, OfAMessageThatTheAnswerIsTooOldForIsFound) {
  start();
  telco().on_submit = [](const auto&) {};
  const auto ids = submit_many(2);
  wait_for_submits(2);
  std::promise<void> release;
  hold_answers(release);
  telco().deliver(scripted_carrier::receipt("a"));
  wait([&] { return read_.load(); });
  telco().accept(telco().submits[0], "a");
  telco().accept(telco().submits[1], "b");
  wait([&] { return rows({"a"}) == 1; });
  release.set_value();
  wait_for(ids[0], progress::delivered);
  wait([&] { return rows({"a"}) == 0; });
}

TEST_F(ForgottenReceipt, ThatComesTwiceIsToldOnce) {
  start();
  const auto ids = submit_many(3);
  wait_until_sent(ids);
  for (const auto* id : {"id-1", "id-1", "id-2"})
    telco().deliver(scripted_carrier::receipt(id));
  wait([&] { return telco().answers.size() == 3; });
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return telco().answers.size() == 4; });
  EXPECT_EQ(telco().answers, std::vector(4, command_status::ok));
  wait([&] { return run_->gateway.pending().waiting(true) == 0; });
  EXPECT_EQ(run_->webhooks.taken.size(), 2U);
}

// What came while the store was asked is asked for when it has answered.
TEST_F(ForgottenReceipt, ThatComesBehindAnotherIsFound) {
  start();
  const auto ids = submit_many(3);
  wait_until_sent(ids);
  std::promise<void> release;
  hold_answers(release);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait([&] { return read_.load(); });
  telco().deliver(scripted_carrier::receipt("id-2"));
  run_->loop.run_for(50ms);
  EXPECT_TRUE(telco().answers.empty());
  release.set_value();
  wait_for(ids[0], progress::delivered);
  wait_for(ids[1], progress::delivered);
}

TEST_F(ForgottenReceipt, ThatIsNotFinalLeavesTheStoreWaitingForTheNext) {
  start();
  const auto ids = submit_many(2);
  wait_until_sent(ids);
  telco().deliver(scripted_carrier::receipt("id-1", "ENROUTE"));
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(rows({"id-1"}), 1U);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(ids[0], progress::delivered);
  EXPECT_EQ(rows({"id-1"}), 0U);
}

// An earlier run had handed it to the store; this one has room for it.
TEST_F(ForgottenReceipt, IsNotAwaitedAnyMoreWhereItWasFoundInMemory) {
  start();
  const auto ids = submit_many(2);
  wait_until_sent(ids);
  wait([&] { return rows({"id-1"}) == 1; });
  settings_.limits.receipts_memory_max = 10;
  crash();
  start();
  EXPECT_EQ(run_->gateway.receipts_remembered(), 2U);
  telco().deliver(scripted_carrier::receipt("id-1"));
  wait_for(ids[0], progress::delivered);
  EXPECT_EQ(rows({"id-1"}), 0U);
}

TEST_F(ForgottenReceipt, IsRefusedForNowWhereTooManyAre) {
  start();
  std::promise<void> release;
  hold_answers(release);
  telco().deliver(scripted_carrier::receipt("0"));
  wait([&] { return read_.load(); });
  constexpr auto most = smppd::receipts::unknown_max;
  for (std::size_t n = 1; n <= most + 1; ++n) {
    const auto one = scripted_carrier::receipt(std::to_string(n));
    wait([&] { return telco().deliver(one); });
  }
  wait([&] { return telco().answers.size() == 1; });
  EXPECT_EQ(telco().answers[0], command_status::x_t_appn);
  release.set_value();
  wait([&] { return telco().answers.size() == most + 2; });
  EXPECT_EQ(std::ranges::count(telco().answers, command_status::ok),
            static_cast<std::ptrdiff_t>(most + 1));
}

}  // namespace
}  // namespace tests
