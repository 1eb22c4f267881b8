// A handler that is called once, whatever its type.
#pragma once

#include <boost/asio/any_completion_handler.hpp>

#include <concepts>
#include <memory>
#include <utility>

namespace smppd {

/// Move-only, and may be empty. It stands in for asio::any_completion_handler, whose move
/// assignment in Boost 1.81 wraps the old handler instead of taking it, and crashes where that is
/// empty.
template <class Signature>
class completion {
 public:
  completion() = default;
  template <class Handler>
  requires(!std::same_as<std::remove_cvref_t<Handler>, completion>)
      completion(Handler&& handler)  // NOLINT(google-explicit-constructor): any callable is one
      : inner_(std::forward<Handler>(handler)) {}
  completion(completion&& other) noexcept : inner_(std::move(other.inner_)) {}
  completion& operator=(completion&& other) noexcept {
    if (this != &other) {
      std::destroy_at(&inner_);
      std::construct_at(&inner_, std::move(other.inner_));
    }
    return *this;
  }
  ~completion() = default;

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(inner_); }
  template <class... Arguments>
  void operator()(Arguments&&... arguments) && {
    std::move(inner_)(std::forward<Arguments>(arguments)...);
  }

 private:
  boost::asio::any_completion_handler<Signature> inner_;
};

}  // namespace smppd
