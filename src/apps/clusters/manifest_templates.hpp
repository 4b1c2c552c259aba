#pragma once

#include <map>
#include <string>
#include <string_view>

#include "apps/clusters/domain/document_template.hpp"
#include "base/result.hpp"

namespace mainstay::clusters {

/// An object as the text of a file.
struct RenderedManifest {
  Document object;
  std::string text;
};

/// Templates of the operator's: NAME.yaml of a folder shapes objects of that name (nodegroup). Read
/// once, at the start. Immutable; any thread.
class ManifestTemplates {
 public:
  /// Every *.yaml and *.yml of the folder; "" for none. Errc::template_invalid names file and line.
  static Result<ManifestTemplates> load(const std::string& folder);

  /// Null where the operator has no such template: then the built-in shape is used.
  [[nodiscard]] const DocumentTemplate* find(std::string_view name) const;

 private:
  std::map<std::string, DocumentTemplate, std::less<>> templates_;
};

/// Fills a template, writes the outcome as YAML, reads that again: Errc::template_invalid unless it
/// is one document, the same as what was meant, and the object that was intended.
Result<RenderedManifest> render_manifest(const DocumentTemplate& shape, const Document& values,
                                         const IntendedObject& intended);
/// The same for an object that was built without a template.
Result<RenderedManifest> render_manifest(Document object, const IntendedObject& intended);

}  // namespace mainstay::clusters
