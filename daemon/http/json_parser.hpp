// What Boost.JSON's own parser lets pass: fields that stand twice in one object.
#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace smppd::http {

/// Builds a value from what boost::json::basic_parser finds, and stops at a repeated name.
class strict_builder {
 public:
  static constexpr std::size_t max_object_size = 64;
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = 256;
  static constexpr std::size_t max_string_size = boost::json::string::max_size();
  using code = boost::json::error_code;
  using text = boost::json::string_view;

  explicit strict_builder(boost::json::storage_ptr memory) { values_.reset(std::move(memory)); }

  [[nodiscard]] boost::json::value release() { return values_.release(); }
  /// The name that stood twice; empty: none did.
  [[nodiscard]] const std::string& repeated() const noexcept { return repeated_; }

  static bool on_document_begin(code&) { return true; }
  static bool on_document_end(code&) { return true; }
  bool on_object_begin(code&) {
    open_.push_back(names_.size());
    return true;
  }
  bool on_object_end(std::size_t n, code&) {
    names_.resize(open_.back());
    open_.pop_back();
    values_.push_object(n);
    return true;
  }
  static bool on_array_begin(code&) { return true; }
  bool on_array_end(std::size_t n, code&) {
    values_.push_array(n);
    return true;
  }
  bool on_key_part(text part, std::size_t, code&) {
    name_.append(part.data(), part.size());
    values_.push_chars(part);
    return true;
  }
  bool on_key(text part, std::size_t, code& error);
  bool on_string_part(text part, std::size_t, code&) {
    values_.push_chars(part);
    return true;
  }
  bool on_string(text part, std::size_t, code&) {
    values_.push_string(part);
    return true;
  }
  static bool on_number_part(text, code&) { return true; }
  bool on_int64(std::int64_t number, text, code&) {
    values_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, text, code&) {
    values_.push_uint64(number);
    return true;
  }
  bool on_double(double number, text, code&) {
    values_.push_double(number);
    return true;
  }
  bool on_bool(bool flag, code&) {
    values_.push_bool(flag);
    return true;
  }
  bool on_null(code&) {
    values_.push_null();
    return true;
  }
  static bool on_comment_part(text, code&) { return true; }
  static bool on_comment(text, code&) { return true; }

 private:
  boost::json::value_stack values_;
  std::vector<std::string> names_;  // of the objects that are open, one after the other
  std::vector<std::size_t> open_;   // where the names of each begin
  std::string name_;
  std::string repeated_;
};

}  // namespace smppd::http
