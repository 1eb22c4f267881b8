// Messages from handsets: put together, stored, matched by keyword, answered and passed on. Loop
// thread only.
#pragma once

#include "daemon/async_store.hpp"
#include "daemon/bridge.hpp"
#include "daemon/carrier/acknowledgement.hpp"
#include "daemon/gateway/directory.hpp"
#include "daemon/gateway/durable_list.hpp"
#include "daemon/gateway/ids.hpp"
#include "daemon/gateway/notices.hpp"
#include "daemon/gateway/reply_guard.hpp"
#include "daemon/gateway/submission.hpp"
#include "daemon/observe/metrics.hpp"
#include "smpp/reassembler.hpp"
#include "smpp/text.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace smppd {

class inbound_messages {
 public:
  using time = std::chrono::steady_clock::time_point;
  using send_reply = std::function<void(submission_request)>;
  using name_carrier = std::function<std::string_view(std::int64_t)>;

  inbound_messages(async_store& store, id_generator& ids, notices& tell, metrics& figures,
                   directory& customers, const config& settings, send_reply reply,
                   name_carrier name);

  /// A message, or one part of a long one, from carrier `by`; answered once it is durable.
  void on_delivery(std::int64_t by, const delivery& pdu, acknowledgement ack);
  /// Gives up waiting for parts whose time is over.
  void expire(time now);
  /// Reads back the parts that an earlier run waited for more of. Throws std::runtime_error where
  /// the store fails.
  [[nodiscard]] asio::awaitable<void> restore();

 private:
  struct part {
    smpp::part_key key;
    std::uint8_t sequence{};
    smpp::byte_view user_data;
  };
  /// What is not in the reassembler, of each part.
  struct facts {
    store::address_types types;
    std::uint8_t data_coding{};
    std::size_t octets{};
  };
  struct whole {
    std::int64_t carrier{};
    store::address_types types;
    std::string_view source, destination;
    std::uint8_t data_coding{}, parts{1};
    bool partial{false};
    std::string_view user_data;
  };

  [[nodiscard]] static std::optional<part> read_part(const delivery& pdu);
  void on_part(std::int64_t by, const delivery& pdu, const part& one, acknowledgement ack);
  void on_whole(const whole& message);
  void finish(std::int64_t by, const smpp::part_key& key, smpp::byte_buffer octets,
              const std::vector<std::uint64_t>& cookies, bool partial);
  [[nodiscard]] smpp::encoded_text join(smpp::byte_buffer octets,
                                        const std::vector<std::uint64_t>& cookies) const;
  void forget(const std::vector<std::uint64_t>& parts);
  void finish_partial(std::int64_t by, const smpp::incomplete_message& message);
  void pass_on(const store::inbound& stored, const store::keyword* keyword);
  void reply(const store::keyword& keyword, const whole& to);
  [[nodiscard]] smpp::reassembler& reassembler_of(std::int64_t carrier);

  async_store& store_;
  id_generator& ids_;
  notices& notices_;
  metrics& figures_;
  directory& directory_;
  const config& settings_;
  send_reply send_reply_;
  name_carrier carrier_name_;
  reply_guard guard_;
  durable_list<acknowledgement> acknowledgements_;
  std::map<std::int64_t, std::unique_ptr<smpp::reassembler>> reassemblers_;  // by carrier
  std::unordered_map<std::uint64_t, facts> facts_;                           // by cookie
};

}  // namespace smppd
