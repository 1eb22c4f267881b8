// What commits have changed lately and the tables do not say yet: the journal's rows, merged by
// message. Late receipts come in any order, and each would touch a page of its own; written in
// order of id, many share one. The writer's thread changes it, readers look at it.
#pragma once

#include "store/batch.hpp"

#include <boost/unordered/unordered_map.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace store {

class recent {
 public:
  /// What happened to a message since its row was written last, or at all.
  struct change {
    struct sent_part {
      wall_time first_at, at;  // they differ where it was sent again
      std::int64_t carrier{};
      std::uint32_t attempts{};
      bool possible_duplicate{false};
      bool after_end{false};  // it came when the final state was known already
      std::string carrier_message_id;
    };
    struct settled_part {
      wall_time at;
      progress state{};
      reason why{};
      bool possible_duplicate{false};
      std::uint32_t attempts{};
      std::int64_t carrier{};
      std::string error;
    };
    std::optional<sent_part> sent;
    std::optional<settled_part> settled;
  };
  struct kept_notice {
    notice_kind kind{};
    id64 subject{};
    std::uint32_t attempts{};
    wall_time due;
    std::string url;
  };
  using key = std::pair<std::int64_t, std::int64_t>;  // a notice's target and sequence

  // The writer's thread.

  /// How much waits to be written.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }
  [[nodiscard]] bool waits_for(id64 id) const;
  /// Whether a change of this notice must go to the table, as it is, or may be, there already.
  [[nodiscard]] bool may_be_in_table(const notice_key& one) const;
  /// Octets of the URLs of notices: customers choose how long they are.
  [[nodiscard]] std::size_t url_octets() const noexcept { return url_octets_; }
  /// These changes were committed to the journal.
  void add(const batch& changes);
  /// Calls `write(id, change)` for what waits of messages first..last, one each `id_step`.
  template <class Write>
  void for_each_waiting(id64 first, id64 last, Write write) const;
  /// Forgets what no reader looks for any more. True: nothing is left here.
  bool forget();

  /// What waits now is to be written, piece by piece.
  void freeze();
  [[nodiscard]] bool frozen() const noexcept {
    return !frozen_ids_.empty() || next_notice_ < frozen_notices_.size();
  }
  /// The next piece: calls `write_change(id, change)` and `write_notice(notice)` for at most
  /// `limit`.
  template <class WriteChange, class WriteNotice>
  void write_piece(std::size_t limit, WriteChange write_change, WriteNotice write_notice);
  /// Whether that piece was committed. If not, it comes again.
  void wrote_piece(bool committed);

  // Any thread.

  /// While it lives nothing is forgotten that was not in the tables when it began: make it, read
  /// the tables, then look here.
  class reading {
   public:
    explicit reading(recent& of);
    ~reading();
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    /// Brings the state that the table has up to date. False: nothing is known here.
    bool bring_up_to_date(id64 id, message_state& state, arena& texts) const;
    /// Ids in first..last, of a message each `step`, that something is known of here.
    [[nodiscard]] std::vector<id64> find(id64 first, id64 last, id64 step) const;
    /// Notices of a target after `after`, in order.
    [[nodiscard]] std::vector<notice> find_notices(std::int64_t target, std::int64_t after,
                                                   std::size_t limit, arena& texts) const;
    /// Notices that no table has.
    [[nodiscard]] std::size_t count_notices() const;

   private:
    recent& of_;
    std::multiset<std::uint64_t>::iterator since_;
  };

 private:
  struct kept_change {
    change what;
    bool waits{true};             // to be written
    std::uint64_t written_in{0};  // the piece that wrote it last
  };
  struct kept {
    kept_notice what;
    bool waits{true};
    bool maybe_in_table{false};
    std::uint64_t written_in{0};
  };
  struct piece {
    std::uint64_t number{};
    std::vector<id64> ids;
    std::vector<key> notices;
  };

  void merge(const sent& from);
  void merge(const settled& from);
  [[nodiscard]] kept_change& touch(id64 id);
  void erase(std::map<key, kept>::iterator one);
  void forget_written();

  // Held by the writer's thread to change these, by others to look at them.
  mutable std::mutex mutex_;
  boost::unordered_map<id64, kept_change> changes_;
  std::map<key, kept> notices_;
  std::multiset<std::uint64_t> readers_;  // the piece that each of them began after
  std::size_t waiting_notices_{0};

  // The writer's thread only.
  std::size_t waiting_{0}, url_octets_{0};
  std::vector<id64> coming_ids_;  // what waits and is not frozen, each once
  std::vector<id64> frozen_ids_;  // a heap, the lowest first: each piece sorts its own share
  std::vector<key> frozen_notices_;
  std::size_t next_notice_{0};
  piece writing_;
  std::deque<piece> written_;  // which a reader may still look for here
  std::uint64_t pieces_{0};
};

template <class Write>
void recent::for_each_waiting(id64 first, id64 last, Write write) const {
  const auto visit = [&](const auto& one) {
    if (one.second.waits) write(one.first, one.second.what);
  };
  if (static_cast<std::size_t>((last - first) / id_step) < changes_.size()) {
    for (id64 id = first; id <= last; id += id_step) {
      if (const auto found = changes_.find(id); found != changes_.end()) visit(*found);
    }
    return;
  }
  for (const auto& one : changes_) {
    if (one.first >= first && one.first <= last) visit(one);
  }
}

template <class WriteChange, class WriteNotice>
void recent::write_piece(std::size_t limit, WriteChange write_change, WriteNotice write_notice) {
  writing_ = {pieces_ + 1, {}, {}};
  while (!frozen_ids_.empty() && writing_.ids.size() < limit) {
    std::ranges::pop_heap(frozen_ids_, std::greater{});
    const auto found = changes_.find(frozen_ids_.back());
    writing_.ids.push_back(frozen_ids_.back());
    frozen_ids_.pop_back();
    if (found != changes_.end() && found->second.waits)
      write_change(found->first, found->second.what);
  }
  limit -= writing_.ids.size();
  for (std::size_t at = next_notice_;
       at < frozen_notices_.size() && writing_.notices.size() < limit; ++at) {
    const auto found = notices_.find(frozen_notices_[at]);
    writing_.notices.push_back(frozen_notices_[at]);
    if (found == notices_.end() || !found->second.waits) continue;
    found->second.maybe_in_table = true;
    const auto& what = found->second.what;
    write_notice(notice{.target = found->first.first,
                        .sequence = found->first.second,
                        .kind = what.kind,
                        .subject = what.subject,
                        .attempts = what.attempts,
                        .due = what.due,
                        .url = what.url});
  }
}

}  // namespace store
