// Octets to numbers and strings, and back. A reader keeps its first error; whoever reads checks
// once, at the end.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/error.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace smpp {

/// Towards whom: `lenient` accepts what carriers send and the specification does not know: strings
/// that are too long, a last string without its NUL, NULs too many, any length of a time.
enum class leniency : std::uint8_t { strict, lenient };

class reader {
 public:
  reader(byte_view body, leniency how) noexcept : rest_(body), size_(body.size()), how_(how) {}

  [[nodiscard]] byte_view rest() const noexcept { return rest_; }
  [[nodiscard]] const std::optional<decode_error>& failure() const noexcept { return failure_; }

  /// Names what is read next, for the error.
  void at(std::string_view field) noexcept { field_ = field; }
  /// The first failure counts; after it everything reads as empty.
  void fail(error code, command_status status) noexcept {
    if (!failure_) {
      failure_ =
          decode_error{code, static_cast<std::uint32_t>(size_ - rest_.size()), field_, status};
    }
    rest_ = {};
  }
  [[nodiscard]] bool strict() const noexcept { return how_ == leniency::strict; }

  [[nodiscard]] std::uint8_t u8() noexcept {
    if (rest_.empty()) {
      fail(error::incomplete, command_status::invcmdlen);
      return 0;
    }
    const auto value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  [[nodiscard]] std::uint32_t u32() noexcept {
    if (rest_.size() < 4) {
      fail(error::incomplete, command_status::invcmdlen);
      return 0;
    }
    const auto value = boost::endian::load_big_u32(rest_.data());
    rest_ = rest_.subspan(4);
    return value;
  }
  /// Exactly `count` octets; `status` where there are fewer.
  [[nodiscard]] byte_view take(std::size_t count, command_status status) noexcept {
    if (rest_.size() < count) {
      fail(error::incomplete, status);
      return {};
    }
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  /// The characters before the next NUL, which is read too; when lenient, the end serves as well.
  [[nodiscard]] std::string_view c_string() noexcept {
    const auto* const nul =
        rest_.empty()
            ? nullptr
            : static_cast<const std::uint8_t*>(std::memchr(rest_.data(), 0, rest_.size()));
    if (nul == nullptr && !rest_.empty() && how_ == leniency::lenient) {
      return as_text(std::exchange(rest_, {}));
    }
    if (nul == nullptr) {
      fail(rest_.empty() ? error::incomplete : error::unterminated, command_status::invcmdlen);
      return {};
    }
    const auto length = static_cast<std::size_t>(nul - rest_.data());
    const auto text = as_text(rest_.first(length));
    rest_ = rest_.subspan(length + 1);
    return text;
  }

 private:
  byte_view rest_;
  std::size_t size_;
  leniency how_;
  std::string_view field_;
  std::optional<decode_error> failure_;
};

/// Writes into room that was measured before.
class writer {
 public:
  explicit writer(std::uint8_t* place) noexcept : place_(place) {}
  void u8(std::uint8_t value) noexcept { *place_++ = value; }
  void u32(std::uint32_t value) noexcept {
    boost::endian::store_big_u32(place_, value);
    place_ += 4;
  }
  void raw(std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(place_, text.data(), text.size());
    place_ += text.size();
  }
  void c_string(std::string_view text) noexcept {
    raw(text);
    u8(0);
  }

 private:
  std::uint8_t* place_;
};

/// What to answer where a string field is too long (SMPP 3.4, 5.1.3).
[[nodiscard]] constexpr command_status status_of_field(std::string_view field) noexcept {
  if (field == "service_type") return command_status::invsertyp;
  if (field == "source_addr") return command_status::invsrcadr;
  if (field == "destination_addr") return command_status::invdstadr;
  if (field == "message_id") return command_status::invmsgid;
  if (field == "system_id") return command_status::invsysid;
  if (field == "password") return command_status::invpaswd;
  if (field == "system_type") return command_status::invsystyp;
  if (field == "schedule_delivery_time") return command_status::invsched;
  if (field == "validity_period") return command_status::invexpiry;
  if (field == "dl_name") return command_status::invdlname;
  return command_status::invcmdlen;
}

}  // namespace smpp
