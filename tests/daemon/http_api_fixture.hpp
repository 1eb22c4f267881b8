// The API over a real store and a real directory; only the gateway's rules are played by the test.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/credentials.hpp"
#include "daemon/gateway/directory.hpp"
#include "daemon/http/api.hpp"
#include "store/sqlite/sqlite.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

namespace json = boost::json;
namespace asio = boost::asio;
using smppd::http::response;

class HttpApi : public testing::Test {
 protected:
  using headers = std::vector<std::pair<std::string, std::string>>;
  static constexpr store::wall_time now =
      std::chrono::sys_days(std::chrono::year{2026} / 3 / 31) + std::chrono::hours{7};

  HttpApi() {
    account_ = writer_->create_account("shop").value().id;
    other_account_ = writer_->create_account("other").value().id;
    key_ = create_key(account_);
    other_key_ = create_key(other_account_);
    api_.customers = [this]() -> const smppd::directory& { return directory_; };
    api_.reload_directory = [this] { return reload(*this); };
    api_.submit = [this](smppd::submission_request wanted) {
      return submit(*this, std::move(wanted));
    };
    api_.ready = [this](std::string& why) {
      why = not_ready_;
      return why.empty();
    };
    api_.carriers = [this] { return names_; };
    api_.now = [] { return now; };
    smppd::http::add_api(routes_, api_);
    load();
  }

  /// The response to a request of the account `shop`, unless `with` says otherwise.
  response call(std::string_view method, std::string_view target, std::string_view body = "",
                std::optional<headers> with = {}) {
    if (!with) with = headers{{"X-API-Key", key_}, {"Content-Type", "application/json"}};
    smppd::http::request from;
    from.method = method;
    from.target = target;
    from.path = target.substr(0, target.find('?'));
    from.query = target.substr(std::min(from.path.size() + 1, target.size()));
    from.body = body;
    from.id = "req_test";
    for (const auto& [name, value] : *with)
      from.headers.emplace_back(name, value);
    std::optional<response> made;
    const auto keep = [&](const std::exception_ptr&, response got) { made = std::move(got); };
    asio::co_spawn(loop_, routes_.answer(from), keep);
    loop_.restart();
    const auto work = asio::make_work_guard(loop_);  // answers of other threads are on their way
    while (!made)
      loop_.run_one();
    return std::move(*made);
  }
  static json::value body_of(const response& of) { return json::parse(of.body); }
  static std::string code_of(const response& of) {
    return std::string(body_of(of).at("code").as_string());
  }
  static std::string pointer_of(const response& of) {
    return std::string(body_of(of).at("errors").at(0).at("pointer").as_string());
  }

  void load() { directory_ = smppd::directory(reader_->load_directory().value()); }
  void commit(store::batch& changes) {
    changes.changes = 1;
    ASSERT_TRUE(writer_->commit(changes));
  }

  temporary_directory directory_of_store_;
  std::unique_ptr<store::database> database_{open()};
  std::unique_ptr<store::writer> writer_{database_->make_writer().value()};
  std::unique_ptr<store::reader> reader_{database_->make_reader().value()};
  asio::io_context loop_;
  smppd::async_store store_{loop_, *database_, {}};
  smppd::directory directory_;
  smppd::http::api api_{store_};
  smppd::http::router routes_;
  std::int64_t account_{}, other_account_{};
  std::string key_, other_key_;
  std::string not_ready_;
  smppd::http::carrier_names names_{std::make_shared<const std::map<std::int64_t, std::string>>(
      std::map<std::int64_t, std::string>{{3, "telco-a"}})};
  std::vector<smppd::submission_request> submitted_;
  smppd::submission_outcome outcome_;

 private:
  std::unique_ptr<store::database> open() {
    store::sqlite_options options;
    options.path = directory_of_store_.file("smppd.db");
    options.synchronous = store::synchronous::off;
    return store::open_sqlite(options);
  }
  std::string create_key(std::int64_t account) {
    const auto made = smppd::generate_key();
    store::api_key key;
    key.account = account;
    key.key_id = made.key_id;
    key.secret_hash = made.secret_hash;
    key.created_at = now;
    EXPECT_TRUE(writer_->create_key(key));
    return made.text;
  }
  static asio::awaitable<void> reload(HttpApi& test) {
    test.load();
    co_return;
  }
  static asio::awaitable<smppd::submission_outcome> submit(HttpApi& test,
                                                           smppd::submission_request wanted) {
    test.submitted_.push_back(std::move(wanted));
    co_return test.outcome_;
  }
};

}  // namespace tests
