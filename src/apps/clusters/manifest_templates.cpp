#include "apps/clusters/manifest_templates.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "apps/clusters/codec/yaml.hpp"
#include "apps/clusters/errc.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t manifest_templates_max = 100;
constexpr std::uintmax_t template_bytes_max = 256U << 10U;

Error bad_template_file(const std::filesystem::path& path, std::string_view what) {
  return {Errc::template_invalid, path.string() + ": " + std::string{what}};
}

Result<DocumentTemplate> load_template(const std::filesystem::path& path) {
  std::error_code failed;
  if (std::filesystem::file_size(path, failed) > template_bytes_max || failed) {
    return bad_template_file(path, "cannot be read, or has more than 256 KiB");
  }
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto tree = yaml::parse_one(text);
  if (tree.has_error()) {
    const bool is_bare = tree.error().is(yaml::Errc::key_invalid);
    return bad_template_file(
        path, tree.error().message() + (is_bare ? " (places stand in quotes: \"{{NAME}}\")" : ""));
  }
  auto made = DocumentTemplate::parse(*std::move(tree));
  if (made.has_error()) return bad_template_file(path, made.error().detail());
  return made;
}

}  // namespace

Result<ManifestTemplates> ManifestTemplates::load(const std::string& folder) {
  ManifestTemplates loaded;
  if (folder.empty()) return loaded;
  std::error_code failed;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder, failed}) {
    const auto suffix = entry.path().extension();
    if (suffix == ".yaml" || suffix == ".yml") files.push_back(entry.path());
  }
  if (failed) return bad_template_file(folder, "is no folder that can be read");
  if (files.size() > manifest_templates_max) {
    return bad_template_file(folder, "holds more than 100 templates");
  }
  std::ranges::sort(files);
  for (const auto& path : files) {
    MS_TRY(DocumentTemplate made, load_template(path));
    if (!loaded.templates_.emplace(path.stem().string(), std::move(made)).second) {
      return bad_template_file(path, "there is another template of that name");
    }
  }
  return loaded;
}

const DocumentTemplate* ManifestTemplates::find(std::string_view name) const {
  const auto found = templates_.find(name);
  return found == templates_.end() ? nullptr : &found->second;
}

Result<RenderedManifest> render_manifest(Document object, const IntendedObject& intended) {
  MS_TRY_VOID(check_intended(object, intended));
  std::string text = yaml::emit(object);
  const auto again = yaml::parse_one(text);
  if (again.has_error()) return Error{Errc::template_invalid, again.error().message()};
  if (*again != object) return Error{Errc::template_invalid, "read again, it is another one"};
  return RenderedManifest{std::move(object), std::move(text)};
}

Result<RenderedManifest> render_manifest(const DocumentTemplate& shape, const Document& values,
                                         const IntendedObject& intended) {
  MS_TRY(Document object, shape.render(values));
  return render_manifest(std::move(object), intended);
}

}  // namespace mainstay::clusters
