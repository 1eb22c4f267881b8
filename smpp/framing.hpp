// Cuts a stream of octets into PDUs. Knows lengths and nothing else.
#pragma once

#include "smpp/bytes.hpp"
#include "smpp/codec.hpp"

#include <cstring>
#include <optional>

namespace smpp {

class framing {
 public:
  struct frame {
    header head;
    byte_view body;  // until the next call of `add` or `next`
  };

  /// PDUs longer than `pdu_octets_max` are refused before anything is kept for them.
  explicit framing(std::uint32_t pdu_octets_max) : pdu_octets_max_(pdu_octets_max) {}

  void add(byte_view octets) {
    if (lost_) return;
    if (read_ > 0) {  // what was read makes room
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(read_));
      read_ = 0;
    }
    buffer_.insert(buffer_.end(), octets.begin(), octets.end());
  }

  /// The next whole PDU, if it is there. Once `lost()` is true nothing more comes.
  [[nodiscard]] std::optional<frame> next() {
    const byte_view rest = byte_view(buffer_).subspan(read_);
    if (lost_ || rest.size() < sizeof(std::uint32_t)) return std::nullopt;
    const auto length = boost::endian::load_big_u32(rest.data());
    const bool whole_header = rest.size() >= header_octets;
    if (length < header_octets || (length > pdu_octets_max_ && whole_header)) {
      lost_ = true;
      // Without a whole header there is no sequence number to answer to.
      lost_sequence_ = whole_header ? decode_header(rest).sequence : 0;
      return std::nullopt;
    }
    if (rest.size() < length) return std::nullopt;
    read_ += length;
    return frame{decode_header(rest), rest.subspan(header_octets, length - header_octets)};
  }

  /// A command_length was impossible: where the next PDU begins is not known any more
  /// (SMPP 3.4, 5.1.1).
  [[nodiscard]] bool lost() const noexcept { return lost_; }
  /// Of the PDU with that length. One that is too long is judged when its header is there; one that
  /// is shorter than a header at once, and has 0 unless more octets came with it.
  [[nodiscard]] std::uint32_t lost_sequence() const noexcept { return lost_sequence_; }
  /// Octets that wait for the rest of their PDU, or to be read; as a view until the next `add`.
  [[nodiscard]] std::size_t waiting() const noexcept { return buffer_.size() - read_; }
  [[nodiscard]] byte_view rest() const noexcept { return byte_view(buffer_).subspan(read_); }

 private:
  std::uint32_t pdu_octets_max_;
  byte_buffer buffer_;
  std::size_t read_{0};
  bool lost_{false};
  std::uint32_t lost_sequence_{0};
};

}  // namespace smpp
