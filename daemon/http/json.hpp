// Strict JSON from callers, read field by field.
#pragma once

#include "daemon/http/problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smppd::http {

namespace json = boost::json;

inline constexpr std::size_t json_depth_max = 16;

/// The object in the body of `from`. Refused, with the place: what is not JSON (RFC 8259), not
/// UTF-8, nested too deep, names a field twice, or is no object; and a content type that is not
/// application/json.
[[nodiscard]] answer<json::object> parse_body(const request& from, json::storage_ptr memory);

/// Reads the fields of one object and keeps what is wrong with them. The object outlives this.
class object_reader {
 public:
  /// `pointer` is where the object stands in the body: "" for the body itself, "/options".
  object_reader(const json::object& object, std::string pointer, std::vector<field_error>& errors)
      : object_(object), pointer_(std::move(pointer)), errors_(errors) {}

  /// Empty where the field is absent, null or, which is an error, something else.
  [[nodiscard]] std::optional<std::string_view> text(std::string_view name,
                                                     std::size_t characters_max);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t least,
                                                    std::int64_t most);
  [[nodiscard]] std::optional<bool> boolean(std::string_view name);
  [[nodiscard]] const json::object* object(std::string_view name);
  /// Null where it is absent.
  [[nodiscard]] const json::value* find(std::string_view name);
  [[nodiscard]] bool has_null(std::string_view name) const;

  /// Adds an error at the field `name`.
  void refuse(std::string_view name, std::string_view code, std::string detail);
  /// To be called last: refuses fields that nobody asked for; those of `planned` with the words
  /// "not supported yet".
  void refuse_others(std::initializer_list<std::string_view> planned);

 private:
  const json::object& object_;
  const std::string pointer_;
  std::vector<field_error>& errors_;
  std::vector<std::string_view> known_;
};

/// "/name", escaped: one step of a JSON pointer.
[[nodiscard]] std::string pointer_token(std::string_view name);

/// Unicode characters in valid UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view utf8) noexcept;

}  // namespace smppd::http
