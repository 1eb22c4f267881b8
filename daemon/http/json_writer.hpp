// JSON that is printed as it is said: what has a known shape needs no tree of values.
#pragma once

#include "store/records.hpp"

#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smppd::http {

/// Each function adds a field of the object, or with an empty name an element of the array, that is
/// open. Names are printed as they are. The result is JSON (RFC 8259) where each begin_... has its
/// end_...
class json_writer {
 public:
  void begin_object(std::string_view name = {}) { literal(name, "{"); }
  void end_object() { printed_.push_back('}'); }
  void begin_array(std::string_view name = {}) { literal(name, "["); }
  void end_array() { printed_.push_back(']'); }

  /// Any octets: those that are not UTF-8 become U+FFFD, one each.
  void text(std::string_view name, std::string_view value);
  void boolean(std::string_view name, bool value) { literal(name, value ? "true" : "false"); }
  void null(std::string_view name) { literal(name, "null"); }
  void number(std::string_view name, std::integral auto value) {
    static_assert(sizeof value <= 8);
    constexpr std::size_t digits_max = 20;  // sign included
    char* const place = begin_field(name, digits_max);
    end_field(std::to_chars(place, place + digits_max, value).ptr);
  }
  /// "2026-03-31T07:00:06.412Z".
  void time(std::string_view name, store::wall_time value);

  // null where there is nothing to say.
  void text_or_null(std::string_view name, std::string_view value) {
    value.empty() ? null(name) : text(name, value);
  }
  void time_or_null(std::string_view name, store::wall_time value) {
    value == store::wall_time{} ? null(name) : time(name, value);
  }

  [[nodiscard]] std::string printed() const { return fmt::to_string(printed_); }

 private:
  /// Prints the name, and says where there is room for a value of `octets_max`.
  [[nodiscard]] char* begin_field(std::string_view name, std::size_t octets_max);
  void end_field(const char* end) noexcept;
  void literal(std::string_view name, std::string_view value);
  void put_escaped(std::string_view utf8);

  fmt::basic_memory_buffer<char, 1024> printed_;
};

}  // namespace smppd::http
