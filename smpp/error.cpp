#include "smpp/error.hpp"

#include <string>

namespace smpp {

namespace {

class smpp_category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "smpp"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<error>(value)) {
      case error::incomplete: return "the PDU ends inside a field";
      case error::unterminated: return "a C-Octet String has no NUL";
      case error::too_long:
        return "a field is longer than the specification allows, or has a NUL inside";
      case error::bad_time: return "a time is neither empty nor 16 characters long";
      case error::bad_tlvs: return "the octets after the mandatory fields are not whole TLVs";
      case error::bad_tlv_length: return "a TLV has a length that the specification does not allow";
      case error::bad_list: return "a list has an entry or a length that does not exist";
      case error::unknown_command: return "the command is unknown";
      case error::bad_proxy_header: return "the connection does not begin with a PROXY header";
      case error::window_full: return "the window is full";
      case error::wrong_state: return "the request may not be sent in this bind state";
      case error::output_full: return "the peer does not read what was sent";
      case error::closed: return "the session is closed";
      case error::no_tlvs: return "the peer takes no optional parameters, and the text needs them";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& category() noexcept {
  static const smpp_category instance;
  return instance;
}

boost::system::error_code make_error_code(error e) noexcept {
  return {static_cast<int>(e), category()};
}

}  // namespace smpp
