// A disk that fails when it is told to: preloaded into smppd it stands between SQLite and libc.
//
// FAILING_DISK_STORE names the database; its files are that path with "", "-wal", "-shm" or
// "-journal". FAILING_DISK names a file that holds a `plan`: failure_test.py maps it too, and says
// there which call fails.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

// The numbers are those of failure_test.py.
enum class call : std::int32_t { open, pread, pwrite, sync, truncate, lock, unlock, map };
enum class file : std::int32_t { none, database, log, index, journal };
enum class manner : std::int32_t { before, after, partly };

struct plan {
  std::atomic<std::int32_t> armed;
  std::int32_t of_call, of_file, nth, lasting, error, how;
  std::atomic<std::int32_t> seen, failed;  // such calls since it was armed; failures among them
};

constexpr std::size_t files_max = 4096;
std::array<std::atomic<file>, files_max> files;  // by descriptor

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int open_really(const char* path, int flags, mode_t mode) {
  static const auto open_next = next<int(const char*, int, ...)>("open64");
  return open_next(path, flags, mode);
}

plan* map_plan() {
  const char* path = std::getenv("FAILING_DISK");
  const int descriptor = path != nullptr ? open_really(path, O_RDWR | O_CLOEXEC, 0) : -1;
  if (descriptor < 0) std::abort();
  static const auto map_next = next<void*(void*, size_t, int, int, int, off_t)>("mmap64");
  void* at = map_next(nullptr, sizeof(plan), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED) std::abort();
  ::close(descriptor);
  return static_cast<plan*>(at);
}

file kind_of(std::string_view path) {
  static const char* const store = std::getenv("FAILING_DISK_STORE");
  if (store == nullptr || !path.starts_with(store)) return file::none;
  path.remove_prefix(std::string_view(store).size());
  if (path.empty()) return file::database;
  if (path == "-wal") return file::log;
  if (path == "-shm") return file::index;
  return path == "-journal" ? file::journal : file::none;
}

file kind_of(int descriptor) {
  const auto place = static_cast<std::size_t>(descriptor);
  return place < files_max ? files[place].load() : file::none;
}

void remember(int descriptor, file kind) {
  const auto place = static_cast<std::size_t>(descriptor);
  if (place < files_max) files[place] = kind;
}

// Makes the call, unless it is the one that is to fail: then before its effect, or after it.
template <class Result, class Effect>
Result attempt(call what, file kind, Result failure, Effect effect) {
  if (kind == file::none) return effect();
  static plan* const wanted = map_plan();
  if (wanted->armed == 0 || wanted->of_call != static_cast<std::int32_t>(what) ||
      wanted->of_file != static_cast<std::int32_t>(kind)) {
    return effect();
  }
  const auto number = ++wanted->seen;
  if (number < wanted->nth || (number > wanted->nth && wanted->lasting == 0)) return effect();
  ++wanted->failed;
  if (wanted->how == static_cast<std::int32_t>(manner::after)) effect();
  errno = wanted->error;
  return failure;
}

bool writes_partly() {
  static plan* const wanted = map_plan();
  return wanted->how == static_cast<std::int32_t>(manner::partly);
}

int open_or_fail(const char* path, int flags, mode_t mode) {
  const auto kind = kind_of(std::string_view(path));
  const int descriptor =
      attempt(call::open, kind, -1, [&] { return open_really(path, flags, mode); });
  remember(descriptor, kind);
  return descriptor;
}

template <class Lock>
int control(int descriptor, int command, Lock argument) {
  static const auto control_next = next<int(int, int, ...)>("fcntl64");
  const auto effect = [&] { return control_next(descriptor, command, argument); };
  if (command != F_SETLK) return effect();
  const bool unlocks = static_cast<const struct flock*>(argument)->l_type == F_UNLCK;
  return attempt(unlocks ? call::unlock : call::lock, kind_of(descriptor), -1, effect);
}

}  // namespace

extern "C" {

int open64(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_or_fail(path, flags, mode);
}

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_or_fail(path, flags, mode);
}

int close(int descriptor) {
  static const auto close_next = next<int(int)>("close");
  remember(descriptor, file::none);
  return close_next(descriptor);
}

ssize_t pread64(int descriptor, void* into, size_t octets, off64_t at) {
  static const auto read_next = next<ssize_t(int, void*, size_t, off64_t)>("pread64");
  return attempt(call::pread, kind_of(descriptor), ssize_t{-1},
                 [&] { return read_next(descriptor, into, octets, at); });
}

// Partly: the first half is written, and the caller is told so, as on a disk that becomes full.
ssize_t pwrite64(int descriptor, const void* from, size_t octets, off64_t at) {
  static const auto write_next = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  const auto half = octets / 2;
  const bool partly = half != 0 && kind_of(descriptor) != file::none && writes_partly();
  const auto failure = partly ? static_cast<ssize_t>(half) : ssize_t{-1};
  bool refused = true;
  const auto written = attempt(call::pwrite, kind_of(descriptor), failure, [&] {
    refused = false;
    return write_next(descriptor, from, octets, at);
  });
  if (partly && refused) return write_next(descriptor, from, half, at);
  return written;
}

int fdatasync(int descriptor) {
  static const auto sync_next = next<int(int)>("fdatasync");
  return attempt(call::sync, kind_of(descriptor), -1, [&] { return sync_next(descriptor); });
}

int fsync(int descriptor) {
  static const auto sync_next = next<int(int)>("fsync");
  return attempt(call::sync, kind_of(descriptor), -1, [&] { return sync_next(descriptor); });
}

int ftruncate64(int descriptor, off64_t octets) {
  static const auto truncate_next = next<int(int, off64_t)>("ftruncate64");
  return attempt(call::truncate, kind_of(descriptor), -1,
                 [&] { return truncate_next(descriptor, octets); });
}

int fcntl64(int descriptor, int command, ...) {
  std::va_list rest;
  va_start(rest, command);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  return control(descriptor, command, argument);
}

void* mmap64(void* at, size_t octets, int protection, int flags, int descriptor, off64_t offset) {
  static const auto map_next = next<void*(void*, size_t, int, int, int, off64_t)>("mmap64");
  return attempt(call::map, descriptor < 0 ? file::none : kind_of(descriptor), MAP_FAILED,
                 [&] { return map_next(at, octets, protection, flags, descriptor, offset); });
}

}  // extern "C"
