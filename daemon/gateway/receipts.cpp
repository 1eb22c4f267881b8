#include "daemon/gateway/receipts.hpp"

#include "daemon/clock.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/webhook/payload.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace smppd {

namespace {

constexpr std::size_t page = 2000, shared_swept_min = 2000;
constexpr std::uint8_t receipt_always = 1, receipt_on_failure = 2, intermediate_wanted = 0x10;

bool wants_final(std::uint8_t registered_delivery, store::progress state) {
  const auto asked = registered_delivery & 3U;
  return asked == receipt_always ||
         (asked == receipt_on_failure && state != store::progress::delivered);
}

awaited_ptr make_awaited(const outbound& from, std::int64_t carrier) {
  auto made = smppd::make_awaited();
  made->id = from.id;
  made->submission = from.submission;
  made->account = from.account;
  made->login = from.login;
  made->carrier = carrier;
  made->registered_delivery = from.registered_delivery;
  made->data_coding = from.data_coding;
  made->parts = from.parts;
  made->types = from.types;
  made->source = from.source;
  made->destination = from.destination;
  made->beginning = std::string_view(from.text->body).substr(0, 20);
  made->user_message_reference = user_message_reference_of(from.options);
  if (const auto& text = *from.text; !text.callback_url.empty())
    made->to_call =
        std::make_unique<awaited::callback>(text.callback_url, text.client_ref, std::string());
  return made;
}

}  // namespace

awaited_ptr make_awaited(const store::found_message& found) {
  const auto& from = found.message;
  auto made = smppd::make_awaited();
  made->id = from.id;
  made->submission = from.submission;
  made->account = from.account;
  made->login = from.login;
  made->carrier = found.state.carrier;
  made->registered_delivery = from.registered_delivery;
  made->data_coding = from.data_coding;
  made->parts = from.parts;
  made->types = from.types;
  made->source = from.source;
  made->destination = from.destination;
  made->beginning = from.body.substr(0, 20);
  made->user_message_reference = user_message_reference_of(from.options);
  if (!from.callback_url.empty()) {
    made->to_call = std::make_unique<awaited::callback>(
        std::string(from.callback_url), std::string(from.client_ref),
        std::string(found.state.carrier_message_id));
  }
  made->sent_at = found.state.sent_at;
  if (found.state.state != store::progress::queued) made->sent_by = found.state.carrier;
  made->possible_duplicate = found.state.possible_duplicate;
  made->had_news = found.state.why != store::reason::none || !found.state.error.empty();
  made->settled = store::is_final(found.state.state);
  return made;
}

receipts::receipts(asio::io_context& loop, async_store& store, id_generator& ids, notices& tell,
                   metrics& figures, std::size_t remembered_max)
    : store_(store),
      ids_(ids),
      notices_(tell),
      figures_(figures),
      book_(remembered_max,
            [this](std::int64_t carrier, std::string_view key, const awaited_ptr& message,
                   std::uint8_t part) {
              if (asking_) left_.add(carrier, key, part, message, {});
              if (message->settled || message->is_delivered(part)) return;
              message->has_row = true;
              store_.add(&store::batch::awaits,
                         store::awaited_receipt{carrier, store_.keep(key), message->id, part});
            }),
      acknowledgements_(store,
                        [](std::vector<acknowledgement>& done) {
                          for (const auto& one : done)
                            one.answer(smpp::command_status::ok);
                        }),
      grace_(loop),
      left_(std::numeric_limits<std::size_t>::max(), nullptr) {}

void receipts::on_part_accepted(const outbound_ptr& message, std::uint8_t part,
                                std::string_view carrier_id, const receipt_source& by,
                                store::wall_time at) {
  if ((message->registered_delivery & 0x1FU) == 0) return;
  if (!message->waiting && !carrier_id.empty())
    message->waiting = share(make_awaited(*message, by.id));
  if (message->waiting) {
    auto& of = *message->waiting;
    of.sent_at = at;
    of.possible_duplicate = message->possible_duplicate;
    if (of.to_call) of.to_call->carrier_message_id = message->first_carrier_id;
    if (message->complete()) on_no_more_parts(message, by);
  }
  if (carrier_id.empty()) return;
  book_.add(by.id, carrier_id, part, message->waiting, std::chrono::steady_clock::now());
  evidence_[by.id].saw_submit_id(carrier_id);
  if (message->id < restored_from_) {
    message->waiting->has_row = true;
    store_.add(&store::batch::awaits,
               store::awaited_receipt{by.id, store_.keep(smpp::canonical_id(carrier_id)),
                                      message->id, part});
  }
  if (!early_.empty()) match_early(by, carrier_id, part, message->waiting);
}

void receipts::on_no_more_parts(const outbound_ptr& message, const receipt_source& by) {
  if (!message->waiting) return;
  auto& of = *message->waiting;
  of.sent_by = by.id;
  if (of.settled || !tells_of_all(of, by)) return;
  carrier_receipt earlier;
  earlier.state = smpp::message_state::delivered;
  settle(of, from_message_state(earlier.state), earlier, by);
}

const smpp::id_form_evidence& receipts::evidence_of(std::int64_t carrier) const {
  static const smpp::id_form_evidence none;
  const auto found = evidence_.find(carrier);
  return found == evidence_.end() ? none : found->second;
}

int receipts::belief_in(smpp::id_form form, std::string_view source, std::string_view destination,
                        const receipt_source& by) const {
  return belief(form, addresses_agree(source, destination), by.settings.id_form,
                evidence_of(by.id));
}

// An id that is the same in every base says nothing.
void receipts::learn(smpp::id_form form, const carrier_receipt& receipt, const awaited& message,
                     const receipt_source& by) {
  if (form == smpp::id_form::exact && receipt.id.size() < 2) return;
  if (addresses_agree(receipt.source, message.destination.view()) == true)
    evidence_[by.id].add(form);
}

void receipts::remember(const outbound_ptr& message, const store::sent_part& part,
                        const receipt_source* by) {
  if ((message->registered_delivery & 0x1FU) == 0 || part.carrier_message_id.empty()) return;
  if (!message->waiting) message->waiting = share(make_awaited(*message, part.carrier));
  message->waiting->has_row = true;
  if (part.state == store::progress::delivered) message->waiting->set_delivered(part.part);
  const auto known = book_.find_exact(part.carrier, part.carrier_message_id);
  if (known && known->message == message->waiting) return;
  book_.add(part.carrier, part.carrier_message_id, part.part, message->waiting,
            std::chrono::steady_clock::now());
  if (by != nullptr && !early_.empty())
    match_early(*by, part.carrier_message_id, part.part, message->waiting);
}

void receipts::on_recut(const outbound_ptr& message) {
  const auto before = std::exchange(message->waiting, nullptr);
  if (!before) return;
  before->cut_anew = true;
  if (std::exchange(before->settled, true)) {  // what was told was told
    message->waiting = share(make_awaited(*message, before->carrier));
    message->waiting->settled = true;
  }
}

std::optional<receipt_book::match> receipts::find(const carrier_receipt& receipt,
                                                  const receipt_source& by) const {
  const auto believed = [&](const receipt_book::match& one) {
    return belief_in(one.form, receipt.source, one.message->destination.view(), by);
  };
  // Nearly all of them: no other form needs to be tried.
  if (auto exact = book_.find_exact(by.id, receipt.id); exact && believed(*exact) == belief_max)
    return exact;
  std::optional<receipt_book::match> best;
  int most = 0;
  for (const auto* book : {&book_, &left_}) {
    for (const auto* id : {&receipt.id, &receipt.other_id}) {
      for (auto& one : book->find(by.id, *id)) {
        if (const auto belief = believed(one); belief > most) {
          most = belief;
          best = std::move(one);
        }
      }
    }
  }
  return best;
}

bool receipts::apply_if_known(const carrier_receipt& receipt, const receipt_source& by) {
  const auto found = find(receipt, by);
  if (!found) return false;
  apply(*found, receipt, by, counted::yes);
  return true;
}

void receipts::on_receipt(carrier_receipt receipt, const receipt_source& by, acknowledgement ack,
                          std::function<void(acknowledgement)> otherwise) {
  evidence_[by.id].saw_receipt_id(receipt.id);
  if (apply_if_known(receipt, by)) return acknowledgements_.add(std::move(ack));
  if (unknown_.size() >= unknown_max) return ack.answer(smpp::command_status::x_t_appn);
  unknown_.push_back({std::move(receipt), by, std::move(ack), std::move(otherwise)});
  if (unknown_.size() == 1 && !asking_) ask_soon();
}

void receipts::apply(const receipt_book::match& to, const carrier_receipt& receipt,
                     const receipt_source& by, counted in_figures) {
  awaited& message = *to.message;
  learn(to.form, receipt, message, by);
  const auto is_answered = [&] { return message.settled || message.is_delivered(to.part); };
  const bool repeated = is_answered();
  if (in_figures == counted::yes)
    (repeated ? by.figures.receipts_repeated : by.figures.receipts_matched).Increment();
  if (repeated) {
    note_repetition(message, receipt);
  } else {
    if (in_figures == counted::yes && smpp::is_final(receipt.state)) {
      const std::chrono::duration<double> took = wall_now() - message.sent_at;
      by.figures.receipt_latency.Observe(took.count());
    }
    advance(message, to.part, receipt, by);
  }
  // Where more is to come the row stays: a start does not read back what is in memory only.
  if (message.has_row && is_answered())
    store_.add(&store::batch::awaits_done,
               store::awaited_receipt{by.id, store_.keep(to.key.view()), message.id, to.part});
}

// A carrier may repeat for ever.
void receipts::note_repetition(awaited& message, const carrier_receipt& receipt) {
  if (std::exchange(message.repetition_noted, true)) return;
  tell(message.id,
       fmt::format("a further receipt, {}, changes nothing", smpp::receipt_word(receipt.state)));
}

void receipts::advance(awaited& message, std::uint8_t part, const carrier_receipt& receipt,
                       const receipt_source& by) {
  const auto result = from_message_state(receipt.state);
  if (result.state != store::progress::delivered || message.parts == 1)
    return settle(message, result, receipt, by);
  message.set_delivered(part);
  store_.add(&store::batch::part_settlements,
             store::settled_part{message.id, part, store::progress::delivered});
  if (tells_of_all(message, by) || message.all_delivered()) settle(message, result, receipt, by);
}

// Not while more are to be sent: a message that is final is not sent any further by a later run.
bool receipts::tells_of_all(const awaited& message, const receipt_source& by) {
  const auto which = by.settings.receipt_parts;
  if (which == receipt_parts::every || message.sent_by == 0) return false;
  return message.is_delivered(which == receipt_parts::first ? std::uint8_t{1} : message.parts);
}

void receipts::settle(awaited& message, settlement result, const carrier_receipt& receipt,
                      const receipt_source& by) {
  const bool final = store::is_final(result.state);
  message.settled = final;
  const news told{receipt.state, result, receipt.error, wall_now(), by.id, by.settings.name};
  // Of a message that is sent in part the store says nothing yet: a start has to send the rest.
  if (final || message.sent_by != 0)
    store_.add(&store::batch::settlements, store::settled{.id = message.id,
                                                          .at = told.at,
                                                          .state = result.state,
                                                          .why = result.why,
                                                          .attempts = 0,
                                                          .carrier = 0,
                                                          .possible_duplicate = false,
                                                          .error = store_.keep(receipt.error),
                                                          .parked = false,
                                                          .scheduled_for = {}});
  if (log::enabled(log::level::debug)) {
    log::debug("message {}: receipt {} err {}", to_smpp_id(message.id),
               smpp::receipt_word(receipt.state), receipt.error);
  }
  if (!final) {
    message.had_news = true;
    if ((message.registered_delivery & intermediate_wanted) != 0)
      notify(message, store::notice_kind::intermediate_receipt, told);
    return;
  }
  (result.state == store::progress::delivered ? figures_.final_delivered : figures_.final_failed)
      .Increment();
  if (wants_final(message.registered_delivery, result.state))
    notify(message, store::notice_kind::receipt, told);
}

void receipts::tell_end(const outbound& message, store::progress state, store::reason why,
                        std::string_view error) {
  // What still comes changes nothing; and if a receipt said how it ended, that was told.
  if (message.waiting && std::exchange(message.waiting->settled, true)) return;
  if (!wants_final(message.registered_delivery, state)) return;
  const auto ended = make_awaited(message, 0);
  notify(*ended, store::notice_kind::receipt,
         {to_message_state(state, why), {state, why}, error, wall_now(), 0, {}});
}

// As the store would say it once all this is in it: a webhook that is tried again after a restart
// says the same.
std::unique_ptr<notice_content> receipts::webhook_content_of(const awaited& message,
                                                             const news& of) {
  const awaited::callback& to_call = *message.to_call;
  if (message.had_news || of.by == 0 || of.by != message.sent_by) return nullptr;
  store::found_message found;
  found.message.id = message.id;
  found.message.submission = message.submission;
  found.message.types = message.types;
  found.message.source = message.source.view();
  found.message.destination = message.destination.view();
  found.message.parts = message.parts;
  found.message.data_coding = message.data_coding;
  found.message.client_ref = to_call.client_ref;
  found.state = {.state = of.result.state,
                 .why = of.result.why,
                 .changed_at = of.at,
                 .sent_at = message.sent_at,
                 .attempts = 0,  // it is not told
                 .carrier = message.carrier,
                 .possible_duplicate = message.possible_duplicate,
                 .carrier_message_id = to_call.carrier_message_id,
                 .error = of.error};
  return std::make_unique<notice_content>(
      webhook_content{{}, webhook::receipt_payload(found, of.carrier), message.account});
}

void receipts::notify(const awaited& message, store::notice_kind kind, const news& of) {
  if (message.login > 0) {
    receipt_content content{.id = id_for_application(message.id, message.submission),
                            .state = of.state,
                            .why = of.result.why,
                            .types = message.types,
                            .source = message.source,
                            .destination = message.destination,
                            .beginning = message.beginning,
                            .user_message_reference = message.user_message_reference,
                            .data_coding = message.data_coding,
                            .done_at = of.at,
                            .error = std::string(of.error)};
    notices_.add(message.login, kind, message.id, {},
                 std::make_unique<notice_content>(std::move(content)));
  } else if (message.to_call && kind == store::notice_kind::receipt) {
    const std::string& url = message.to_call->url;
    notices_.add(webhook_target(message.account, url), kind, message.id, url,
                 webhook_content_of(message, of));
  }
}

void receipts::tell(store::id64 id, std::string_view what) {
  log::info("message {}: {}", to_smpp_id(id), what);
  store_.add(&store::batch::events, store::event{id, wall_now(), store_.keep(what)});
}

asio::awaitable<void> receipts::restore() {
  store::id64 after = 0;
  while (true) {
    auto query = [after](store::reader& from) -> store::result<answer> {
      answer found;
      auto messages = from.awaiting_receipt(after, page);
      if (!messages) return messages.error();
      found.messages = std::move(*messages);
      std::vector<store::id64> ids;
      for (const auto& one : found.messages.items) {
        if (one.message.parts > 1) ids.push_back(one.message.id);
      }
      auto parts = from.sent_parts(ids);
      if (!parts) return parts.error();
      found.parts = std::move(*parts);
      return found;
    };
    auto found = co_await store_.read(std::move(query), asio::use_awaitable);
    if (!found) throw boost::system::system_error(found.error(), "reading awaited receipts");
    const auto now = std::chrono::steady_clock::now();
    std::unordered_map<store::id64, awaited_ptr> of_parts;
    for (const auto& one : found->messages.items) {
      after = one.message.id;
      if ((one.message.registered_delivery & 0x1FU) == 0) continue;
      auto message = share(make_awaited(one));
      message->has_row = true;
      if (one.message.parts > 1) {
        of_parts[one.message.id] = message;
      } else {
        book_.add(message->carrier, one.state.carrier_message_id, 1, message, now);
      }
    }
    for (const auto& part : found->parts.items) {
      const auto of = of_parts.find(part.id);
      if (of == of_parts.end()) continue;  // nobody asked for its receipts
      const auto& message = of->second;
      if (part.state == store::progress::delivered) message->set_delivered(part.part);
      book_.add(part.carrier, part.carrier_message_id, part.part, message, now);
    }
    if (found->messages.items.size() < page) break;
  }
  auto query = [](store::reader& from) {
    return from.unmatched_receipts(wall_now() - early_age_max, early_max);
  };
  auto unmatched = co_await store_.read(query, asio::use_awaitable);
  if (!unmatched) throw boost::system::system_error(unmatched.error(), "reading early receipts");
  for (const auto& one : unmatched->items) {
    carrier_receipt receipt;
    receipt.id = one.carrier_message_id;
    receipt.state = static_cast<smpp::message_state>(one.state);
    receipt.error = one.error;
    remember_early(one.carrier, {one.sequence, receipt, std::chrono::steady_clock::now(), true});
  }
}

// Its parts may be sent, leave memory and be read back one by one: what is known of them must meet.
awaited_ptr receipts::share(awaited_ptr made) {
  if (made->parts == 1) return made;
  auto [place, added] = shared_.try_emplace(made->id);
  if (added) in_turn_.push_back(made->id);
  auto& of = place->second.message;
  place->second.alone = false;
  if (of == nullptr || of->parts != made->parts || of->cut_anew) of = std::move(made);
  return of;
}

void receipts::tidy(time now) {
  book_.age(now);
  // Twice, so that no answer of the store that is on its way is older than what goes. A part of
  // them at a time: there may be a million.
  for (auto left = std::min(in_turn_.size(), shared_swept_min + in_turn_.size() / 64); left > 0;
       --left) {
    const auto one = shared_.find(in_turn_.front());
    in_turn_.pop_front();
    const bool alone = one->second.message->use_count() == 1;
    if (std::exchange(one->second.alone, alone) && alone) {
      shared_.erase(one);
    } else {
      in_turn_.push_back(one->first);
    }
  }
  std::erase_if(early_,
                [&](const auto& one) { return now - one.second.early->at > early_age_max; });
}

}  // namespace smppd
