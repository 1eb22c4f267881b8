// Shapes of values in smppd.toml. A shape reads one TOML value, or says what is wrong with it and
// what would be right.
#pragma once

#include "daemon/config/config.hpp"

#include <boost/system/result.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

namespace smppd::shape {

struct complaint {
  const toml::node* at{nullptr};  // the part of the value that it is about; null: all of it
  std::string what;
};
template <class Value>
using parsed = boost::system::result<Value, complaint>;

/// The value as the file has it, shortened, for use in a complaint.
[[nodiscard]] std::string quoted(const toml::node& value);
/// `"90d"`, `"250ms"`: as it would be written in the file.
[[nodiscard]] std::string quoted(std::chrono::milliseconds duration);

[[nodiscard]] parsed<std::int64_t> read_number(const toml::node& value, std::int64_t min,
                                               std::int64_t max, std::string_view noun);
[[nodiscard]] parsed<milliseconds> read_duration(const toml::node& value, milliseconds min,
                                                 milliseconds max, milliseconds unit);
[[nodiscard]] complaint not_one_of(const toml::node& value,
                                   const std::vector<std::string_view>& names);

/// Text of `min` to `max` octets without control characters.
struct text {
  std::size_t min{0};
  std::size_t max{4096};
  [[nodiscard]] parsed<std::string> operator()(const toml::node& value) const;
};

/// What things are called in logs, metrics and other keys: letters, digits, and . _ - inside.
struct name {
  [[nodiscard]] parsed<std::string> operator()(const toml::node& value) const;
};

/// A number, or the beginning of one, in international form without the plus; may be empty.
struct digits {
  [[nodiscard]] parsed<std::string> operator()(const toml::node& value) const;
};

struct flag {
  [[nodiscard]] parsed<bool> operator()(const toml::node& value) const;
};

template <class Integer>
struct number {
  std::int64_t min{}, max{};
  std::string_view noun{};  // "a port"; empty: no word for it
  [[nodiscard]] parsed<Integer> operator()(const toml::node& value) const {
    const auto read = read_number(value, min, max, noun);
    if (!read) return read.error();
    return static_cast<Integer>(*read);
  }
};

/// A number that need not be whole, from 0.
struct rate {
  double max;
  [[nodiscard]] parsed<double> operator()(const toml::node& value) const;
};

/// "100ms", "30s", "5m", "2h", "90d", or a number of seconds.
template <class Duration>
struct duration {
  milliseconds min{}, max{};
  [[nodiscard]] parsed<Duration> operator()(const toml::node& value) const {
    const auto read = read_duration(value, min, max, Duration{1});
    if (!read) return read.error();
    return std::chrono::duration_cast<Duration>(*read);
  }
};

/// One of a few words.
template <class Value>
struct choice {
  std::vector<std::pair<std::string_view, Value>> words;
  [[nodiscard]] parsed<Value> operator()(const toml::node& value) const {
    std::vector<std::string_view> names;
    for (const auto& [word, meaning] : words) {
      if (value.value<std::string_view>() == word) return meaning;
      names.push_back(word);
    }
    return not_one_of(value, names);
  }
};

/// "127.0.0.1:8080", "[::]:2775".
struct address {
  [[nodiscard]] parsed<listen_address> operator()(const toml::node& value) const;
};

/// [ ... ] with `min` to `max` elements of one shape.
template <class Element>
struct list_of {
  Element element;
  std::size_t min, max;
  using value_type = std::decay_t<decltype(*element(std::declval<const toml::node&>()))>;

  [[nodiscard]] parsed<std::vector<value_type>> operator()(const toml::node& value) const {
    const auto* array = value.as_array();
    if (array == nullptr) {
      return complaint{.what = fmt::format("{} is not a list; write it in [ ]", quoted(value))};
    }
    if (array->size() < min || array->size() > max) {
      return complaint{
          .what = fmt::format("it has {} elements; give {} to {}", array->size(), min, max)};
    }
    std::vector<value_type> values;
    for (const auto& item : *array) {
      auto read = element(item);
      if (!read) return complaint{.at = &item, .what = read.error().what};
      values.push_back(std::move(*read));
    }
    return values;
  }
};

}  // namespace smppd::shape
