#include "daemon/terminal.hpp"

#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <tuple>

namespace smppd {
namespace {

// While it lives, the keyboard's letters are not shown.
class hidden_typing {
 public:
  hidden_typing() {
    tcgetattr(STDIN_FILENO, &shown_);
    auto hidden = shown_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~hidden_typing() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_); }
  hidden_typing(const hidden_typing&) = delete;
  hidden_typing& operator=(const hidden_typing&) = delete;

 private:
  termios shown_{};
};

}  // namespace

std::string read_password(terminal console) {
  std::string password;
  if (&console.in == &std::cin && isatty(STDIN_FILENO) == 1) {
    const hidden_typing hidden;
    console.err << "Password: " << std::flush;
    std::getline(console.in, password);
    console.err << '\n';
  } else {
    std::getline(console.in, password);
  }
  return password;
}

void become_owner_of(const std::filesystem::path& folder) {
  struct stat owner {};
  if (geteuid() != 0 || stat(folder.empty() ? "." : folder.c_str(), &owner) != 0) return;
  // Where this fails, opening the store says so.
  if (owner.st_uid != 0 && setegid(owner.st_gid) == 0) std::ignore = seteuid(owner.st_uid);
}

}  // namespace smppd
