// The strings of PDUs: short ones live inside the PDU, so that decoding allocates nothing.
#pragma once

#include "smpp/bytes.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace smpp {

/// A string of octets with room for `Inline` of them inside the object; longer ones go to the heap.
/// A value: copies are independent. Only `size()` octets are ever read or copied.
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
    if (this != &other) take(other);
    return *this;
  }
  ~octets() = default;

  [[nodiscard]] std::string_view view() const noexcept { return {data(), size_}; }
  [[nodiscard]] byte_view bytes() const noexcept { return as_bytes(view()); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  /// `text` may be part of this string.
  void assign(std::string_view text) {
    if (text.size() > capacity()) {
      auto larger = std::make_unique_for_overwrite<char[]>(text.size());
      std::memcpy(larger.get(), text.data(), text.size());
      heap_ = std::move(larger);
      heap_size_ = text.size();
    } else if (!text.empty()) {
      std::memmove(data(), text.data(), text.size());
    }
    size_ = text.size();
  }
  /// `text` is not part of this string.
  void append(std::string_view text) {
    if (size_ + text.size() > capacity()) {
      const std::size_t wanted = std::max(size_ + text.size(), 2 * capacity());
      auto larger = std::make_unique_for_overwrite<char[]>(wanted);
      std::memcpy(larger.get(), data(), size_);
      heap_ = std::move(larger);
      heap_size_ = wanted;
    }
    if (!text.empty()) std::memcpy(data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void clear() noexcept { size_ = 0; }

  friend bool operator==(const octets& a, const octets& b) noexcept { return a.view() == b.view(); }
  friend bool operator==(const octets& a, const std::convertible_to<std::string_view> auto& b) {
    return a.view() == std::string_view(b);
  }

 private:
  [[nodiscard]] std::size_t capacity() const noexcept { return heap_ ? heap_size_ : Inline; }
  [[nodiscard]] char* data() noexcept { return heap_ ? heap_.get() : inside_; }
  [[nodiscard]] const char* data() const noexcept { return heap_ ? heap_.get() : inside_; }
  void take(octets& other) noexcept {
    heap_ = std::move(other.heap_);
    heap_size_ = other.heap_size_;
    size_ = std::exchange(other.size_, 0);
    // Without a heap the size is at most Inline; the compiler does not see it.
    if (!heap_) std::memcpy(inside_, other.inside_, std::min(size_, Inline));
  }

  std::size_t size_{0};
  std::size_t heap_size_{0};
  std::unique_ptr<char[]> heap_;
  char inside_[Inline];  // NOLINT(modernize-avoid-c-arrays)
};

}  // namespace smpp
