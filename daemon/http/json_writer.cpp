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
  if (!printed_.empty() && printed_.back() != '{' && printed_.back() != '[') printed_ += ',';
  if (name.empty()) return;
  printed_ += '"';
  printed_ += name;
  printed_ += "\":";
}

void json_writer::text(std::string_view name, std::string_view value) {
  put_name(name);
  printed_ += '"';
  if (std::ranges::all_of(value, stands_for_itself)) {
    printed_ += value;
  } else {
    put_escaped(valid_utf8(value));
  }
  printed_ += '"';
}

void json_writer::put_escaped(std::string_view utf8) {
  constexpr std::string_view short_names = "\"\\\b\f\n\r\t", shorts = "\"\\bfnrt";
  for (const char c : utf8) {
    const auto octet = static_cast<unsigned char>(c);
    if (const auto found = short_names.find(c); found != std::string_view::npos) {
      printed_ += '\\';
      printed_ += shorts[found];
    } else if (octet < 0x20) {
      printed_ += "\\u00";
      printed_ += "01"[octet >> 4U];
      printed_ += "0123456789abcdef"[octet & 0xFU];
    } else {
      printed_ += c;
    }
  }
}

void json_writer::time(std::string_view name, store::wall_time value) {
  text(name, print_time(value));
}

}  // namespace smppd::http
