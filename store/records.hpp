// The nouns of the store: what a row says, independent of the engine that keeps it.
// Text and octets are views: into the arena of the `batch` or `rows` that holds the record.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace store {

/// Identifies a message, a submission or an inbound message. 62 bits, time-ordered: milliseconds
/// since 2024-01-01 (40), sequence (16), node (6). Messages of one submission have consecutive ids,
/// `id_step` apart, the first one right after it.
using id64 = std::int64_t;
inline constexpr id64 id_step = 1 << 6;

/// UTC, in milliseconds. Zero means "none" wherever a record says that a time is optional.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

/// The smallest id that anything of `at` or later can have.
[[nodiscard]] constexpr id64 first_id_at(wall_time at) noexcept {
  constexpr std::chrono::sys_days epoch = std::chrono::year{2024} / 1 / 1;
  return (at - epoch).count() * (id64{1} << 22);
}

/// How far a message has come. It only moves towards larger values. Stored: do not renumber.
enum class progress : std::uint8_t {
  queued = 0,  // accepted, not yet accepted by a carrier: has no state row
  sent = 10,   // every part was accepted by the carrier
  delivered = 20,
  failed = 21,
  cancelled = 22,
};
[[nodiscard]] constexpr bool is_final(progress p) noexcept { return p >= progress::delivered; }

/// Why a message is where it is. Stored: do not renumber.
enum class reason : std::uint8_t {
  none = 0,
  invalid_number = 1,
  no_route = 2,
  sender_rejected = 3,
  rejected = 4,  // by the carrier, at submit or by receipt
  undeliverable = 5,
  expired = 6,  // its validity ended, here or at the carrier
  deleted = 7,
  unknown = 8,
  buffered = 9,          // the carrier said ENROUTE or ACCEPTD: not final
  unknown_outcome = 10,  // the carrier never answered and the administrator chose not to repeat
};

/// Who a message came from. Stored: do not renumber.
enum class origin : std::uint8_t { http = 0, esme = 1, keyword_reply = 2 };

/// Type of number and numbering plan of both addresses, as SMPP has them.
struct address_types {
  std::uint8_t source_ton{}, source_npi{}, destination_ton{}, destination_npi{};
  bool operator==(const address_types&) const = default;
};

/// One text to one destination, as it was accepted: never changes, but for `parts`.
struct message {
  id64 id{};
  id64 submission{};  // 0: it is a submission of its own
  std::int64_t account{};
  std::int64_t login{};    // the SMPP login it came from and its receipts go to; 0: none
  std::int64_t carrier{};  // the first choice when it was accepted
  origin from{origin::http};
  std::uint8_t priority{};  // 0 lowest .. 3
  std::uint8_t data_coding{}, esm_class{}, registered_delivery{};
  std::uint8_t parts{1};  // submit_sm PDUs it takes, at the carrier that it goes to
  address_types types;
  wall_time expires_at;                  // after this it is not tried any more
  std::string_view source, destination;  // as SMPP addresses
  std::string_view
      body;  // user data, not split; empty and `body_in_submission` set: the submission has it
  bool body_in_submission{false};
  std::string_view client_ref, callback_url;  // may be empty
  std::string_view
      options;  // rarely used fields and TLVs, packed by whoever wrote them; may be empty
};

/// What the messages of one request with several recipients share.
struct submission {
  id64 id{};
  std::int64_t account{};
  std::uint32_t recipients{};
  std::string_view body;
  std::string_view client_ref, callback_url;
};

/// Where a message is: the one place that says so.
struct message_state {
  progress state{progress::queued};
  store::reason why{reason::none};
  wall_time changed_at;
  wall_time sent_at;
  std::uint32_t attempts{};
  std::int64_t carrier{};               // the one that took it
  bool possible_duplicate{false};       // it may have been submitted more than once
  std::string_view carrier_message_id;  // of the first part
  std::string_view error;               // command_status name or the receipt's err; may be empty
};

struct found_message {
  store::message message;
  message_state state;
};

/// A part of a message of several parts that the carrier accepted.
struct sent_part {
  id64 id{};
  std::uint8_t part{};  // from 1
  std::int64_t carrier{};
  progress state{progress::sent};
  std::string_view carrier_message_id;
};

/// A message that is tried again, or for the first time, at `due`.
struct scheduled {
  id64 id{};
  wall_time due;
  std::int64_t carrier{};
  std::uint32_t attempts{};
  bool possible_duplicate{false};
};

/// Something that somebody must be told, kept until it is acknowledged. `target` is the queue it
/// stands in: a login's id
/// (> 0) for deliver_sm, or a negative number that stands for one account's webhooks at one origin.
enum class notice_kind : std::uint8_t { receipt = 1, inbound = 2, intermediate_receipt = 3 };
struct notice {
  std::int64_t target{};
  std::int64_t sequence{};  // order within the target; time-ordered, unique
  notice_kind kind{notice_kind::receipt};
  id64 subject{};  // a message or an inbound message
  std::uint32_t attempts{};
  wall_time due;         // not before; zero: at once
  std::string_view url;  // webhooks only
};

/// One acknowledged part of a long inbound message that is not complete yet.
struct inbound_part {
  id64 id{};  // its own
  std::int64_t carrier{};
  wall_time received_at;
  std::string_view source, destination;
  address_types types;
  std::uint8_t data_coding{}, total{}, part{},
      kind{};  // kind: how it was concatenated (smpp::part_kind)
  std::uint16_t reference{};
  std::string_view user_data;  // without its user data header
};

/// A mobile-originated message, whole or, after its parts timed out, `partial`.
struct inbound {
  id64 id{};
  std::int64_t carrier{};
  std::int64_t account{};  // 0: nobody's
  std::int64_t keyword{};  // 0: none matched
  wall_time received_at;
  address_types types;
  std::uint8_t data_coding{}, parts{1};
  bool partial{false};
  std::string_view source, destination;
  std::string_view user_data;  // octets in data_coding
  std::string_view text;       // the same as UTF-8
};

/// A receipt whose message is not known (yet): kept, so that it can be acknowledged.
struct unmatched_receipt {
  std::int64_t sequence{};  // unique, time-ordered
  std::int64_t carrier{};
  wall_time received_at;
  std::string_view carrier_message_id;
  std::uint8_t state{};  // SMPP message_state
  std::string_view error;
};

/// A carrier's id of a sent message (or part) that waits for its receipt and is no longer kept in
/// memory. `key` is the canonical form of the id; several messages may share one.
struct awaited_receipt {
  std::int64_t carrier{};
  std::string_view key;
  id64 id{};
  std::uint8_t part{1};
};

/// Something unusual that happened to a message: a refused attempt, a late receipt. The usual
/// course writes none.
struct event {
  id64 id{};
  wall_time at;
  std::string_view what;
};

// Customers' things. Few, read into memory as a whole; their strings are their own.

struct account {
  std::int64_t id{};
  std::string name;
  bool active{true};
};

struct api_key {
  std::int64_t id{};
  std::int64_t account{};
  std::string key_id;       // the public part
  std::string secret_hash;  // SHA-256 of the secret, 32 octets
  wall_time created_at;
  bool active{true};
};

/// How an application is shown message ids. Stored: do not renumber.
enum class message_id_form : std::uint8_t { hexadecimal = 0, decimal = 1 };

struct login {
  std::int64_t id{};
  std::int64_t account{};
  std::string system_id;
  std::string password_hash;  // libsodium crypto_pwhash_str
  bool active{true};
  std::uint32_t binds_max{};  // 0: the configuration's
  // How its receipts are written; the daemon gives these their meaning. Empty: as everybody's.
  std::string receipt_format, receipt_errors;
  message_id_form id_form{message_id_form::hexadecimal};
};

struct keyword {
  std::int64_t id{};
  std::string uuid;
  std::int64_t account{};
  std::string word;                                          // upper case
  std::string description, webhook_url, auto_reply_message;  // empty: none
  bool active{true};
  bool auto_reply_enabled{false};
  std::uint64_t messages_received{};
  wall_time last_message_at;
  wall_time created_at;
};

struct directory {
  std::int64_t version{};  // changes whenever any of this does (but not for a keyword's counters)
  std::vector<account> accounts;
  std::vector<api_key> keys;
  std::vector<login> logins;
  std::vector<keyword> keywords;
};

}  // namespace store
