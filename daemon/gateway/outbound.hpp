// A message on its way to a carrier, as memory holds it.
#pragma once

#include "daemon/gateway/awaited.hpp"
#include "smpp/bytes.hpp"
#include "smpp/octets.hpp"
#include "smpp/segmenter.hpp"
#include "smpp/status.hpp"
#include "store/records.hpp"

#include <bitset>
#include <memory>
#include <string>

namespace smppd {

/// What the messages of one submission share.
struct shared_text {
  std::string body;  // user data in canonical form (see user_data.hpp), not split
  std::string callback_url;
  std::string client_ref;  // only where there is somebody to call
};

/// Why a message has to be sent again. The later ones weigh more.
enum class submit_trouble : std::uint8_t { none, throttled, temporary, unknown };

struct outbound {
  store::id64 id{};
  store::id64 submission{};
  std::int64_t account{}, login{};
  std::int64_t only_carrier{};  // a reply goes back where its question came from; 0: by route
  std::uint8_t priority{}, data_coding{}, esm_class{}, registered_delivery{};
  store::address_types types;
  smpp::octets<20> source, destination;
  store::wall_time expires_at;
  std::shared_ptr<const shared_text> text;
  std::string options;  // see bridge.hpp

  // Where it is.
  std::uint32_t attempts{0};
  bool possible_duplicate{false};
  bool parked{false};              // it has a row in the store's queue
  store::wall_time scheduled_for;  // it has a row in the store's schedule, due then; zero: none
  std::size_t carriers_tried{0};   // of its route, since it was last scheduled

  // How far its parts are.
  smpp::message_parts written;  // as its carrier gets them; none: the body is the only part
  std::bitset<256> accepted;    // parts (from 1) a carrier took
  std::int64_t taken_by{0};     // that carrier
  std::uint8_t parts{1};
  std::uint8_t next_part{1};
  std::uint16_t in_flight{0};
  bool settled{false};  // it has left the carrier: answers that still come change nothing
  submit_trouble trouble{submit_trouble::none};  // the worst that its parts met
  smpp::command_status refused_with{};           // where that is temporary
  std::string first_carrier_id;
  awaited_ptr waiting;  // what its receipts will be matched with

  [[nodiscard]] bool complete() const noexcept { return accepted.count() == parts; }
  [[nodiscard]] bool all_sent() const noexcept { return next_part > parts || next_part == 0; }
};
using outbound_ptr = std::shared_ptr<outbound>;

}  // namespace smppd
