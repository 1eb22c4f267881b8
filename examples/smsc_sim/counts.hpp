// What the simulated carrier did.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

struct counts {
  std::uint64_t binds{}, binds_refused{};
  std::uint64_t submits{}, accepted{}, repeats{};  // taken: those accepted, ignored or dropped
  std::uint64_t throttled{}, rejected{}, ignored{}, dropped{}, others{};
  std::uint64_t receipts_sent{}, receipts_acked{}, receipts_refused{}, receipts_resent{};
  std::uint64_t mo_sent{}, mo_acked{}, mo_refused{}, mo_resent{};
  std::uint64_t irregularities{};

  /// "binds=1 submits=20 ..."; `distinct` and `waiting` are known elsewhere.
  [[nodiscard]] std::string line(std::uint64_t distinct, std::uint64_t waiting) const {
    const std::array<std::pair<std::string_view, std::uint64_t>, 21> all{
        {{"binds", binds},
         {"binds_refused", binds_refused},
         {"submits", submits},
         {"distinct", distinct},
         {"repeats", repeats},
         {"accepted", accepted},
         {"throttled", throttled},
         {"rejected", rejected},
         {"ignored", ignored},
         {"dropped", dropped},
         {"others", others},
         {"receipts_sent", receipts_sent},
         {"receipts_acked", receipts_acked},
         {"receipts_refused", receipts_refused},
         {"receipts_resent", receipts_resent},
         {"mo_sent", mo_sent},
         {"mo_acked", mo_acked},
         {"mo_refused", mo_refused},
         {"mo_resent", mo_resent},
         {"irregularities", irregularities},
         {"waiting", waiting}}};
    std::string text;
    for (const auto& [name, value] : all)
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
    return text;
  }
};
