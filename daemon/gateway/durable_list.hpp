// Work that waits for a commit, gathered so that a batch of a thousand messages needs one handler
// and not a thousand.
#pragma once

#include "daemon/async_store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace smppd {

/// Items added in one turn of the store's batch reach `then` together, in order, once that batch is
/// durable.
template <class Item>
class durable_list {
 public:
  using action = std::function<void(std::vector<Item>&)>;

  durable_list(async_store& store, action then)
      : store_(store), then_(std::make_shared<action>(std::move(then))) {}

  void add(Item item) {
    if (!gathering_ || batch_ != store_.batch_number()) {
      batch_ = store_.batch_number();
      gathering_ = std::make_shared<std::vector<Item>>();
      store_.when_durable([items = gathering_, then = then_] { (*then)(*items); });
    }
    gathering_->push_back(std::move(item));
  }

 private:
  async_store& store_;
  std::shared_ptr<action> then_;
  std::shared_ptr<std::vector<Item>> gathering_;
  std::uint64_t batch_{0};
};

}  // namespace smppd
