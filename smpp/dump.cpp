#include "smpp/dump.hpp"

#include "smpp/detail/hexadecimal.hpp"

#include <algorithm>

namespace smpp {

namespace {

class line {
 public:
  explicit line(const header& head) {
    text_ = name(head.id) + " seq " + std::to_string(head.sequence);
    if (head.status != command_status::ok) text_ += " " + smpp::name(head.status);
  }

  void field(std::string_view name, std::uint8_t value) {
    if (value != 0) start(name) += std::to_string(value);
  }
  template <std::size_t Inline>
  void field(std::string_view name, const octets<Inline>& value) {
    if (value.empty()) return;
    auto& to = start(name);
    if (name == "password") {
      to += "***";
    } else {
      quote(to, value.view());
    }
  }
  void field(std::string_view, const std::vector<dest_address>& list) {
    for (const auto& one : list) {
      const bool number = one.dest_flag == dest_address::kind::number;
      address(number ? "dest_address" : "dl_name", one.dest_addr_ton, one.dest_addr_npi,
              one.destination_addr.view());
    }
  }
  void field(std::string_view, const std::vector<unsuccess_sme>& list) {
    for (const auto& one : list) {
      address("unsuccess_sme", one.dest_addr_ton, one.dest_addr_npi, one.destination_addr.view());
      text_ += " " + smpp::name(static_cast<command_status>(one.error_status_code));
    }
  }
  void parameters(const tlv_list& tlvs) {
    for (auto one = tlvs.begin(); one != tlv_list::end(); ++one) {
      const auto number = detail::hexadecimal(static_cast<std::uint32_t>((*one).tag), 4);
      const auto* const known = find_facts((*one).tag);
      auto& to = start(known != nullptr ? std::string(known->name) + " " + number : number);
      quote(to, as_text((*one).value));
    }
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string& start(std::string_view name) {
    text_ += first_ ? ": " : ", ";
    first_ = false;
    return text_.append(name) += ' ';
  }
  void address(std::string_view name, unsigned ton, unsigned npi, std::string_view digits) {
    quote(start(name) += std::to_string(ton) + "/" + std::to_string(npi) + " ", digits);
  }
  static void quote(std::string& to, std::string_view text) {
    const bool printable =
        std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '"'; });
    if (printable) {
      (to += '"').append(text) += '"';
    } else {
      for (const auto octet : as_bytes(text))
        to += detail::hexadecimal(octet, 2).substr(2);
    }
  }

  std::string text_;
  bool first_{true};
};

}  // namespace

std::string dump(const header& head, const any_pdu& pdu) {
  line made(head);
  std::visit(
      [&]<class Pdu>(const Pdu& shown) {
        for_each_field(shown,
                       [&](const auto& one, const auto& value) { made.field(one.name, value); });
        if constexpr (has_tlvs<Pdu>) made.parameters(shown.tlvs);
      },
      pdu);
  return made.take();
}

}  // namespace smpp
