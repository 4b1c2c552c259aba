#include "platform/log/log.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <poll.h>
#include <span>
#include <unistd.h>
#include <utility>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>

#include "base/clock.hpp"
#include "base/mutex.hpp"
#include "platform/log/line.hpp"

namespace mainstay::log {
namespace {

constexpr std::size_t queue_limit =
    1'000'000;  // spdlog allocates the whole queue, about 400 bytes a line
constexpr std::size_t batch_bytes_max = 65'536;  // then written even while more lines wait
constexpr Seconds flush_max{5};
constexpr Millis stalled_max{1000};  // for a full pipe behind standard error

/// A file descriptor that is closed with its owner, unless it is standard error.
class Output {
 public:
  Output() = default;
  explicit Output(int fd) : fd_(fd) {}
  Output(Output&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Output& operator=(Output&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Output() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }

  static Result<Output> open(const std::string& file) {
    if (file.empty()) return Output{STDERR_FILENO};
    const int fd = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return Error{Errc::open_failed, file + ": " + std::strerror(errno)};
    return Output{fd};
  }

  /// False when not everything could be written.
  [[nodiscard]] bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto wrote = ::write(fd_, bytes.data(), bytes.size());
      if (wrote >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
      } else if (errno == EAGAIN) {
        pollfd ready{fd_, POLLOUT, 0};
        if (::poll(&ready, 1, static_cast<int>(stalled_max.count())) == 0) return false;
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

 private:
  int fd_ = -1;
};

/// Where spdlog's thread leaves lines. They are collected while more of them wait and written in
/// one call, so that a burst costs few system calls and a lone line leaves at once.
class BatchSink final : public spdlog::sinks::sink {
 public:
  BatchSink(Output output, spdlog::details::thread_pool& queue)
      : queue_(queue), output_(std::move(output)) {}

  void log(const spdlog::details::log_msg& message) override {
    batch_.append(message.payload.data(), message.payload.size());
    ++batch_lines_;
    if (batch_.size() >= batch_bytes_max || queue_.queue_size() == 0) flush();
  }

  /// On spdlog's thread, or after that has ended.
  void flush() override {
    {
      const MutexLock lock{mutex_};
      if (!output_.write(batch_)) failed_ += batch_lines_;
      finished_ += batch_lines_;
    }
    progress_.notify_all();
    batch_.clear();
    batch_lines_ = 0;
  }

  // Lines arrive finished.
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  void replace(Output output) {
    const MutexLock lock{mutex_};
    output_ = std::move(output);
  }

  [[nodiscard]] std::uint64_t failed() const { return failed_.load(); }

  /// Waits until `lines` lines in all have been written or dropped.
  void wait_for(std::uint64_t lines) {
    const auto deadline = std::chrono::steady_clock::now() + flush_max;
    MutexLock lock{mutex_};
    while (finished_ + queue_.overrun_counter() < lines &&
           std::chrono::steady_clock::now() < deadline) {
      lock.wait_for(progress_, flush_max);
    }
  }

 private:
  spdlog::details::thread_pool& queue_;
  std::string batch_;  // spdlog's thread
  std::uint64_t batch_lines_ = 0;
  Mutex mutex_;
  std::condition_variable progress_;
  Output output_ MS_GUARDED_BY(mutex_);
  std::uint64_t finished_ MS_GUARDED_BY(mutex_) = 0;
  std::atomic<std::uint64_t> failed_{0};
};

}  // namespace

struct Log::Impl {
  Impl(const Options& chosen, Output output)
      : options(chosen),
        queue(std::make_shared<spdlog::details::thread_pool>(chosen.queue_max, 1)),
        sink(std::make_shared<BatchSink>(std::move(output), *queue)),
        logger(std::make_shared<spdlog::async_logger>(
            "mainstay", sink, queue, spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_level(spdlog::level::trace);  // ours decides
  }
  ~Impl() {
    queue.reset();  // joins the writer after the last queued line
    sink->flush();
  }
  void post(const std::string& line) {
    posted.fetch_add(1, std::memory_order_relaxed);
    logger->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
  }
  void event(Level level, std::string_view name, std::initializer_list<Field> fields) {
    if (level < options.level) return;
    const auto now = std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
    post(render(options.format, now, level, name, std::span{fields.begin(), fields.size()}));
  }

  const Options options;
  std::shared_ptr<spdlog::details::thread_pool> queue;
  std::shared_ptr<BatchSink> sink;
  std::shared_ptr<spdlog::async_logger> logger;
  std::atomic<std::uint64_t> posted{0};
};

Result<std::unique_ptr<Log>> Log::open(const Options& options) try {
  if (options.queue_max == 0 || options.queue_max > queue_limit) {
    return Error{Errc::open_failed, "queue_max must be 1 to " + std::to_string(queue_limit)};
  }
  MS_TRY(auto output, Output::open(options.file));
  return std::unique_ptr<Log>{new Log{std::make_unique<Impl>(options, std::move(output))}};
} catch (const std::exception& e) {  // no memory for the queue, no thread
  return Error{Errc::open_failed, e.what()};
}

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() = default;

void Log::debug(std::string_view event, std::initializer_list<Field> fields) {
  impl_->event(Level::debug, event, fields);
}

void Log::info(std::string_view event, std::initializer_list<Field> fields) {
  impl_->event(Level::info, event, fields);
}

void Log::warning(std::string_view event, std::initializer_list<Field> fields) {
  impl_->event(Level::warning, event, fields);
}

void Log::error(std::string_view event, std::initializer_list<Field> fields) {
  impl_->event(Level::error, event, fields);
}

bool Log::enabled(Level level) const { return level >= impl_->options.level; }

void Log::raw_line(std::string_view line) { impl_->post(render_raw(line)); }

void Log::flush() { impl_->sink->wait_for(impl_->posted.load()); }

void Log::reopen() {
  auto output = Output::open(impl_->options.file);
  if (output.has_error()) return error("log.reopen_failed", {{"reason", output.error().detail()}});
  impl_->sink->replace(std::move(*output));
}

std::uint64_t Log::dropped() const {
  return impl_->queue->overrun_counter() + impl_->sink->failed();
}

const ErrorRow& error_row(Errc) {
  static constexpr ErrorRow open_failed{"log_open_failed", "cannot open the log"};
  return open_failed;
}

}  // namespace mainstay::log
