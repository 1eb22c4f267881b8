#include "settings.hpp"

#include <boost/program_options.hpp>

#include <cstdio>
#include <sstream>

namespace {

namespace po = boost::program_options;

template <class Value>
auto value(Value& into, const char* called) {
  return po::value<Value>(&into)->default_value(into)->value_name(called);
}

auto seconds(std::chrono::seconds& into) {
  return po::value<std::int64_t>()
      ->default_value(into.count())
      ->value_name("S")
      ->notifier([&into](std::int64_t count) { into = std::chrono::seconds(count); });
}

void add_options(po::options_description& to, settings& into) {
  into.connect = {"127.0.0.1", 2775};
  to.add_options()("help", "shows this");
  to.add_options()("connect", value(into.connect, "HOST:PORT"), "the SMSC");
  to.add_options()("system-id", value(into.system_id, "ID"), "who binds");
  to.add_options()("password", value(into.password, "WORD"), "with which password");
  to.add_options()("binds", value(into.binds, "N"), "transceiver sessions");
  to.add_options()("window", value(into.window, "N"), "submit_sm in flight on each");
  to.add_options()("count", value(into.count, "N"), "messages; 0: until --seconds are over");
  to.add_options()("seconds", seconds(into.seconds), "of sending; 0: until --count are sent");
  to.add_options()("rate", value(into.rate, "N"), "messages per second in all; 0: no limit");
  to.add_options()("receipts", po::bool_switch(&into.receipts), "ask and wait for receipts");
  to.add_options()("source", value(into.source, "ADDRESS"), "the sender");
  to.add_options()("destination", value(into.destination, "NUMBER"),
                   "the first; a running number is added");
  to.add_options()("destinations", value(into.destinations, "N"), "different ones");
  to.add_options()("text", value(into.text, "TEXT"), "{n} is the serial number of the message");
  to.add_options()("first-serial", value(into.first_serial, "N"), "of the serial numbers");
  to.add_options()("idle-timeout", seconds(into.idle_timeout), "without any answer: the end");
  to.add_options()("acked-file", value(into.acked_file, "FILE"),
                   "appends serial number and message id of each accepted message");
  to.add_options()("reconnect", po::bool_switch(&into.reconnect), "go on when a bind is lost");
  to.add_options()("quiet", po::bool_switch(&into.quiet), "the last line only");
}

}  // namespace

std::optional<settings> parse_settings(int argc, const char* const* argv) {
  settings parsed;
  po::options_description options("esme_load, an ESME that puts load on an SMSC");
  add_options(options, parsed);
  po::variables_map given;
  po::store(po::parse_command_line(argc, argv, options), given);
  if (given.count("help") != 0) {
    std::ostringstream text;
    text << options;
    std::fputs(text.str().c_str(), stdout);
    return std::nullopt;
  }
  po::notify(given);
  if (parsed.count == 0 && parsed.seconds.count() == 0) parsed.count = 10'000;
  if (parsed.binds == 0 || parsed.window == 0 || parsed.destinations == 0)
    throw po::error("--binds, --window and --destinations are at least 1");
  return parsed;
}
