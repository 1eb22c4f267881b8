// smppd in one process, from submission to receipt: a real store in a temporary directory, a real
// gateway and SMPP server, and carriers that the test plays. Only the webhooks' HTTP is missing.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/credentials.hpp"
#include "daemon/esme/server.hpp"
#include "daemon/gateway/gateway.hpp"
#include "tests/support/faulty_database.hpp"
#include "tests/support/run_until.hpp"
#include "tests/support/scripted_carrier.hpp"
#include "tests/support/scripted_esme.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using smpp::command_status;
using smppd::config;
using store::progress;

/// Stands for every webhook there is: takes all, and acknowledges at once.
class webhook_log final : public smppd::notice_courier {
 public:
  taking can_take(const smppd::notice_item& /*item*/) override { return taking::now; }
  void take(smppd::notice_item item) override {
    taken.push_back(std::move(item));
    pending->done(taken.back().target, taken.back().sequence);
  }
  smppd::notices* pending{nullptr};
  std::vector<smppd::notice_item> taken;
};

/// One run of smppd, over a database that outlives it. Destroyed without `stop` it has crashed.
class smppd_run {
 public:
  smppd_run(const std::string& path, config wanted, std::chrono::milliseconds repair_pause)
      : telco(loop),
        backup(loop),
        settings(with_ports(std::move(wanted), telco.port(), backup.port())),
        database(open_faulty(path)),
        store(loop, *database, store_options(repair_pause)),
        esmes(loop, workers_, settings.smpp, figures),
        gateway(loop, settings, store, figures, esmes, webhooks) {
    webhooks.pending = &gateway.pending();
  }
  ~smppd_run() { workers_.join(); }
  smppd_run(const smppd_run&) = delete;
  smppd_run& operator=(const smppd_run&) = delete;

  void start() {
    finish(gateway.restore());
    esmes.start(gateway);
    gateway.start();
  }
  void stop() {
    finish(esmes.stop(std::chrono::steady_clock::now() + 10s));
    finish(gateway.stop(std::chrono::steady_clock::now() + stop_limit));
    ASSERT_TRUE(store.drain(30s));
  }

  std::chrono::milliseconds stop_limit{10s};
  asio::io_context loop{1};
  scripted_carrier telco, backup;
  const config settings;
  smppd::metrics figures;
  std::unique_ptr<faulty_database> database;
  smppd::async_store store;
  webhook_log webhooks;

 private:
  asio::thread_pool workers_{1};

 public:
  smppd::esme_server esmes;
  smppd::gateway gateway;

 private:
  static config with_ports(config settings, std::uint16_t first, std::uint16_t second) {
    settings.carriers[0].port = first;
    settings.carriers[1].port = second;
    return settings;
  }
  static smppd::async_store_options store_options(std::chrono::milliseconds repair_pause) {
    smppd::async_store_options options;
    options.repair_pause = repair_pause;
    return options;
  }
  void finish(asio::awaitable<void> task) {
    bool done = false;
    std::exception_ptr thrown;
    asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& failed) {
      thrown = failed;
      done = true;
    });
    ASSERT_TRUE(run_until(loop, [&] { return done; }));
    if (thrown) std::rethrow_exception(thrown);
  }
};

class Path : public testing::Test {
 protected:
  using address = std::string;

  Path() {
    for (const auto* name : {"telco", "backup"}) {
      smppd::carrier_config carrier;
      carrier.name = name;
      carrier.host = "127.0.0.1";
      carrier.reconnect_min = 5ms;
      carrier.reconnect_max = 20ms;
      carrier.already_bound_wait = 0s;
      settings_.carriers.push_back(carrier);
    }
    settings_.routes = {{"", {"telco"}}, {"49", {"telco", "backup"}}};
    settings_.inbound = {{"1963", "shop"}};
    settings_.smpp.listen = {"127.0.0.1", 0};
    create_customers();
  }

  // Runs.

  void start() {
    start_without_carriers([](smppd_run&) {});
    wait([&] { return run_->telco.bound() && run_->backup.bound(); });
    wait([&] {
      const auto& all = run_->gateway.carriers();
      return std::ranges::all_of(all, [](const auto& one) { return one->up(); });
    });
  }
  template <class Prepare>
  void start_without_carriers(Prepare prepare) {
    crash();
    run_ = std::make_unique<smppd_run>(file(), settings_, repair_pause_);
    prepare(*run_);
    run_->start();
    reader_ = run_->database->make_reader().value();
  }
  /// The process is gone from one moment to the next.
  void crash() {
    reader_.reset();
    run_.reset();
  }
  void stop() {
    run_->stop();
    crash();
  }
  template <class Condition>
  void wait(Condition happened) {
    ASSERT_TRUE(run_until(run_->loop, happened));
  }
  /// Nothing is committed until `release` has a value.
  void hold_writer(std::promise<void>& release) {
    std::atomic<bool> holds{false};
    run_->store.change(
        [held = release.get_future().share(), &holds](store::writer&) {
          holds = true;
          held.wait();
          return true;
        },
        [](bool) {});
    wait([&] { return holds.load(); });
  }
  [[nodiscard]] scripted_carrier& telco() { return run_->telco; }
  [[nodiscard]] scripted_carrier& backup() { return run_->backup; }

  // Submitting.

  [[nodiscard]] smppd::submission_request request(std::string text, address to) const {
    smppd::submission_request made;
    made.account = account_;
    made.sender = "Shop";
    made.to = {std::move(to)};
    made.text = std::move(text);
    made.callback_url = "https://example.com/receipts";
    return made;
  }
  /// Submits as HTTP does, and waits for the answer: the id.
  store::id64 submit(std::string text, address to = "+4791234567") {
    std::optional<smppd::submission_outcome> outcome;
    run_->gateway.submit(request(std::move(text), std::move(to)),
                         [&](smppd::submission_outcome became) { outcome = std::move(became); });
    EXPECT_TRUE(run_until(run_->loop, [&] { return outcome.has_value(); }));
    const auto* accepted = std::get_if<smppd::submission_accepted>(&*outcome);
    EXPECT_NE(accepted, nullptr);
    return accepted != nullptr ? accepted->id : 0;
  }
  [[nodiscard]] static std::string number(std::size_t n) { return "message " + std::to_string(n); }
  /// And many: "message 1", "message 2", ...
  std::vector<store::id64> submit_many(std::size_t count, address to = "+4791234567") {
    std::vector<store::id64> ids;
    for (std::size_t n = 1; n <= count; ++n)
      ids.push_back(submit(number(n), to));
    return ids;
  }
  [[nodiscard]] static std::vector<std::string> numbers(std::size_t first, std::size_t last) {
    std::vector<std::string> all;
    for (auto n = first; n <= last; ++n)
      all.push_back(number(n));
    return all;
  }

  // ESMEs.

  [[nodiscard]] std::unique_ptr<scripted_esme> connect(const std::string& password = "secret") {
    return std::make_unique<scripted_esme>(run_->loop, run_->esmes.port(), "esme", password);
  }
  [[nodiscard]] std::unique_ptr<scripted_esme> bind() {
    auto made = connect();
    EXPECT_TRUE(run_until(run_->loop, [&] { return made->bound; }));
    return made;
  }
  [[nodiscard]] static smpp::submit_sm esme_message(std::string_view text,
                                                    std::string_view to = "4791234567") {
    smpp::submit_sm pdu;
    pdu.source_addr_ton = 5;
    pdu.source_addr = "Shop";
    pdu.dest_addr_ton = 1;
    pdu.dest_addr_npi = 1;
    pdu.destination_addr = to;
    pdu.registered_delivery = 1;
    pdu.short_message = text;
    return pdu;
  }
  /// Submits and waits for the answer: the id as the ESME knows it.
  std::string submit(scripted_esme& by, const smpp::submit_sm& pdu) {
    const auto before = by.answers.size();
    by.send(pdu);
    EXPECT_TRUE(run_until(run_->loop, [&] { return by.answers.size() > before; }));
    EXPECT_EQ(by.answers.back().how, command_status::ok);
    return by.answers.back().id;
  }

  // Looking.

  [[nodiscard]] store::message_state state_of(store::id64 id) {
    auto found = reader_->find_message(id);
    if (!found) return {};
    last_found_ = std::move(*found);
    return last_found_.items.front().state;
  }
  [[nodiscard]] store::message_state state_of(const std::string& smpp_id) {
    return state_of(smppd::parse_smpp_id(smpp_id).value_or(0));
  }
  template <class Id>
  void wait_for(const Id& id, progress wanted) {
    wait([&] { return state_of(id).state == wanted; });
  }
  void wait_until_sent(const std::vector<store::id64>& ids) {
    for (const auto id : ids)
      wait_for(id, progress::sent);
  }
  /// A message comes to the carrier, which takes it: the id it gave.
  void wait_for_submits(std::size_t count) {
    wait([&] { return telco().submits.size() >= count; });
  }

  [[nodiscard]] std::string file() const { return directory_.file("smppd.db"); }

  config settings_;
  std::chrono::milliseconds repair_pause_{1ms};
  std::int64_t account_{};
  std::unique_ptr<smppd_run> run_;
  std::unique_ptr<store::reader> reader_;

 private:
  void create_customers() {
    static const std::string password_hash = smppd::hash_password("secret");
    const auto database = open_faulty(file());
    const auto writer = database->make_writer().value();
    account_ = writer->create_account("shop").value().id;
    store::login login;
    login.account = account_;
    login.system_id = "esme";
    login.password_hash = password_hash;
    ASSERT_TRUE(writer->create_login(login));
    store::keyword keyword;
    keyword.uuid = "0192c6a0-0000-7000-8000-000000000001";
    keyword.account = account_;
    keyword.word = "WIN";
    keyword.webhook_url = "https://example.com/win";
    keyword.auto_reply_enabled = true;
    keyword.auto_reply_message = "You won.";
    ASSERT_TRUE(writer->create_keyword(keyword));
  }

  temporary_directory directory_;
  store::rows<store::found_message> last_found_;
};

}  // namespace tests
