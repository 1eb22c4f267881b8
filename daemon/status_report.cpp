#include "daemon/status_report.hpp"

#include "daemon/text_table.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string_view>
#include <vector>

namespace smppd {
namespace {

namespace json = boost::json;

std::string printed(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_null()) return "-";
  if (const auto* list = value.if_array()) {
    std::string text;
    for (const auto& element : *list)
      text += (text.empty() ? "" : ", ") + printed(element);
    return text.empty() ? "-" : text;
  }
  return json::serialize(value);
}

bool is_table(const json::value& value) {
  const auto* list = value.if_array();
  return list != nullptr && !list->empty() &&
         std::all_of(list->begin(), list->end(), [](const auto& row) { return row.is_object(); });
}

// The columns are the names that the rows have, in the order in which they first come.
std::string rendered_table(const json::array& list) {
  std::vector<std::string> columns;
  for (const auto& row : list) {
    for (const auto& member : row.get_object()) {
      const std::string name(member.key());
      if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
    }
  }
  std::vector<std::vector<std::string>> rows{columns};
  for (const auto& row : list) {
    auto& cells = rows.emplace_back();
    for (const auto& column : columns) {
      const auto* value = row.get_object().if_contains(column);
      cells.push_back(value == nullptr ? "-" : printed(*value));
    }
  }
  return text_table(rows);
}

std::string rendered_object(const json::object& object) {
  std::size_t width = 0;
  for (const auto& member : object)
    width = std::max(width, member.key().size());
  std::string lines, tables;
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (is_table(member.value())) {
      tables += fmt::format("\n{}\n{}", name, rendered_table(member.value().get_array()));
    } else if (const auto* inner = member.value().if_object()) {
      tables += fmt::format("\n{}\n{}", name, rendered_object(*inner));
    } else {
      lines += fmt::format("{:<{}}  {}\n", name, width, printed(member.value()));
    }
  }
  return lines + tables;
}

// Where a listener on every address is reached from here.
std::string reachable(const listen_address& listener) {
  if (listener.host == "0.0.0.0") return fmt::format("127.0.0.1:{}", listener.port);
  if (listener.host == "::") return fmt::format("[::1]:{}", listener.port);
  const bool ipv6 = listener.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(ipv6 ? "[{}]:{}" : "{}:{}"), listener.host, listener.port);
}

std::size_t append(char* data, std::size_t /*one*/, std::size_t octets, void* to) {
  static_cast<std::string*>(to)->append(data, octets);
  return octets;
}

struct answer {
  std::string trouble;  // empty: none
  std::string body;
};

answer get(const std::string& url) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(),
                                                                   &curl_easy_cleanup);
  if (handle == nullptr) return {"libcurl cannot be used", {}};
  answer got;
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, 5L);
  curl_easy_setopt(handle.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &got.body);
  const auto outcome = curl_easy_perform(handle.get());
  if (outcome != CURLE_OK) got.trouble = curl_easy_strerror(outcome);
  return got;
}

}  // namespace

std::string render_status(const json::value& status) {
  if (is_table(status)) return rendered_table(status.get_array());
  if (const auto* object = status.if_object()) return rendered_object(*object);
  return printed(status) + '\n';
}

int print_status(const config& configuration, std::ostream& out, std::ostream& err) {
  if (!configuration.admin.enabled) {
    err << "smppd: [admin] is not enabled in the configuration; set enabled = true there\n";
    return 1;
  }
  const auto url = fmt::format("http://{}/status", reachable(configuration.admin.listen));
  const auto got = get(url);
  if (!got.trouble.empty()) {
    err << fmt::format("smppd: {} does not answer: {}; is the daemon running?\n", url, got.trouble);
    return 1;
  }
  json::error_code mistake;
  const auto status = json::parse(got.body, mistake);
  if (mistake) {
    err << fmt::format("smppd: {} is not smppd: its answer is not JSON\n", url);
    return 1;
  }
  out << render_status(status);
  return 0;
}

}  // namespace smppd
