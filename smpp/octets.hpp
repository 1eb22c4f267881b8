// The strings of PDUs: short ones live inside the PDU, so that decoding allocates nothing.
#pragma once

#include "smpp/bytes.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace smpp {

/// A string of octets with room for `Inline` of them inside the object; longer ones, of up to 4
/// GiB, go to the heap. A value: copies are independent. Only `size()` octets are ever read or
/// copied.
template <std::size_t Inline>
class octets {
 public:
  octets() noexcept {}                             // NOLINT: the room inside is left as it is
  octets(std::string_view text) { assign(text); }  // NOLINT(google-explicit-constructor)
  octets(const char* text) : octets(std::string_view(text)) {}         // NOLINT
  octets(const std::string& text) : octets(std::string_view(text)) {}  // NOLINT
  octets(byte_view bytes) : octets(as_text(bytes)) {}                  // NOLINT
  octets(const octets& other) { assign(other.view()); }                // NOLINT
  octets(octets&& other) noexcept { take(other); }                     // NOLINT
  octets& operator=(const octets& other) {
    if (this != &other) assign(other.view());
    return *this;
  }
  octets& operator=(octets&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~octets() { release(); }

  [[nodiscard]] std::string_view view() const noexcept { return {data(), size_}; }
  [[nodiscard]] byte_view bytes() const noexcept { return as_bytes(view()); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// `text` may be part of this string.
  void assign(std::string_view text) {
    if (text.size() > capacity_) {
      grow(text, text.size());
    } else if (!text.empty()) {
      std::memmove(data(), text.data(), text.size());
    }
    size_ = static_cast<std::uint32_t>(text.size());
  }
  /// `text` is not part of this string.
  void append(std::string_view text) {
    const std::size_t longer = size_ + text.size();
    if (longer > capacity_) grow(view(), std::max(longer, 2 * std::size_t{capacity_}));
    if (!text.empty()) std::memcpy(data() + size_, text.data(), text.size());
    size_ = static_cast<std::uint32_t>(longer);
  }
  void clear() noexcept { size_ = 0; }

  friend bool operator==(const octets& a, const octets& b) noexcept { return a.view() == b.view(); }
  friend bool operator==(const octets& a, const std::convertible_to<std::string_view> auto& b) {
    return a.view() == std::string_view(b);
  }

 private:
  static_assert(Inline >= sizeof(char*));

  [[nodiscard]] bool on_heap() const noexcept { return capacity_ > Inline; }
  [[nodiscard]] char* data() noexcept { return on_heap() ? heap_ : inside_; }
  [[nodiscard]] const char* data() const noexcept { return on_heap() ? heap_ : inside_; }
  /// Has room for `wanted` octets, the first of which are those of `text`.
  void grow(std::string_view text, std::size_t wanted) {
    if (wanted > std::numeric_limits<std::uint32_t>::max()) throw std::length_error("octets");
    auto larger = std::make_unique_for_overwrite<char[]>(wanted);
    if (!text.empty()) std::memcpy(larger.get(), text.data(), text.size());
    release();
    heap_ = larger.release();
    capacity_ = static_cast<std::uint32_t>(wanted);
  }
  void release() noexcept {
    if (on_heap()) delete[] heap_;
  }
  void take(octets& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, Inline);
    if (on_heap()) {
      heap_ = other.heap_;
    } else {
      // The size is at most Inline; the compiler does not see it.
      std::memcpy(inside_, other.inside_, std::min<std::size_t>(size_, Inline));
    }
  }

  std::uint32_t size_{0};
  std::uint32_t capacity_{Inline};
  union {
    char inside_[Inline];  // NOLINT(modernize-avoid-c-arrays)
    char* heap_;
  };
};

}  // namespace smpp
