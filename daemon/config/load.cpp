#include "daemon/config/load.hpp"

#include "daemon/config/keys.hpp"
#include "daemon/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <system_error>
#include <tuple>
#include <utility>

namespace smppd {
namespace {

template <class Table>
std::vector<std::string_view> names_of(const key_rules<Table>& keys) {
  std::vector<std::string_view> names;
  for (const auto& key : keys)
    names.push_back(key.name);
  return names;
}

class table_names {
 public:
  template <class Member, class Keys>
  void single(std::string_view name, Member /*member*/, const Keys& /*keys*/) {
    names.push_back(name);
  }
  template <class Member, class Keys, class Identity>
  void repeated(std::string_view name, Member /*member*/, const Keys& /*keys*/,
                Identity /*identity*/) {
    names.push_back(name);
  }
  std::vector<std::string_view> names;
};

// One pass over the file. As a visitor it fills the tables of `result` one after the other.
class loading {
 public:
  loading(const toml::table& root, const std::filesystem::path& file)
      : root_(root), file_(file), folder_(file.parent_path()) {}

  loaded_config run() && {
    table_names known;
    visit_tables(known);
    for (const auto& [key, value] : root_) {
      if (std::find(known.names.begin(), known.names.end(), key.str()) == known.names.end()) {
        report(key.source(), std::string(key.str()), "unknown; " + suggestion(key, known.names));
      }
    }
    visit_tables(*this);
    check_carriers();
    check_routes();
    check_listeners();
    return std::move(*this).finish();
  }

  template <class Member, class Table>
  void single(std::string_view name, Member member, const key_rules<Table>& keys) {
    const auto* node = root_.get(name);
    if (node == nullptr) return;
    if (const auto* table = node->as_table()) {
      read(*table, std::string(name), keys, std::invoke(member, result_));
    } else {
      report(node->source(), std::string(name),
             fmt::format("it is a table; write [{}] on a line of its own", name));
    }
  }

  template <class Table>
  void repeated(std::string_view name, std::vector<Table> config::*list_of_tables,
                const key_rules<Table>& keys, std::string Table::*identity) {
    const auto* node = root_.get(name);
    if (node == nullptr) return;
    if (!node->is_array_of_tables()) {
      report(node->source(), std::string(name),
             fmt::format("there may be several; write [[{}]] above each", name));
      return;
    }
    std::set<std::string> taken;
    for (const auto& element : *node->as_array()) {
      const auto& table = *element.as_table();
      auto& list = result_.*list_of_tables;
      const auto key = fmt::format("{}[{}]", name, list.size());
      auto& entry = list.emplace_back();
      read(table, key, keys, entry);
      check_unique(taken, entry.*identity, table, keys.front(), key);
    }
  }

 private:
  void report(const toml::source_region& where, std::string key, std::string what) {
    problems_.push_back(
        {file_.string(), where.begin.line, where.begin.column, std::move(key), std::move(what)});
  }

  template <class Table>
  void read(const toml::table& from, const std::string& prefix, const key_rules<Table>& keys,
            Table& into) {
    for (const auto& [written, value] : from) {
      const std::string_view name = written.str();
      const auto key = fmt::format("{}.{}", prefix, name);
      const auto rule = std::find_if(keys.begin(), keys.end(),
                                     [name](const auto& known) { return known.name == name; });
      if (rule == keys.end()) {
        report(written.source(), key, "unknown; " + suggestion(name, names_of(keys)));
      } else if (const auto complaint = rule->read(value, into, folder_)) {
        const auto& culprit = complaint->at != nullptr ? *complaint->at : value;
        report(culprit.source(), key, complaint->what);
      }
    }
    for (const auto& rule : keys) {
      if (rule.required && !from.contains(rule.name)) {
        report(from.source(), fmt::format("{}.{}", prefix, rule.name),
               fmt::format("missing; give it ({})", rule.meaning));
      }
    }
  }

  // A value that is missing where it must not be, or that could not be read, was reported before:
  // it equals nothing.
  template <class Table>
  void check_unique(std::set<std::string>& taken, const std::string& identity,
                    const toml::table& table, const key_rule<Table>& rule,
                    const std::string& prefix) {
    const auto* own = table.get(rule.name);
    const bool as_written = own == nullptr || own->template value<std::string>() == identity;
    if (!as_written || (own == nullptr && rule.required)) return;
    if (taken.insert(identity).second) return;
    report(own != nullptr ? own->source() : table.source(), fmt::format("{}.{}", prefix, rule.name),
           fmt::format("\"{}\" stands above already; change one or merge the two", identity));
  }

  [[nodiscard]] const toml::table& source_of(std::string_view table, std::size_t index) const {
    return *root_.get_as<toml::array>(table)->get_as<toml::table>(index);
  }

  void check_carriers() {
    for (std::size_t i = 0; i < result_.carriers.size(); ++i) {
      const auto& source = source_of("carrier", i);
      const auto key = [i](std::string_view name) {
        return fmt::format("carrier[{}].{}", i, name);
      };
      const bool given = source.contains("password");
      const auto* file = source.get("password_file");
      if (given && file != nullptr) {
        report(file->source(), key("password_file"), "password is given as well; keep one");
      } else if (!given && file == nullptr) {
        report(source.source(), key("password"),
               "missing; give it or password_file (password = \"\" where the carrier wants none)");
      }
      const auto& carrier = result_.carriers[i];
      check_tls(source, fmt::format("carrier[{}]", i), carrier.tls_certificate,
                carrier.tls_private_key);
      if (carrier.text.default_alphabet != smpp::default_alphabet::gsm7 &&
          !carrier.text.national_languages.empty()) {
        report(source.get("national_languages")->source(), key("national_languages"),
               "national tables need default_alphabet = \"gsm7\"; keep one of both");
      }
      if (carrier.reconnect_min > carrier.reconnect_max) {
        const auto* culprit = source.get("reconnect_min");
        if (culprit == nullptr) culprit = source.get("reconnect_max");
        report(culprit->source(), key("reconnect_min"),
               fmt::format("{} is longer than reconnect_max, {}; make it shorter",
                           shape::quoted(carrier.reconnect_min),
                           shape::quoted(carrier.reconnect_max)));
      }
    }
  }

  void check_routes() {
    std::vector<std::string_view> carriers;
    for (const auto& carrier : result_.carriers) {
      if (!carrier.name.empty()) carriers.push_back(carrier.name);
    }
    for (std::size_t i = 0; i < result_.routes.size(); ++i) {
      const auto& names = result_.routes[i].carriers;
      for (std::size_t j = 0; j < names.size(); ++j) {
        const auto& where = source_of("route", i).get_as<toml::array>("carriers")->get(j)->source();
        const auto key = fmt::format("route[{}].carriers", i);
        const auto before = names.begin() + static_cast<std::ptrdiff_t>(j);
        if (std::find(carriers.begin(), carriers.end(), names[j]) == carriers.end()) {
          report(where, key,
                 fmt::format("there is no carrier \"{}\"; {}", names[j],
                             carriers.empty() ? "write a [[carrier]] with that name"
                                              : suggestion(names[j], carriers)));
        } else if (std::find(names.begin(), before, names[j]) != before) {
          report(where, key, fmt::format("\"{}\" is in the list already; take one out", names[j]));
        }
      }
    }
  }

  static bool is_everywhere(std::string_view host) { return host == "0.0.0.0" || host == "::"; }

  void check_tls(const toml::node& where, const std::string& table, const std::string& certificate,
                 const std::string& key) {
    if (certificate.empty() == key.empty()) return;
    report(where.source(), table + (key.empty() ? ".tls_private_key" : ".tls_certificate"),
           "missing; a certificate and its key come together");
  }

  void check_listeners() {
    if (const auto* smpp = root_.get("smpp"))
      check_tls(*smpp, "smpp", result_.smpp.tls_certificate, result_.smpp.tls_private_key);
    struct listener {
      std::string_view table;
      bool enabled;
      const listen_address& address;
    };
    const std::array<listener, 3> listeners{{{"http", result_.http.enabled, result_.http.listen},
                                             {"admin", result_.admin.enabled, result_.admin.listen},
                                             {"smpp", result_.smpp.enabled, result_.smpp.listen}}};
    for (std::size_t i = 0; i < listeners.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const auto &one = listeners[j], &other = listeners[i];
        const bool everywhere =
            is_everywhere(one.address.host) || is_everywhere(other.address.host);
        const bool clash = one.enabled && other.enabled && one.address.port == other.address.port &&
                           (everywhere || one.address.host == other.address.host);
        if (!clash || one.address.port == 0) continue;
        const auto* node = root_.at_path(fmt::format("{}.listen", other.table)).node();
        if (node == nullptr) node = root_.at_path(fmt::format("{}.listen", one.table)).node();
        report(node == nullptr ? root_.source() : node->source(),
               fmt::format("{}.listen", other.table),
               fmt::format("it is the same address as {}.listen, or part of it; change one of them",
                           one.table));
      }
    }
  }

  loaded_config finish() && {
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const config_problem& a, const config_problem& b) {
                       return std::tie(a.line, a.column) < std::tie(b.line, b.column);
                     });
    loaded_config loaded;
    if (problems_.empty()) loaded.value = std::move(result_);
    loaded.problems = std::move(problems_);
    return loaded;
  }

  const toml::table& root_;
  const std::filesystem::path& file_;
  const std::filesystem::path folder_;
  config result_;
  std::vector<config_problem> problems_;
};

class key_listing {
 public:
  template <class Member, class Table>
  void single(std::string_view name, Member /*member*/, const key_rules<Table>& rules) {
    for (const auto& key : rules)
      keys.push_back({name, key.name, key.meaning, key.required});
  }
  template <class Member, class Table, class Identity>
  void repeated(std::string_view name, Member member, const key_rules<Table>& rules,
                Identity /*identity*/) {
    single(name, member, rules);
  }
  std::vector<known_key> keys;
};

class comparison {
 public:
  comparison(const config& before, const config& after) : before_(before), after_(after) {}

  template <class Member, class Table>
  void single(std::string_view name, Member member, const key_rules<Table>& keys) {
    compare(std::string(name), keys, std::invoke(member, before_), std::invoke(member, after_));
  }

  template <class Table>
  void repeated(std::string_view name, std::vector<Table> config::*member,
                const key_rules<Table>& keys, std::string Table::*identity) {
    const auto& before = before_.*member;
    const auto& after = after_.*member;
    const auto counterpart = [identity](const std::vector<Table>& list, const Table& of) {
      return std::find_if(list.begin(), list.end(),
                          [&](const Table& other) { return other.*identity == of.*identity; });
    };
    for (const auto& entry : before) {
      const auto title = fmt::format("{}[{}]", name, entry.*identity);
      const auto now = counterpart(after, entry);
      if (now == after.end()) {
        changed.push_back(title);
      } else {
        compare(title, keys, entry, *now);
      }
    }
    for (const auto& entry : after) {
      if (counterpart(before, entry) == before.end()) {
        changed.push_back(fmt::format("{}[{}]", name, entry.*identity));
      }
    }
  }

  std::vector<std::string> changed;

 private:
  template <class Table>
  void compare(const std::string& title, const key_rules<Table>& keys, const Table& before,
               const Table& after) {
    for (const auto& key : keys) {
      if (!key.same(before, after)) changed.push_back(fmt::format("{}.{}", title, key.name));
    }
  }

  const config& before_;
  const config& after_;
};

loaded_config failure(const std::filesystem::path& file, unsigned line, unsigned column,
                      std::string what) {
  loaded_config loaded;
  loaded.problems.push_back({file.string(), line, column, {}, std::move(what)});
  return loaded;
}

}  // namespace

std::string to_string(const config_problem& problem) {
  std::string text = problem.file;
  if (problem.line != 0) text += fmt::format(":{}:{}", problem.line, problem.column);
  if (!problem.key.empty()) text += fmt::format(": {}", problem.key);
  return fmt::format("{}: {}", text, problem.what);
}

loaded_config parse_config(std::string_view text, const std::filesystem::path& file) {
  try {
    const auto root = toml::parse(text, file.string());
    return loading(root, file).run();
  } catch (const toml::parse_error& mistake) {
    const auto where = mistake.source().begin;
    return failure(file, where.line, where.column, std::string(mistake.description()));
  }
}

loaded_config load_config(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream || (text.fail() && errno != 0)) {
    const std::string_view remedy = errno == EACCES
                                        ? "run this as the user that may read it, or root"
                                        : "name another one with --config";
    return failure(
        file, 0, 0,
        fmt::format("cannot be read: {}; {}", std::generic_category().message(errno), remedy));
  }
  return parse_config(text.str(), file);
}

std::vector<known_key> known_keys() {
  key_listing listing;
  visit_tables(listing);
  return std::move(listing.keys);
}

std::vector<std::string> changed_keys(const config& before, const config& after) {
  comparison compared(before, after);
  visit_tables(compared);
  return std::move(compared.changed);
}

}  // namespace smppd
