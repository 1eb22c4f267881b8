#include "daemon/async_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace smppd {

namespace {

template <class T>
T value_or_throw(store::result<T> opened, const char* what) {
  if (!opened) throw std::runtime_error(std::string(what) + ": " + opened.error().message());
  return std::move(*opened);
}

}  // namespace

void async_store::load::clear() noexcept {
  changes.clear();
  accepted.clear();
  durable.clear();
}

async_store::async_store(asio::io_context& loop, store::database& database,
                         async_store_options options)
    : loop_(loop),
      database_(database),
      options_(options),
      writer_(value_or_throw(database.make_writer(), "the store's writer")),
      current_(std::make_unique<load>()),
      spare_(std::make_unique<load>()),
      spacing_(loop),
      readers_(options.readers) {
  for (std::size_t i = 0; i < options_.readers; ++i) {
    idle_readers_.push_back(value_or_throw(database_.make_reader(), "a reader of the store"));
  }
  writer_thread_ = std::thread([this] { writer_loop(); });
}

async_store::~async_store() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_thread_.join();
  readers_.join();
}

void async_store::when_accepted(accepted_handler handler) {
  schedule_hand_over();
  current_->accepted.push_back(std::move(handler));
}

void async_store::when_durable(durable_handler handler) {
  schedule_hand_over();
  current_->durable.push_back(std::move(handler));
}

// Everything that arrives in this turn of the loop, and while the writer is busy, goes into one
// batch. Under load batches are also spaced: where fsync is fast, taking what is there at once
// makes small batches and doubles the CPU per message.
void async_store::schedule_hand_over() {
  if (hand_over_scheduled_ || writer_busy_) return;
  hand_over_scheduled_ = true;
  const auto earliest = last_hand_over_ + options_.commit_spacing;
  if (last_size_ <= options_.batch_small || std::chrono::steady_clock::now() >= earliest) {
    asio::post(loop_, [this] { hand_over(); });
    return;
  }
  spacing_.expires_at(earliest);
  spacing_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) hand_over();
  });
}

void async_store::hand_over() {
  hand_over_scheduled_ = false;
  if (writer_busy_ || current_->empty()) return;
  writer_busy_ = true;
  ++batch_number_;
  last_hand_over_ = std::chrono::steady_clock::now();
  last_size_ = current_->changes.changes;
  auto full = std::exchange(current_, spare_ ? std::move(spare_) : std::make_unique<load>());
  {
    const std::lock_guard lock(mutex_);
    handed_over_ = std::move(full);
  }
  wake_.notify_one();
}

void async_store::finish(std::unique_ptr<load> done, commit_report report) {
  writer_busy_ = false;
  healthy_ = true;
  trouble_.clear();
  if (observer_) observer_(report);
  auto accepted = std::move(done->accepted);
  auto durable = std::move(done->durable);
  done->clear();
  spare_ = std::move(done);
  if (!current_->empty()) schedule_hand_over();
  for (auto& handler : accepted)
    std::move(handler)(durability::durable);
  for (auto& handler : durable)
    std::move(handler)();
}

// Takes out of `of` what was offered to be accepted, and sees to it that nothing of it remains in
// the store.
void async_store::withdraw(load& of) {
  auto& changes = of.changes;
  for (const auto& one : changes.accepted)
    changes.withdrawn.push_back(one.id);
  for (const auto& one : changes.submissions)
    changes.withdrawn.push_back(one.id);
  changes.accepted.clear();
  changes.accepted_together.clear();  // withdrawn with their submission
  changes.submissions.clear();
}

void async_store::fail_accepted(std::vector<accepted_handler> handlers, std::string why) {
  healthy_ = false;
  trouble_ = std::move(why);
  if (observer_) observer_({.failed = true});
  // Nor will those be stored soon that wait behind the batch that failed.
  withdraw(*current_);
  auto behind = std::exchange(current_->accepted, {});
  for (auto& handler : handlers)
    std::move(handler)(durability::failed);
  for (auto& handler : behind)
    std::move(handler)(durability::failed);
}

void async_store::enqueue_task(writer_task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

store::reader& async_store::this_threads_reader() {
  thread_local std::pair<const async_store*, store::reader*> mine{};
  if (mine.first != this) {
    const std::lock_guard lock(reader_mutex_);
    lent_readers_.push_back(std::move(idle_readers_.back()));
    idle_readers_.pop_back();
    mine = {this, lent_readers_.back().get()};
  }
  return *mine.second;
}

// False: nothing is left, or it failed.
bool async_store::catch_up() {
  const auto left = writer_->catch_up();
  return left && *left != 0;
}

// While there is none, what commits have put off is done, as long as that succeeds.
void async_store::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto called = [this] { return stopping_ || handed_over_ || !tasks_.empty(); };
  while (put_off_ && !wake_.wait_for(lock, options_.rest, called)) {
    lock.unlock();
    put_off_ = catch_up();
    lock.lock();
  }
  wake_.wait(lock, called);
}

void async_store::writer_loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    wait_for_work(lock);
    if (!handed_over_ && tasks_.empty()) break;  // stopping, and nothing is left
    auto work = std::move(handed_over_);
    auto tasks = std::exchange(tasks_, {});
    writing_ = true;
    lock.unlock();
    put_off_ = put_off_ || work != nullptr;
    if (work) write(std::move(work));
    for (auto& task : tasks)
      task(*writer_);
    lock.lock();
    writing_ = false;
    idle_.notify_all();
  }
  lock.unlock();
  while (catch_up()) {
  }
}

// A failed commit may have happened or not. Whoever offered messages is told at once that they were
// not accepted, and the repetition takes them back; what else the batch says is true whatever the
// store thinks, so it is repeated until the store takes it.
void async_store::write(std::unique_ptr<load> work) {
  while (true) {
    const auto started = std::chrono::steady_clock::now();
    const auto committed = writer_->commit(work->changes);
    const commit_report report{.changes = work->changes.changes,
                               .took = std::chrono::steady_clock::now() - started,
                               .failed = !committed};
    if (committed) {
      asio::post(loop_, [this, report, done = std::move(work)]() mutable {
        finish(std::move(done), report);
      });
      return;
    }
    withdraw(*work);
    asio::post(loop_, [this, why = committed.error().message(),
                       refused = std::exchange(work->accepted, {})]() mutable {
      fail_accepted(std::move(refused), std::move(why));
    });
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, options_.repair_pause, [this] { return stopping_; })) return;
  }
}

bool async_store::drain(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  const auto idle = [this] { return !handed_over_ && !writing_ && tasks_.empty(); };
  while (std::chrono::steady_clock::now() < until) {
    {
      std::unique_lock lock(mutex_);
      if (!idle_.wait_until(lock, until, idle)) return false;
    }
    loop_.restart();
    loop_.poll();  // handlers of finished commits, which may add more
    spacing_.cancel();
    hand_over_scheduled_ = false;
    if (current_->empty() && !writer_busy_) return true;
    hand_over();
  }
  return false;
}

}  // namespace smppd
