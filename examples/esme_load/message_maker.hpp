// Makes submit_sm that differ in a serial number and the destination.
#pragma once

#include "smpp/pdu.hpp"

#include <cstdint>
#include <string>

#include "settings.hpp"

class message_maker {
 public:
  /// Throws std::invalid_argument where the text does not fit one message.
  explicit message_maker(const settings& how);

  /// Valid until the next call.
  [[nodiscard]] const smpp::submit_sm& make(std::uint64_t serial);

 private:
  smpp::submit_sm pdu_;
  std::uint64_t destination_, destinations_;
  bool numbered_{false}, wide_{false};
  std::string before_, after_;  // the number, in the octets of the message
  std::string digits_;
};
