#include "platform/journal/snapshot.hpp"

#include <utility>

#include "base/crc32c.hpp"
#include "platform/journal/folder.hpp"
#include "platform/journal/frame.hpp"

namespace mainstay::journal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t state_at = file_header_bytes + 8 + 4;

Result<> write_file(FileSystem& files, const fs::path& path, std::string_view head, Bytes state) {
  MS_TRY(const auto file, files.create(path));
  MS_TRY_VOID(file->write_at(0, as_bytes(head)));
  MS_TRY_VOID(file->write_at(head.size(), state));
  return file->sync();
}

}  // namespace

Bytes Snapshot::state() const { return Bytes{file_}.subspan(state_at); }

Result<> store_snapshot(FileSystem& files, const fs::path& folder, Bytes state, Sequence as_of) {
  if (state.size() > snapshot_file_bytes_max - state_at) {
    return Error{Errc::record_too_large, "snapshot of " + std::to_string(state.size()) + " bytes"};
  }
  std::string head = encode_file_header(FileKind::snapshot, as_of);
  ByteWriter writer{head};
  writer.u64(state.size());
  writer.u32(crc32c(state));

  const std::string name = snapshot_name(as_of);
  const fs::path unfinished = folder / (name + std::string{temporary_suffix});
  if (auto written = write_file(files, unfinished, head, state); written.has_error()) {
    (void)files.remove(unfinished);  // give the room back; the first error is the one to tell
    return written;
  }
  MS_TRY_VOID(files.rename(unfinished, folder / name));
  return files.sync_folder(folder);
}

Result<Snapshot> load_snapshot(FileSystem& files, const fs::path& folder, Sequence as_of) {
  const fs::path path = folder / snapshot_name(as_of);
  MS_TRY(auto bytes, read_file(files, path, snapshot_file_bytes_max));
  const auto header = decode_file_header(FileKind::snapshot, bytes);
  if (!header) return corrupt_at(path, 0, "the file header is damaged");
  if (!is_readable(header->version)) return Error{Errc::format_unknown, path.string()};
  if (header->sequence != as_of) return corrupt_at(path, 0, "the name and the header differ");

  ByteReader reader{Bytes{bytes}.subspan(file_header_bytes)};
  const std::uint64_t length = reader.u64();
  const std::uint32_t sum = reader.u32();
  if (!reader.ok() || length != reader.left()) {
    return corrupt_at(path, file_header_bytes, "the length is damaged");
  }
  Snapshot snapshot{std::move(bytes)};
  if (crc32c(snapshot.state()) != sum) return corrupt_at(path, state_at, "the state is damaged");
  return snapshot;
}

}  // namespace mainstay::journal
