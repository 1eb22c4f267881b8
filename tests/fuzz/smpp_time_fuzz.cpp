// An absolute time that is read is written as the same time.
#include "smpp/bytes.hpp"
#include "smpp/smpp_time.hpp"
#include "tests/fuzz/check.hpp"

#include <tuple>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = smpp::as_text({data, size});
  const smpp::deci_time now{smpp::deciseconds{17'900'000'000}};
  std::ignore = smpp::parse_time(text, now, smpp::time_form::full_or_short);
  const auto read = smpp::parse_time(text, now);
  fuzz::check(size != 0 || read.kind == smpp::time_kind::empty, "nothing is empty");
  if (read.kind != smpp::time_kind::absolute) return 0;
  const auto again = smpp::parse_time(smpp::format_absolute_time(read.when), now);
  // An offset may move the first and the last day over the border of the century.
  const auto margin = std::chrono::hours(24);
  using namespace std::chrono;
  const auto earliest = sys_days{1938y / January / 1} + margin;
  const auto latest = sys_days{2037y / December / 31} - margin;
  if (read.when < earliest || read.when > latest) return 0;
  fuzz::check(again == read, "a time is written as it was read");
  return 0;
}
