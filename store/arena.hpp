// Memory for the texts of many records, released all at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace store {

/// Copies strings into blocks. A kept view is valid until `clear` or the end of the arena. Movable:
/// views stay valid.
class arena {
 public:
  [[nodiscard]] std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > room_) grow(text.size());
    char* const place = next_;
    std::memcpy(place, text.data(), text.size());
    next_ += text.size();
    room_ -= text.size();
    return {place, text.size()};
  }

  /// Forgets every view. The first block is kept for the next use.
  void clear() noexcept {
    if (blocks_.size() > 1) blocks_.resize(1);
    next_ = blocks_.empty() ? nullptr : blocks_.front().get();
    room_ = blocks_.empty() ? 0 : first_octets_;
  }

 private:
  static constexpr std::size_t block_octets = std::size_t{256} * 1024;

  void grow(std::size_t wanted) {
    const std::size_t size = std::max(wanted, block_octets);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    if (blocks_.size() == 1) first_octets_ = size;
    next_ = blocks_.back().get();
    room_ = size;
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t first_octets_{0};
  char* next_{nullptr};
  std::size_t room_{0};
};

}  // namespace store
