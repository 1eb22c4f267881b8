// What bound applications ask for: to submit, and what became of it; to cancel, to replace.
#include "daemon/bridge.hpp"
#include "daemon/clock.hpp"
#include "daemon/esme/server.hpp"
#include "daemon/gateway/as_submit.hpp"
#include "smpp/smpp_time.hpp"

#include <algorithm>
#include <string>

namespace smppd {

using smpp::command_status;

namespace {

constexpr std::size_t questions_max = 100;  // of one session at a time: each reads the store

// The message; of a submit_multi the first that is not delivered, once all have ended.
const store::message_state& telling_state(const std::vector<store::found_message>& all) {
  const auto rank = [](const store::found_message& one) {
    if (!store::is_final(one.state.state)) return 0;
    return one.state.state == store::progress::delivered ? 2 : 1;
  };
  return std::ranges::min_element(all, {}, rank)->state;
}

store::wall_time last_change(const std::vector<store::found_message>& all) {
  const auto changed = [](const store::found_message& one) { return one.state.changed_at; };
  return changed(*std::ranges::max_element(all, {}, changed));
}

}  // namespace

// Submitting.

const store::login* esme_server::begin_submission(session& from, smpp::command_id asked,
                                                  std::uint32_t sequence, std::size_t messages) {
  auto* const one = find(from.id());
  const auto* login = one != nullptr ? gateway_->customers().find_login(one->login) : nullptr;
  if (login == nullptr) {  // disabled since it bound
    refuse_submission(from, asked, sequence, command_status::submitfail);
    return nullptr;
  }
  // What alone is larger than the window is taken when nothing else waits.
  if (one->unanswered > 0 && one->unanswered + messages > settings_.in_window) {
    refuse_submission(from, asked, sequence, command_status::throttled);
    return nullptr;
  }
  one->unanswered += messages;
  return login;
}

void esme_server::refuse_submission(session& to, smpp::command_id asked, std::uint32_t sequence,
                                    command_status status) {
  figures_.esme_submits[static_cast<std::uint32_t>(status)].Increment();
  to.reply_error(asked, sequence, status);
}

esme_server::session* esme_server::end_submission(std::uint64_t id, smpp::command_id asked,
                                                  std::uint32_t sequence, std::size_t messages,
                                                  command_status status) {
  auto* const asker = find(id);
  if (asker != nullptr) asker->unanswered -= messages;
  if (asker != nullptr && status != command_status::ok) {
    refuse_submission(*asker->link, asked, sequence, status);
    return nullptr;
  }
  figures_.esme_submits[static_cast<std::uint32_t>(status)].Increment();
  return asker != nullptr ? asker->link.get() : nullptr;
}

template <class Response>
void esme_server::submit(session& from, std::uint32_t sequence, const smpp::submit_sm& pdu,
                         smpp::command_id asked) {
  const auto* login = begin_submission(from, asked, sequence, 1);
  if (login == nullptr) return;
  gateway_->submit(*login, pdu,
                   [this, id = from.id(), sequence, asked, form = login->id_form](
                       command_status status, store::id64 message) {
                     auto* const to = end_submission(id, asked, sequence, 1, status);
                     if (to == nullptr) return;
                     Response response;
                     response.message_id = to_smpp_id(message, form);
                     std::ignore = to->reply(sequence, response);
                   });
}

void esme_server::on_operation(session& from, std::uint32_t sequence, const smpp::submit_sm& pdu) {
  submit<smpp::submit_sm_resp>(from, sequence, pdu, smpp::submit_sm::id);
}

void esme_server::on_operation(session& from, std::uint32_t sequence, const smpp::data_sm& pdu) {
  const auto read = as_submit(pdu);
  if (const auto* wrong = std::get_if<command_status>(&read)) {
    return refuse_submission(from, smpp::data_sm::id, sequence, *wrong);
  }
  submit<smpp::data_sm_resp>(from, sequence, std::get<smpp::submit_sm>(read), smpp::data_sm::id);
}

void esme_server::on_operation(session& from, std::uint32_t sequence,
                               const smpp::submit_multi& pdu) {
  const auto count = pdu.dest_address_list.size();
  const auto* login = begin_submission(from, smpp::submit_multi::id, sequence, count);
  if (login == nullptr) return;
  gateway_->submit(*login, pdu,
                   [this, id = from.id(), sequence, count,
                    form = login->id_form](gateway::multi_outcome outcome) {
                     auto* const to = end_submission(id, smpp::submit_multi::id, sequence, count,
                                                     outcome.status);
                     if (to == nullptr) return;
                     smpp::submit_multi_resp response;
                     response.message_id = to_smpp_id(outcome.id, form);
                     response.unsuccess_list = std::move(outcome.refused);
                     std::ignore = to->reply(sequence, response);
                   });
}

// Asking.

esme_server::question esme_server::begin_question(session& from, smpp::command_id asked,
                                                  std::uint32_t sequence,
                                                  std::string_view message_id,
                                                  command_status failed) {
  auto* const one = find(from.id());
  const auto* login = one != nullptr ? gateway_->customers().find_login(one->login) : nullptr;
  const auto refuse = [&](command_status status) {
    from.reply_error(asked, sequence, status);
    return question{};
  };
  if (login == nullptr) return refuse(failed);
  const auto id = message_id.empty() ? store::id64{0} : parse_smpp_id(message_id, login->id_form);
  // Zero is nobody's, and to the gateway it means: by addresses.
  if (!id || (*id == 0 && !message_id.empty())) return refuse(command_status::invmsgid);
  if (one->questions >= questions_max) return refuse(command_status::throttled);
  ++one->questions;
  return {login, *id};
}

esme_server::session* esme_server::end_question(std::uint64_t id) {
  auto* const asker = find(id);
  if (asker == nullptr) return nullptr;
  --asker->questions;
  return asker->link.get();
}

void esme_server::on_operation(session& from, std::uint32_t sequence, const smpp::query_sm& pdu) {
  if (pdu.message_id.empty())
    return from.reply_error(smpp::query_sm::id, sequence, command_status::invmsgid);
  const auto asked = begin_question(from, smpp::query_sm::id, sequence, pdu.message_id.view(),
                                    command_status::queryfail);
  if (asked.login == nullptr) return;
  const waiting_query which{.account = asked.login->account,
                            .id = asked.id,
                            .source = std::string(pdu.source_addr.view()),
                            .destination = {},
                            .service_type = {}};
  auto query = [id = asked.id](store::reader& store) { return find_submitted(store, id); };
  gateway_->store().read(query, [this, session_id = from.id(), sequence, which,
                                 message_id = std::string(pdu.message_id.view())](
                                    store::result<store::rows<store::found_message>> found) {
    auto* const to = end_question(session_id);
    if (to == nullptr) return;
    if (!found || found->items.empty() || !matches(which, found->items.front().message))
      return to->reply_error(smpp::query_sm::id, sequence, command_status::queryfail);
    const auto& state = telling_state(found->items);
    smpp::query_sm_resp response;
    response.message_id = message_id;
    response.message_state = static_cast<std::uint8_t>(to_message_state(state.state, state.why));
    if (store::is_final(state.state)) {
      response.final_date = smpp::format_absolute_time(
          std::chrono::floor<smpp::deciseconds>(last_change(found->items)));
    }
    std::ignore = to->reply(sequence, response);
  });
}

// Changing one's mind.

void esme_server::on_operation(session& from, std::uint32_t sequence, const smpp::cancel_sm& pdu) {
  const bool by_addresses = pdu.message_id.empty();
  if (by_addresses && (pdu.source_addr.empty() || pdu.destination_addr.empty()))
    return from.reply_error(smpp::cancel_sm::id, sequence, command_status::cancelfail);
  const auto asked = begin_question(from, smpp::cancel_sm::id, sequence, pdu.message_id.view(),
                                    command_status::cancelfail);
  if (asked.login == nullptr) return;
  waiting_query which{.account = asked.login->account,
                      .id = asked.id,
                      .source = std::string(pdu.source_addr.view()),
                      .destination = std::string(pdu.destination_addr.view()),
                      .service_type = {}};
  if (by_addresses && !pdu.service_type.empty())
    which.service_type = std::string(pdu.service_type.view());
  gateway_->cancel(std::move(which), [this, id = from.id(), sequence](command_status status) {
    auto* const to = end_question(id);
    if (to == nullptr) return;
    if (status != command_status::ok) return to->reply_error(smpp::cancel_sm::id, sequence, status);
    std::ignore = to->reply(sequence, smpp::cancel_sm_resp{});
  });
}

void esme_server::on_operation(session& from, std::uint32_t sequence, const smpp::replace_sm& pdu) {
  const auto refuse = [&](command_status status) {
    from.reply_error(smpp::replace_sm::id, sequence, status);
  };
  const auto read = read_replacement(pdu, wall_now());
  if (const auto* wrong = std::get_if<command_status>(&read)) return refuse(*wrong);
  if (pdu.message_id.empty()) return refuse(command_status::invmsgid);
  const auto asked = begin_question(from, smpp::replace_sm::id, sequence, pdu.message_id.view(),
                                    command_status::replacefail);
  if (asked.login == nullptr) return;
  waiting_query which{.account = asked.login->account,
                      .id = asked.id,
                      .source = std::string(pdu.source_addr.view()),
                      .destination = {},
                      .service_type = {}};
  gateway_->replace(std::move(which), std::get<replacement>(read),
                    [this, id = from.id(), sequence](command_status status) {
                      auto* const to = end_question(id);
                      if (to == nullptr) return;
                      if (status != command_status::ok)
                        return to->reply_error(smpp::replace_sm::id, sequence, status);
                      std::ignore = to->reply(sequence, smpp::replace_sm_resp{});
                    });
}

}  // namespace smppd
