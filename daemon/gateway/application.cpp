// What bound applications submit: admitted, stored, queued.
#include "daemon/clock.hpp"
#include "daemon/gateway/as_submit.hpp"
#include "daemon/gateway/gateway.hpp"
#include "daemon/gateway/number.hpp"

#include <algorithm>

namespace smppd {

using smpp::command_status;

std::variant<esme_submission, command_status> gateway::admit(const store::login& login,
                                                             const smpp::submit_sm& pdu,
                                                             store::wall_time now) const {
  auto read = read_submission(pdu, now, settings_.limits.validity_default, settings_.smpp.text);
  if (std::holds_alternative<command_status>(read)) return read;
  auto& submission = std::get<esme_submission>(read);
  auto& message = submission.message;
  const auto& route = router_.find(routing_digits(message.destination));
  if (route.empty()) return command_status::invdstadr;
  const auto& first = *carriers_[route.front()];
  message.options = submission.options;
  const auto parts = cut(user_data_of(message), first.settings(), 0, nullptr);
  message.options = {};  // a view that would not survive a move
  if (parts == 0) return command_status::invmsglen;
  message.account = login.account;
  message.login = login.id;
  message.carrier = first.id();
  message.parts = static_cast<std::uint8_t>(parts);
  return read;
}

outbound_ptr gateway::store_accepted(esme_submission& submission, const store::login& login,
                                     std::shared_ptr<const shared_text> text) {
  auto& message = submission.message;
  message.options = submission.options;
  auto out = make_outbound(message, std::move(text));
  message.source = store_.keep(message.source);
  message.destination = store_.keep(message.destination);
  message.body = message.body_in_submission ? std::string_view{} : store_.keep(message.body);
  message.options = store_.keep(message.options);
  store_.add(&store::batch::accepted, message);
  if (submission.schedule != store::wall_time{}) {
    const store::scheduled when{message.id, submission.schedule, message.carrier, 0, false};
    store_.add(&store::batch::reschedules, store::rescheduled{when, {}, false});
  }
  log_step(*out, "accepted", login.system_id);
  return out;
}

void gateway::offer(offered_messages messages, store::wall_time schedule, esme_handler handler) {
  offered_.push_back(messages.front()->id);
  if (schedule != store::wall_time{}) offered_due_.insert(schedule);
  store_.when_accepted([this, messages = std::move(messages), schedule,
                        handler = std::move(handler)](durability became) mutable {
    offered_.pop_front();
    offered_due_.extract(schedule);
    if (became == durability::failed) return std::move(handler)(command_status::syserr, 0);
    queued_ += messages.size();
    figures_.accepted_esme.Increment(static_cast<double>(messages.size()));
    const auto id = id_for_application(messages.front()->id, messages.front()->submission);
    if (schedule == store::wall_time{}) {
      for (const auto& message : messages)
        enqueue(message);
    } else {
      schedule_load(schedule);
    }
    std::move(handler)(command_status::ok, id);
  });
}

void gateway::submit(const store::login& login, const smpp::submit_sm& pdu, esme_handler handler) {
  if (const auto busy = overloaded(1)) return std::move(handler)(busy->status, 0);
  const auto now = wall_now();
  auto read = admit(login, pdu, now);
  if (const auto* wrong = std::get_if<command_status>(&read)) return std::move(handler)(*wrong, 0);
  if (pdu.replace_if_present_flag != 0) return submit_instead(login, pdu, std::move(handler));
  offer_one(login, std::get<esme_submission>(read), now, std::move(handler));
}

void gateway::offer_one(const store::login& login, esme_submission& submission,
                        store::wall_time now, esme_handler handler) {
  submission.message.id = ids_.take(now);
  auto text = std::make_shared<const shared_text>(
      shared_text{std::string(submission.message.body), {}, {}});
  offer({store_accepted(submission, login, std::move(text))}, submission.schedule,
        std::move(handler));
}

// What it replaces ends without a receipt once the new one is durable, and goes back where that
// fails. After a crash between the two both are sent; none is lost.
void gateway::submit_instead(const store::login& login, const smpp::submit_sm& pdu,
                             esme_handler handler) {
  waiting_query which{.account = login.account,
                      .source = std::string(pdu.source_addr.view()),
                      .destination = std::string(pdu.destination_addr.view()),
                      .service_type = std::string(pdu.service_type.view())};
  take_waiting(std::move(which), [this, id = login.id, pdu, handler = std::move(handler)](
                                     std::vector<taken_message> taken) mutable {
    const auto refuse = [&](command_status status) {
      put_back(taken);
      std::move(handler)(status, 0);
    };
    const auto* from = directory_.find_login(id);
    if (from == nullptr) return refuse(command_status::submitfail);
    if (const auto busy = overloaded(1)) return refuse(busy->status);
    const auto now = wall_now();
    auto read = admit(*from, pdu, now);
    if (const auto* wrong = std::get_if<command_status>(&read)) return refuse(*wrong);
    for (const auto& one : taken)
      park_taken(one);
    offer_one(*from, std::get<esme_submission>(read), now,
              [this, taken = std::move(taken), handler = std::move(handler)](
                  command_status status, store::id64 fresh) mutable {
                if (status == command_status::ok) {
                  end_replaced(taken);
                } else {
                  put_back(taken);
                }
                std::move(handler)(status, fresh);
              });
  });
}

void gateway::end_replaced(const std::vector<taken_message>& taken) {
  for (const auto& one : taken) {
    note(one.message->id, "another message of the application takes its place");
    one.message->registered_delivery = 0;
    end(*one.message, store::progress::cancelled, store::reason::deleted, "", 0);
  }
}

void gateway::submit(const store::login& login, const smpp::submit_multi& pdu,
                     multi_handler handler) {
  const auto& to = pdu.dest_address_list;
  multi_outcome outcome;
  const auto answer = [&](command_status status) {
    outcome.status = status;
    std::move(handler)(std::move(outcome));
  };
  if (const auto busy = overloaded(to.size())) return answer(busy->status);
  if (pdu.replace_if_present_flag != 0) return answer(command_status::invrepflag);
  const auto now = wall_now();
  auto one = as_submit(pdu);
  std::vector<esme_submission> admitted;
  for (const auto& each : to) {
    one.dest_addr_ton = each.dest_addr_ton;
    one.dest_addr_npi = each.dest_addr_npi;
    one.destination_addr = each.destination_addr.view();
    std::variant<esme_submission, command_status> read = command_status::invdlname;
    if (each.dest_flag == smpp::dest_address::kind::number) read = admit(login, one, now);
    if (const auto* wrong = std::get_if<command_status>(&read)) {
      outcome.refused.push_back({each.dest_addr_ton, each.dest_addr_npi,
                                 each.destination_addr.view(), static_cast<std::uint32_t>(*wrong)});
    } else {
      admitted.push_back(std::move(std::get<esme_submission>(read)));
      admitted.back().message.destination = each.destination_addr.view();
    }
  }
  if (admitted.empty()) {
    const auto status = outcome.refused.front().error_status_code;
    const bool all_alike = std::ranges::all_of(
        outcome.refused, [&](const auto& any) { return any.error_status_code == status; });
    return answer(all_alike ? static_cast<command_status>(status) : command_status::submitfail);
  }
  const auto schedule = admitted.front().schedule;
  offer(store_accepted(admitted, login, now), schedule,
        [outcome = std::move(outcome), handler = std::move(handler)](command_status status,
                                                                     store::id64 id) mutable {
          outcome.status = status;
          outcome.id = id;
          std::move(handler)(std::move(outcome));
        });
}

// One submission, which has the text; of a single message it is just that message.
gateway::offered_messages gateway::store_accepted(std::vector<esme_submission>& admitted,
                                                  const store::login& login, store::wall_time now) {
  const bool several = admitted.size() > 1;
  const auto id = ids_.take(now, admitted.size() + (several ? 1 : 0));
  const auto& first = admitted.front().message;
  const auto text =
      std::make_shared<const shared_text>(shared_text{std::string(first.body), {}, {}});
  if (several) {
    store_.add(&store::batch::submissions,
               store::submission{.id = id,
                                 .account = login.account,
                                 .recipients = static_cast<std::uint32_t>(admitted.size()),
                                 .body = store_.keep(first.body),
                                 .client_ref = {},
                                 .callback_url = {}});
  }
  offered_messages made;
  auto next = several ? id + store::id_step : id;
  for (auto& each : admitted) {
    each.message.id = std::exchange(next, next + store::id_step);
    each.message.submission = several ? id : 0;
    each.message.body_in_submission = several;
    made.push_back(store_accepted(each, login, text));
  }
  return made;
}

}  // namespace smppd
