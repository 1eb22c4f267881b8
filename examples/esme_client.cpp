// A complete ESME: binds, sends a text, waits for its receipt, unbinds.
#include "smpp/net/esme.hpp"
#include "smpp/text.hpp"

#include <boost/asio.hpp>

#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> send(smpp::net::esme_login login, std::string to, std::string text) {
  auto smsc = (co_await smpp::net::esme::connect(login)).value();
  const auto encoded = smpp::encode_text(text).value();
  smpp::submit_sm message;
  message.dest_addr_ton = message.dest_addr_npi = 1;  // an international telephone number
  message.destination_addr = to;
  message.data_coding = encoded.data_coding;
  message.short_message = smpp::byte_view(encoded.octets);
  message.registered_delivery = 1;
  const auto id = (co_await smsc.submit(message)).value();
  std::cout << "accepted as " << id << '\n';
  for (bool ours = false; !ours;) {
    const auto receipt = (co_await smsc.receive(std::chrono::seconds(30))).value();
    ours = receipt.tlvs.find_text(smpp::tag::receipted_message_id) == id;
    std::cout << receipt.short_message.view() << '\n';
  }
  co_await smsc.unbind();
}

int main(int argc, char** argv) try {
  if (argc != 7) throw std::invalid_argument("give HOST PORT SYSTEM_ID PASSWORD NUMBER TEXT");
  const auto port = static_cast<std::uint16_t>(std::stoi(argv[2]));
  const smpp::net::esme_login login(argv[1], port, argv[3], argv[4]);
  asio::io_context loop;
  auto done = asio::co_spawn(loop, send(login, argv[5], argv[6]), asio::use_future);
  loop.run();
  done.get();
} catch (const std::exception& mistake) {
  std::cerr << "esme_client: " << mistake.what() << '\n';
  return 1;
}
