#include "smpp/command.hpp"

#include "smpp/detail/hexadecimal.hpp"
#include "smpp/pdu.hpp"

namespace smpp {

std::string name(command_id id) {
  std::string found;
  for_each_pdu([&](auto pdu) {
    if (decltype(pdu)::type::id == id) found = decltype(pdu)::type::name;
  });
  return found.empty() ? detail::hexadecimal(to_number(id)) : found;
}

}  // namespace smpp
