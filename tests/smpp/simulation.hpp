// What a simulation of sessions is made of: chance that comes from a seed, slow and lossy pipes,
// numbered requests, and `broken`, which is thrown by what does not hold.
#pragma once

#include "smpp/session_core.hpp"
#include "tests/smpp/samples.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <initializer_list>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace simulation {

using smpp::command_id;
using smpp::command_status;
using smpp::steady_time;
using std::chrono::milliseconds;
using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers)

struct broken : std::logic_error {
  using std::logic_error::logic_error;
};
inline void expect(bool holds, const char* what) {
  if (!holds) throw broken(what);
}

class dice {
 public:
  explicit dice(std::uint32_t seed) : random_(seed) {}
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_()) % limit; }
  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + below(high - low + 1);
  }
  bool one_in(std::uint32_t many) { return below(many) == 0; }
  bool percent(std::uint32_t chance) { return below(100) < chance; }
  milliseconds up_to(milliseconds most) {
    return milliseconds(below(static_cast<std::uint32_t>(most.count()) + 1));
  }
  template <class Value>
  Value any_of(std::initializer_list<Value> values) {
    return values.begin()[below(static_cast<std::uint32_t>(values.size()))];
  }

 private:
  std::mt19937 random_;
};

/// One direction of a connection.
class pipe {
 public:
  void put(smpp::byte_view octets, steady_time arrives) {
    if (ended_ || octets.empty()) return;
    arrives_ = std::max(arrives_, arrives);
    chunks_.push_back({arrives_, {octets.begin(), octets.end()}});
    size_ += octets.size();
  }
  /// Up to `most` of those that have arrived.
  smpp::byte_buffer take(std::size_t most, steady_time now) {
    smpp::byte_buffer taken;
    while (!chunks_.empty() && chunks_.front().arrives <= now && now >= stalled_until_ &&
           taken.size() < most) {
      auto& octets = chunks_.front().octets;
      const auto count = std::min(most - taken.size(), octets.size());
      const auto end = octets.begin() + static_cast<std::ptrdiff_t>(count);
      taken.insert(taken.end(), octets.begin(), end);
      octets.erase(octets.begin(), end);
      if (octets.empty()) chunks_.pop_front();
    }
    size_ -= taken.size();
    return taken;
  }
  /// Nothing follows what is on its way.
  void end() { ended_ = true; }
  /// The last `octets` of those on their way never arrive, and nothing follows.
  void lose(std::size_t octets) {
    while (octets-- > 0 && !chunks_.empty()) {
      auto& last = chunks_.back().octets;
      last.pop_back();
      --size_;
      if (last.empty()) chunks_.pop_back();
    }
    end();
  }
  /// Octets get into one of the PDUs that were put last.
  void spoil(smpp::byte_view octets, std::uint32_t chance) {
    if (chunks_.empty()) return;
    auto& last = chunks_.back().octets;
    last.insert(last.begin() + static_cast<std::ptrdiff_t>(chance % last.size()), octets.begin(),
                octets.end());
    size_ += octets.size();
  }
  void stall(steady_time until) { stalled_until_ = until; }

  [[nodiscard]] bool ended() const { return ended_ && chunks_.empty(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct chunk {
    steady_time arrives;
    smpp::byte_buffer octets;
  };
  std::deque<chunk> chunks_;
  std::size_t size_{0};
  bool ended_{false};
  steady_time arrives_, stalled_until_;
};

// PDUs.

/// The application sends it, so it has a number.
constexpr bool is_numbered(command_id id) {
  return (may_send(smpp::role::esme, id, smpp::bind_state::bound_trx) ||
          may_send(smpp::role::smsc, id, smpp::bind_state::bound_trx)) &&
         id != command_id::unbind && id != command_id::enquire_link;
}

/// Where a PDU carries its number.
template <class Pdu>
auto& text_of(Pdu& pdu) {
  if constexpr (requires { pdu.short_message; }) {
    return pdu.short_message;
  } else if constexpr (requires { pdu.message_id; }) {
    return pdu.message_id;
  } else if constexpr (requires { pdu.destination_addr; }) {
    return pdu.destination_addr;
  } else {
    return pdu.esme_addr;
  }
}

template <class Pdu>
Pdu with_number(std::uint64_t number) {
  auto pdu = samples::make<Pdu>(samples::fill::typical);
  text_of(pdu) = std::to_string(number);
  return pdu;
}

/// The request is, field by field, the one that was sent with this number; TLVs may have been left
/// out, or more added.
inline bool is_number(const smpp::any_pdu& received, std::uint64_t number) {
  return std::visit(
      [number](const auto& pdu) {
        using type = std::decay_t<decltype(pdu)>;
        if constexpr (is_numbered(type::id)) {
          auto sent = with_number<type>(number);
          sent.tlvs = pdu.tlvs;
          return pdu == sent;
        } else {
          return false;
        }
      },
      received);
}

/// Calls `visit` with an empty response to that command.
template <class Visitor>
void with_response_to(command_id request, Visitor visit) {
  smpp::for_each_pdu([&](auto one) {
    using pdu = typename decltype(one)::type;
    if constexpr (smpp::is_response(pdu::id) && pdu::id != command_id::generic_nack) {
      if (pdu::id == smpp::response_of(request)) visit(pdu{});
    }
  });
}

inline smpp::byte_buffer with_status(smpp::byte_buffer pdu, command_status status) {
  if (pdu.size() >= smpp::header_octets) pdu[11] = static_cast<std::uint8_t>(status);
  return pdu;
}

inline smpp::byte_buffer garbage(dice& random, std::uint32_t octets) {
  smpp::byte_buffer made(octets);
  for (auto& octet : made)
    octet = static_cast<std::uint8_t>(random.one_in(2) ? 0 : random.below(256));
  return made;
}

inline void append(smpp::byte_buffer& to, smpp::byte_view octets) {
  to.insert(to.end(), octets.begin(), octets.end());
}

}  // namespace simulation
