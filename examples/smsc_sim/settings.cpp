#include "settings.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <sstream>
#include <utility>

namespace {

namespace po = boost::program_options;

template <class Value>
Value choose(const po::variables_map& given, const std::string& option,
             std::initializer_list<std::pair<const char*, Value>> choices) {
  const auto& word = given[option].as<std::string>();
  std::string known;
  for (const auto& [name, value] : choices) {
    if (word == name) return value;
    known += known.empty() ? name : std::string("|") + name;
  }
  throw po::error(fmt::format("--{} is one of {}, not '{}'", option, known, word));
}

constexpr std::initializer_list<std::pair<const char*, id_style>> id_styles{
    {"hex", id_style::hex},
    {"decimal", id_style::decimal},
    {"padded", id_style::padded},
    {"upper", id_style::upper}};

template <class Value>
auto value(Value& into, const char* called) {
  return po::value<Value>(&into)->default_value(into)->value_name(called);
}

template <class Duration>
po::typed_value<std::int64_t>* duration(Duration& into, const char* called) {
  return po::value<std::int64_t>()
      ->default_value(into.count())
      ->value_name(called)
      ->notifier([&into](std::int64_t count) { into = Duration(count); });
}

po::typed_value<std::string>* word(const char* normally, const char* called) {
  return po::value<std::string>()->default_value(normally)->value_name(called);
}

void add_connection_options(po::options_description& to, settings& into) {
  into.listen = {"127.0.0.1", 2776};
  to.add_options()("help", "shows this");
  to.add_options()("listen", value(into.listen, "HOST:PORT"), "where ESMEs bind; port 0: any");
  to.add_options()("control", po::value<endpoint>()->value_name("HOST:PORT"),
                   "where commands are taken, a line each: help lists them");
  to.add_options()("system-id", value(into.system_id, "ID"), "who may bind; empty: anyone");
  to.add_options()("password", value(into.password, "WORD"), "with which password; empty: any");
  to.add_options()("window", value(into.window, "N"), "deliver_sm in flight on a session");
}

void add_submit_options(po::options_description& to, settings& into) {
  to.add_options()("delay", duration(into.delay, "MS"), "of submit_sm_resp");
  to.add_options()("throttle-every", value(into.throttle_every, "N"),
                   "the Nth submit_sm is answered ESME_RTHROTTLED");
  to.add_options()("reject-every", value(into.reject_every, "N"),
                   "the Nth submit_sm is answered ESME_RSUBMITFAIL");
  to.add_options()("reject-prefix", value(into.reject_prefix, "DIGITS"),
                   "destinations that begin so are answered ESME_RINVDSTADR");
  to.add_options()("ignore-every", value(into.ignore_every, "N"),
                   "the Nth submit_sm is taken and never answered");
  to.add_options()("drop-every", value(into.drop_every, "N"),
                   "the Nth submit_sm is taken, and the connection closed");
  to.add_options()("ids", word("hex", "FORM"), "of message ids: hex|decimal|padded|upper");
  to.add_options()("first-id", value(into.first_id, "N"), "0: by the clock");
}

void add_receipt_options(po::options_description& to, settings& into) {
  to.add_options()("no-receipts", po::bool_switch(), "whatever is asked for");
  to.add_options()("receipts-as", word("same", "FORM"),
                   "ids in receipts: same|hex|decimal|padded|upper");
  to.add_options()("receipts-in", word("both", "PLACE"), "tlv|text|both|data_sm");
  to.add_options()("receipt-delay", duration(into.receipt_delay, "MS"), "after the response");
  to.add_options()("receipt-jitter", duration(into.receipt_jitter, "MS"),
                   "up to so much more, by chance");
  to.add_options()("receipt-state", word("DELIVRD", "WORD"), "what receipts say");
  to.add_options()("receipt-before-response", po::bool_switch(&into.receipt_before_response),
                   "the receipt comes first");
}

void add_output_options(po::options_description& to, settings& into) {
  to.add_options()("log", value(into.log_file, "FILE"), "a line for each submit_sm");
  to.add_options()("tail", value(into.tail, "N"), "keep so many of these lines for `tail`");
  to.add_options()("count", po::bool_switch(&into.count), "print figures at the end");
  to.add_options()("quit-after", duration(into.quit_after, "SECONDS"), "0: when told");
}

void take_words(const po::variables_map& given, settings& into) {
  into.ids = choose(given, "ids", id_styles);
  if (given["receipts-as"].as<std::string>() != "same")
    into.receipts_as = choose(given, "receipts-as", id_styles);
  into.receipts_in = choose<receipt_place>(given, "receipts-in",
                                           {{"tlv", receipt_place::tlv},
                                            {"text", receipt_place::text},
                                            {"both", receipt_place::both},
                                            {"data_sm", receipt_place::data_sm}});
  const auto state = smpp::parse_receipt_word(given["receipt-state"].as<std::string>());
  if (!state) throw po::error("--receipt-state is a word such as DELIVRD, UNDELIV or EXPIRED");
  into.receipt_state = *state;
  into.receipts = !given["no-receipts"].as<bool>();
  if (given.count("control") != 0) into.control = given["control"].as<endpoint>();
}

}  // namespace

std::optional<settings> parse_settings(int argc, const char* const* argv) {
  settings parsed;
  po::options_description options("smsc_sim, a simulated carrier");
  add_connection_options(options, parsed);
  add_submit_options(options, parsed);
  add_receipt_options(options, parsed);
  add_output_options(options, parsed);
  po::variables_map given;
  po::store(po::parse_command_line(argc, argv, options), given);
  if (given.count("help") != 0) {
    std::ostringstream text;
    text << options;
    std::fputs(text.str().c_str(), stdout);
    return std::nullopt;
  }
  po::notify(given);
  take_words(given, parsed);
  return parsed;
}
