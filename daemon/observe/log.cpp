#include "daemon/observe/log.hpp"

#include <fmt/format.h>

#include <spdlog/details/file_helper.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace smppd::log {
namespace {

constexpr const char* plain_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* journal_pattern = "<%P>%v";

// %P: the level as the journal numbers it, 3 error .. 7 debug.
class priority_flag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
              spdlog::memory_buf_t& to) override {
    switch (message.level) {
      case spdlog::level::trace:
      case spdlog::level::debug: to.push_back('7'); break;
      case spdlog::level::info: to.push_back('6'); break;
      case spdlog::level::warn: to.push_back('4'); break;
      default: to.push_back('3');
    }
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<priority_flag>();
  }
};

// Standard error or a file, whichever it is now: other threads may log while it changes. (spdlog's
// own sinks can neither change nor open their file again.)
class line_sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void redirect(const std::string& path, std::unique_ptr<spdlog::formatter> formatter) {
    auto file = open(path);
    const std::lock_guard lock(mutex_);
    path_ = path;
    file_ = std::move(file);
    formatter_ = std::move(formatter);
  }
  void reopen() {
    auto file = open(path_);
    const std::lock_guard lock(mutex_);
    file_ = std::move(file);
  }

 private:
  using file_helper = spdlog::details::file_helper;

  static std::unique_ptr<file_helper> open(const std::string& path) {
    if (path.empty()) return nullptr;
    auto file = std::make_unique<file_helper>();
    file->open(path);
    return file;
  }
  // What was logged survives a crash of the process: nothing is buffered.
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (file_ == nullptr) {
      std::fwrite(line.data(), 1, line.size(), stderr);
    } else {
      file_->write(line);
      file_->flush();
    }
  }
  void flush_() override {}

  std::string path_;  // empty: standard error
  std::unique_ptr<file_helper> file_;
};

struct level_name {
  std::string_view name;
  spdlog::level::level_enum value;
};
constexpr std::array<level_name, 5> level_names{{{"trace", spdlog::level::trace},
                                                 {"debug", spdlog::level::debug},
                                                 {"info", spdlog::level::info},
                                                 {"warning", spdlog::level::warn},
                                                 {"error", spdlog::level::err}}};

spdlog::level::level_enum spdlog_level(std::string_view name) {
  const auto* found = std::find_if(level_names.begin(), level_names.end(),
                                   [name](const level_name& known) { return known.name == name; });
  return found == level_names.end() ? spdlog::level::info : found->value;
}

spdlog::level::level_enum spdlog_level(level wanted) noexcept {
  return level_names[static_cast<std::size_t>(wanted)].value;
}

// systemd names the device and inode of the stream that it reads (systemd.exec(5)): whoever sends
// standard error elsewhere wants lines with their time.
bool journal_listens() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in the daemon changes the environment.
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat error {};
  return stream != nullptr && ::fstat(STDERR_FILENO, &error) == 0 &&
         stream == fmt::format("{}:{}", error.st_dev, error.st_ino);
}

std::unique_ptr<spdlog::formatter> make_formatter(bool journal) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<priority_flag>('P').set_pattern(journal ? journal_pattern : plain_pattern);
  return formatter;
}

// There is one log in a process, as there is one standard error.
struct process_log {
  std::shared_ptr<line_sink> sink{std::make_shared<line_sink>()};
  spdlog::logger logger{"smppd", sink};
  std::atomic<bool> messages{true};
  process_log() { sink->redirect({}, make_formatter(journal_listens())); }
};
process_log& the_log() {
  static process_log log;
  return log;
}

bool is_control(char c) noexcept { return (c >= '\0' && c < ' ') || c == '\x7f'; }

std::string escaped(std::string_view line) {
  std::string text;
  for (const char c : line) {
    if (is_control(c)) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

void set_up(const log_config& wanted) try {
  const bool journal = wanted.file.empty() && journal_listens();
  the_log().sink->redirect(wanted.file, make_formatter(journal));
  the_log().logger.set_level(spdlog_level(wanted.level));
  the_log().messages = wanted.messages;
} catch (const spdlog::spdlog_ex& failure) {
  throw std::runtime_error(fmt::format("the log file cannot be opened: {}", failure.what()));
}

void reopen() try { the_log().sink->reopen(); } catch (const spdlog::spdlog_ex& failure) {
  throw std::runtime_error(fmt::format("the log file cannot be opened: {}", failure.what()));
}

level message_level() noexcept { return the_log().messages ? level::info : level::debug; }

bool enabled(level wanted) noexcept { return the_log().logger.should_log(spdlog_level(wanted)); }

void write(level of, std::string_view line) {
  if (std::any_of(line.begin(), line.end(), is_control)) {
    the_log().logger.log(spdlog_level(of), escaped(line));
  } else {
    the_log().logger.log(spdlog_level(of), line);
  }
}

void write_formatted(level of, fmt::string_view format, fmt::format_args arguments) {
  fmt::memory_buffer line;
  fmt::vformat_to(std::back_inserter(line), format, arguments);
  write(of, std::string_view(line.data(), line.size()));
}

}  // namespace smppd::log
