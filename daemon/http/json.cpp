#include "daemon/http/json.hpp"

#include "daemon/http/json_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace smppd::http {

bool strict_builder::on_key(text part, std::size_t, code& error) {
  name_.append(part.data(), part.size());
  values_.push_key(part);
  const auto of_this_object = std::span(names_).subspan(open_.back());
  if (std::ranges::find(of_this_object, name_) != of_this_object.end()) {
    repeated_ = name_;
    error = json::error::syntax;
    return false;
  }
  names_.push_back(std::exchange(name_, {}));
  return true;
}

namespace {

problem invalid_json(std::string detail) { return {400, "INVALID_JSON", std::move(detail)}; }

problem unsupported(std::string detail) {
  return {415, "UNSUPPORTED_MEDIA_TYPE", std::move(detail)};
}

std::string place_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto begin = before.rfind('\n');
  const auto column = begin == std::string_view::npos ? offset + 1 : offset - begin;
  return fmt::format("line {}, column {}", line, column);
}

bool is_json(std::string_view content_type) noexcept {
  auto media_type = content_type.substr(0, content_type.find(';'));
  while (media_type.ends_with(' ') || media_type.ends_with('\t'))
    media_type.remove_suffix(1);
  return same_word(media_type, "application/json");
}

answer<json::value> parse(std::string_view text, json::storage_ptr memory) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::basic_parser<strict_builder> parser(options, std::move(memory));
  json::error_code error;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  if (!error && parsed < text.size()) error = json::error::extra_data;
  if (!error) return parser.handler().release();
  if (const std::string& name = parser.handler().repeated(); !name.empty()) {
    return invalid_json(
        fmt::format("The field '{}' stands twice, {}.", name, place_of(text, parsed)));
  }
  return invalid_json(fmt::format("The body is not valid JSON at {}: {}.", place_of(text, parsed),
                                  error.message()));
}

}  // namespace

answer<json::object> parse_body(const request& from, json::storage_ptr memory) {
  if (!is_json(from.header("Content-Type"))) {
    return unsupported("Send the body as Content-Type: application/json.");
  }
  const auto coding = from.header("Content-Encoding");
  if (!coding.empty() && !same_word(coding, "identity")) {
    return unsupported("A Content-Encoding is not supported yet: send the body as it is.");
  }
  if (from.body.empty()) return invalid_json("The body is empty; it should be a JSON object.");
  auto parsed = parse(from.body, std::move(memory));
  if (!parsed) return parsed.error();
  if (!parsed->is_object()) return invalid_json("The body should be a JSON object.");
  return std::move(parsed->as_object());
}

const json::value* object_reader::find(std::string_view name) {
  known_.push_back(name);
  return object_.if_contains(name);
}

bool object_reader::has_null(std::string_view name) const {
  const json::value* const found = object_.if_contains(name);
  return found != nullptr && found->is_null();
}

std::optional<std::string_view> object_reader::text(std::string_view name,
                                                    std::size_t characters_max) {
  const json::value* const found = find(name);
  if (found == nullptr || found->is_null()) return std::nullopt;
  if (!found->is_string()) {
    refuse(name, "INVALID_REQUEST", fmt::format("'{}' should be a string.", name));
    return std::nullopt;
  }
  const std::string_view value(found->get_string());
  if (value.size() > characters_max && count_characters(value) > characters_max) {
    refuse(name, "INVALID_REQUEST",
           fmt::format("'{}' should have at most {} characters.", name, characters_max));
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> object_reader::integer(std::string_view name, std::int64_t least,
                                                   std::int64_t most) {
  const json::value* const found = find(name);
  if (found == nullptr || found->is_null()) return std::nullopt;
  if (found->is_int64() && found->get_int64() >= least && found->get_int64() <= most) {
    return found->get_int64();
  }
  refuse(name, "INVALID_REQUEST",
         fmt::format("'{}' should be a whole number from {} to {}.", name, least, most));
  return std::nullopt;
}

std::optional<bool> object_reader::boolean(std::string_view name) {
  const json::value* const found = find(name);
  if (found == nullptr || found->is_null()) return std::nullopt;
  if (found->is_bool()) return found->get_bool();
  refuse(name, "INVALID_REQUEST", fmt::format("'{}' should be true or false.", name));
  return std::nullopt;
}

const json::object* object_reader::object(std::string_view name) {
  const json::value* const found = find(name);
  if (found == nullptr || found->is_null()) return nullptr;
  if (found->is_object()) return &found->get_object();
  refuse(name, "INVALID_REQUEST", fmt::format("'{}' should be an object.", name));
  return nullptr;
}

void object_reader::refuse(std::string_view name, std::string_view code, std::string detail) {
  errors_.push_back({pointer_ + pointer_token(name), std::string(code), std::move(detail)});
}

void object_reader::refuse_others(std::initializer_list<std::string_view> planned) {
  for (const json::key_value_pair& field : object_) {
    const std::string_view name(field.key());
    if (std::ranges::find(known_, name) != known_.end()) continue;
    if (std::ranges::find(planned, name) != planned.end()) {
      refuse(name, "NOT_SUPPORTED", fmt::format("'{}' is not supported yet.", name));
    } else {
      refuse(name, "UNKNOWN_FIELD", fmt::format("There is no field '{}' here.", name));
    }
  }
}

std::string pointer_token(std::string_view name) {
  std::string token("/");
  for (const char c : name) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

std::size_t count_characters(std::string_view utf8) noexcept {
  constexpr auto begins_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  };
  return static_cast<std::size_t>(std::ranges::count_if(utf8, begins_character));
}

}  // namespace smppd::http
