// Which numbers an application takes messages for: the address_range of its bind (SMPP 3.4, 5.2.7).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace smppd {

/// Matches in time that grows with the length of the address only, whatever the expression is.
class address_range {
 public:
  /// Takes everything.
  address_range() noexcept;
  /// An extended regular expression of UNIX, found anywhere in the address. A number alone is that
  /// number; `%` in it, or `*` at its end, stands for any characters. Empty: everything. So is an
  /// expression that cannot be understood, or is too large; `trouble` tells why.
  explicit address_range(std::string_view expression);
  ~address_range();
  address_range(address_range&&) noexcept;
  address_range& operator=(address_range&&) noexcept;

  [[nodiscard]] bool matches(std::string_view address) const;
  /// Empty where the expression was understood.
  [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }

 private:
  std::unique_ptr<const re2::RE2> expression_;  // null: everything
  std::string trouble_;
};

}  // namespace smppd
