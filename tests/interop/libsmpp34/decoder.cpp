#include "tests/interop/libsmpp34/decoder.hpp"

#include "smpp/codec.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <vector>

extern "C" {
#include <smpp34_heap.h>
#include <smpp34_structs.h>
}

namespace libsmpp34 {
namespace {

// What it allocates for a PDU and its TLVs, and leaves to the caller to find again.
std::vector<std::unique_ptr<void, void (*)(void*)>> blocks;

void* allocate(std::size_t size) {
  return blocks.emplace_back(std::calloc(1, size), &std::free).get();
}
void* refuse_to_grow(void*, std::size_t) { return nullptr; }
void keep_till_the_end(void*) {}
const bool memory_is_ours = [] {
  static constexpr smpp34_memory_functions ours{&allocate, &refuse_to_grow, &keep_till_the_end};
  smpp34_set_memory_functions(&ours);
  return true;
}();

// The last "[field:value(what)]" of what it says.
std::string last_word(std::string_view said) {
  const auto from = said.rfind('[');
  return std::string(from == std::string_view::npos ? said : said.substr(from));
}

bool is_refused_bind(smpp::byte_view pdu) {
  const auto head = smpp::decode_header(pdu);
  const auto request = static_cast<smpp::command_id>(smpp::to_number(head.id) - smpp::response_bit);
  return pdu.size() == smpp::header_octets && head.status != smpp::command_status::ok &&
         (request == smpp::command_id::bind_receiver ||
          request == smpp::command_id::bind_transmitter ||
          request == smpp::command_id::bind_transceiver);
}

}  // namespace

std::optional<std::string> find_fault(smpp::byte_view pdu) {
  if (is_refused_bind(pdu)) return std::nullopt;
  alignas(std::max_align_t) std::array<std::uint8_t, 4096> decoded{};
  static_assert(sizeof(submit_multi_t) <= sizeof(decoded));
  static_assert(sizeof(submit_sm_t) <= sizeof(decoded));
  std::vector<std::uint8_t> octets(pdu.begin(), pdu.end());
  const auto length = static_cast<int>(octets.size());
  octets.push_back(0);  // it looks for the end of a string before it looks at the length
  const bool taken = smpp34_unpack2(decoded.data(), octets.data(), length) == 0;
  blocks.clear();
  if (taken) return std::nullopt;
  return last_word(std::begin(smpp34_strerror));
}

}  // namespace libsmpp34
