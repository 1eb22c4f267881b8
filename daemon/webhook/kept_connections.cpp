#include "daemon/webhook/kept_connections.hpp"

#include <utility>

namespace smppd::webhook {

kept_connections::~kept_connections() {
  while (!kept_.empty())
    close_oldest();
}

void kept_connections::keep(std::string server, std::shared_ptr<connection> idle, time now) {
  kept_.push_back({std::move(server), std::move(idle), now});
}

// There are few, and the last is mostly the right one.
std::shared_ptr<connection> kept_connections::find(std::string_view server) {
  auto at = kept_.end();
  while (at != kept_.begin()) {
    --at;
    if (at->server != server) continue;
    auto found = std::move(at->idle);
    at = kept_.erase(at);
    if (found->is_open()) return found;
  }
  return nullptr;
}

void kept_connections::close_oldest() {
  kept_.front().idle->close();
  kept_.pop_front();
}

}  // namespace smppd::webhook
