// What is done to messages that wait: applications cancel and replace them.
#include "daemon/bridge.hpp"
#include "daemon/clock.hpp"
#include "daemon/gateway/gateway.hpp"

#include <algorithm>

namespace smppd {

using smpp::command_status;

void gateway::cancel(waiting_query which, cancel_handler handler) {
  take_waiting(std::move(which),
               [this, handler = std::move(handler)](std::vector<taken_message> taken) mutable {
                 if (taken.empty()) return std::move(handler)(command_status::cancelfail);
                 for (const auto& one : taken) {
                   note(one.message->id, "cancelled by the application");
                   end(*one.message, store::progress::cancelled, store::reason::deleted, "", 0);
                 }
                 store_.when_durable([handler = std::move(handler)]() mutable {
                   std::move(handler)(command_status::ok);
                 });
               });
}

void gateway::replace(waiting_query which, replacement with, cancel_handler handler) {
  take_waiting(std::move(which), [this, with = std::move(with), handler = std::move(handler)](
                                     std::vector<taken_message> taken) mutable {
    if (taken.empty()) return std::move(handler)(command_status::replacefail);
    // Behind whatever the scheduler has read, or reads now.
    constexpr std::chrono::milliseconds next{1};
    const auto due = with.schedule == store::wall_time{}
                         ? with.schedule
                         : std::max({with.schedule, wall_now() + next, due_seen_ + next});
    for (const auto& one : taken) {
      if (const auto wrong = check_replacement(*one.message, with, due);
          wrong != command_status::ok) {
        put_back(taken);
        return std::move(handler)(wrong);
      }
    }
    for (const auto& one : taken)
      rewrite(one, with, due);
    if (due != store::wall_time{}) offered_due_.insert(due);
    store_.when_durable(
        [this, taken = std::move(taken), due, handler = std::move(handler)]() mutable {
          if (due == store::wall_time{}) {
            put_back(taken);
          } else {
            offered_due_.extract(due);
            schedule_load(due);
          }
          std::move(handler)(command_status::ok);
        });
  });
}

command_status gateway::check_replacement(const outbound& message, const replacement& with,
                                          store::wall_time due) const {
  const auto ends = with.expires_at != store::wall_time{} ? with.expires_at : message.expires_at;
  if (due >= ends) return command_status::invsched;
  const auto text = read_replacement_text(with.text, message, settings_.smpp.text);
  if (!text) return command_status::replacefail;
  if (!is_whole(*text, message.data_coding, message.esm_class)) return command_status::invmsglen;
  return parts_of(message, *text) == 0 ? command_status::invmsglen : command_status::ok;
}

std::size_t gateway::parts_of(const outbound& message, std::string_view text) const {
  const auto route = route_of(message);
  if (route.empty()) return message.parts;
  return cut(user_data_of(message, text), route.front()->settings(), 0, nullptr);
}

// Until it is durable the message is in no queue.
void gateway::rewrite(const taken_message& taken, const replacement& with, store::wall_time due) {
  auto& message = *taken.message;
  note(message.id, "replaced by the application");
  const auto text = read_replacement_text(with.text, message, settings_.smpp.text).value();
  message.text = std::make_shared<const shared_text>(
      shared_text{text, message.text->callback_url, message.text->client_ref});
  message.parts = static_cast<std::uint8_t>(parts_of(message, text));
  message.registered_delivery = with.registered_delivery;
  if (with.expires_at != store::wall_time{}) message.expires_at = with.expires_at;
  store_.add(&store::batch::replacements,
             store::replaced{.id = message.id,
                             .body = store_.keep(text),
                             .registered_delivery = message.registered_delivery,
                             .parts = message.parts,
                             .expires_at = message.expires_at});
  if (due != store::wall_time{}) {
    const store::scheduled to{message.id, due, 0, message.attempts, message.possible_duplicate};
    store_.add(&store::batch::reschedules,
               store::rescheduled{to, message.scheduled_for, message.parked});
  } else {
    park_taken(taken);
  }
}

}  // namespace smppd
