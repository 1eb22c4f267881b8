// smpp_dump: what an engineer reaches for when a carrier misbehaves.
#include "smpp/fit_text.hpp"
#include "smpp/gsm7.hpp"
#include "smpp/message_id.hpp"
#include "smpp/segmenter.hpp"
#include "smpp/smpp_dump/capture.hpp"
#include "smpp/smpp_dump/pdu_json.hpp"
#include "smpp/text.hpp"
#include "smpp/ucs2.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace json = boost::json;
namespace options = boost::program_options;

constexpr const char* usage =
    R"(smpp_dump: SMPP PDUs, receipts and texts, for people and for scripts

  smpp_dump pdu [--lenient] [--reencode] [FILE|HEX...]
      PDUs as JSON objects, one a line. Reads hexadecimal, one stream of octets a line, or a
      capture (pcap, pcapng).
        --lenient     accept what carriers send and the specification does not know
        --reencode    add `hex`: the PDU as it would be sent from here
        --max OCTETS  the longest PDU that is believed (131072)
  smpp_dump receipt [FILE...]
      The fields of receipt texts, one a line, as JSON objects.
  smpp_dump text --encode|--decode --charset CHARSET [TEXT|HEX...]
      UTF-8 to hexadecimal, and back. CHARSET: gsm7, gsm7-packed, ucs2, latin1
        --locking LANGUAGE, --single LANGUAGE  national tables of gsm7: turkish, spanish, portuguese
        --fill BITS   fill bits before the first packed septet (0)
  smpp_dump parts [--concat HOW] [--charset CHARSET] [--language LANGUAGE]... [TEXT...]
      How texts are split, as JSON objects. HOW: udh8 (the default), udh16, sar, payload;
      CHARSET: gsm7 where it serves and else ucs2 (the default), gsm7, ucs2, latin1
        --language LANGUAGE  its national tables may be used where they save a part; `locking` and
                             `single` of the object say which were: turkish, spanish, portuguese
  smpp_dump match SUBMIT_ID RECEIPT_ID
      Whether the id of a submit_sm_resp and the id of a receipt mean the same message, and how
      they differ: exact, letter_case, padding, dashes, hex_to_decimal (hexadecimal in the
      response, decimal in the receipt), decimal_to_hex. Exit status 1 where they do not match.

Without arguments a command reads its standard input. Exit status: 0, all was well; 1, some line was
not, and its output says why; 2, the command line is wrong.
)";

struct usage_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void print(const json::object& line) {
  const auto text = json::serialize(line);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

// Calls `visit(number, line)` for each line of `in`, without its end; true when all were well.
template <class Visitor>
bool for_each_line(std::istream& in, Visitor visit) {
  bool well = true;
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (!visit(number, std::string_view(line))) well = false;
    std::fflush(stdout);
  }
  return well;
}

// The arguments themselves are the lines, or the standard input has them.
template <class Visitor>
bool for_each_text(const std::vector<std::string>& arguments, Visitor visit) {
  if (arguments.empty()) return for_each_line(std::cin, visit);
  bool well = true;
  std::uint64_t number = 0;
  for (const auto& argument : arguments) {
    if (!visit(++number, std::string_view(argument))) well = false;
  }
  return well;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == ':'; }

// Octets of a line of hexadecimal; `mistake` says what is wrong with it.
std::optional<smpp::byte_buffer> parse_hex(std::string_view line, std::string& mistake) {
  smpp::byte_buffer octets;
  int high = -1;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (is_space(line[at])) continue;
    const int digit = hex_digit(line[at]);
    if (digit < 0) {
      mistake = fmt::format("character {}: not a hexadecimal digit", at + 1);
      return std::nullopt;
    }
    if (high < 0) {
      high = digit;
    } else {
      octets.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  if (high < 0) return octets;
  mistake = "an odd number of hexadecimal digits";
  return std::nullopt;
}

std::string describe_loss(smpp::byte_view rest, std::uint32_t pdu_octets_max) {
  const auto length = boost::endian::load_big_u32(rest.data());
  if (length < smpp::header_octets) {
    return fmt::format("octet 0, command_length: {} is less than a header of {} octets", length,
                       smpp::header_octets);
  }
  return fmt::format("octet 0, command_length: {} is more than {} (see --max)", length,
                     pdu_octets_max);
}

// pdu.

class pdu_command {
 public:
  pdu_command(pdu_options how, std::uint32_t pdu_octets_max) : how_(how), max_(pdu_octets_max) {}

  bool read(const std::vector<std::string>& arguments) {
    if (arguments.empty()) read_input(std::cin, "standard input");
    std::uint64_t number = 0;
    for (const auto& argument : arguments) {
      ++number;
      std::ifstream file(argument, std::ios::binary);
      std::string mistake;
      if (file) {
        read_input(file, argument);
      } else if (parse_hex(argument, mistake)) {
        read_line(number, argument);
      } else {
        throw usage_error(argument + " is neither a file that can be read nor hexadecimal");
      }
    }
    return well_;
  }

 private:
  void read_input(std::istream& in, const std::string& name) {
    if (is_capture(in)) return read_capture_from(in, name);
    for_each_line(in, [&](std::uint64_t number, std::string_view line) {
      read_line(number, line);
      return true;
    });
    if (in.bad()) throw usage_error(name + ": cannot be read");  // a directory
  }

  // By the first octet of the magic number of pcap, in both orders and both resolutions, and of
  // pcapng, whose first is also the end of an empty line of text.
  static bool is_capture(std::istream& in) {
    const int first = in.peek();
    if (first == 0xA1 || first == 0xD4 || first == 0x4D) return true;
    if (first != '\n') return false;
    in.get();
    const bool pcapng = in.peek() == '\r';
    in.unget();
    return pcapng;
  }

  void read_line(std::uint64_t number, std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos || line.starts_with('#')) return;
    std::string mistake;
    const auto octets = parse_hex(line, mistake);
    if (!octets) {
      well_ = false;
      return print({{"line", number}, {"error", mistake}});
    }
    smpp::framing frames(max_);
    frames.add(*octets);
    while (const auto pdu = frames.next())
      put(json::object{{"line", number}}, *pdu);
    const auto rest = smpp::byte_view(*octets).last(frames.waiting());
    if (!rest.empty()) put_rest(json::object{{"line", number}}, rest, {});
  }

  void read_capture_from(std::istream& in, const std::string& name) {
    std::string octets{std::istreambuf_iterator<char>(in), {}};
    const auto start = [](std::uint64_t packet, const std::string& from, const std::string& to) {
      return json::object{{"line", packet}, {"from", from}, {"to", to}};
    };
    capture_events events;
    events.on_pdu = [&](auto packet, const auto& from, const auto& to, const auto& pdu) {
      put(start(packet, from, to), pdu);
    };
    events.on_broken = [&](auto packet, const auto& from, const auto& to, auto rest,
                           const auto& why) { put_rest(start(packet, from, to), rest, why); };
    try {
      read_capture(octets, max_, events);
    } catch (const std::runtime_error& broken) {
      well_ = false;
      print({{"error", name + ": " + broken.what()}});
    }
  }

  void put(json::object into, const smpp::framing::frame& pdu) {
    if (!put_pdu(into, pdu.head, pdu.body, how_)) well_ = false;
    print(into);
  }

  void put_rest(json::object into, smpp::byte_view rest, const std::string& why) {
    well_ = false;
    const bool has_length = rest.size() >= 4;
    const auto length = has_length ? boost::endian::load_big_u32(rest.data()) : 0;
    if (!why.empty()) {
      into["error"] = why;
    } else if (has_length && (length < smpp::header_octets || length > max_)) {
      into["error"] = describe_loss(rest, max_);
    } else {
      put_incomplete(into, rest, how_);
    }
    print(into);
  }

  pdu_options how_;
  std::uint32_t max_;
  bool well_{true};
};

// receipt.

bool show_receipts(const std::vector<std::string>& files) {
  const auto show = [](std::uint64_t number, std::string_view line) {
    if (line.empty()) return true;
    json::object shown{{"line", number}};
    const auto found = smpp::parse_receipt(line);
    if (found) {
      for (const auto& [name, value] : to_json(*found))
        shown[name] = value;
    } else {
      shown["error"] = "not a receipt: neither an id with a known status, nor three fields of one";
    }
    print(shown);
    return found.has_value();
  };
  if (files.empty()) return for_each_line(std::cin, show);
  bool well = true;
  for (const auto& name : files) {
    std::ifstream file(name);
    if (!file) throw usage_error(name + ": cannot be read");
    if (!for_each_line(file, show)) well = false;
    if (file.bad()) throw usage_error(name + ": cannot be read");
  }
  return well;
}

// text.

enum class charset : std::uint8_t { automatic, gsm7, gsm7_packed, ucs2, latin1 };

charset parse_charset(const std::string& name, bool automatic, bool packed) {
  if (name == "gsm7") return charset::gsm7;
  if (name == "gsm7-packed" && packed) return charset::gsm7_packed;
  if (name == "ucs2") return charset::ucs2;
  if (name == "latin1") return charset::latin1;
  if (name == "auto" && automatic) return charset::automatic;
  throw usage_error(fmt::format("--charset: there is no {}; it is one of {}gsm7, {}ucs2, latin1",
                                name, automatic ? "auto, " : "", packed ? "gsm7-packed, " : ""));
}

smpp::gsm7_language parse_language(const std::string& option, const std::string& name) {
  if (name == "standard") return smpp::gsm7_language::standard;
  if (name == "turkish") return smpp::gsm7_language::turkish;
  if (name == "spanish") return smpp::gsm7_language::spanish;
  if (name == "portuguese") return smpp::gsm7_language::portuguese;
  throw usage_error(
      fmt::format("{}: there is no {}; it is one of turkish, spanish, portuguese", option, name));
}

struct text_options {
  bool encode{};
  charset in{};
  smpp::gsm7_tables tables;
  unsigned fill_bits{};
};

std::optional<smpp::byte_buffer> encode(std::string_view utf8, const text_options& how) {
  if (how.in == charset::ucs2) return smpp::ucs2_encode(utf8);
  if (how.in == charset::latin1) return smpp::encode_text(utf8, smpp::data_coding_latin1);
  auto septets = smpp::gsm7_encode(utf8, how.tables);
  if (septets && how.in == charset::gsm7_packed) return smpp::gsm7_pack(*septets, how.fill_bits);
  return septets;
}

std::string decode(smpp::byte_view octets, const text_options& how) {
  if (how.in == charset::ucs2) return smpp::ucs2_decode(octets);
  if (how.in == charset::latin1) return smpp::decode_text(smpp::data_coding_latin1, octets);
  if (how.in == charset::gsm7) return smpp::gsm7_decode(octets, how.tables);
  return smpp::gsm7_decode(smpp::gsm7_unpack_all(octets, how.fill_bits), how.tables);
}

// What makes `octets` no text of that character set; empty: nothing.
std::string find_mistake(smpp::byte_view octets, charset in) {
  if (in == charset::ucs2 && octets.size() % 2 != 0) return "an odd number of octets is no UCS-2";
  if (in != charset::gsm7) return {};
  for (std::size_t at = 0; at < octets.size(); ++at) {
    if (octets[at] > 0x7F) return fmt::format("octet {}: above 7f, so not a septet", at);
  }
  return {};
}

bool convert_texts(const std::vector<std::string>& arguments, const text_options& how) {
  return for_each_text(arguments, [&](std::uint64_t number, std::string_view line) {
    std::string result, mistake;
    if (how.encode) {
      if (const auto octets = encode(line, how)) {
        result = to_hex(*octets);
      } else {
        mistake = "a character that the character set lacks, or not UTF-8";
      }
    } else if (const auto octets = parse_hex(line, mistake)) {
      mistake = find_mistake(*octets, how.in);
      if (mistake.empty()) result = decode(*octets, how);
    }
    fmt::print("{}\n", result);
    if (!mistake.empty()) fmt::print(stderr, "smpp_dump: line {}: {}\n", number, mistake);
    return mistake.empty();
  });
}

// parts.

struct parts_options {
  smpp::concatenation how{};
  charset in{};
  smpp::text_conventions peer;
};

std::optional<smpp::encoded_text> encode_message(std::string_view utf8,
                                                 const parts_options& wanted) {
  const auto in = wanted.in;
  if (in == charset::automatic) return smpp::encode_text(utf8, wanted.how, wanted.peer);
  text_options how;
  how.in = in;
  auto octets = encode(utf8, how);
  if (!octets) return std::nullopt;
  const auto data_coding = in == charset::gsm7   ? smpp::data_coding_default
                           : in == charset::ucs2 ? smpp::data_coding_ucs2
                                                 : smpp::data_coding_latin1;
  return smpp::encoded_text{data_coding, std::move(*octets)};
}

std::string_view encoding_name(std::uint8_t data_coding) {
  switch (data_coding) {
    case smpp::data_coding_default: return "gsm7";
    case smpp::data_coding_ucs2: return "ucs2";
    default: return "latin1";
  }
}

std::string_view language_name(smpp::gsm7_language language) {
  switch (language) {
    case smpp::gsm7_language::turkish: return "turkish";
    case smpp::gsm7_language::spanish: return "spanish";
    case smpp::gsm7_language::portuguese: return "portuguese";
    case smpp::gsm7_language::standard: break;
  }
  return "standard";
}

smpp::concatenation parse_concatenation(const std::string& name) {
  if (name == "udh8") return smpp::concatenation::udh8;
  if (name == "udh16") return smpp::concatenation::udh16;
  if (name == "sar") return smpp::concatenation::sar;
  if (name == "payload") return smpp::concatenation::payload;
  throw usage_error("--concat: there is no " + name + "; it is one of udh8, udh16, sar, payload");
}

bool show_parts(const std::vector<std::string>& arguments, const parts_options& wanted) {
  return for_each_text(arguments, [&](std::uint64_t number, std::string_view line) {
    json::object shown{{"line", number}};
    const auto message = encode_message(line, wanted);
    if (!message) {
      shown["error"] = "a character that the character set lacks, or not UTF-8";
      print(shown);
      return false;
    }
    const auto parts = smpp::split(*message, wanted.how, 0).user_data;
    shown["encoding"] = encoding_name(message->data_coding);
    if (message->tables != smpp::gsm7_tables{}) {
      shown["locking"] = language_name(message->tables.locking);
      shown["single"] = language_name(message->tables.single);
    }
    shown["parts"] = parts.size();
    auto& octets = shown["octets"].emplace_array();
    for (const auto& part : parts)
      octets.push_back(part.size());
    if (parts.empty()) {
      shown["error"] = wanted.how == smpp::concatenation::payload
                           ? "more than the 65535 octets of a message_payload"
                           : fmt::format("more than {} parts", smpp::parts_max);
    }
    print(shown);
    return !parts.empty();
  });
}

// match.

std::string_view form_name(smpp::id_form form) {
  switch (form) {
    case smpp::id_form::exact: return "exact";
    case smpp::id_form::letter_case: return "letter_case";
    case smpp::id_form::padding: return "padding";
    case smpp::id_form::dashes: return "dashes";
    case smpp::id_form::hex_to_decimal: return "hex_to_decimal";
    case smpp::id_form::decimal_to_hex: return "decimal_to_hex";
  }
  return "";
}

bool show_match(const std::vector<std::string>& ids) {
  if (ids.size() != 2) throw usage_error("match needs two ids: of a submit_sm_resp, of a receipt");
  const auto form = smpp::match_ids(ids[0], ids[1]);
  print({{"match", form.has_value()},
         {"form", form ? json::value(form_name(*form)) : json::value(nullptr)}});
  return form.has_value();
}

// The command line.

bool run(const std::string& command, const std::vector<std::string>& arguments) {
  options::options_description known;
  auto add = known.add_options();
  const auto text = [](const char* value) {
    return options::value<std::string>()->default_value(value);
  };
  if (command == "pdu") {
    add("lenient", "")("reencode", "")("max",
                                       options::value<std::int64_t>()->default_value(131072));
  } else if (command == "text") {
    add("encode", "")("decode", "")("charset", text("gsm7"))("locking", text("standard"))(
        "single", text("standard"))("fill", options::value<unsigned>()->default_value(0));
  } else if (command == "parts") {
    add("concat", text("udh8"))("charset", text("auto"))(
        "language", options::value<std::vector<std::string>>()->default_value({}, ""));
  } else if (command != "receipt" && command != "match") {
    throw usage_error("there is no command " + command + "; smpp_dump --help lists them");
  }
  add("input", options::value<std::vector<std::string>>(), "");
  options::positional_options_description positions;
  positions.add("input", -1);
  options::variables_map given;
  try {
    namespace style = options::command_line_style;
    options::store(options::command_line_parser(arguments)
                       .options(known)
                       .positional(positions)
                       .style(style::unix_style & ~style::allow_guessing & ~style::allow_short)
                       .run(),
                   given);
  } catch (const options::error& wrong) {
    throw usage_error(command + ": " + wrong.what());
  }
  const auto inputs = given.count("input") > 0 ? given["input"].as<std::vector<std::string>>()
                                               : std::vector<std::string>{};
  const auto value = [&](const char* name) { return given[name].as<std::string>(); };

  if (command == "pdu") {
    pdu_options how;
    if (given.count("lenient") > 0) how.leniency = smpp::leniency::lenient;
    how.reencode = given.count("reencode") > 0;
    const auto most = given["max"].as<std::int64_t>();
    if (most < std::int64_t{smpp::header_octets} || most > std::numeric_limits<std::int32_t>::max())
      throw usage_error("--max: 16 to 2147483647 octets");
    return pdu_command(how, static_cast<std::uint32_t>(most)).read(inputs);
  }
  if (command == "receipt") return show_receipts(inputs);
  if (command == "match") return show_match(inputs);
  if (command == "parts") {
    parts_options wanted;
    wanted.how = parse_concatenation(value("concat"));
    wanted.in = parse_charset(value("charset"), true, false);
    for (const auto& name : given["language"].as<std::vector<std::string>>())
      wanted.peer.national_languages.push_back(parse_language("--language", name));
    return show_parts(inputs, wanted);
  }
  text_options how;
  how.encode = given.count("encode") > 0;
  if (how.encode == (given.count("decode") > 0))
    throw usage_error("text: either --encode or --decode");
  how.in = parse_charset(value("charset"), false, true);
  how.tables.locking = parse_language("--locking", value("locking"));
  how.tables.single = parse_language("--single", value("single"));
  how.fill_bits = given["fill"].as<unsigned>();
  if (how.fill_bits > 6) throw usage_error("--fill: 0 to 6 bits");
  return convert_texts(inputs, how);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) {
    std::fputs(usage, stderr);
    return 2;
  }
  const auto command = arguments.front();
  if (command == "--help" || command == "-h" || command == "help" ||
      (arguments.size() > 1 && arguments[1] == "--help")) {
    std::fputs(usage, stdout);
    return 0;
  }
  arguments.erase(arguments.begin());
  try {
    return run(command, arguments) ? 0 : 1;
  } catch (const usage_error& wrong) {
    fmt::print(stderr, "smpp_dump: {}\n", wrong.what());
    return 2;
  } catch (const std::exception& broken) {
    fmt::print(stderr, "smpp_dump: {}\n", broken.what());
    return 1;
  }
}
