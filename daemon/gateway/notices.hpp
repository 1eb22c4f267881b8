// What somebody must be told: receipts and inbound messages on their way to webhooks and to bound
// applications. The store keeps each until it is acknowledged; memory holds the next few of every
// target. A target that does not take its notices delays nobody else's. Loop thread only.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/config/config.hpp"
#include "daemon/gateway/durable_list.hpp"
#include "daemon/gateway/ids.hpp"
#include "smpp/message_state.hpp"
#include "smpp/octets.hpp"
#include "store/records.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

namespace smppd {

/// What a receipt to an ESME says.
struct receipt_content {
  store::id64 id{};  // as the application has it: see `id_for_application`
  smpp::message_state state{};
  store::reason why{};
  store::address_types types;
  smpp::octets<20> source, destination;  // of the message: the receipt goes the other way
  smpp::octets<20> beginning;            // of the text
  std::optional<std::uint16_t> user_message_reference{};
  std::uint8_t data_coding{};
  store::wall_time done_at;
  std::string error;
};

/// What an inbound message says to an ESME.
struct inbound_content {
  store::address_types types;
  smpp::octets<20> source, destination;
  std::uint8_t data_coding{};
  std::string user_data;
};

/// The body of a webhook.
struct webhook_content {
  std::string id;
  std::string body;
  std::int64_t account{0};  // whose it is
};

using notice_content = std::variant<receipt_content, inbound_content, webhook_content>;

struct notice_item {
  std::int64_t target{}, sequence{};
  store::notice_kind kind{};
  store::id64 subject{};
  std::uint32_t attempts{0};
  std::string url;
  std::unique_ptr<notice_content> content;  // it is handed on from queue to queue
};

/// Takes notices to their takers.
class notice_courier {
 public:
  /// `later`: it and those behind it wait until its taker has room, or is there. `nobody`: those
  /// who are there do not want this one; others go past it.
  enum class taking : std::uint8_t { now, later, nobody };

  virtual ~notice_courier() = default;
  /// May this notice be handed over now?
  [[nodiscard]] virtual taking can_take(const notice_item& item) = 0;
  /// Later, exactly once for each: `notices::done` or `notices::failed`.
  virtual void take(notice_item item) = 0;
};

/// The queue of an account's webhooks at one origin ("https://example.com:443"): negative.
[[nodiscard]] std::int64_t webhook_target(std::int64_t account, std::string_view url);

class notices {
 public:
  /// So many of a target that are done may be told again after a crash, beside those that are on
  /// their way: no more are handed over until the store knows.
  static constexpr std::size_t unrecorded_max = 1000;

  using wall_clock = std::function<store::wall_time()>;
  /// Makes content of what the store says. Runs on the loop. Empty: the subject is gone, and so is
  /// the notice.
  struct loaded {
    store::rows<store::notice> notices;
    store::rows<store::found_message> messages;
    std::vector<store::rows<store::inbound>> inbounds;
  };
  using make_content = std::function<bool(const store::notice&, const loaded&, notice_item&)>;

  notices(asio::io_context& loop, async_store& store, id_generator& ids, std::size_t in_memory_max,
          wall_clock now, make_content make, notice_courier& esmes, notice_courier& webhooks);

  /// Adds a notice to the store's batch; it is delivered once that is durable. Without `what` its
  /// content is read from the store then. `url` only for webhooks, whose content gets its id here.
  void add(std::int64_t target, store::notice_kind kind, store::id64 subject, std::string_view url,
           std::unique_ptr<notice_content> what);
  /// There may be notices of `target` in the store: at start, or because somebody can take them
  /// now; among them those that nobody wanted before.
  void wake(std::int64_t target);
  /// At start: everything the store has.
  void start(const std::vector<std::int64_t>& targets);
  void stop();

  /// Acknowledged, or given up: forget it.
  void done(std::int64_t target, std::int64_t sequence);
  /// Acknowledged after `failed` was said of it: it is not delivered again, unless that is under
  /// way.
  void done_late(std::int64_t target, std::int64_t sequence);
  /// Not taken: again after `pause`. `keep_attempts`: the store remembers how often it was tried.
  void failed(notice_item item, std::chrono::milliseconds pause, bool keep_attempts);
  /// Not taken because its taker went away: next in line again, at once when there is one.
  void returned(notice_item item);

  [[nodiscard]] std::size_t waiting(bool webhooks) const;

 private:
  struct line {
    std::deque<notice_item> ready;
    std::deque<notice_item> unwanted;  // by those who are there, until `wake`
    std::multimap<store::wall_time, notice_item> later;
    std::int64_t loaded{0};     // the last sequence that memory has seen
    std::int64_t newest{0};     // the last sequence that the store has
    std::int64_t offered{0};    // the last one that became durable in this run
    std::size_t out{0};         // with the courier
    std::size_t unrecorded{0};  // done, and the store does not know it yet
    bool loading{false};
    // The first sequence that nobody wanted and that memory forgot again, to be read once more
    // after `wake`, when there is nothing else to do; 0: none.
    std::int64_t passed_over{0};
    bool looks_back{false};
    [[nodiscard]] std::size_t in_memory() const noexcept { return ready.size() + later.size(); }
    [[nodiscard]] bool at_rest() const noexcept { return in_memory() == 0 && out == 0 && !loading; }
    [[nodiscard]] bool idle() const noexcept {
      return at_rest() && unrecorded == 0 && unwanted.empty() && passed_over == 0 &&
             loaded >= newest;
    }
  };

  void on_recorded(std::vector<std::int64_t>& of_targets);
  void offer(notice_item item);
  void pump(std::int64_t target, line& of);
  void set_aside(line& of, notice_item item);
  void look_back(std::int64_t target, line& of);
  void load(std::int64_t target, line& of);
  void take_over(std::int64_t target, loaded found);
  void tick();
  [[nodiscard]] notice_courier& courier(std::int64_t target) {
    return target > 0 ? esmes_ : webhooks_;
  }

  asio::io_context& loop_;
  async_store& store_;
  id_generator& ids_;
  std::size_t in_memory_max_;
  std::size_t page_;  // as many are read at once
  wall_clock now_;
  make_content make_;
  notice_courier& esmes_;
  notice_courier& webhooks_;
  asio::steady_timer ticker_;
  bool started_{false};  // until then nobody knows what the store has
  bool stopped_{false};
  durable_list<notice_item> additions_;
  durable_list<std::int64_t> recorded_;  // the targets of those that are done
  std::unordered_map<std::int64_t, line> lines_;
};

}  // namespace smppd
