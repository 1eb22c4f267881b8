// Whether libsmpp34 takes what was sent from one end of a session, or from both:
//   libsmpp34_captures [--from PORT | --to PORT] CAPTURE...
// Says how many PDUs it was, and exits with 1 where there is none or one of them is refused.
#include "smpp/session_core.hpp"
#include "smpp/smpp_dump/capture.hpp"
#include "tests/interop/libsmpp34/decoder.hpp"

#include <fmt/format.h>

#include <exception>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

struct wanted {
  std::string from, to;  // how the address ends; empty: any
};

struct counts {
  unsigned taken{0}, refused{0};
};

smpp::byte_view whole(const smpp::framing::frame& pdu) {
  return {pdu.body.data() - smpp::header_octets, pdu.head.command_length};
}

void check(const char* path, const wanted& of, counts& all) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("{} cannot be read", path));
  std::string octets{std::istreambuf_iterator<char>(file), {}};
  capture_events events;
  events.on_pdu = [&](std::uint64_t packet, const std::string& from, const std::string& to,
                      const smpp::framing::frame& pdu) {
    if (!from.ends_with(of.from) || !to.ends_with(of.to)) return;
    const auto fault = libsmpp34::find_fault(whole(pdu));
    ++(fault ? all.refused : all.taken);
    if (fault) fmt::print("{}, packet {}, {} to {}: {}\n", path, packet, from, to, *fault);
  };
  events.on_broken = [&](std::uint64_t packet, const std::string& from, const std::string& to,
                         smpp::byte_view rest, const std::string& why) {
    if (!from.ends_with(of.from) || !to.ends_with(of.to)) return;
    ++all.refused;
    fmt::print("{}, packet {}, {} to {}: {} octets are no PDU. {}\n", path, packet, from, to,
               rest.size(), why);
  };
  read_capture(octets, smpp::session_options{}.pdu_octets_max, events);
}

}  // namespace

int main(int count, char** arguments) {
  wanted of;
  counts all;
  try {
    for (int i = 1; i < count; ++i) {
      const std::string_view word = arguments[i];
      const bool more = i + 1 < count;
      if (word == "--from" && more)
        of.from = fmt::format(":{}", arguments[++i]);
      else if (word == "--to" && more)
        of.to = fmt::format(":{}", arguments[++i]);
      else
        check(arguments[i], of, all);
    }
  } catch (const std::exception& why) {
    fmt::print("{}\n", why.what());
    return 1;
  }
  fmt::print("{} PDUs taken, {} refused\n", all.taken, all.refused);
  return all.taken > 0 && all.refused == 0 ? 0 : 1;
}
