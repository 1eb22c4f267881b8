#include "smpp/message_state.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using smpp::message_state;
using smpp::parse_receipt_word;
using smpp::receipt_word;

struct row {
  std::uint8_t number;
  message_state state;
  std::string_view word;
  bool final;
};

const std::vector<row> rows{
    {0, message_state::scheduled, "ENROUTE", false},
    {1, message_state::enroute, "ENROUTE", false},
    {2, message_state::delivered, "DELIVRD", true},
    {3, message_state::expired, "EXPIRED", true},
    {4, message_state::deleted, "DELETED", true},
    {5, message_state::undeliverable, "UNDELIV", true},
    {6, message_state::accepted, "ACCEPTD", false},
    {7, message_state::unknown, "UNKNOWN", true},
    {8, message_state::rejected, "REJECTD", true},
    {9, message_state::skipped, "SKIPPED", true},
};

TEST(MessageState, EveryStateHasItsNumberWordAndFinality) {
  for (const auto& [number, state, word, final] : rows) {
    EXPECT_EQ(smpp::to_message_state(number), state);
    EXPECT_EQ(static_cast<std::uint8_t>(state), number);
    EXPECT_EQ(receipt_word(state), word);
    EXPECT_EQ(smpp::is_final(state), final) << word;
  }
}

TEST(MessageState, EveryWordWrittenIsReadBack) {
  for (const auto& [number, state, word, final] : rows) {
    if (state == message_state::scheduled) continue;  // has no word of its own
    EXPECT_EQ(parse_receipt_word(word), state) << word;
  }
}

TEST(MessageState, ANumberWithoutAStateHasNone) {
  EXPECT_EQ(smpp::to_message_state(10), std::nullopt);
  EXPECT_EQ(smpp::to_message_state(255), std::nullopt);
  EXPECT_EQ(receipt_word(static_cast<message_state>(42)), "UNKNOWN");
}

struct reading {
  std::string_view word;
  message_state state;
};

TEST(MessageState, WordsThatCarriersWriteAreRead) {
  const std::vector<reading> readings{
      {"delivrd", message_state::delivered},
      {"Delivered", message_state::delivered},
      {"0", message_state::delivered},
      {"FAILED", message_state::undeliverable},
      {"UNDELIVERABLE", message_state::undeliverable},
      {"undelivrd", message_state::undeliverable},
      {"UNDELIVERED", message_state::undeliverable},
      {"EXPIRD", message_state::expired},
      {"DELETE", message_state::deleted},
      {"REJECTED", message_state::rejected},
      {"REJECTED_BY_HLR", message_state::rejected},
      {"DND_REJECTED", message_state::rejected},
      {"ACCEPTED", message_state::accepted},
      {"acked", message_state::accepted},
      {"EnRoute", message_state::enroute},
      {"EN_ROUTE", message_state::enroute},
      {"BUFFRED", message_state::enroute},
      {"BUFFERD", message_state::enroute},
      {"BUFFERED", message_state::enroute},
      {"SCHEDULED", message_state::scheduled},
      {"unknown", message_state::unknown},
      {"SKIPPED", message_state::skipped},
  };
  for (const auto& [word, state] : readings)
    EXPECT_EQ(parse_receipt_word(word), state) << word;
}

TEST(MessageState, OtherWordsMeanNothing) {
  for (const auto* word : {"", "1", "00", "DELIV", "DELIVERY_FAILED", "ACK", "hello", "\xC3\xA9"}) {
    EXPECT_EQ(parse_receipt_word(word), std::nullopt) << word;
  }
}

}  // namespace
