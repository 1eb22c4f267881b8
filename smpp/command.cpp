#include "smpp/command.hpp"

#include "smpp/pdu.hpp"

#include <cstdio>

namespace smpp {

std::string name(command_id id) {
  std::string found;
  for_each_pdu([&](auto pdu) {
    if (decltype(pdu)::type::id == id) found = decltype(pdu)::type::name;
  });
  if (!found.empty()) return found;
  char text[16];  // NOLINT(modernize-avoid-c-arrays)
  std::snprintf(text, sizeof text, "0x%08X", to_number(id));
  return text;
}

}  // namespace smpp
