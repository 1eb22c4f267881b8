// SMPP inside TLS, 1.2 and above (IANA's ssmpp): from the first octet on, the bind goes inside.
#pragma once

#include "smpp/error.hpp"
#include "smpp/net/connection.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace smpp::net {

/// Why a peer's certificate is not accepted; values are OpenSSL's X509_V_ERR_.
[[nodiscard]] const boost::system::error_category& certificate_category() noexcept;

struct tls_server_options {
  std::string certificate_file;  ///< PEM, the server's own certificate first, then its issuers
  std::string private_key_file;  ///< PEM
  std::string client_ca_file;    ///< PEM; not empty: clients must have a certificate from these
};

struct tls_client_options {
  std::string ca_file;           ///< PEM; empty: whom the system trusts
  std::string certificate_file;  ///< PEM; not empty: our own, for servers that ask for one
  std::string private_key_file;  ///< PEM
  std::string server_name;       ///< in the server's certificate; empty: the host connected to
  bool verify_server{true};      ///< false: anybody may answer
};

class tls_context;

/// The server's side. Used on one loop thread.
class tls_server {
 public:
  /// Throws std::runtime_error that names the file and says what is wrong with it.
  explicit tls_server(tls_server_options options);
  /// Reads the files again, for connections from now on; those that are up go on. Throws as the
  /// constructor does, and then everything stays as it was.
  void reload();
  /// Secures a connection that was accepted. Errors: of the network, of TLS, of the certificate,
  /// timed_out.
  [[nodiscard]] boost::asio::awaitable<result<connection>> accept(
      boost::asio::ip::tcp::socket connected, std::chrono::milliseconds limit) const;

 private:
  tls_server_options options_;
  std::shared_ptr<tls_context> context_;
};

/// The client's side. Used on one loop thread.
class tls_client {
 public:
  /// As of `tls_server`.
  explicit tls_client(tls_client_options options);
  void reload();
  /// Secures a connection to `host`, a name or an address, that was made.
  [[nodiscard]] boost::asio::awaitable<result<connection>> connect(
      boost::asio::ip::tcp::socket connected, const std::string& host,
      std::chrono::milliseconds limit) const;

 private:
  tls_client_options options_;
  std::shared_ptr<tls_context> context_;
};

}  // namespace smpp::net
