// The SMPP server: applications bind here with an account's login, submit, and get receipts and
// inbound messages. Loop thread only.
#pragma once

#include "daemon/carrier/fair_queue.hpp"
#include "daemon/config/config.hpp"
#include "daemon/credentials.hpp"
#include "daemon/esme/address_range.hpp"
#include "daemon/gateway/gateway.hpp"
#include "daemon/gateway/notices.hpp"
#include "daemon/observe/metrics.hpp"
#include "smpp/net/listener.hpp"
#include "smpp/net/session.hpp"
#include "smpp/net/tls.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace smppd {

class esme_server final : public notice_courier, public smpp::net::session_handler {
 public:
  /// Passwords are checked on `workers`. All references outlive this object.
  esme_server(asio::io_context& loop, asio::thread_pool& workers,
              const smpp_server_config& settings, metrics& figures);

  /// Listens; throws std::runtime_error where that fails, or where files of TLS cannot be used.
  /// Call once.
  void start(gateway& rules);
  /// Reads the files of TLS again, for new connections. Throws std::runtime_error where they cannot
  /// be used; then those of before stay.
  void reload_tls();
  /// Accepts no more connections, answers what is open, unbinds everybody; completes when all are
  /// gone, at the latest at `until`.
  [[nodiscard]] asio::awaitable<void> stop(std::chrono::steady_clock::time_point until);

  [[nodiscard]] std::uint16_t port() const {
    return listener_ ? listener_->port() : std::uint16_t{0};
  }

  struct description {
    std::string system_id, remote;
    smpp::bind_state state{};
    std::size_t unanswered{}, delivering{};
  };
  [[nodiscard]] std::vector<description> describe() const;

  [[nodiscard]] taking can_take(const notice_item& item) override;
  void take(notice_item item) override;

 private:
  using session = smpp::net::session;
  static constexpr std::size_t password_checks_max = 2;  // at once: as many as there are workers
  static constexpr std::size_t late_max = 10'000;

  struct esme {
    std::shared_ptr<session> link;
    std::int64_t login{0};  // 0: not bound
    std::string system_id;
    address_range range;        // of the inbound messages that it takes
    std::size_t unanswered{0};  // messages that wait for their commit
    std::size_t questions{0};   // query_sm, cancel_sm and replace_sm that wait for the store
    std::size_t delivering{0};  // deliver_sm that wait for their response
  };

  struct delivering {
    notice_item item;
    std::uint64_t session{};
    std::vector<smpp::deliver_sm> rest;  // parts that follow the one that is out, the next one last
  };

  void on_connection(smpp::net::listener::tcp::socket connected);
  [[nodiscard]] asio::awaitable<void> secure(smpp::net::listener::tcp::socket connected);
  void open(smpp::net::connection connected);
  void on_event(session& from, smpp::event& what) override;
  void on_closed(session& from, const smpp::closed& why) override;
  void on_writable(session& from) override;
  void on_request(session& from, smpp::request_received& request);
  template <class Bind>
  void on_bind(session& from, std::uint32_t sequence, const Bind& pdu);
  void finish_bind(std::uint64_t id, std::uint32_t sequence, const std::string& system_id,
                   bool matches);
  [[nodiscard]] bool has_room_for(const store::login& login) const;
  void check_passwords();
  void refuse_bind(session& to, std::uint32_t sequence, smpp::command_status status,
                   const std::string& system_id, std::string_view why);

  // What a bound application asks for; anything else gets ESME_RINVCMDID.
  void on_operation(session& from, std::uint32_t sequence, const smpp::submit_sm& pdu);
  void on_operation(session& from, std::uint32_t sequence, const smpp::submit_multi& pdu);
  void on_operation(session& from, std::uint32_t sequence, const smpp::data_sm& pdu);
  void on_operation(session& from, std::uint32_t sequence, const smpp::query_sm& pdu);
  void on_operation(session& from, std::uint32_t sequence, const smpp::cancel_sm& pdu);
  void on_operation(session& from, std::uint32_t sequence, const smpp::replace_sm& pdu);
  template <class Response>
  void submit(session& from, std::uint32_t sequence, const smpp::submit_sm& pdu,
              smpp::command_id asked);
  /// Whose it is; null after a refusal.
  [[nodiscard]] const store::login* begin_submission(session& from, smpp::command_id asked,
                                                     std::uint32_t sequence, std::size_t messages);
  void refuse_submission(session& to, smpp::command_id asked, std::uint32_t sequence,
                         smpp::command_status status);
  /// Whom to answer that all is well; null: the session is gone, or got the error.
  [[nodiscard]] session* end_submission(std::uint64_t id, smpp::command_id asked,
                                        std::uint32_t sequence, std::size_t messages,
                                        smpp::command_status status);
  struct question {
    const store::login* login{nullptr};  // null after a refusal
    store::id64 id{0};                   // 0: none was given
  };
  [[nodiscard]] question begin_question(session& from, smpp::command_id asked,
                                        std::uint32_t sequence, std::string_view message_id,
                                        smpp::command_status failed);
  [[nodiscard]] session* end_question(std::uint64_t id);

  void on_deliver_response(const smpp::response_received& response);
  /// Sends `pdu`; `rest` follows it one by one.
  void deliver(esme& to, notice_item item, const smpp::deliver_sm& pdu,
               std::vector<smpp::deliver_sm> rest);
  void deliver_next(esme& to, notice_item item, std::vector<smpp::deliver_sm> parts);
  void deliver_again(notice_item item);
  [[nodiscard]] std::optional<delivering> take_back(std::uint64_t cookie);
  [[nodiscard]] esme* find(std::uint64_t id);
  /// A session that can take this now; the next one each time.
  [[nodiscard]] esme* choose(const notice_item& item);

  /// A bind whose password waits to be checked.
  struct password_check {
    std::uint64_t session{};
    std::uint32_t sequence{};
    std::string system_id, hash, password;
  };
  asio::io_context& loop_;
  asio::thread_pool& workers_;
  const smpp_server_config& settings_;
  metrics& figures_;
  gateway* gateway_{nullptr};
  std::unique_ptr<smpp::net::listener> listener_;
  std::optional<smpp::net::tls_server> tls_;
  std::shared_ptr<smpp::net::trace_file> trace_;
  std::size_t securing_{0};                        // connections that are no session yet
  std::unordered_map<std::uint64_t, esme> esmes_;  // by session
  std::unordered_map<std::int64_t, std::vector<std::uint64_t>> receivers_;  // sessions by login
  std::unordered_map<std::uint64_t, delivering> delivering_;                // by cookie
  // What was not acknowledged in time, and may still be: target and sequence by cookie, the oldest
  // first.
  std::map<std::uint64_t, std::pair<std::int64_t, std::int64_t>> late_;
  std::uint64_t last_cookie_{0};
  fair_queue<password_check> unchecked_;  // by the host that they came from
  std::size_t password_checks_{0};        // under way
  known_passwords known_passwords_;
  bool stopping_{false};
};

}  // namespace smppd
