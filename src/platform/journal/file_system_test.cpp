#include "platform/journal/file_system.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "platform/journal/journal.hpp"
#include "platform/journal/memory_file_system.hpp"

namespace mainstay::journal::file_system_test {
namespace fs = std::filesystem;

namespace {

/// A folder of its own, removed at the end.
struct Posix {
  Posix() {
    std::string pattern = (fs::temp_directory_path() / "journal-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    root = pattern;
  }
  ~Posix() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  PosixFileSystem files;
  fs::path root;
};

struct Memory {
  MemoryFileSystem files;
  fs::path root = "/root";
};

std::string text_of(FileSystem& files, const fs::path& path) {
  const auto bytes = read_file(files, path, 1U << 20U);
  REQUIRE(bytes.has_value());
  return std::string{as_text(*bytes)};
}

mode_t mode_of(const fs::path& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 0777U;
}

}  // namespace

TEST_CASE_TEMPLATE("file system contract: bytes stay where they were written", Adapter, Posix,
                   Memory) {
  Adapter adapter;
  FileSystem& files = adapter.files;
  REQUIRE(files.create_folder(adapter.root).has_value());
  auto file = files.create(adapter.root / "a");
  REQUIRE(file.has_value());
  CHECK((*file)->allocate(8).has_value());
  CHECK((*file)->write_at(2, as_bytes("hello, world")).has_value());
  CHECK(*(*file)->size() == 14);
  CHECK((*file)->allocate(4).has_value());
  CHECK(*(*file)->size() == 14);
  CHECK((*file)->truncate(7).has_value());
  CHECK((*file)->allocate(9).has_value());
  CHECK((*file)->sync().has_value());
  CHECK(text_of(files, adapter.root / "a") == std::string("\0\0hello\0\0", 9));

  std::byte two[4];
  CHECK(*(*file)->read_at(7, two) == 2);
  CHECK(*(*file)->read_at(100, two) == 0);
  CHECK(read_file(files, adapter.root / "a", 8).error().is(Errc::corrupt));
}

TEST_CASE_TEMPLATE("file system contract: names come, go and replace each other", Adapter, Posix,
                   Memory) {
  Adapter adapter;
  FileSystem& files = adapter.files;
  const fs::path root = adapter.root / "x" / "y";
  REQUIRE(files.create_folder(root).has_value());
  REQUIRE(files.create_folder(root).has_value());
  for (const char* name : {"a", "b"}) {
    auto file = files.create(root / name);
    REQUIRE(file.has_value());
    CHECK((*file)->write_at(0, as_bytes(name)).has_value());
  }
  CHECK(files.rename(root / "a", root / "b").has_value());
  CHECK(files.sync_folder(root).has_value());
  CHECK(*files.list(root) == std::vector<std::string>{"b"});
  CHECK(text_of(files, root / "b") == "a");
  REQUIRE(files.create(root / "b").has_value());
  CHECK(text_of(files, root / "b").empty());
  CHECK(files.remove(root / "b").has_value());
  CHECK(files.list(root)->empty());
}

TEST_CASE_TEMPLATE("file system contract: what is not there is an error with path and reason",
                   Adapter, Posix, Memory) {
  Adapter adapter;
  FileSystem& files = adapter.files;
  REQUIRE(files.create_folder(adapter.root).has_value());
  const auto missing = files.open(adapter.root / "nothing", Access::read);
  REQUIRE(missing.has_error());
  CHECK(missing.error().is(Errc::io));
  CHECK(missing.error().detail() ==
        "open " + (adapter.root / "nothing").string() + ": No such file or directory");
  CHECK(files.rename(adapter.root / "nothing", adapter.root / "b").has_error());
  CHECK(files.remove(adapter.root / "nothing").has_error());
  CHECK(files.list(adapter.root / "nothing").has_error());
}

TEST_CASE_TEMPLATE("file system contract: a lock is held once, until it is destroyed", Adapter,
                   Posix, Memory) {
  Adapter adapter;
  FileSystem& files = adapter.files;
  REQUIRE(files.create_folder(adapter.root).has_value());
  auto held = files.lock(adapter.root / "LOCK");
  REQUIRE(held.has_value());
  const auto second = files.lock(adapter.root / "LOCK");
  REQUIRE(second.has_error());
  CHECK(second.error().is(Errc::locked));
  held->reset();
  CHECK(files.lock(adapter.root / "LOCK").has_value());
}

TEST_CASE("posix files: the boot is the same for everyone, one word or unknown") {
  PosixFileSystem files;
  CHECK(files.boot_id() == PosixFileSystem{}.boot_id());
  CHECK(files.boot_id().find_first_of(" \n") == std::string::npos);
  if (fs::exists("/proc/sys/kernel/random/boot_id")) CHECK(files.boot_id().size() == 36);
}

TEST_CASE("memory files: a power cut begins another boot, a kill does not") {
  MemoryFileSystem files;
  const std::string before = files.boot_id();
  CHECK_FALSE(before.empty());
  files.kill_process();
  files.restart();
  CHECK(files.boot_id() == before);
  files.cut_power();
  files.restart();
  const std::string between = files.boot_id();
  CHECK(between != before);
  Random luck{1};
  files.cut_power(luck);
  files.restart();
  CHECK(files.boot_id() != before);
  CHECK(files.boot_id() != between);
}

TEST_CASE("posix files: private modes, and the lock tells its holder") {
  Posix posix;
  const fs::path folder = posix.root / "private" / "journal";
  REQUIRE(posix.files.create_folder(folder).has_value());
  REQUIRE(posix.files.create(folder / "file").has_value());
  CHECK(mode_of(folder) == 0700);
  CHECK(mode_of(folder.parent_path()) == 0700);
  CHECK(mode_of(folder / "file") == 0600);
  const auto held = posix.files.lock(folder / "LOCK");
  REQUIRE(held.has_value());
  CHECK(posix.files.lock(folder / "LOCK").error().detail() ==
        (folder / "LOCK").string() + ", process " + std::to_string(::getpid()));
  CHECK(posix.files.create_folder(folder / "file").has_error());
  CHECK(posix.files.create_folder(folder / "file" / "below").has_error());
}

TEST_CASE("posix files: a full disk says so") {
  PosixFileSystem files;
  auto full = files.open("/dev/full", Access::read_write);
  REQUIRE(full.has_value());
  CHECK((*full)->write_at(0, as_bytes("x")).error().message() ==
        "no space is left for the journal: write /dev/full: No space left on device");
}

TEST_CASE("memory files: a power cut takes what was not synced, a kill takes nothing") {
  for (const bool kill : {true, false}) {
    MemoryFileSystem files;
    REQUIRE(files.create_folder("/d").has_value());
    auto file = files.create("/d/a");
    REQUIRE(file.has_value());
    REQUIRE((*file)->write_at(0, as_bytes("old")).has_value());
    REQUIRE((*file)->sync().has_value());
    REQUIRE(files.sync_folder("/d").has_value());
    REQUIRE((*file)->write_at(0, as_bytes("newer")).has_value());
    REQUIRE(files.create("/d/b").has_value());
    if (kill) {
      files.kill_process();
    } else {
      files.cut_power();
    }
    CHECK((*file)->sync().has_error());
    files.restart();
    CHECK(files.list("/d")->size() == (kill ? 2 : 1));
    CHECK(files.contents("/d/a") == (kill ? "newer" : "old"));
  }
}

TEST_CASE("memory files: torn by a power cut, every sector is old or new, and both occur") {
  bool mixed = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    MemoryFileSystem files;
    auto file = files.create("/a");
    REQUIRE(file.has_value());
    REQUIRE((*file)->write_at(0, as_bytes(std::string(2048, 'o'))).has_value());
    REQUIRE((*file)->sync().has_value());
    REQUIRE(files.sync_folder("/").has_value());
    REQUIRE((*file)->write_at(0, as_bytes(std::string(2048, 'n'))).has_value());
    Random luck{seed};
    files.cut_power(luck);
    const std::string left = files.contents("/a");
    REQUIRE(left.size() == 2048);
    for (std::size_t at = 0; at < left.size(); at += 512) {
      CHECK(left.substr(at, 512) == std::string(512, left[at]));
    }
    mixed = mixed || (left.find('o') != left.npos && left.find('n') != left.npos);
  }
  CHECK(mixed);
}

TEST_CASE("memory files: the n-th operation fails, a write by half; once or from then on") {
  MemoryFileSystem files;
  auto file = files.create("/a");
  REQUIRE(file.has_value());
  files.fail_nth(2);
  CHECK((*file)->write_at(0, as_bytes("abcd")).has_value());
  CHECK((*file)->write_at(4, as_bytes("efgh")).error().detail() ==
        "write /a: No space left on device");
  CHECK(files.contents("/a") == "abcdef");
  CHECK((*file)->sync().has_value());
  CHECK(files.take_fault());
  CHECK_FALSE(files.take_fault());

  files.fail_nth(1, MemoryFileSystem::Fault::from_then_on, "Input/output error");
  CHECK((*file)->sync().error().detail() == "sync /a: Input/output error");
  CHECK((*file)->sync().has_error());
  CHECK(files.take_fault());
  CHECK((*file)->sync().has_value());
}

}  // namespace mainstay::journal::file_system_test
