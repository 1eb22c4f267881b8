// Any text may be a receipt; its fields are parts of it. The first octet is the data_coding.
#include "smpp/receipt.hpp"
#include "tests/fuzz/check.hpp"

#include <tuple>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const smpp::byte_view octets(data + 1, size - 1);
  const auto text = smpp::as_text(octets);
  if (const auto found = smpp::parse_receipt(text)) {
    for (const auto* field : {&found->id, &found->sub, &found->dlvrd, &found->submit_date,
                              &found->done_date, &found->stat, &found->err, &found->text}) {
      fuzz::check(!*field || text.find(**field) != std::string_view::npos, "a field is in it");
    }
    if (found->done_date) std::ignore = smpp::parse_receipt_date(*found->done_date);
  }
  std::ignore = smpp::parse_receipt(data[0], octets);
  std::ignore = smpp::parse_receipt_date(text);
  return 0;
}
