// A store's reader that stops where it is told to.
#pragma once

#include "store/store.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace tests {

/// Hands everything to the reader it wraps, and calls `after_sent_parts`, unless it is empty,
/// before it answers that call: the last one of whoever asks for receipts. On the thread that
/// reads.
class watched_reader final : public store::reader {
 public:
  watched_reader(std::unique_ptr<store::reader> real,
                 std::shared_ptr<std::function<void()>> after_sent_parts)
      : real_(std::move(real)), after_sent_parts_(std::move(after_sent_parts)) {}

  store::result<store::directory> load_directory() override { return real_->load_directory(); }
  store::result<std::int64_t> directory_version() override { return real_->directory_version(); }
  store::result<std::int64_t> get_mark(std::string_view name) override {
    return real_->get_mark(name);
  }
  store::result<store::id64> last_id() override { return real_->last_id(); }
  store::result<store::rows<store::found_message>> find_message(store::id64 id) override {
    return real_->find_message(id);
  }
  store::result<store::rows<store::found_message>> find_messages(
      std::span<const store::id64> ids) override {
    return real_->find_messages(ids);
  }
  store::result<store::rows<store::submission>> find_submission(store::id64 id) override {
    return real_->find_submission(id);
  }
  store::result<store::rows<store::found_message>> messages_of(store::id64 submission,
                                                               store::id64 after,
                                                               std::size_t limit) override {
    return real_->messages_of(submission, after, limit);
  }
  store::result<std::vector<state_count>> count_states(store::id64 submission) override {
    return real_->count_states(submission);
  }
  store::result<std::vector<store::scheduled>> find_scheduled(store::id64 id) override {
    return real_->find_scheduled(id);
  }
  store::result<std::vector<store::parked>> find_parked(store::id64 id) override {
    return real_->find_parked(id);
  }
  store::result<store::rows<store::found_message>> find_waiting(
      std::int64_t account, std::string_view source, std::string_view destination,
      std::size_t looked_at_max) override {
    return real_->find_waiting(account, source, destination, looked_at_max);
  }
  store::result<store::rows<store::found_message>> young_queued(store::id64 after,
                                                                std::size_t limit) override {
    return real_->young_queued(after, limit);
  }
  store::result<store::rows<parked_message>> parked_messages(std::int64_t carrier,
                                                             std::uint8_t priority,
                                                             store::id64 after_sequence,
                                                             std::size_t limit) override {
    return real_->parked_messages(carrier, priority, after_sequence, limit);
  }
  store::result<store::rows<parked_message>> expired_parked(std::int64_t carrier,
                                                            std::uint8_t priority,
                                                            store::id64 after_sequence,
                                                            store::wall_time now,
                                                            std::size_t limit) override {
    return real_->expired_parked(carrier, priority, after_sequence, now, limit);
  }
  store::result<std::vector<std::int64_t>> parked_carriers() override {
    return real_->parked_carriers();
  }
  store::result<store::rows<due_message>> due_messages(store::wall_time until,
                                                       store::wall_time after_due,
                                                       store::id64 after_id,
                                                       std::size_t limit) override {
    return real_->due_messages(until, after_due, after_id, limit);
  }
  store::result<store::wall_time> next_due(store::wall_time after_due,
                                           store::id64 after_id) override {
    return real_->next_due(after_due, after_id);
  }
  store::result<store::rows<store::sent_part>> sent_parts(
      std::span<const store::id64> ids) override {
    auto found = real_->sent_parts(ids);
    if (*after_sent_parts_) (*after_sent_parts_)();
    return found;
  }
  store::result<store::rows<store::found_message>> awaiting_receipt(store::id64 after,
                                                                    std::size_t limit) override {
    return real_->awaiting_receipt(after, limit);
  }
  store::result<store::rows<store::awaited_receipt>> find_awaited(
      std::int64_t carrier, std::span<const std::string> keys) override {
    return real_->find_awaited(carrier, keys);
  }
  store::result<store::rows<store::unmatched_receipt>> unmatched_receipts(
      store::wall_time since, std::size_t limit) override {
    return real_->unmatched_receipts(since, limit);
  }
  store::result<std::vector<std::int64_t>> notice_targets() override {
    return real_->notice_targets();
  }
  store::result<store::rows<store::notice>> notices(std::int64_t target,
                                                    std::int64_t after_sequence,
                                                    std::size_t limit) override {
    return real_->notices(target, after_sequence, limit);
  }
  store::result<store::rows<store::inbound_part>> waiting_inbound_parts(
      store::id64 after, std::size_t limit) override {
    return real_->waiting_inbound_parts(after, limit);
  }
  store::result<store::rows<store::inbound>> find_inbound(store::id64 id) override {
    return real_->find_inbound(id);
  }
  store::result<store::rows<store::event>> events_of(store::id64 id) override {
    return real_->events_of(id);
  }
  store::result<totals> count_all() override { return real_->count_all(); }

 private:
  std::unique_ptr<store::reader> real_;
  std::shared_ptr<std::function<void()>> after_sent_parts_;
};

}  // namespace tests
