// Rewords texts so that GSM 7-bit has all their characters, as [text] of the configuration allows.
// The only place that knows ICU, which is loaded where `transliterate` is on.
#pragma once

#include "daemon/config/config.hpp"

#include <memory>
#include <string>

namespace smppd {

class text_simplifier {
 public:
  /// Throws std::runtime_error where ICU lacks what `transliterate` needs.
  explicit text_simplifier(const text_config& settings);
  ~text_simplifier();
  text_simplifier(const text_simplifier&) = delete;
  text_simplifier& operator=(const text_simplifier&) = delete;

  /// `utf8` with other characters, if all of them are in GSM 7-bit then; else as it is. First
  /// typographic characters are replaced, and only if that does not suffice the text is
  /// transliterated. Letters that GSM 7-bit has stay, but for capital Greek ones, which are
  /// transliterated with the rest of their words.
  [[nodiscard]] std::string operator()(std::string utf8) const;

 private:
  class transliteration;
  text_config settings_;
  std::unique_ptr<transliteration> transliteration_;
};

}  // namespace smppd
