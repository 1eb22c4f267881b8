// The carrier: takes binds and submit_sm, sends receipts and inbound messages, and misbehaves as it
// was told. All of it on one loop thread.
#pragma once

#include "smpp/net/listener.hpp"
#include "smpp/net/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "counts.hpp"
#include "outgoing.hpp"
#include "schedule.hpp"
#include "seen.hpp"
#include "settings.hpp"
#include "submit_log.hpp"

class simulator final : public smpp::net::session_handler {
 public:
  simulator(boost::asio::io_context& loop, settings how);

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  void start() { listener_.start(); }
  /// Sends the parts of an inbound message to the ESME that bound last and receives. Empty: none
  /// does.
  [[nodiscard]] bool send_inbound(std::vector<inbound_part> parts);
  /// Closes every connection.
  void drop_all();
  [[nodiscard]] std::string figures() const;
  [[nodiscard]] const submit_log& log() const noexcept { return log_; }

  void on_event(smpp::net::session& from, smpp::event& what) override;
  void on_closed(smpp::net::session& from, const smpp::closed& why) override;
  void on_writable(smpp::net::session& from) override;

 private:
  using session = smpp::net::session;
  using clock = std::chrono::steady_clock;

  /// The sessions of one system_id; whatever waits leaves by any of them that receives.
  struct peer {
    std::vector<session*> receivers;
    std::size_t next{0};
    std::deque<outgoing> ready;
  };
  struct link {
    std::shared_ptr<session> connection;
    peer* bound_as{nullptr};
  };
  struct sent {
    peer* to{nullptr};
    outgoing what;
  };
  struct answer {
    std::shared_ptr<session> to;
    std::uint32_t sequence{};
    smpp::command_status status{};
    std::uint64_t number{};
  };

  void accept(boost::asio::ip::tcp::socket connected);
  void on_request(session& from, smpp::request_received& what);
  void on_bind(session& from, const smpp::request_received& what, const smpp::bind_fields& bind);
  void on_submit(session& from, std::uint32_t sequence, const smpp::submit_sm& pdu);
  void on_data(session& from, std::uint32_t sequence, const smpp::data_sm& pdu);
  void on_response(const smpp::response_received& what);
  void put_back(std::uint64_t cookie);

  [[nodiscard]] smpp::command_status judge(const smpp::submit_sm& pdu);
  void take(session& from, std::uint32_t sequence, const smpp::submit_sm& pdu);
  void reply(const answer& what);
  void reply_later(session& from, std::uint32_t sequence, smpp::command_status status,
                   std::uint64_t number);
  void add_receipt(peer& to, const smpp::submit_sm& pdu, std::uint64_t number);

  void pump(peer& to);
  [[nodiscard]] bool send(session& through, peer& to, outgoing& what);
  [[nodiscard]] bool send_receipt(session& through, const receipt_note& note, std::uint64_t cookie);
  [[nodiscard]] bool send_receipt_as_data(session& through, const receipt_note& note,
                                          std::uint64_t cookie);
  [[nodiscard]] std::string receipt_id(const receipt_note& note) const;
  [[nodiscard]] std::string receipt_text(const receipt_note& note) const;
  void add_receipt_tlvs(smpp::tlv_list& to, const receipt_note& note) const;
  [[nodiscard]] std::uint64_t slot_for(peer& to);
  [[nodiscard]] sent release(std::uint64_t cookie);

  void arm();
  void on_tick();

  settings how_;
  boost::asio::steady_timer timer_;
  clock::time_point armed_for_{clock::time_point::max()};
  std::unordered_map<std::uint64_t, link> links_;
  std::map<std::string, peer> peers_;
  peer* latest_{nullptr};
  std::vector<sent> in_flight_;
  std::vector<std::uint64_t> free_;
  schedule<answer> answers_;
  schedule<sent> later_;
  std::uint64_t last_id_;
  std::minstd_rand chance_;
  seen seen_;
  submit_log log_;
  counts counts_;
  smpp::net::listener listener_;
};
