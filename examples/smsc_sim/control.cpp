#include "control.hpp"

#include "smpp/segmenter.hpp"
#include "smpp/text.hpp"
#include "smpp/udh.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t line_octets_max = 64 * 1024;
constexpr std::string_view help =
    "mo [--sar|--udh16|--payload] SOURCE DESTINATION TEXT   an inbound message\n"
    "tail    the last submit_sm, see --tail\n"
    "stats   figures\n"
    "drop    closes every connection\n"
    "quit    ends\n"
    ".\n";

std::string_view next_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

// Numbers of subscribers are international, short numbers are of the network's own plan.
void set_source(smpp::deliver_sm& pdu, std::string_view number) {
  const bool digits = std::all_of(number.begin(), number.end(),
                                  [](char c) { return c == '+' || (c >= '0' && c <= '9'); });
  pdu.source_addr_ton = digits ? 1 : 5;
  pdu.source_addr_npi = digits ? 1 : 0;
  pdu.source_addr = number.starts_with('+') ? number.substr(1) : number;
}
void set_destination(smpp::deliver_sm& pdu, std::string_view number) {
  constexpr std::size_t short_number_max = 6;
  pdu.dest_addr_ton = number.size() <= short_number_max ? 3 : 1;
  pdu.dest_addr_npi = 1;
  pdu.destination_addr = number.starts_with('+') ? number.substr(1) : number;
}

// The parts say where they belong in TLVs, not in a header.
void use_sar(smpp::deliver_sm& pdu, smpp::byte_view part) {
  const auto header = smpp::parse_udh(part);
  pdu.tlvs.add_u16(smpp::tag::sar_msg_ref_num, header->concatenation->reference);
  pdu.tlvs.add_u8(smpp::tag::sar_total_segments, header->concatenation->total);
  pdu.tlvs.add_u8(smpp::tag::sar_segment_seqnum, header->concatenation->sequence);
  pdu.short_message = part.subspan(header->octets);
}

std::vector<inbound_part> make_parts(const smpp::deliver_sm& like, const smpp::byte_buffer& octets,
                                     std::string_view how, std::uint16_t reference) {
  constexpr std::uint8_t udh_indicator = 0x40;
  const auto width = how == "--udh16" ? smpp::concatenation::udh16 : smpp::concatenation::udh8;
  std::vector<inbound_part> parts;
  if (how == "--payload") {
    parts.push_back(std::make_unique<smpp::deliver_sm>(like));
    parts.back()->tlvs.add(smpp::tag::message_payload, octets);
    return parts;
  }
  const auto cut = smpp::split(like.data_coding, octets, width, reference);
  for (const auto& part : cut) {
    auto& pdu = *parts.emplace_back(std::make_unique<smpp::deliver_sm>(like));
    if (cut.size() > 1 && how == "--sar") {
      use_sar(pdu, part);
    } else {
      pdu.esm_class = cut.size() > 1 ? udh_indicator : std::uint8_t{0};
      pdu.short_message = smpp::byte_view(part);
    }
  }
  return parts;
}

asio::awaitable<void> serve(tcp::socket connected, control& master) {
  constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
  std::string input;
  for (;;) {
    auto buffer = asio::dynamic_buffer(input, line_octets_max);
    const auto [error, octets] = co_await asio::async_read_until(connected, buffer, '\n', no_throw);
    if (error) co_return;
    auto line = input.substr(0, octets - 1);
    input.erase(0, octets);
    if (line.ends_with('\r')) line.pop_back();
    const auto answer = master.obey(line);
    const auto [failed, sent] =
        co_await asio::async_write(connected, asio::buffer(answer), no_throw);
    if (failed) co_return;
  }
}

}  // namespace

control::control(asio::io_context& loop, const endpoint& where, simulator& carrier,
                 std::function<void()> quit)
    : carrier_(carrier),
      quit_(std::move(quit)),
      listener_(loop, {asio::ip::make_address(where.host), where.port},
                [this, &loop](tcp::socket connected) {
                  asio::co_spawn(loop, serve(std::move(connected), *this), asio::detached);
                }) {}

std::string control::obey(std::string_view line) {
  const auto command = next_word(line);
  if (command == "mo") return inbound(line);
  if (command == "stats") return carrier_.figures() + "\n";
  if (command == "tail") return tail();
  if (command == "help") return std::string(help);
  if (command == "drop") {
    carrier_.drop_all();
    return "ok\n";
  }
  if (command == "quit") {
    quit_();
    return "ok\n";
  }
  return "error: unknown command; try help\n";
}

std::string control::inbound(std::string_view rest) {
  const auto how = rest.starts_with("--") ? next_word(rest) : std::string_view();
  const auto source = next_word(rest);
  const auto destination = next_word(rest);
  const auto text = smpp::encode_text(rest);
  if (source.empty() || destination.empty() || !text)
    return "error: mo [--sar|--udh16|--payload] SOURCE DESTINATION TEXT, in UTF-8\n";
  smpp::deliver_sm like;
  set_source(like, source);
  set_destination(like, destination);
  like.data_coding = text->data_coding;
  auto parts = make_parts(like, text->octets, how, ++reference_);
  const auto count = parts.size();
  if (count == 0) return "error: the text is too long\n";
  if (!carrier_.send_inbound(std::move(parts))) return "error: nobody who receives is bound\n";
  return "ok " + std::to_string(count) + (count == 1 ? " part\n" : " parts\n");
}

std::string control::tail() const {
  std::string text;
  for (const auto& line : carrier_.log().tail())
    text += line + "\n";
  return text + ".\n";
}
