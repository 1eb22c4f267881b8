#include "store/sqlite/journal.hpp"

#include <algorithm>

namespace store {
namespace {

constexpr std::uint64_t format = 1;

// Numbers take seven bits to an octet, the lowest first. Ids and times are told by how far they
// are from the one before: most of them take an octet or two.
class packer {
 public:
  explicit packer(std::string& to) : to_(&to) {}

  void number(std::uint64_t value) {
    for (; value > 0x7F; value >>= 7)
      to_->push_back(static_cast<char>(value | 0x80));
    to_->push_back(static_cast<char>(value));
  }
  void number(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
  }
  void step(std::int64_t& from, std::int64_t to) {
    number(static_cast<std::int64_t>(static_cast<std::uint64_t>(to) -
                                     static_cast<std::uint64_t>(from)));
    from = to;
  }
  void step(std::int64_t& from, wall_time to) { step(from, to.time_since_epoch().count()); }
  void text(std::string_view value) {
    number(std::uint64_t{value.size()});
    to_->append(value);
  }

 private:
  std::string* to_;
};

class unpacker {
 public:
  explicit unpacker(std::string_view from) : from_(from) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return from_.empty(); }

  template <class Number = std::uint64_t>
  [[nodiscard]] Number number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (from_.empty()) break;
      const auto octet = static_cast<unsigned char>(from_.front());
      from_.remove_prefix(1);
      value |= std::uint64_t{octet & 0x7FU} << shift;
      if (octet < 0x80) return static_cast<Number>(value);
    }
    ok_ = false;
    from_ = {};
    return {};
  }
  [[nodiscard]] std::int64_t signed_number() {
    const auto bits = number();
    return static_cast<std::int64_t>(bits >> 1 ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
  }
  [[nodiscard]] std::int64_t step(std::int64_t& from) {
    from = static_cast<std::int64_t>(static_cast<std::uint64_t>(from) +
                                     static_cast<std::uint64_t>(signed_number()));
    return from;
  }
  [[nodiscard]] wall_time time(std::int64_t& from) {
    return wall_time{std::chrono::milliseconds{step(from)}};
  }
  [[nodiscard]] std::string_view text() {
    const auto size = number();
    if (size > from_.size()) {
      ok_ = false;
      from_ = {};
      return {};
    }
    const auto value = from_.substr(0, size);
    from_.remove_prefix(size);
    return value;
  }

 private:
  std::string_view from_;
  bool ok_{true};
};

// Each kind of record, once: what packs it and what reads it back.
struct previous {
  std::int64_t id{0}, at{0}, target{0}, sequence{0};
};

void put(packer& to, previous& last, const sent& one) {
  to.step(last.id, one.id);
  to.step(last.at, one.at);
  to.number(one.carrier);
  to.number(std::uint64_t{one.attempts} << 1 | std::uint64_t{one.possible_duplicate});
  to.text(one.carrier_message_id);
}

void get(unpacker& from, previous& last, sent& one) {
  one.id = from.step(last.id);
  one.at = from.time(last.at);
  one.carrier = from.signed_number();
  const auto attempts = from.number();
  one.attempts = static_cast<std::uint32_t>(attempts >> 1);
  one.possible_duplicate = (attempts & 1) != 0;
  one.carrier_message_id = from.text();
}

void put(packer& to, previous& last, const settled& one) {
  to.step(last.id, one.id);
  to.step(last.at, one.at);
  to.number(std::uint64_t{static_cast<std::uint8_t>(one.state)});
  to.number(std::uint64_t{static_cast<std::uint8_t>(one.why)});
  to.number(std::uint64_t{one.attempts} << 1 | std::uint64_t{one.possible_duplicate});
  to.number(one.carrier);
  to.text(one.error);
}

void get(unpacker& from, previous& last, settled& one) {
  one.id = from.step(last.id);
  one.at = from.time(last.at);
  one.state = from.number<progress>();
  one.why = from.number<reason>();
  const auto attempts = from.number();
  one.attempts = static_cast<std::uint32_t>(attempts >> 1);
  one.possible_duplicate = (attempts & 1) != 0;
  one.carrier = from.signed_number();
  one.error = from.text();
}

void put(packer& to, previous& last, const notice_key& one) {
  to.step(last.target, one.target);
  to.step(last.sequence, one.sequence);
}

void get(unpacker& from, previous& last, notice_key& one) {
  one.target = from.step(last.target);
  one.sequence = from.step(last.sequence);
}

void put(packer& to, previous& last, const notice& one) {
  put(to, last, notice_key{one.target, one.sequence});
  to.number(std::uint64_t{static_cast<std::uint8_t>(one.kind)});
  to.step(last.id, one.subject);
  to.number(std::uint64_t{one.attempts});
  to.step(last.at, one.due);
  to.text(one.url);
}

void get(unpacker& from, previous& last, notice& one) {
  notice_key key;
  get(from, last, key);
  one.target = key.target;
  one.sequence = key.sequence;
  one.kind = from.number<notice_kind>();
  one.subject = from.step(last.id);
  one.attempts = from.number<std::uint32_t>();
  one.due = from.time(last.at);
  one.url = from.text();
}

void put(packer& to, previous& last, const postponed_notice& one) {
  put(to, last, one.key);
  to.number(std::uint64_t{one.attempts});
  to.step(last.at, one.due);
}

void get(unpacker& from, previous& last, postponed_notice& one) {
  get(from, last, one.key);
  one.attempts = from.number<std::uint32_t>();
  one.due = from.time(last.at);
}

template <class Record>
void put_all(packer& to, previous& last, const std::vector<Record>& list) {
  to.number(std::uint64_t{list.size()});
  for (const Record& one : list)
    put(to, last, one);
}

template <class Record>
void get_all(unpacker& from, previous& last, std::vector<Record>& list) {
  for (auto count = from.number(); count > 0 && from.ok(); --count) {
    Record one;
    get(from, last, one);
    if (from.ok()) list.push_back(one);
  }
}

}  // namespace

std::size_t count_journaled(const batch& changes) noexcept {
  return changes.sents.size() + changes.settlements.size() + changes.notices.size() +
         changes.notices_postponed.size() + changes.notices_done.size();
}

void pack(const batch& changes, std::string& octets) {
  packer to(octets);
  previous last;
  to.number(format);
  put_all(to, last, changes.sents);
  put_all(to, last, changes.settlements);
  put_all(to, last, changes.notices);
  put_all(to, last, changes.notices_postponed);
  put_all(to, last, changes.notices_done);
}

bool unpack(std::string_view octets, batch& changes) {
  unpacker from(octets);
  previous last;
  if (from.number() != format) return false;
  get_all(from, last, changes.sents);
  get_all(from, last, changes.settlements);
  get_all(from, last, changes.notices);
  get_all(from, last, changes.notices_postponed);
  get_all(from, last, changes.notices_done);
  return from.ok() && from.at_end();
}

journal::journal(sql::connection& on)
    : insert_(on, "INSERT INTO journal (sequence, changes) VALUES ($1, $2)"),
      delete_(on, "DELETE FROM journal WHERE sequence <= $1"),
      select_(on, "SELECT changes FROM journal ORDER BY sequence"),
      find_first_(on, "SELECT coalesce(min(sequence), 0) FROM journal"),
      find_last_(on, "SELECT coalesce(max(sequence), 0) FROM journal") {
  last_ = find_last_.find_number().value_or(0);
  const auto first = find_first_.find_number().value_or(0);
  released_ = deleting_ = deleted_ = first == 0 ? last_ : first - 1;
}

void journal::append(const batch& changes) {
  packed_.clear();
  pack(changes, packed_);
  insert_.run(++last_, sql::octets{packed_});
}

void journal::trim(std::int64_t rows) {
  deleting_ = std::min(deleted_ + rows, released_);
  if (deleting_ > deleted_) delete_.run(deleting_);
}

bool journal::read(const std::function<bool(std::string_view)>& take) {
  for (auto row = select_.select(); row.next();) {
    if (!take(row.view())) return false;
  }
  return true;
}

}  // namespace store
