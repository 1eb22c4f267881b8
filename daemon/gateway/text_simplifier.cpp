#include "daemon/gateway/text_simplifier.hpp"

#include "smpp/gsm7.hpp"
#include "smpp/typography.hpp"

#include <fmt/format.h>

#include <unicode/translit.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

#include <stdexcept>
#include <utility>

namespace smppd {

class text_simplifier::transliteration {
 public:
  transliteration() {
    UErrorCode failure = U_ZERO_ERROR;
    rules_.reset(
        icu::Transliterator::createInstance("Any-Latin; Latin-ASCII", UTRANS_FORWARD, failure));
    // What is not ASCII and not one of the Latin letters and signs of the GSM 7-bit alphabet.
    auto others = std::make_unique<icu::UnicodeSet>(
        icu::UnicodeString::fromUTF8(
            "[[:^ASCII:]-[\u00A3\u00A5\u00E8\u00E9\u00F9\u00EC\u00F2\u00C7\u00D8\u00F8\u00C5\u00E5"
            "\u00C6\u00E6\u00DF\u00C9\u00A4\u00A1\u00C4\u00D6\u00D1\u00DC\u00A7\u00BF\u00E4\u00F6"
            "\u00F1"
            "\u00FC\u00E0\u20AC]]"),
        failure);
    if (U_FAILURE(failure) != 0) {
      throw std::runtime_error(
          fmt::format("text.transliterate: ICU cannot transliterate ({}); install its data, or "
                      "turn it off",
                      u_errorName(failure)));
    }
    rules_->adoptFilter(others.release());
  }

  [[nodiscard]] std::string operator()(const std::string& utf8) const {
    auto text = icu::UnicodeString::fromUTF8(utf8);
    rules_->transliterate(text);
    std::string plain;
    return text.toUTF8String(plain);
  }

 private:
  std::unique_ptr<icu::Transliterator> rules_;
};

text_simplifier::text_simplifier(const text_config& settings) : settings_(settings) {
  if (settings_.transliterate) transliteration_ = std::make_unique<transliteration>();
}

text_simplifier::~text_simplifier() = default;

std::string text_simplifier::operator()(std::string utf8) const {
  if (settings_.smart_replacement) utf8 = smpp::replace_typography(utf8);
  if (!transliteration_ || smpp::gsm7_encode(utf8)) return utf8;
  auto latin = smpp::replace_typography((*transliteration_)(utf8));
  return smpp::gsm7_encode(latin) ? latin : utf8;
}

}  // namespace smppd
