#include "smpp/net/trace_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace smpp::net {

trace_file::trace_file(const std::string& path, std::size_t octets_max)
    : file_(nullptr, &std::fclose), octets_max_(octets_max) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor >= 0) file_.reset(::fdopen(descriptor, "wb"));
  if (!file_) {
    const int why = errno;
    if (descriptor >= 0) ::close(descriptor);
    throw std::system_error(why, std::generic_category(), path);
  }
  append_pcap_header(buffer_);
  write();
}

void trace_file::add(pcap_trace& of, pcap_trace::direction way, byte_view octets) {
  if (full()) return;
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  of.add(way, octets, now, buffer_);
  write();
}

// Whoever looks at the file sees whole packets.
void trace_file::write() {
  const auto count = std::fwrite(buffer_.data(), 1, buffer_.size(), file_.get());
  const bool written = count == buffer_.size() && std::fflush(file_.get()) == 0;
  octets_ = written ? octets_ + count : octets_max_;
  buffer_.clear();
}

}  // namespace smpp::net
