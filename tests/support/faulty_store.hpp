// A store's writer that fails when it is told to.
#pragma once

#include "store/error.hpp"
#include "store/store.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// Hands everything to the writer it wraps. One commit, counted from 1, can be made to fail, either
/// before it happens (nothing of it is in the store) or after it (all of it is there, but the
/// caller hears of a failure: what a failed fsync may leave).
class faulty_writer final : public store::writer {
 public:
  explicit faulty_writer(std::unique_ptr<store::writer> real) : real_(std::move(real)) {}

  void fail_before(std::size_t commit, store::error with = store::error::io) {
    fail_before_ = commit;
    with_ = with;
  }
  void fail_after(std::size_t commit, store::error with = store::error::io) {
    fail_after_ = commit;
    with_ = with;
  }
  /// How many commits were asked for.
  [[nodiscard]] std::size_t commits() const noexcept { return commits_; }

  store::result<void> commit(const store::batch& changes) override {
    ++commits_;
    if (commits_ == fail_before_) return with_;
    const auto done = real_->commit(changes);
    if (commits_ == fail_after_) return with_;
    return done;
  }

  store::result<std::size_t> catch_up() override { return real_->catch_up(); }
  store::result<std::vector<std::int64_t>> carrier_ids(
      std::span<const std::string> names) override {
    return real_->carrier_ids(names);
  }
  store::result<store::account> create_account(std::string_view name) override {
    return real_->create_account(name);
  }
  store::result<store::api_key> create_key(const store::api_key& wanted) override {
    return real_->create_key(wanted);
  }
  store::result<void> deactivate_key(std::string_view key_id) override {
    return real_->deactivate_key(key_id);
  }
  store::result<store::login> create_login(const store::login& wanted) override {
    return real_->create_login(wanted);
  }
  store::result<void> update_login(const store::login& changed) override {
    return real_->update_login(changed);
  }
  store::result<void> update_account(const store::account& changed) override {
    return real_->update_account(changed);
  }
  store::result<store::keyword> create_keyword(const store::keyword& wanted) override {
    return real_->create_keyword(wanted);
  }
  store::result<void> update_keyword(const store::keyword& changed) override {
    return real_->update_keyword(changed);
  }
  store::result<void> delete_keyword(std::int64_t id) override { return real_->delete_keyword(id); }
  store::result<std::size_t> delete_older(store::wall_time before, std::size_t limit) override {
    return real_->delete_older(before, limit);
  }

 private:
  std::unique_ptr<store::writer> real_;
  std::size_t commits_{0}, fail_before_{0}, fail_after_{0};
  store::error with_{store::error::io};
};

}  // namespace tests
