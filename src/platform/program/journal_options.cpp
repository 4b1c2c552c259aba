#include "platform/program/journal_options.hpp"

#include <string>

#include "platform/log/log.hpp"
#include "platform/settings/settings.hpp"

namespace mainstay {

journal::Options journal_options(Platform& platform, std::string_view app,
                                 std::string_view folder) {
  const settings::Settings& settings = platform.settings;
  journal::Options journal;
  journal.folder = platform.data_folder / "journal" / folder;
  journal.segment_bytes = settings.bytes("journal.segment_bytes");
  journal.sync_every = settings.duration("journal.sync_every");
  journal.durability = settings.text("journal.durability") == "disk" ? journal::Durability::disk
                                                                     : journal::Durability::process;
  journal.backlog_bytes_max = settings.bytes("journal.backlog_bytes_max");
  journal.stall_after = settings.duration("journal.stall_after");
  journal.clock = &platform.clock;
  journal.on_trouble = [&log = platform.log, event = std::string{app} + ".journal.",
                        name = std::string{folder}](const Result<>& state) {
    if (state) return log.info(event + "works_again", {{"journal", name}});
    log.error(event + "failing", {{"journal", name}, {"error", state.error().message()}});
  };
  journal.on_failure = [&platform](const Error& error) { platform.fail(error); };
  return journal;
}

}  // namespace mainstay
