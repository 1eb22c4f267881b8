#include "daemon/http/json_writer.hpp"

#include "daemon/http/vocabulary.hpp"

#include <algorithm>

namespace smppd::http {

namespace {

bool stands_for_itself(char c) noexcept {
  const auto octet = static_cast<unsigned char>(c);
  return octet >= 0x20 && octet < 0x80 && c != '"' && c != '\\';
}

}  // namespace

void json_writer::put_name(std::string_view name) {
  if (const auto size = printed_.size(); size != 0) {
    if (const char last = printed_[size - 1]; last != '{' && last != '[') printed_.push_back(',');
  }
  if (name.empty()) return;
  printed_.push_back('"');
  put(name);
  put("\":");
}

void json_writer::text(std::string_view name, std::string_view value) {
  put_name(name);
  printed_.push_back('"');
  if (std::ranges::all_of(value, stands_for_itself)) {
    put(value);
  } else {
    put_escaped(valid_utf8(value));
  }
  printed_.push_back('"');
}

void json_writer::put_escaped(std::string_view utf8) {
  constexpr std::string_view short_names = "\"\\\b\f\n\r\t", shorts = "\"\\bfnrt";
  for (const char c : utf8) {
    const auto octet = static_cast<unsigned char>(c);
    if (const auto found = short_names.find(c); found != std::string_view::npos) {
      printed_.push_back('\\');
      printed_.push_back(shorts[found]);
    } else if (octet < 0x20) {
      put("\\u00");
      printed_.push_back("01"[octet >> 4U]);
      printed_.push_back("0123456789abcdef"[octet & 0xFU]);
    } else {
      printed_.push_back(c);
    }
  }
}

void json_writer::time(std::string_view name, store::wall_time value) {
  text(name, print_time(value));
}

}  // namespace smppd::http
