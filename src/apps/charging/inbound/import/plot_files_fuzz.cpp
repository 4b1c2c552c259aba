#include "apps/charging/inbound/import/plot_files.hpp"

// Arbitrary bytes as a file of sites: whatever is taken may be stored.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace mainstay;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const charging::TakeImported take = [](std::size_t, Result<charging::ImportedSite> site) {
    const auto* plot = site ? std::get_if<charging::Plot>(&*site) : nullptr;
    if (plot != nullptr && charging::check_plot(*plot).has_error()) __builtin_trap();
    return true;
  };
  charging::read_open_charge_map(text, {}, take);
  charging::read_afdc(text, {}, take);
  return 0;
}
