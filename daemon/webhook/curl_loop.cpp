#include "daemon/webhook/curl_loop.hpp"

#include <boost/asio/post.hpp>

#include <new>

namespace smppd::webhook {

curl_loop::curl_loop(asio::io_context& loop, std::size_t connections_max)
    : loop_(loop), timer_(loop) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (global == CURLE_OK) multi_ = curl_multi_init();
  if (multi_ == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &curl_loop::socket_changed);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &curl_loop::timer_changed);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(connections_max));
}

curl_loop::~curl_loop() {
  curl_multi_cleanup(multi_);  // it still calls back, for the connections that it closes
  while (!watches_.empty())
    forget(watches_.begin()->first);
}

int curl_loop::socket_changed(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& me = *static_cast<curl_loop*>(self);
  if (what == CURL_POLL_REMOVE) {
    me.forget(socket);
    return 0;
  }
  auto& on = me.watches_[socket];
  if (on == nullptr) on = std::make_shared<watch>(me.loop_, socket);
  on->wanted = what;
  me.wait(socket, on);
  return 0;
}

int curl_loop::timer_changed(CURLM*, long timeout_ms, void* self) {
  auto& me = *static_cast<curl_loop*>(self);
  me.timer_.cancel();
  if (timeout_ms < 0) return 0;
  if (timeout_ms == 0) {  // for each new request: no timer of the kernel's for that
    asio::post(me.loop_, [weak = me.weak_from_this()] {
      if (const auto alive = weak.lock()) alive->act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
  }
  me.timer_.expires_after(std::chrono::milliseconds{timeout_ms});
  me.timer_.async_wait([weak = me.weak_from_this()](boost::system::error_code error) {
    const auto alive = weak.lock();
    if (alive != nullptr && !error) alive->act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void curl_loop::forget(curl_socket_t socket) {
  const auto found = watches_.find(socket);
  if (found == watches_.end()) return;
  found->second->gone = true;
  found->second->descriptor.release();
  watches_.erase(found);
}

void curl_loop::wait(curl_socket_t socket, const std::shared_ptr<watch>& on) {
  if ((on->wanted & CURL_POLL_IN) != 0) wait_for(socket, on, CURL_CSELECT_IN, &watch::reading);
  if ((on->wanted & CURL_POLL_OUT) != 0) wait_for(socket, on, CURL_CSELECT_OUT, &watch::writing);
}

void curl_loop::wait_for(curl_socket_t socket, const std::shared_ptr<watch>& on, int action,
                         bool watch::*under_way) {
  if (*on.*under_way) return;
  *on.*under_way = true;
  using asio::posix::descriptor_base;
  const auto what =
      action == CURL_CSELECT_IN ? descriptor_base::wait_read : descriptor_base::wait_write;
  on->descriptor.async_wait(what, [on, under_way, socket, action,
                                   weak = weak_from_this()](boost::system::error_code error) {
    const auto alive = weak.lock();
    *on.*under_way = false;
    if (alive == nullptr || on->gone) return;
    alive->act(socket, error ? CURL_CSELECT_ERR : action);
    if (!on->gone) alive->wait(socket, on);
  });
}

void curl_loop::act(curl_socket_t socket, int action) {
  int running{};
  curl_multi_socket_action(multi_, socket, action, &running);
  int left{};
  while (CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    if (done_) done_(easy, code);
  }
}

}  // namespace smppd::webhook
