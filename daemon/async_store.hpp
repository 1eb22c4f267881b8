// The loop's side of the store: gathers changes, hands them to the writer thread batch by batch,
// brings the answers back. Everything public is called on the loop thread; handlers run there too.
#pragma once

#include "daemon/completion.hpp"
#include "store/store.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace smppd {

namespace asio = boost::asio;

/// What a commit brought.
enum class durability : std::uint8_t {
  durable,  // it is on disk
  failed,   // its fate is unknown: acknowledge nothing of it
};

struct async_store_options {
  std::chrono::milliseconds commit_spacing{1};
  std::chrono::milliseconds repair_pause{200};  // between tries while the store fails
  std::size_t readers{2};
  std::size_t batch_small{
      16};  // after a batch up to this size the next one does not wait for the spacing
  std::chrono::milliseconds rest{20};  // without work, and the writer catches up
};

/// Figures of one commit, for the metrics.
struct commit_report {
  std::size_t changes{};
  std::chrono::nanoseconds took{};
  bool failed{};
};

class async_store {
 public:
  using accepted_handler = completion<void(durability)>;
  using durable_handler = completion<void()>;

  /// `database` outlives this object. Opens one writer and `options.readers` readers; throws where
  /// that fails.
  async_store(asio::io_context& loop, store::database& database, async_store_options options);
  /// Joins the threads. What was handed over is committed first; what was not is gone: call `drain`
  /// before.
  ~async_store();
  async_store(const async_store&) = delete;
  async_store& operator=(const async_store&) = delete;

  /// The batch that the next commit takes. Add records, count them in `changes`; valid until
  /// control returns to the loop.
  [[nodiscard]] store::batch& filling() {
    schedule_hand_over();
    return current_->changes;
  }
  /// Adds `record` to `list`, a member of `filling()`, and counts it.
  template <class Record>
  void add(std::vector<Record> store::batch::*list, Record record) {
    auto& changes = filling();
    (changes.*list).push_back(std::move(record));
    ++changes.changes;
  }
  [[nodiscard]] std::string_view keep(std::string_view text) {
    return current_->changes.texts.keep(text);
  }

  /// `handler` learns what became of the commit that holds what was added so far. Messages and
  /// submissions of a failed commit are taken back; whoever offered them must be told so.
  void when_accepted(accepted_handler handler);
  /// `handler` is called once all that was added so far is durable: after a failed commit that is
  /// when its repetition succeeds. Never called if the daemon stops before.
  void when_durable(durable_handler handler);

  /// Changes whenever a batch is handed over: what is added under one number is committed together.
  [[nodiscard]] std::uint64_t batch_number() const noexcept { return batch_number_; }

  /// Changes that wait for the writer: what is offered faster than the disk takes it.
  [[nodiscard]] std::size_t backlog() const noexcept { return current_->changes.changes; }

  /// False from a failed commit until the next one succeeds. Accept nothing meanwhile.
  [[nodiscard]] bool healthy() const noexcept { return healthy_; }
  /// Why it is not healthy, in words.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }
  void on_commit(std::function<void(const commit_report&)> observer) {
    observer_ = std::move(observer);
  }

  /// Runs `query(store::reader&)` on a reader thread; completes on the loop with what it returned.
  template <class Query, class Token>
  auto read(Query query, Token&& token) {
    using answer = std::invoke_result_t<Query&, store::reader&>;
    return asio::async_initiate<Token, void(answer)>(
        [this](auto handler, Query work) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          asio::post(readers_, [this, shared, run = std::move(work)]() mutable {
            auto found = std::make_shared<answer>(run(this_threads_reader()));
            asio::post(loop_, [shared = std::move(shared), found]() mutable {
              (*shared)(std::move(*found));
            });
          });
        },
        token, std::move(query));
  }

  /// Runs `task(store::writer&)` on the writer thread between two commits; completes on the loop
  /// with what it returned.
  template <class Task, class Token>
  auto change(Task task, Token&& token) {
    using answer = std::invoke_result_t<Task&, store::writer&>;
    return asio::async_initiate<Token, void(answer)>(
        [this](auto handler, Task work) {
          auto shared = std::make_shared<decltype(handler)>(std::move(handler));
          enqueue_task([this, shared, run = std::move(work)](store::writer& writer) mutable {
            auto found = std::make_shared<answer>(run(writer));
            asio::post(loop_, [shared = std::move(shared), found]() mutable {
              (*shared)(std::move(*found));
            });
          });
        },
        token, std::move(task));
  }

  /// Commits what is left and waits for it, at most until `limit` has passed. False: something
  /// could not be written.
  [[nodiscard]] bool drain(std::chrono::milliseconds limit);

 private:
  struct load {  // a batch with those who wait for it
    store::batch changes;
    std::vector<accepted_handler> accepted;
    std::vector<durable_handler> durable;
    void clear() noexcept;
    [[nodiscard]] bool empty() const noexcept {
      return changes.empty() && accepted.empty() && durable.empty();
    }
  };
  using writer_task = std::function<void(store::writer&)>;

  void schedule_hand_over();
  void hand_over();
  void finish(std::unique_ptr<load> done, commit_report report);
  static void withdraw(load& of);
  void fail_accepted(std::vector<accepted_handler> handlers, std::string why);
  void enqueue_task(writer_task task);
  [[nodiscard]] store::reader& this_threads_reader();
  void writer_loop();
  [[nodiscard]] bool catch_up();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void write(std::unique_ptr<load> work);

  asio::io_context& loop_;
  store::database& database_;
  const async_store_options options_;
  std::unique_ptr<store::writer> writer_;

  // Loop thread only.
  std::unique_ptr<load> current_, spare_;
  asio::steady_timer spacing_;
  std::chrono::steady_clock::time_point last_hand_over_;
  std::size_t last_size_{0};
  std::uint64_t batch_number_{1};
  bool hand_over_scheduled_{false};
  bool writer_busy_{false};
  bool healthy_{true};
  std::string trouble_;
  std::function<void(const commit_report&)> observer_;

  // Shared with the writer thread.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::unique_ptr<load> handed_over_;
  std::vector<writer_task> tasks_;
  bool stopping_{false};
  bool writing_{false};
  bool put_off_{false};  // the writer has something to catch up with: its thread only

  std::vector<std::unique_ptr<store::reader>> idle_readers_, lent_readers_;  // under reader_mutex_
  std::mutex reader_mutex_;
  asio::thread_pool readers_;
  std::thread writer_thread_;
};

}  // namespace smppd
