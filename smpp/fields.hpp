// How the fields of PDUs look on the wire. A PDU lists its fields once, as (name, member, shape);
// encoding, decoding, limits and dumps all come from that list.
#pragma once

#include "smpp/octets.hpp"
#include "smpp/wire.hpp"

#include <cstdint>
#include <string_view>

namespace smpp {

template <class Pdu, class Value, class Shape>
struct field {
  std::string_view name;
  Value Pdu::*member;
  Shape shape;
};
template <class Pdu, class Value, class Shape>
field(const char*, Value Pdu::*, Shape) -> field<Pdu, Value, Shape>;

/// One octet, unsigned.
struct u8_shape {
  static constexpr auto misfit = error{};
  static void read(reader& from, std::uint8_t& value, std::string_view) { value = from.u8(); }
  static constexpr std::size_t size(std::uint8_t) { return 1; }
  static constexpr bool fits(std::uint8_t) { return true; }
  static void write(writer& to, std::uint8_t value) { to.u8(value); }
};
inline constexpr u8_shape u8;

/// C-Octet String of at most `Max` octets, its NUL included.
template <std::size_t Max>
struct c_octet_shape {
  static constexpr auto misfit = error::too_long;
  template <std::size_t Inline>
  static void read(reader& from, octets<Inline>& value, std::string_view name) {
    const auto text = from.c_string();
    if (text.size() >= Max && from.strict()) {
      from.fail(error::too_long, status_of_field(name));
    } else {
      value.assign(text);
    }
  }
  template <std::size_t Inline>
  static std::size_t size(const octets<Inline>& value) {
    return value.size() + 1;
  }
  template <std::size_t Inline>
  static bool fits(const octets<Inline>& value) {
    return value.size() < Max && value.view().find('\0') == std::string_view::npos;
  }
  template <std::size_t Inline>
  static void write(writer& to, const octets<Inline>& value) {
    to.c_string(value.view());
  }
};
template <std::size_t Max>
inline constexpr c_octet_shape<Max> c_octet{};

/// A time: a C-Octet String of 1 or 17 octets (SMPP 3.4, 7.1.1). What it says is not looked at.
struct time_shape : c_octet_shape<17> {
  static constexpr auto misfit = error::bad_time;
  template <std::size_t Inline>
  static void read(reader& from, octets<Inline>& value, std::string_view name) {
    value.assign(from.c_string());
    if (from.strict() && !fits(value)) from.fail(error::bad_time, status_of_field(name));
  }
  template <std::size_t Inline>
  static bool fits(const octets<Inline>& value) {
    return value.empty() || (value.size() == 16 && c_octet_shape::fits(value));
  }
};
inline constexpr time_shape time_string{};

/// Octets behind an octet with their number, at most `Max` of them.
template <std::size_t Max>
struct sized_octets_shape {
  static constexpr auto misfit = error::too_long;
  template <std::size_t Inline>
  static void read(reader& from, octets<Inline>& value, std::string_view) {
    const std::size_t length = from.u8();
    if (length > Max && from.strict()) {
      from.fail(error::too_long, command_status::invmsglen);
    } else {
      value.assign(as_text(from.take(length, command_status::invmsglen)));
    }
  }
  template <std::size_t Inline>
  static std::size_t size(const octets<Inline>& value) {
    return value.size() + 1;
  }
  template <std::size_t Inline>
  static bool fits(const octets<Inline>& value) {
    return value.size() <= Max;
  }
  template <std::size_t Inline>
  static void write(writer& to, const octets<Inline>& value) {
    to.u8(static_cast<std::uint8_t>(value.size()));
    to.raw(value.view());
  }
};
template <std::size_t Max>
inline constexpr sized_octets_shape<Max> sized_octets{};

}  // namespace smpp
