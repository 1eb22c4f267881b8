// What carriers say became of a message: matched, applied, and told to whoever asked. Loop thread
// only.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/bridge.hpp"
#include "daemon/carrier/acknowledgement.hpp"
#include "daemon/gateway/durable_list.hpp"
#include "daemon/gateway/ids.hpp"
#include "daemon/gateway/notices.hpp"
#include "daemon/gateway/outbound.hpp"
#include "daemon/gateway/receipt_book.hpp"
#include "daemon/observe/metrics.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace smppd {

/// The carrier that a receipt came from, as far as this matters here.
struct receipt_source {
  std::int64_t id{};
  const carrier_config& settings;
  metrics::carrier_figures& figures;
};

/// What must be known of a message that the store has.
[[nodiscard]] awaited_ptr make_awaited(const store::found_message& found);

class receipts {
 public:
  using time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t early_max = 10'000;    // ids that they may mean
  static constexpr std::size_t unknown_max = 10'000;  // that wait for the store's answer
  // The submit_sm_resp surely came by then; and a message that is tried again is in memory again.
  static constexpr std::chrono::minutes early_age_max{15};

  /// Receipts often overtake the submit_sm_resp of their message on another bind: before the store
  /// is asked, memory is looked at again.
  static constexpr std::chrono::milliseconds response_grace{5};

  receipts(asio::io_context& loop, async_store& store, id_generator& ids, notices& tell,
           metrics& figures, std::size_t remembered_max);

  /// A carrier took a part of `message` at `at` and calls it `carrier_id`.
  void on_part_accepted(const outbound_ptr& message, std::uint8_t part, std::string_view carrier_id,
                        const receipt_source& by, store::wall_time at);
  /// `by` has all of its parts, or the rest is not sent any more.
  void on_no_more_parts(const outbound_ptr& message, const receipt_source& by);
  /// A message that is sent again has this part with a carrier since an earlier try; `by` is null
  /// where that is no carrier of ours any more.
  void remember(const outbound_ptr& message, const store::sent_part& part,
                const receipt_source* by);
  /// Its parts were cut anew: receipts of those that carriers had taken change nothing any more.
  void on_recut(const outbound_ptr& message);
  /// A receipt came. `ack` is answered once what it says is durable. `otherwise` is called where
  /// the text looked like a receipt, nothing else did, and no message matches: it is a message
  /// then. It may be empty where the receipt is `sure`.
  void on_receipt(carrier_receipt receipt, const receipt_source& by, acknowledgement ack,
                  std::function<void(acknowledgement)> otherwise);
  void stop() {
    stopped_ = true;
    grace_.cancel();
  }
  /// A message ended without a carrier's receipt: whoever wanted one is told. The settlement itself
  /// is the caller's.
  void tell_end(const outbound& message, store::progress state, store::reason why,
                std::string_view error);

  /// Reads back what an earlier run was waiting for. Throws std::runtime_error where the store
  /// fails.
  [[nodiscard]] asio::awaitable<void> restore();
  /// A start reads back, of messages that are sent, only those from `first` on: what is below has a
  /// row of its own.
  void set_restored_from(store::id64 first) noexcept { restored_from_ = first; }
  /// What the carrier's receipts have shown about its ids.
  [[nodiscard]] const smpp::id_form_evidence& evidence_of(std::int64_t carrier) const;
  /// Every few seconds: hands old entries to the store and forgets early receipts that nobody
  /// claimed.
  void tidy(time now);
  [[nodiscard]] std::optional<store::id64> oldest_waiting() { return book_.oldest_waiting(); }
  [[nodiscard]] std::size_t remembered() const noexcept { return book_.size(); }

 private:
  struct early_receipt {
    std::int64_t sequence{};
    carrier_receipt receipt;
    time at;
    bool read_back{false};  // an earlier run met it: its addresses are not known
  };
  struct early_candidate {
    std::shared_ptr<const early_receipt> early;
    smpp::id_form form{};
  };

  /// One that memory knew no message for when it came.
  struct unknown_receipt {
    carrier_receipt receipt;
    receipt_source by;
    acknowledgement ack;
    std::function<void(acknowledgement)> otherwise;
    std::vector<smpp::id_candidate> candidates{};
  };
  struct answer {
    store::rows<store::awaited_receipt> awaited;
    store::rows<store::found_message> messages;
    store::rows<store::sent_part> parts;
  };
  struct stored_match {
    const store::found_message* message{};
    const store::awaited_receipt* row{};
    smpp::id_form form{};
  };

  [[nodiscard]] bool apply_if_known(const carrier_receipt& receipt, const receipt_source& by);
  void ask_soon();
  void ask_store();
  void resolve(std::vector<unknown_receipt>& asked, const store::result<answer>& found);
  void resolve(unknown_receipt& one, const answer& found);
  [[nodiscard]] std::optional<stored_match> choose(const unknown_receipt& one,
                                                   const answer& found) const;
  /// What memory knows of the message, or else what the store said.
  [[nodiscard]] awaited_ptr message_of(const stored_match& match, const answer& found);
  [[nodiscard]] std::optional<receipt_book::match> find(const carrier_receipt& receipt,
                                                        const receipt_source& by) const;
  /// Of a message of several parts there is one only, whoever needs it first.
  [[nodiscard]] awaited_ptr share(awaited_ptr made);
  [[nodiscard]] int belief_in(smpp::id_form form, std::string_view source,
                              std::string_view destination, const receipt_source& by) const;
  void learn(smpp::id_form form, const carrier_receipt& receipt, const awaited& message,
             const receipt_source& by);
  void keep_unmatched(const carrier_receipt& receipt, std::int64_t carrier);
  void remember_early(std::int64_t carrier, early_receipt early);
  void forget_early(std::int64_t carrier, const std::shared_ptr<const early_receipt>& early);
  void match_early(const receipt_source& by, std::string_view carrier_id, std::uint8_t part,
                   const awaited_ptr& message);
  [[nodiscard]] bool match_one_early(const receipt_source& by, receipt_book::match with);
  enum class counted : std::uint8_t { no, yes };
  void apply(const receipt_book::match& to, const carrier_receipt& receipt,
             const receipt_source& by, counted in_figures);
  void advance(awaited& message, std::uint8_t part, const carrier_receipt& receipt,
               const receipt_source& by);
  /// Whether the only part that is asked for a receipt has had it.
  [[nodiscard]] static bool tells_of_all(const awaited& message, const receipt_source& by);
  void note_repetition(awaited& message, const carrier_receipt& receipt);
  void settle(awaited& message, settlement result, const carrier_receipt& receipt,
              const receipt_source& by);
  /// What is told to whom.
  struct news {
    smpp::message_state state{};
    settlement result;
    std::string_view error;
    store::wall_time at;
    std::int64_t by{};         // the carrier that said so; 0: none
    std::string_view carrier;  // its name
  };
  void notify(const awaited& message, store::notice_kind kind, const news& of);
  [[nodiscard]] static std::unique_ptr<notice_content> webhook_content_of(const awaited& message,
                                                                          const news& of);
  void tell(store::id64 id, std::string_view what);

  async_store& store_;
  id_generator& ids_;
  notices& notices_;
  metrics& figures_;
  receipt_book book_;
  struct shared {
    awaited_ptr message;
    bool alone{false};  // nobody else had it lately
  };
  std::unordered_map<store::id64, shared> shared_;
  std::deque<store::id64> in_turn_;  // the keys of `shared_`, to be looked at
  durable_list<acknowledgement> acknowledgements_;
  std::vector<unknown_receipt> unknown_;  // to be asked for
  asio::steady_timer grace_;
  bool asking_{false};  // the store has not answered yet
  receipt_book left_;   // what the book has evicted meanwhile
  std::unordered_multimap<std::string, early_candidate> early_;  // by carrier and candidate key
  std::unordered_map<std::int64_t, smpp::id_form_evidence> evidence_;  // by carrier
  store::id64 restored_from_{0};
  bool stopped_{false};
};

}  // namespace smppd
