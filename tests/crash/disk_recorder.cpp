// Records what a process does to the files of one folder, in order: opening, writing, truncating,
// syncing, unlinking. From that disk.py makes what a disk would hold had the power failed.
//
//   LD_PRELOAD=disk_recorder.so RECORDED_FOLDER=/absolute/folder DISK_RECORD=file program
//
// A record is the struct below and `octets` of content. It is written once the call has succeeded,
// so a sync that is not recorded may not have ended; before a change of a file a record `begins` is
// written, so that a reader knows of a change that was cut off. What is mapped into memory is not
// seen: of SQLite that is the -shm file, which no power cut leaves.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>

namespace {

enum class change : std::uint8_t { begins, opens, creates, writes, truncates, syncs, unlinks };

struct [[gnu::packed]] record {
  change what;
  std::uint64_t inode;
  std::int64_t at;  // an offset; of `truncates` the size
  std::uint32_t octets;
};

constexpr std::size_t descriptors_max = 65'536;

std::mutex order;  // held over each change and its record: the record has the order of the changes
std::array<std::atomic<std::uint64_t>, descriptors_max> inodes;  // of open files of the folder

struct settings {
  std::string folder = text_of("RECORDED_FOLDER");
  int record = static_cast<int>(syscall(SYS_openat, AT_FDCWD, text_of("DISK_RECORD").c_str(),
                                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));

  static std::string text_of(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
  }
};

const settings& given() {
  static const settings once;
  return once;
}

// What a file of the folder is called there, "" is the folder itself; false: it is elsewhere.
bool find_name(std::string_view path, std::string_view& name) {
  const std::string_view folder = given().folder;
  if (folder.empty() || !path.starts_with(folder)) return false;
  name = path.substr(folder.size());
  if (name.empty()) return true;
  if (name.front() != '/') return false;
  name.remove_prefix(1);
  return !name.ends_with("-shm");
}

std::uint64_t inode_of(int file) {
  if (file < 0 || static_cast<std::size_t>(file) >= descriptors_max) return 0;
  return inodes[static_cast<std::size_t>(file)];
}

void note(change what, std::uint64_t inode, std::int64_t at, const void* content,
          std::size_t octets) {
  const int saved = errno;
  record head{what, inode, at, static_cast<std::uint32_t>(octets)};
  const std::array<iovec, 2> both{{{&head, sizeof head}, {const_cast<void*>(content), octets}}};
  const auto written = syscall(SYS_writev, given().record, both.data(), both.size());
  if (written != static_cast<long>(sizeof head + octets)) std::abort();
  errno = saved;
}

int open_recorded(int folder, const char* path, int flags, mode_t mode) {
  std::string_view name;
  if (folder != AT_FDCWD || !find_name(path, name))
    return static_cast<int>(syscall(SYS_openat, folder, path, flags, mode));
  const std::lock_guard lock(order);
  const bool existed = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
  const auto file = static_cast<int>(syscall(SYS_openat, folder, path, flags, mode));
  struct stat found {};
  if (file < 0 || fstat(file, &found) != 0) return file;
  if (static_cast<std::size_t>(file) >= descriptors_max) std::abort();
  inodes[static_cast<std::size_t>(file)] = found.st_ino;
  note(existed ? change::opens : change::creates, found.st_ino, 0, name.data(), name.size());
  if (existed && (flags & O_TRUNC) != 0) note(change::truncates, found.st_ino, 0, nullptr, 0);
  return file;
}

ssize_t write_recorded(int file, const void* from, std::size_t octets, std::int64_t at) {
  const auto inode = inode_of(file);
  const bool in_turn = at < 0;  // at the file's own position
  const auto write_it = [&] {
    return in_turn ? syscall(SYS_write, file, from, octets)
                   : syscall(SYS_pwrite64, file, from, octets, at);
  };
  if (inode == 0) return write_it();
  const std::lock_guard lock(order);
  if (in_turn) at = syscall(SYS_lseek, file, 0, SEEK_CUR);
  note(change::begins, inode, at, nullptr, 0);
  const auto written = write_it();
  note(change::writes, inode, at, from, written > 0 ? static_cast<std::size_t>(written) : 0);
  return written;
}

int truncate_recorded(int file, std::int64_t size) {
  const auto inode = inode_of(file);
  if (inode == 0) return static_cast<int>(syscall(SYS_ftruncate, file, size));
  const std::lock_guard lock(order);
  note(change::begins, inode, size, nullptr, 0);
  const auto result = static_cast<int>(syscall(SYS_ftruncate, file, size));
  if (result == 0) note(change::truncates, inode, size, nullptr, 0);
  return result;
}

int sync_recorded(long how, int file) {
  const auto inode = inode_of(file);
  if (inode == 0) return static_cast<int>(syscall(how, file));
  const std::lock_guard lock(order);
  const auto result = static_cast<int>(syscall(how, file));
  if (result == 0) note(change::syncs, inode, 0, nullptr, 0);
  return result;
}

mode_t mode_in(int flags, va_list rest) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const auto mode = mode_in(flags, rest);
  va_end(rest);
  return open_recorded(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const auto mode = mode_in(flags, rest);
  va_end(rest);
  return open_recorded(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const auto mode = mode_in(flags, rest);
  va_end(rest);
  return open_recorded(folder, path, flags, mode);
}

ssize_t write(int file, const void* from, std::size_t octets) {
  return write_recorded(file, from, octets, -1);
}
ssize_t pwrite(int file, const void* from, std::size_t octets, off_t at) {
  return write_recorded(file, from, octets, at);
}
ssize_t pwrite64(int file, const void* from, std::size_t octets, off64_t at) {
  return write_recorded(file, from, octets, at);
}

int ftruncate(int file, off_t size) noexcept { return truncate_recorded(file, size); }
int ftruncate64(int file, off64_t size) noexcept { return truncate_recorded(file, size); }

int fsync(int file) { return sync_recorded(SYS_fsync, file); }
int fdatasync(int file) { return sync_recorded(SYS_fdatasync, file); }

int unlink(const char* path) noexcept {
  std::string_view name;
  if (!find_name(path, name)) return static_cast<int>(syscall(SYS_unlink, path));
  const std::lock_guard lock(order);
  note(change::begins, 0, 0, nullptr, 0);
  const auto result = static_cast<int>(syscall(SYS_unlink, path));
  if (result == 0) note(change::unlinks, 0, 0, name.data(), name.size());
  return result;
}

// Nothing that is kept in the folder is renamed; a disk that did it would have to be modelled.
int rename(const char* from, const char* to) noexcept {
  std::string_view name;
  if (find_name(from, name) || find_name(to, name)) std::abort();
  return static_cast<int>(syscall(SYS_rename, from, to));
}

int close(int file) {
  if (inode_of(file) == 0) return static_cast<int>(syscall(SYS_close, file));
  const std::lock_guard lock(order);
  inodes[static_cast<std::size_t>(file)] = 0;
  return static_cast<int>(syscall(SYS_close, file));
}
}
