#include "daemon/gateway/inbound.hpp"

#include "daemon/clock.hpp"
#include "daemon/observe/log.hpp"
#include "daemon/webhook/payload.hpp"
#include "smpp/udh.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace smppd {

namespace {

constexpr std::size_t page = 2000;
constexpr std::uint8_t ton_alphanumeric = 5;
constexpr std::size_t reply_digits_min = 7;  // shorter origins are short codes: machines

std::string_view first_word(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_first_of(" \t\r\n", begin) - begin);
}

}  // namespace

inbound_messages::inbound_messages(async_store& store, id_generator& ids, notices& tell,
                                   metrics& figures, directory& customers, const config& settings,
                                   send_reply reply, name_carrier name)
    : store_(store),
      ids_(ids),
      notices_(tell),
      figures_(figures),
      directory_(customers),
      settings_(settings),
      send_reply_(std::move(reply)),
      carrier_name_(std::move(name)),
      acknowledgements_(store, [](std::vector<acknowledgement>& done) {
        for (const auto& one : done)
          one.answer(smpp::command_status::ok);
      }) {}

smpp::reassembler& inbound_messages::reassembler_of(std::int64_t carrier) {
  auto& found = reassemblers_[carrier];
  if (!found) {
    smpp::reassembler_limits limits;
    limits.timeout = settings_.reassembly_timeout;
    found = std::make_unique<smpp::reassembler>(limits);
  }
  return *found;
}

// A part names itself in its user data header, or in the sar_ TLVs (SMPP 3.4, 5.3.2.22 to 24).
std::optional<inbound_messages::part> inbound_messages::read_part(const delivery& pdu) {
  part found;
  found.key.source = pdu.source;
  found.key.destination = pdu.destination;
  found.user_data = pdu.user_data;
  if ((pdu.esm_class & udh_indicator) != 0) {
    const auto header = smpp::parse_udh(pdu.user_data);
    if (!header || !header->concatenation) return std::nullopt;
    const auto& element = *header->concatenation;
    const bool wide = element.width == smpp::reference_width::word;
    found.key.reference = element.reference;
    found.key.total = element.total;
    found.key.kind = wide ? smpp::part_kind::udh16 : smpp::part_kind::udh8;
    found.sequence = element.sequence;
    found.user_data = pdu.user_data.subspan(header->octets);
    return found;
  }
  const auto reference = pdu.tlvs->find_u16(smpp::tag::sar_msg_ref_num);
  const auto total = pdu.tlvs->find_u8(smpp::tag::sar_total_segments);
  const auto sequence = pdu.tlvs->find_u8(smpp::tag::sar_segment_seqnum);
  if (!reference || !total || !sequence || *sequence == 0 || *sequence > *total) {
    return std::nullopt;
  }
  found.key.reference = *reference;
  found.key.total = *total;
  found.key.kind = smpp::part_kind::sar;
  found.sequence = *sequence;
  return found;
}

void inbound_messages::on_delivery(std::int64_t by, const delivery& pdu, acknowledgement ack) {
  if (!store_.healthy()) {
    ack.answer(smpp::command_status::x_t_appn);  // the carrier keeps it and tries again
    return;
  }
  if (const auto one = read_part(pdu); one && one->key.total > 1) {
    on_part(by, pdu, *one, std::move(ack));
    return;
  }
  auto user_data = pdu.user_data;
  if ((pdu.esm_class & udh_indicator) != 0) {
    if (const auto header = smpp::parse_udh(user_data))
      user_data = user_data.subspan(header->octets);
  }
  on_whole({.carrier = by,
            .types = pdu.types,
            .source = pdu.source,
            .destination = pdu.destination,
            .data_coding = pdu.data_coding,
            .user_data = smpp::as_text(user_data)});
  acknowledgements_.add(std::move(ack));
}

// A part is durable before it is acknowledged: the carrier will not send it again.
void inbound_messages::on_part(std::int64_t by, const delivery& pdu, const part& one,
                               acknowledgement ack) {
  const auto id = ids_.take(wall_now());
  const auto cookie = static_cast<std::uint64_t>(id);
  auto outcome = reassembler_of(by).add(one.key, one.sequence, one.user_data, cookie,
                                        std::chrono::steady_clock::now());
  if (std::holds_alternative<smpp::part_refused>(outcome)) {
    ack.answer(smpp::command_status::msgqful);
    return;
  }
  acknowledgements_.add(std::move(ack));
  if (std::holds_alternative<smpp::part_duplicate>(outcome)) return;
  facts_[cookie] = {pdu.types, pdu.data_coding, one.user_data.size()};
  if (auto* complete = std::get_if<smpp::message_complete>(&outcome)) {
    finish(by, one.key, std::move(complete->octets), complete->cookies, false);
    return;
  }
  store_.add(&store::batch::inbound_parts,
             store::inbound_part{.id = id,
                                 .carrier = by,
                                 .received_at = wall_now(),
                                 .source = store_.keep(pdu.source),
                                 .destination = store_.keep(pdu.destination),
                                 .types = pdu.types,
                                 .data_coding = pdu.data_coding,
                                 .total = one.key.total,
                                 .part = one.sequence,
                                 .kind = static_cast<std::uint8_t>(one.key.kind),
                                 .reference = one.key.reference,
                                 .user_data = store_.keep(smpp::as_text(one.user_data))});
  if (auto& displaced = std::get<smpp::part_waiting>(outcome).displaced) {
    finish_partial(by, *displaced);
  }
}

// Handsets, and national tables, may make one part GSM 7-bit and the next UCS-2.
smpp::encoded_text inbound_messages::join(smpp::byte_buffer octets,
                                          const std::vector<std::uint64_t>& cookies) const {
  const auto data_coding = facts_.at(cookies.front()).data_coding;
  const bool alike = std::ranges::all_of(
      cookies, [&](auto one) { return facts_.at(one).data_coding == data_coding; });
  if (alike) return {data_coding, std::move(octets)};
  std::string text;
  auto rest = smpp::byte_view(octets);
  for (const auto cookie : cookies) {
    const auto& known = facts_.at(cookie);
    text += smpp::decode_text(known.data_coding, rest.first(known.octets));
    rest = rest.subspan(known.octets);
  }
  return smpp::encode_text(text).value();  // what is decoded is valid UTF-8
}

void inbound_messages::finish(std::int64_t by, const smpp::part_key& key, smpp::byte_buffer octets,
                              const std::vector<std::uint64_t>& cookies, bool partial) {
  const auto types = facts_.at(cookies.front()).types;
  const auto joined = join(std::move(octets), cookies);
  forget(cookies);
  on_whole({.carrier = by,
            .types = types,
            .source = key.source,
            .destination = key.destination,
            .data_coding = joined.data_coding,
            .parts = key.total,
            .partial = partial,
            .user_data = smpp::as_text(joined.octets)});
}

void inbound_messages::forget(const std::vector<std::uint64_t>& parts) {
  for (const auto cookie : parts) {
    facts_.erase(cookie);
    store_.add(&store::batch::inbound_parts_done, static_cast<store::id64>(cookie));
  }
}

void inbound_messages::finish_partial(std::int64_t by, const smpp::incomplete_message& message) {
  smpp::byte_buffer octets;
  std::vector<std::uint64_t> cookies;
  for (const auto& one : message.parts) {
    octets.insert(octets.end(), one.octets.begin(), one.octets.end());
    cookies.push_back(one.cookie);
  }
  if (message.repeated) return forget(cookies);
  log::warning(
      "inbound from {} to {}: {} of {} parts never came; what came is passed on as partial",
      message.key.source, message.key.destination, message.missing.size(), message.key.total);
  finish(by, message.key, std::move(octets), cookies, true);
}

void inbound_messages::expire(time now) {
  for (auto& [carrier, parts] : reassemblers_) {
    for (const auto& message : parts->expire(now))
      finish_partial(carrier, message);
  }
}

void inbound_messages::on_whole(const whole& message) {
  const auto text = smpp::decode_text(message.data_coding, smpp::as_bytes(message.user_data));
  const auto* keyword = directory_.find_keyword(first_word(text));
  if (keyword != nullptr) {
    const auto* owner = directory_.find_account(keyword->account);
    if (!keyword->active || owner == nullptr || !owner->active) keyword = nullptr;
  }
  const auto now = wall_now();
  store::inbound stored{.id = ids_.take(now),
                        .carrier = message.carrier,
                        .account = keyword != nullptr ? keyword->account : 0,
                        .keyword = keyword != nullptr ? keyword->id : 0,
                        .received_at = now,
                        .types = message.types,
                        .data_coding = message.data_coding,
                        .parts = message.parts,
                        .partial = message.partial,
                        .source = store_.keep(message.source),
                        .destination = store_.keep(message.destination),
                        .user_data = store_.keep(message.user_data),
                        .text = store_.keep(text)};
  if (keyword == nullptr) {
    const auto rule = std::ranges::find_if(settings_.inbound, [&](const inbound_config& one) {
      return one.number.empty() || one.number == message.destination;
    });
    if (rule != settings_.inbound.end()) {
      if (const auto* owner = directory_.find_account(rule->account)) stored.account = owner->id;
    }
  }
  store_.add(&store::batch::inbounds, stored);
  (stored.account != 0 ? figures_.inbound_matched : figures_.inbound_unmatched).Increment();
  log::info("message {}: inbound from {} to {}, {} part(s), keyword {}", to_smpp_id(stored.id),
            message.source, message.destination, message.parts,
            keyword != nullptr ? keyword->word : "none");
  pass_on(stored, keyword);
  if (keyword == nullptr) return;
  store_.add(&store::batch::keyword_hits, store::keyword_hit{keyword->id, now});
  directory_.count_hit(keyword->id, now);
  if (keyword->auto_reply_enabled && !message.partial) reply(*keyword, message);
}

void inbound_messages::pass_on(const store::inbound& stored, const store::keyword* keyword) {
  if (keyword != nullptr && !keyword->webhook_url.empty()) {
    notices_.add(webhook_target(keyword->account, keyword->webhook_url),
                 store::notice_kind::inbound, stored.id, keyword->webhook_url,
                 std::make_unique<notice_content>(webhook_content{
                     {},
                     webhook::inbound_payload(stored, keyword, carrier_name_(stored.carrier)),
                     stored.account}));
    return;
  }
  const auto* login = stored.account != 0 ? directory_.first_login_of(stored.account) : nullptr;
  if (login == nullptr) return;  // it is stored and visible
  notices_.add(login->id, store::notice_kind::inbound, stored.id, {},
               std::make_unique<notice_content>(
                   inbound_content{.types = stored.types,
                                   .source = stored.source,
                                   .destination = stored.destination,
                                   .data_coding = stored.data_coding,
                                   .user_data = std::string(stored.user_data)}));
}

void inbound_messages::reply(const store::keyword& keyword, const whole& to) {
  if (keyword.auto_reply_message.empty()) return;
  if (to.types.source_ton == ton_alphanumeric || to.source.size() < reply_digits_min) return;
  if (!guard_.try_reply(std::string(to.source), wall_now())) {
    log::warning("keyword {}: {} had {} automatic replies this hour; no more until the next",
                 keyword.word, to.source, reply_guard::per_hour_max);
    return;
  }
  submission_request request;
  request.account = keyword.account;
  request.from = store::origin::keyword_reply;
  request.sender = to.destination;
  request.to = {std::string(to.source)};
  request.text = keyword.auto_reply_message;
  request.carrier = to.carrier;
  send_reply_(std::move(request));
}

asio::awaitable<void> inbound_messages::restore() {
  store::id64 after = 0;
  while (true) {
    auto query = [after](store::reader& from) { return from.waiting_inbound_parts(after, page); };
    auto found = co_await store_.read(query, asio::use_awaitable);
    if (!found) throw boost::system::system_error(found.error(), "reading inbound parts");
    const auto now = std::chrono::steady_clock::now();
    for (const auto& row : found->items) {
      after = row.id;
      const auto cookie = static_cast<std::uint64_t>(row.id);
      const smpp::part_key key{std::string(row.source), std::string(row.destination), row.reference,
                               row.total, static_cast<smpp::part_kind>(row.kind)};
      facts_[cookie] = {row.types, row.data_coding, row.user_data.size()};
      auto outcome = reassembler_of(row.carrier)
                         .add(key, row.part, smpp::as_bytes(row.user_data), cookie,
                              now - (wall_now() - row.received_at));
      if (auto* complete = std::get_if<smpp::message_complete>(&outcome)) {
        finish(row.carrier, key, std::move(complete->octets), complete->cookies, false);
      }
    }
    if (found->items.size() < page) co_return;
  }
}

}  // namespace smppd
