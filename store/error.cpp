#include "store/error.hpp"

#include <string>

namespace store {
namespace {

const char* sentence(error e) noexcept {
  switch (e) {
    case error::not_found: return "There is no such record.";
    case error::already_exists: return "A record with this name exists already.";
    case error::locked: return "The database is locked by another process.";
    case error::in_use: return "Another smppd runs on this database.";
    case error::full: return "The disk, or the database, is full.";
    case error::io: return "Reading or writing the disk failed.";
    case error::corrupt: return "The database is damaged.";
    case error::not_a_database: return "The file is not a database.";
    case error::no_directory: return "The directory of the database does not exist.";
    case error::not_writable: return "The database or its directory is not writable.";
    case error::cannot_open: return "The database cannot be opened.";
    case error::schema_too_new: return "The database was written by a newer version of smppd.";
    case error::internal: return "The store made a mistake.";
  }
  return "Unknown error of the store.";
}

class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "store"; }
  std::string message(int code) const override { return sentence(static_cast<error>(code)); }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace store
