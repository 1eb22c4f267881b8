// What links the installed smpp::net: a server and an ESME in one program, over loopback.
#include <smpp/net/esme.hpp>
#include <smpp/net/listener.hpp>
#include <smpp/net/session.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <iostream>

namespace asio = boost::asio;

namespace {

struct server final : smpp::net::session_handler {
  void on_event(smpp::net::session& from, smpp::event& what) override {
    const auto* const request = std::get_if<smpp::request_received>(&what);
    if (request == nullptr) return;
    if (!std::holds_alternative<smpp::submit_sm>(request->pdu))
      return from.accept_bind(request->head.sequence);
    smpp::submit_sm_resp answer;
    answer.message_id = "its id";
    std::ignore = from.reply(request->head.sequence, answer);
  }
  void on_closed(smpp::net::session& /*from*/, const smpp::closed& /*why*/) override {}
};

asio::awaitable<void> send(std::uint16_t port, smpp::net::listener& listener) {
  const smpp::net::esme_login login("127.0.0.1", port, "somebody", "secret");
  auto smsc = (co_await smpp::net::esme::connect(login)).value();
  smpp::submit_sm message;
  message.destination_addr = "46700000001";
  message.short_message = "hello";
  std::cout << "accepted as " << (co_await smsc.submit(message)).value() << '\n';
  co_await smsc.unbind();
  listener.stop();
}

}  // namespace

int main() {
  asio::io_context loop;
  server handler;
  const auto accept = [&handler](asio::ip::tcp::socket connected) {
    smpp::session_options options;
    options.role = smpp::role::smsc;
    std::make_shared<smpp::net::session>(std::move(connected), options, handler)->start();
  };
  smpp::net::listener listener(loop, {asio::ip::address_v4::loopback(), 0}, accept);
  listener.start();
  auto done = asio::co_spawn(loop, send(listener.port(), listener), asio::use_future);
  loop.run();
  done.get();
}
