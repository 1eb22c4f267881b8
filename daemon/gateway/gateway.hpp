// The rules between the two sides: who may send what, where it goes, and what is done when it does
// not get there. Loop thread only.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/bridge.hpp"
#include "daemon/carrier/carrier.hpp"
#include "daemon/completion.hpp"
#include "daemon/config/config.hpp"
#include "daemon/gateway/directory.hpp"
#include "daemon/gateway/ids.hpp"
#include "daemon/gateway/inbound.hpp"
#include "daemon/gateway/notices.hpp"
#include "daemon/gateway/receipts.hpp"
#include "daemon/gateway/router.hpp"
#include "daemon/gateway/submission.hpp"
#include "daemon/gateway/text_simplifier.hpp"
#include "daemon/gateway/waiting.hpp"
#include "daemon/observe/metrics.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/container/small_vector.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace smppd {

class gateway final : public carrier_events {
 public:
  using submission_handler = completion<void(submission_outcome)>;
  /// The answer to an ESME: ok with the id of the message, or why not.
  using esme_handler = completion<void(smpp::command_status, store::id64)>;

  /// All references outlive this object.
  gateway(asio::io_context& loop, const config& settings, async_store& store, metrics& figures,
          notice_courier& esmes, notice_courier& webhooks);
  ~gateway() override;
  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  /// Reads back what an earlier run left; from then on messages are accepted. Throws
  /// std::runtime_error where the store fails.
  [[nodiscard]] asio::awaitable<void> restore();
  /// Connects to the carriers.
  void start();
  /// See `carrier::reload_tls`.
  void reload_tls() {
    for (auto& one : carriers_)
      one->reload_tls();
  }
  /// Refuses what is new from now on.
  void stop_accepting() noexcept { accepting_ = false; }
  /// Lets what is in flight finish and unbinds from the carriers, by `until`. Leaves the
  /// marks of an orderly stop to the store's next commit.
  [[nodiscard]] asio::awaitable<void> stop(std::chrono::steady_clock::time_point until);

  /// What `submit` would answer, without accepting anything (its `id` is 0).
  [[nodiscard]] submission_outcome check(const submission_request& request) const;
  /// Admits, routes and stores; the outcome `submission_accepted` comes only after the commit.
  void submit(submission_request request, submission_handler handler);
  /// The same for a coroutine on the loop: `co_await gateway.async_submit(std::move(request))`.
  [[nodiscard]] asio::awaitable<submission_outcome> async_submit(submission_request request);
  /// The same for a submit_sm of a bound application.
  void submit(const store::login& login, const smpp::submit_sm& pdu, esme_handler handler);

  /// What became of a submit_multi: the id of all, and to whom it does not go, and why.
  struct multi_outcome {
    smpp::command_status status{};
    store::id64 id{0};
    std::vector<smpp::unsuccess_sme> refused;
  };
  using multi_handler = completion<void(multi_outcome)>;
  /// One submission of 1 to 254 messages, in one commit. Where none of them is taken the status is
  /// what they have in common, or ESME_RSUBMITFAIL. Distribution lists are unknown.
  void submit(const store::login& login, const smpp::submit_multi& pdu, multi_handler handler);

  using cancel_handler = completion<void(smpp::command_status)>;
  /// Ends the messages that are meant and that no carrier has yet; those that asked for a receipt
  /// get one. `handler` gets ok once that is durable, ESME_RCANCELFAIL where there are none.
  void cancel(waiting_query which, cancel_handler handler);
  /// Gives them another text, and with it another time: they go to the end of their line. Likewise;
  /// ESME_RREPLACEFAIL where there are none.
  void replace(waiting_query which, replacement with, cancel_handler handler);

  [[nodiscard]] const directory& customers() const noexcept { return directory_; }
  [[nodiscard]] async_store& store() noexcept { return store_; }
  /// Reads accounts, keys, logins and keywords again: after a change of them.
  [[nodiscard]] asio::awaitable<void> reload_directory();
  /// False, and `why` says so, while nothing can be accepted: starting, stopping, store in trouble.
  [[nodiscard]] bool ready(std::string& why) const;

  [[nodiscard]] notices& pending() noexcept { return notices_; }
  [[nodiscard]] const std::vector<std::unique_ptr<carrier>>& carriers() const noexcept {
    return carriers_;
  }
  /// Empty for an id that no carrier of the configuration has.
  [[nodiscard]] std::string_view carrier_name(std::int64_t id) const;
  [[nodiscard]] std::uint64_t queued() const noexcept { return queued_; }
  [[nodiscard]] const smpp::id_form_evidence& id_form_of(const carrier& of) const {
    return receipts_.evidence_of(of.id());
  }
  [[nodiscard]] std::size_t receipts_remembered() const noexcept { return receipts_.remembered(); }

 private:
  static constexpr std::size_t page = 2000;  // as many messages are read back at once

  struct admission;

  [[nodiscard]] refusals admit(const submission_request& request, admission& into) const;
  [[nodiscard]] std::optional<refusal> overloaded(std::size_t more) const;
  void store_accepted(const submission_request& request, admission& admitted);
  /// The n-th of its messages, from 0. It points into both.
  [[nodiscard]] store::message message_of(const submission_request& request,
                                          const admission& admitted, std::size_t n) const;
  void send_accepted(const submission_request& request, const admission& admitted);

  // What applications submit.
  using offered_messages = boost::container::small_vector<outbound_ptr, 1>;
  [[nodiscard]] std::variant<esme_submission, smpp::command_status> admit(
      const store::login& login, const smpp::submit_sm& pdu, store::wall_time now) const;
  [[nodiscard]] outbound_ptr store_accepted(esme_submission& submission, const store::login& login,
                                            std::shared_ptr<const shared_text> text);
  [[nodiscard]] offered_messages store_accepted(std::vector<esme_submission>& admitted,
                                                const store::login& login, store::wall_time now);
  void offer(offered_messages messages, store::wall_time schedule, esme_handler handler);
  void offer_one(const store::login& login, esme_submission& submission, store::wall_time now,
                 esme_handler handler);
  void submit_instead(const store::login& login, const smpp::submit_sm& pdu, esme_handler handler);
  void end_replaced(const std::vector<taken_message>& taken);

  // What waits, taken back.
  struct waiting_request {
    waiting_query which;
    taken_handler handler;
    std::vector<taken_message> kept;  // from queues, while others are waited for
    unsigned tries{0};
    std::size_t turn{0};  // among those of its account
  };
  struct waiting_holds;
  void take_waiting(waiting_query which, taken_handler handler);
  void take_round();
  [[nodiscard]] std::vector<waiting_request> next_round();
  void read_round(std::vector<waiting_request> round);
  void serve_round(std::vector<waiting_request> round, const waiting_found& found,
                   waiting_holds holds);
  [[nodiscard]] waiting_holds make_holds() const;
  void release(const waiting_holds& holds);
  void keep_taken(waiting_request& by, std::vector<taken_message> taken);
  template <class Take>
  void take_from_memory(const std::vector<waiting_request>& round, const waiting_found& found,
                        Take take);
  [[nodiscard]] outbound_ptr take_from_store(const waiting_candidate& one, waiting_holds& holds);
  void put_back(const std::vector<taken_message>& taken);
  void park_taken(const taken_message& taken);
  [[nodiscard]] smpp::command_status check_replacement(const outbound& message,
                                                       const replacement& with,
                                                       store::wall_time due) const;
  [[nodiscard]] std::size_t parts_of(const outbound& message, std::string_view text) const;
  void rewrite(const taken_message& taken, const replacement& with, store::wall_time due);

  /// To the first carrier of its route that is up and was not tried; where none is up to the first.
  void enqueue(const outbound_ptr& message);
  void enqueue_at(const outbound_ptr& message, carrier& to);
  /// The carriers it may go to, first choice first.
  [[nodiscard]] std::vector<carrier*> route_of(const outbound& message) const;
  [[nodiscard]] carrier* find_carrier(std::int64_t id) const;

  // What carriers report.
  void on_part_accepted(carrier& by, const outbound_ptr& message, std::uint8_t part,
                        std::string_view id) override;
  void on_recut(carrier& by, const outbound_ptr& message) override;
  [[nodiscard]] bool cuts_alike(std::int64_t other, const carrier& by) const override;
  void on_refused(carrier& by, const outbound_ptr& message, smpp::command_status status) override;
  void on_try_again(carrier& by, const outbound_ptr& message, std::string_view why) override;
  void on_unknown_outcome(carrier& by, const outbound_ptr& message, std::string_view why) override;
  void on_expired(carrier& by, const outbound_ptr& message) override;
  void on_delivery(carrier& by, const delivery& pdu, acknowledgement ack) override;
  void on_room(carrier& by) override;

  void end(outbound& message, store::progress state, store::reason why, std::string_view error,
           std::int64_t carrier);
  void try_later(outbound& message, std::string_view why);
  void note(store::id64 id, std::string_view what);
  void log_step(const outbound& message, std::string_view step, std::string_view detail) const;

  // Reading back, and housekeeping.
  struct restored {
    store::rows<store::found_message> messages;
    std::vector<store::scheduled> schedule;  // one for each, where they come from the schedule
    std::vector<store::parked> places;       // one for each, where they were parked
    store::rows<store::sent_part> parts;
  };
  [[nodiscard]] static store::result<restored> add_parts(store::reader& from, restored found);
  [[nodiscard]] std::vector<outbound_ptr> make_outbounds(const restored& found);
  [[nodiscard]] asio::awaitable<void> restore_young();
  [[nodiscard]] asio::awaitable<void> restore_parked();
  [[nodiscard]] asio::awaitable<void> adopt_parked();
  [[nodiscard]] asio::awaitable<void> durable();
  [[nodiscard]] static store::result<restored> add_places(
      store::reader& from, store::result<store::rows<store::reader::parked_message>> parked);
  void refill(carrier& of, std::uint8_t priority);
  void load_due();
  void schedule_load(store::wall_time at);
  void housekeeping();
  void sweep();
  void park_older_than(store::id64 boundary);
  void expire_parked(carrier& of, std::uint8_t priority);
  void move_from_dead_carriers(std::chrono::steady_clock::time_point now);
  void watch_directory();
  void retire_old();
  void send_reply(submission_request reply);
  [[nodiscard]] bool make_notice(const store::notice& from, const notices::loaded& found,
                                 notice_item& into) const;
  [[nodiscard]] bool quiet() const;

  asio::io_context& loop_;
  const config& settings_;
  async_store& store_;
  metrics& figures_;
  directory directory_;
  router router_;
  text_simplifier simplify_;
  id_generator ids_;
  notices notices_;
  receipts receipts_;
  inbound_messages inbound_;
  std::vector<std::unique_ptr<carrier>> carriers_;  // in the configuration's order
  asio::steady_timer housekeeper_, scheduler_, retirement_;
  // What was handed to the store and is not known to be durable: first ids of submissions, in their
  // order, and times in the schedule. Nothing may be taken for read beyond them.
  std::deque<store::id64> offered_;
  std::multiset<store::wall_time> offered_due_;
  store::wall_time due_seen_;  // the schedule up to here is in memory
  store::id64 due_seen_id_{0};
  store::wall_time next_load_;    // when the scheduler's timer fires; zero: it is not set
  store::id64 repeats_below_{0};  // what a crashed run accepted may have been submitted already
  bool loading_due_{false};
  std::vector<waiting_request> waiting_requests_;
  bool taking_{false};
  std::uint64_t queued_{0};  // accepted and neither sent nor ended, in memory and in the store
  unsigned ticks_{0};
  bool accepting_{false};
  bool restored_{false};
  bool retiring_{false};
  bool watching_{false};
  bool stopped_{false};
};

}  // namespace smppd
