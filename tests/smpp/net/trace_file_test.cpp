// Sessions that write what they say and hear into a file.
#include "smpp/net/trace_file.hpp"

#include "smpp/net/session.hpp"
#include "tests/smpp/net/secured.hpp"
#include "tests/smpp/samples.hpp"

#include <boost/endian/conversion.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace smpp::net {
namespace {

using direction = pcap_trace::direction;
using testing::HasSubstr;
using testing::Not;

/// Binds, and answers.
struct answerer final : session_handler {
  void on_event(session& from, event& what) override {
    is_bound = is_bound || std::holds_alternative<bound>(what);
    responses += std::holds_alternative<response_received>(what) ? 1U : 0U;
    const auto* const request = std::get_if<request_received>(&what);
    if (request == nullptr) return;
    const auto sequence = request->head.sequence;
    if (request->head.id == command_id::submit_sm) {
      EXPECT_TRUE(from.reply(sequence, submit_sm_resp{}));
    } else if (request->head.id == command_id::deliver_sm) {
      EXPECT_TRUE(from.reply(sequence, deliver_sm_resp{}));
    } else {
      from.accept_bind(sequence);
    }
  }
  void on_closed(session& /*from*/, const closed& /*why*/) override { over = true; }

  std::size_t responses{0};
  bool is_bound{false}, over{false};
};

class NetTraceFile : public testing::Test {
 protected:
  [[nodiscard]] std::string read() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void play(connection esme_side, connection smsc_side) {
    const auto file = std::make_shared<trace_file>(path, 1 << 20U);
    session_options options;
    answerer esme_handler, smsc_handler;
    const auto esme = std::make_shared<session>(std::move(esme_side), options, esme_handler);
    options.role = role::smsc;
    const auto smsc = std::make_shared<session>(std::move(smsc_side), options, smsc_handler);
    esme->trace(file);
    esme->start();
    smsc->start();
    bind_transceiver bind;
    bind.system_id = "shop";
    bind.password = "secret";
    EXPECT_TRUE(esme->send(bind));
    EXPECT_TRUE(tests::run_until(loop, [&] { return esme_handler.is_bound; }));
    submit_sm submit;
    submit.destination_addr = "4791234567";
    submit.short_message = "hello";
    deliver_sm deliver;
    deliver.source_addr = "4791234567";
    deliver.short_message = "and back";
    EXPECT_TRUE(esme->send(submit));
    EXPECT_TRUE(smsc->send(deliver));
    const auto answered = [&] { return esme_handler.responses + smsc_handler.responses == 2; };
    EXPECT_TRUE(tests::run_until(loop, answered));
    esme->unbind();
    EXPECT_TRUE(tests::run_until(loop, [&] { return esme_handler.over && smsc_handler.over; }));
  }
  /// The commands of a trace in order, each PDU at the end of its packet.
  [[nodiscard]] static std::vector<command_id> commands_of(const std::string& trace) {
    std::vector<command_id> commands;
    auto rest = as_bytes(trace).subspan(24);
    while (rest.size() >= 16) {
      const auto length = boost::endian::load_big_u32(rest.data() + 8);
      auto packet = rest.subspan(16, length);
      while (boost::endian::load_big_u16(packet.data()) != 0)
        packet = packet.subspan(4U + boost::endian::load_big_u16(packet.data() + 2));
      const auto head = decode_header(packet.subspan(4));
      EXPECT_EQ(head.command_length, packet.size() - 4);
      commands.push_back(head.id);
      rest = rest.subspan(16 + length);
    }
    EXPECT_TRUE(rest.empty());
    return commands;
  }
  static void expect_everything(const std::string& trace) {
    auto commands = commands_of(trace);
    ASSERT_EQ(commands.size(), 8U);
    EXPECT_EQ(commands.front(), command_id::bind_transceiver);
    EXPECT_EQ(commands[1], command_id::bind_transceiver_resp);
    EXPECT_EQ(commands[6], command_id::unbind);
    EXPECT_EQ(commands.back(), command_id::unbind_resp);
    std::sort(commands.begin(), commands.end());
    EXPECT_EQ(commands, (std::vector{command_id::submit_sm, command_id::deliver_sm,
                                     command_id::unbind, command_id::bind_transceiver,
                                     command_id::submit_sm_resp, command_id::deliver_sm_resp,
                                     command_id::unbind_resp, command_id::bind_transceiver_resp}));
    EXPECT_THAT(trace, HasSubstr("hello"));
    EXPECT_THAT(trace, HasSubstr("and back"));
    EXPECT_THAT(trace, HasSubstr(std::string("shop\0******\0", 12)));
    EXPECT_THAT(trace, Not(HasSubstr("secret")));
  }

  boost::asio::io_context loop;
  tests::temporary_directory folder;
  std::string path = folder.file("trace.pcap");
};

TEST_F(NetTraceFile, HasEveryPduOfASession) {
  auto [here, there] = tests::connected(loop);
  play(std::move(here), std::move(there));
  expect_everything(read());
}

// tests/interop/trace_test.py names the file, and has Wireshark read it.
TEST_F(NetTraceFile, HasEveryPduOfASessionOverTls) {
  if (const auto* const named = std::getenv("TRACE_FILE")) path = named;
  const tests::key_folder keys;
  auto made = tests::shake_hands(loop, tls_client(keys.client()), tls_server(keys.server()));
  ASSERT_TRUE(*made.client && *made.server);
  play(std::move(made.client->value()), std::move(made.server->value()));
  expect_everything(read());
}

TEST_F(NetTraceFile, IsReadableAtAnyTime) {
  trace_file file(path, 1 << 20U);
  EXPECT_EQ(read().size(), 24U);
  pcap_trace session("a", "b");
  file.add(session, direction::sent, samples::encoded(enquire_link{}));
  EXPECT_EQ(commands_of(read()), std::vector{command_id::enquire_link});
  file.add(session, direction::received, samples::encoded(enquire_link_resp{}));
  EXPECT_EQ(commands_of(read()).size(), 2U);
}

TEST_F(NetTraceFile, BelongsToItsOwnerAlone) {
  const trace_file file(path, 100);
  const auto mode = std::filesystem::status(path).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(NetTraceFile, BeginsAnew) {
  std::ofstream(path) << std::string(1000, 'x');
  const trace_file file(path, 100);
  EXPECT_EQ(read().size(), 24U);
}

TEST_F(NetTraceFile, TakesNothingMoreWhenItIsFull) {
  trace_file file(path, 100);
  pcap_trace session("a", "b");
  const auto pdu = samples::encoded(enquire_link{});
  EXPECT_FALSE(file.full());
  file.add(session, direction::sent, pdu);
  EXPECT_FALSE(file.full()) << "68 octets";
  file.add(session, direction::sent, pdu);
  EXPECT_TRUE(file.full());
  file.add(session, direction::sent, pdu);
  EXPECT_EQ(commands_of(read()).size(), 2U);
}

TEST_F(NetTraceFile, ADiskThatIsFullIsTheEndOfTheTrace) {
  trace_file file("/dev/full", 1 << 20U);
  EXPECT_TRUE(file.full());
  pcap_trace session("a", "b");
  file.add(session, direction::sent, samples::encoded(enquire_link{}));
}

TEST_F(NetTraceFile, WhereItCannotBeCreatedTheErrorNamesIt) {
  const auto nowhere = folder.file("no/folder");
  try {
    const trace_file file(nowhere, 100);
    FAIL() << "it was created";
  } catch (const std::system_error& why) {
    EXPECT_EQ(why.code(), std::errc::no_such_file_or_directory);
    EXPECT_THAT(why.what(), HasSubstr(nowhere));
  }
}

}  // namespace
}  // namespace smpp::net
