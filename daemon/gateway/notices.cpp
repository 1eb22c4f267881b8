#include "daemon/gateway/notices.hpp"

#include "daemon/observe/log.hpp"
#include "store/error.hpp"

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace smppd {

namespace {

constexpr std::size_t page_max = 500;
constexpr std::chrono::milliseconds tick_interval{250};
constexpr std::int64_t unknown_newest = std::numeric_limits<std::int64_t>::max();

void put_in_order(std::deque<notice_item>& ready, notice_item item) {
  const auto place = std::ranges::upper_bound(ready, item.sequence, {}, &notice_item::sequence);
  ready.insert(place, std::move(item));
}

}  // namespace

std::int64_t webhook_target(std::int64_t account, std::string_view url) {
  const auto authority = url.find("://");
  const auto end = authority == std::string_view::npos ? authority : url.find('/', authority + 3);
  const auto origin = url.substr(0, end);
  std::size_t seed = boost::hash_range(origin.begin(), origin.end());
  boost::hash_combine(seed, account);
  return -static_cast<std::int64_t>((seed >> 1U) | 1U);
}

notices::notices(asio::io_context& loop, async_store& store, id_generator& ids,
                 std::size_t in_memory_max, wall_clock now, make_content make,
                 notice_courier& esmes, notice_courier& webhooks)
    : loop_(loop),
      store_(store),
      ids_(ids),
      in_memory_max_(in_memory_max),
      page_(std::clamp<std::size_t>(in_memory_max / 2, 1, page_max)),
      now_(std::move(now)),
      make_(std::move(make)),
      esmes_(esmes),
      webhooks_(webhooks),
      ticker_(loop),
      additions_(store,
                 [this](std::vector<notice_item>& done) {
                   for (auto& one : done)
                     offer(std::move(one));
                 }),
      recorded_(store, [this](std::vector<std::int64_t>& of_targets) { on_recorded(of_targets); }) {
}

void notices::start(const std::vector<std::int64_t>& targets) {
  started_ = true;
  for (const auto target : targets)
    lines_[target].newest = unknown_newest;
  for (auto& [target, of] : lines_)
    pump(target, of);
  tick();
}

void notices::stop() {
  stopped_ = true;
  ticker_.cancel();
}

void notices::tick() {
  ticker_.expires_after(tick_interval);
  ticker_.async_wait([this](boost::system::error_code cancelled) {
    if (cancelled || stopped_) return;
    const auto now = now_();
    for (auto& [target, of] : lines_) {
      while (!of.later.empty() && of.later.begin()->first <= now) {
        of.ready.push_back(std::move(of.later.extract(of.later.begin()).mapped()));
      }
      pump(target, of);
    }
    std::erase_if(lines_, [](const auto& one) { return one.second.idle(); });
    tick();
  });
}

void notices::add(std::int64_t target, store::notice_kind kind, store::id64 subject,
                  std::string_view url, std::unique_ptr<notice_content> what) {
  const auto sequence = ids_.take(now_());
  store_.add(&store::batch::notices, store::notice{.target = target,
                                                   .sequence = sequence,
                                                   .kind = kind,
                                                   .subject = subject,
                                                   .attempts = 0,
                                                   .due = {},
                                                   .url = store_.keep(url)});
  if (auto* const webhook = std::get_if<webhook_content>(what.get()))
    webhook->id = to_uuid(sequence);
  notice_item item{.target = target,
                   .sequence = sequence,
                   .kind = kind,
                   .subject = subject,
                   .attempts = 0,
                   .url = std::string(url),
                   .content = std::move(what)};
  additions_.add(std::move(item));
}

// From memory, unless the store has earlier ones that memory has not seen: order within a target is
// kept.
void notices::offer(notice_item item) {
  const auto target = item.target;
  auto& of = lines_[target];
  const bool memory_is_ahead = started_ && of.loaded >= of.newest && !of.loading;
  of.offered = std::max(of.offered, item.sequence);
  of.newest = std::max(of.newest, item.sequence);
  if (item.content != nullptr && memory_is_ahead && of.in_memory() < in_memory_max_) {
    of.loaded = item.sequence;
    of.ready.push_back(std::move(item));
  }
  pump(target, of);
}

void notices::wake(std::int64_t target) {
  auto& of = lines_[target];
  for (; !of.unwanted.empty(); of.unwanted.pop_back())
    put_in_order(of.ready, std::move(of.unwanted.back()));
  of.looks_back = of.passed_over != 0;
  pump(target, of);
}

void notices::pump(std::int64_t target, line& of) {
  if (stopped_) return;
  auto& to = courier(target);
  while (!of.ready.empty() && of.unrecorded < unrecorded_max) {
    const auto when = to.can_take(of.ready.front());
    if (when == notice_courier::taking::later) break;
    auto item = std::move(of.ready.front());
    of.ready.pop_front();
    if (when == notice_courier::taking::nobody) {
      set_aside(of, std::move(item));
      continue;
    }
    ++of.out;
    to.take(std::move(item));
  }
  if (of.looks_back && of.at_rest()) return look_back(target, of);
  const bool room = of.in_memory() + page_ <= in_memory_max_;
  if (of.ready.size() <= page_ / 2 && room && of.loaded < of.newest && !of.loading) {
    load(target, of);
  }
}

// What nobody wants must not take the room of what somebody does: the store has it too.
void notices::set_aside(line& of, notice_item item) {
  if (of.passed_over == 0 && of.unwanted.size() < page_) {
    of.unwanted.push_back(std::move(item));
    return;
  }
  of.unwanted.push_back(std::move(item));
  for (; !of.unwanted.empty(); of.unwanted.pop_back()) {
    const auto sequence = of.unwanted.back().sequence;
    of.passed_over = of.passed_over == 0 ? sequence : std::min(of.passed_over, sequence);
  }
}

// Once the store knows what is done: that would be read again.
void notices::look_back(std::int64_t target, line& of) {
  of.loading = true;
  store_.when_durable([this, target] {
    auto& back = lines_[target];
    back.loading = false;
    if (back.at_rest()) {
      back.looks_back = false;
      back.unwanted.clear();  // it comes with the others
      back.loaded = std::exchange(back.passed_over, 0) - 1;
    }
    pump(target, back);
  });
}

void notices::load(std::int64_t target, line& of) {
  of.loading = true;
  const auto query = [target, after = of.loaded,
                      limit = page_](store::reader& from) -> store::result<loaded> {
    loaded found;
    auto listed = from.notices(target, after, limit);
    if (!listed) return listed.error();
    found.notices = std::move(*listed);
    std::vector<store::id64> messages;
    for (const auto& notice : found.notices.items) {
      if (notice.kind != store::notice_kind::inbound) {
        messages.push_back(notice.subject);
        continue;
      }
      auto inbound = from.find_inbound(notice.subject);
      if (inbound) {
        found.inbounds.push_back(std::move(*inbound));
      } else if (inbound.error() != store::error::not_found) {
        return inbound.error();
      }
    }
    auto subjects = from.find_messages(messages);
    if (!subjects) return subjects.error();
    found.messages = std::move(*subjects);
    return found;
  };
  store_.read(query, [this, target](store::result<loaded> found) {
    lines_[target].loading = false;
    if (!found) {
      log::error("reading notices for target {}: {}", target, found.error().message());
      return;  // the next tick tries again
    }
    take_over(target, std::move(*found));
  });
}

void notices::take_over(std::int64_t target, loaded found) {
  auto& of = lines_[target];
  const auto now = now_();
  for (const auto& notice : found.notices.items) {
    of.loaded = std::max(of.loaded, notice.sequence);
    notice_item item{.target = target,
                     .sequence = notice.sequence,
                     .kind = notice.kind,
                     .subject = notice.subject,
                     .attempts = notice.attempts,
                     .url = std::string(notice.url),
                     .content = {}};
    if (!make_(notice, found, item)) {
      store_.add(&store::batch::notices_done, store::notice_key{target, notice.sequence});
    } else if (notice.due > now) {
      of.later.emplace(notice.due, std::move(item));
    } else {
      of.ready.push_back(std::move(item));
    }
  }
  // A short page is the end, but for what was added meanwhile.
  if (found.notices.items.size() < page_) of.newest = std::max(of.loaded, of.offered);
  pump(target, of);
}

void notices::done(std::int64_t target, std::int64_t sequence) {
  store_.add(&store::batch::notices_done, store::notice_key{target, sequence});
  recorded_.add(target);
  auto& of = lines_[target];
  --of.out;
  ++of.unrecorded;
  pump(target, of);
}

void notices::on_recorded(std::vector<std::int64_t>& of_targets) {
  for (const auto target : of_targets)
    --lines_[target].unrecorded;
  std::ranges::sort(of_targets);
  const auto repeated = std::ranges::unique(of_targets);
  of_targets.erase(repeated.begin(), repeated.end());
  for (const auto target : of_targets)
    pump(target, lines_[target]);
}

void notices::done_late(std::int64_t target, std::int64_t sequence) {
  auto& of = lines_[target];
  const auto is_it = [&](const notice_item& one) { return one.sequence == sequence; };
  const auto later =
      std::ranges::find_if(of.later, [&](const auto& one) { return is_it(one.second); });
  if (later != of.later.end()) {
    of.later.erase(later);
  } else if (std::erase_if(of.ready, is_it) + std::erase_if(of.unwanted, is_it) == 0) {
    return;
  }
  store_.add(&store::batch::notices_done, store::notice_key{target, sequence});
  pump(target, of);
}

void notices::failed(notice_item item, std::chrono::milliseconds pause, bool keep_attempts) {
  auto& of = lines_[item.target];
  --of.out;
  const auto due = now_() + pause;
  if (keep_attempts) {
    store_.add(&store::batch::notices_postponed,
               store::postponed_notice{{item.target, item.sequence}, item.attempts, due});
  }
  const auto target = item.target;
  of.later.emplace(due, std::move(item));
  pump(target, of);
}

void notices::returned(notice_item item) {
  auto& of = lines_[item.target];
  --of.out;
  const auto target = item.target;
  put_in_order(of.ready, std::move(item));
  pump(target, of);
}

std::size_t notices::waiting(bool webhooks) const {
  std::size_t count = 0;
  for (const auto& [target, of] : lines_) {
    if ((target < 0) == webhooks) count += of.in_memory() + of.unwanted.size() + of.out;
  }
  return count;
}

}  // namespace smppd
