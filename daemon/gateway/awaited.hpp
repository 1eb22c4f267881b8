// What is remembered of a sent message until its receipt comes.
#pragma once

#include "smpp/octets.hpp"
#include "store/records.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <bitset>
#include <memory>
#include <optional>
#include <string>

namespace smppd {

/// A sent message whose receipt is awaited. There may be millions, and they are cold when they are
/// needed: what is rare stands elsewhere. Loop thread only, to the last reference.
struct awaited : boost::intrusive_ref_counter<awaited, boost::thread_unsafe_counter> {
  /// Of messages with a callback URL.
  struct callback {
    std::string url, client_ref, carrier_message_id;
  };

  store::id64 id{}, submission{};
  std::int64_t account{}, login{}, carrier{};
  std::int64_t sent_by{0};  // the carrier that took its last part; 0: more are to be sent
  store::wall_time sent_at;
  std::unique_ptr<callback> to_call;
  smpp::octets<20> source, destination;
  smpp::octets<20> beginning;  // of the text, as receipts quote it
  store::address_types types;
  std::optional<std::uint16_t> user_message_reference;
  std::uint8_t registered_delivery{}, data_coding{}, parts{1};
  bool possible_duplicate{false};
  bool had_news{false};  // a receipt that was not final, or an error: the store knows more
  bool settled{false};   // its final state is known: what still comes is a repetition
  bool has_row{false};   // the store may wait for a receipt of it, too
  bool cut_anew{false};  // another one stands for its message now, and this one is settled
  bool repetition_noted{false};

  /// Parts are numbered from 1.
  void set_delivered(std::uint8_t part) {
    if (!delivered_) delivered_ = std::make_unique<std::bitset<256>>();
    delivered_->set(part);
  }
  [[nodiscard]] bool is_delivered(std::uint8_t part) const noexcept {
    return delivered_ && (*delivered_)[part];
  }
  [[nodiscard]] bool all_delivered() const noexcept {
    return delivered_ && delivered_->count() == parts;
  }

 private:
  std::unique_ptr<std::bitset<256>> delivered_;  // none is
};
using awaited_ptr = boost::intrusive_ptr<awaited>;

[[nodiscard]] inline awaited_ptr make_awaited() {
  return awaited_ptr(std::make_unique<awaited>().release());
}

}  // namespace smppd
