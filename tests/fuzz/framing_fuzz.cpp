// However a stream is cut, the same PDUs come out of it. The first octet decides on the pieces.
#include "smpp/framing.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <vector>

namespace {

struct outcome {
  std::vector<smpp::byte_buffer> bodies;
  std::vector<smpp::header> heads;
  bool lost{false};
  bool operator==(const outcome&) const = default;
};

outcome cut(smpp::byte_view stream, std::size_t piece) {
  smpp::framing from(1000);
  outcome found;
  while (!stream.empty()) {
    const auto size = std::min(piece, stream.size());
    from.add(stream.first(size));
    stream = stream.subspan(size);
    while (const auto frame = from.next()) {
      found.heads.push_back(frame->head);
      found.bodies.emplace_back(frame->body.begin(), frame->body.end());
    }
    fuzz::check(from.lost() || from.waiting() < 1000 + piece, "nothing is kept without need");
  }
  found.lost = from.lost();
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const smpp::byte_view stream(data + 1, size - 1);
  const auto whole = cut(stream, size);
  fuzz::check(cut(stream, 1 + data[0] % 64U) == whole, "pieces do not matter");
  for (std::size_t i = 0; i < whole.heads.size(); ++i) {
    fuzz::check(whole.heads[i].command_length == whole.bodies[i].size() + smpp::header_octets,
                "a body is as long as its header says");
  }
  return 0;
}
