#include "daemon/http/json_writer.hpp"

#include "daemon/http/vocabulary.hpp"

#include <algorithm>
#include <cstring>

namespace smppd::http {

namespace {

/// Is each of the eight octets one that stands for itself in a JSON string? May be false where they
/// are.
bool is_plain(std::uint64_t eight) noexcept {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101, tops = ones << 7U;
  const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word; };
  const auto not_plain = eight | (eight - ones * ' ') |  // beyond ASCII, control characters
                         has_zero(eight ^ (ones * '"')) | has_zero(eight ^ (ones * '\\'));
  return (not_plain & tops) == 0;
}

bool is_plain(std::string_view text) noexcept {
  std::uint64_t eight{};
  for (; text.size() >= sizeof eight; text.remove_prefix(sizeof eight)) {
    std::memcpy(&eight, text.data(), sizeof eight);
    if (!is_plain(eight)) return false;
  }
  std::memset(&eight, ' ', sizeof eight);
  if (!text.empty()) std::memcpy(&eight, text.data(), text.size());
  return is_plain(eight);
}

char* copy(std::string_view text, char* to) noexcept { return std::ranges::copy(text, to).out; }

}  // namespace

char* json_writer::begin_field(std::string_view name, std::size_t octets_max) {
  const auto size = printed_.size();
  printed_.reserve(size + 4 + name.size() + octets_max);
  char* place = printed_.data() + size;
  if (size != 0 && place[-1] != '{' && place[-1] != '[') *place++ = ',';
  if (name.empty()) return place;
  *place++ = '"';
  place = copy(name, place);
  *place++ = '"';
  *place++ = ':';
  return place;
}

void json_writer::end_field(const char* end) noexcept {
  printed_.resize(static_cast<std::size_t>(end - printed_.data()));
}

void json_writer::literal(std::string_view name, std::string_view value) {
  end_field(copy(value, begin_field(name, value.size())));
}

void json_writer::text(std::string_view name, std::string_view value) {
  char* place = begin_field(name, value.size() + 2);
  *place++ = '"';
  if (is_plain(value)) {
    place = copy(value, place);
    *place++ = '"';
    return end_field(place);
  }
  end_field(place);
  put_escaped(valid_utf8(value));
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
      printed_.append(std::string_view("\\u00"));
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
