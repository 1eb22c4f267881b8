// An application that binds to smppd and does what its test says.
#pragma once

#include "smpp/net/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

class scripted_esme final : public smpp::net::session_handler {
 public:
  using session = smpp::net::session;
  using status = smpp::command_status;

  struct answer {
    status how{};
    std::string id;
    bool operator==(const answer&) const = default;
  };

  /// Connects and asks to be bound as a transceiver, for these addresses.
  scripted_esme(boost::asio::io_context& loop, std::uint16_t port, const std::string& system_id,
                const std::string& password, std::uint8_t interface_version = 0x34,
                const std::string& address_range = {}) {
    using tcp = boost::asio::ip::tcp;
    tcp::socket connected(loop);
    connected.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    bind(std::move(connected), system_id, password, interface_version, address_range);
  }
  /// The same on a connection that was made.
  scripted_esme(smpp::net::connection connected, const std::string& system_id,
                const std::string& password) {
    bind(std::move(connected), system_id, password, 0x34, {});
  }
  scripted_esme(const scripted_esme&) = delete;
  scripted_esme& operator=(const scripted_esme&) = delete;

  template <class Pdu>
  void send(const Pdu& pdu) {
    std::ignore = link_->send(pdu);
  }
  void close() { link_->close(); }
  /// Acknowledges what it did not answer.
  void answer_late() {
    for (const auto sequence : unanswered_)
      std::ignore = link_->reply(sequence, smpp::deliver_sm_resp{});
    unanswered_.clear();
  }

  bool bound{false}, closed{false};
  std::optional<status> refused;                  // the bind
  std::vector<answer> answers;                    // to submit_sm, data_sm and submit_multi
  std::vector<smpp::unsuccess_sme> unsuccessful;  // of the last submit_multi
  std::vector<status> changes;                    // to cancel_sm and replace_sm
  std::vector<smpp::query_sm_resp> queries;
  std::vector<status> query_statuses;
  std::vector<smpp::deliver_sm> received;
  /// How to answer a deliver_sm; nothing: not at all.
  std::optional<status> on_deliver{status::ok};

 private:
  void bind(smpp::net::connection connected, const std::string& system_id,
            const std::string& password, std::uint8_t interface_version,
            const std::string& address_range) {
    smpp::session_options options;
    options.window_max = 1000;
    link_ = std::make_shared<session>(std::move(connected), options, *this);
    link_->start();
    smpp::bind_transceiver pdu;
    pdu.system_id = system_id;
    pdu.password = password;
    pdu.interface_version = interface_version;
    pdu.address_range = address_range;
    std::ignore = link_->send(pdu);
  }
  void on_event(session& from, smpp::event& what) override {
    if (std::holds_alternative<smpp::bound>(what)) bound = true;
    if (const auto* no = std::get_if<smpp::bind_refused>(&what)) refused = no->status;
    if (const auto* response = std::get_if<smpp::response_received>(&what)) on_response(*response);
    const auto* asked = std::get_if<smpp::request_received>(&what);
    if (asked == nullptr) return;
    if (const auto* pdu = std::get_if<smpp::deliver_sm>(&asked->pdu)) {
      received.push_back(*pdu);
      if (on_deliver == status::ok) {
        std::ignore = from.reply(asked->head.sequence, smpp::deliver_sm_resp{});
      } else if (on_deliver) {
        from.reply_error(smpp::deliver_sm::id, asked->head.sequence, *on_deliver);
      } else {
        unanswered_.push_back(asked->head.sequence);
      }
    }
  }
  void on_response(const smpp::response_received& response) {
    if (const auto* pdu = std::get_if<smpp::submit_sm_resp>(&response.pdu)) {
      answers.push_back({response.status, std::string(pdu->message_id.view())});
    } else if (const auto* data = std::get_if<smpp::data_sm_resp>(&response.pdu)) {
      answers.push_back({response.status, std::string(data->message_id.view())});
    } else if (const auto* multi = std::get_if<smpp::submit_multi_resp>(&response.pdu)) {
      answers.push_back({response.status, std::string(multi->message_id.view())});
      unsuccessful = multi->unsuccess_list;
    } else if (std::holds_alternative<smpp::cancel_sm_resp>(response.pdu) ||
               std::holds_alternative<smpp::replace_sm_resp>(response.pdu)) {
      changes.push_back(response.status);
    } else if (const auto* found = std::get_if<smpp::query_sm_resp>(&response.pdu)) {
      queries.push_back(*found);
      query_statuses.push_back(response.status);
    }
  }
  void on_closed(session& /*from*/, const smpp::closed& /*why*/) override { closed = true; }

  std::shared_ptr<session> link_;
  std::vector<std::uint32_t> unanswered_;
};

}  // namespace tests
