#pragma once

#include <string>
#include <string_view>

#include "apps/clusters/embedded_cluster/cluster_state.hpp"
#include "apps/clusters/embedded_cluster/tree.hpp"
#include "platform/json/json.hpp"

/// For tests of the embedded cluster.
namespace mainstay::clusters {

namespace embedded_files {
std::string_view asset(std::string_view name);
}

namespace embedded::test {

/// JSON with ' for ".
inline Document doc(std::string text) {
  for (char& c : text) {
    if (c == '\'') c = '"';
  }
  return json::parse(text, {.depth_max = 64}).value();
}

inline Document builtin() {
  return json::parse(embedded_files::asset("builtin.json"), {.depth_max = 64}).value();
}

inline WriteOptions by(std::string manager, std::int64_t second = 0) {
  WriteOptions options;
  options.now = SystemTime{Seconds{1'795'000'000 + second}};
  options.manager = std::move(manager);
  return options;
}

/// A state with the namespace "default" and a kind Group, of the cluster, whose lists and maps
/// merge in all ways there are.
struct Fixture {
  ClusterState state{builtin(), 7};

  Fixture() {
    make("v1", "namespaces", doc("{'metadata':{'name':'default'}}"));
    make("apiextensions.k8s.io/v1", "customresourcedefinitions", doc(R"({
      'metadata':{'name':'groups.example.org'},
      'spec':{'group':'example.org','scope':'Cluster','names':{'kind':'Group','plural':'groups',
        'shortNames':['gr']},
        'versions':[{'name':'v1','served':true,'storage':true,'subresources':{'status':{}},
          'additionalPrinterColumns':[{'name':'Max','type':'integer','jsonPath':'.spec.size.max'}],
          'schema':{'openAPIV3Schema':{'type':'object','required':['spec'],'properties':{
            'spec':{'type':'object','properties':{
              'size':{'type':'object','required':['max'],'properties':{
                'min':{'type':'integer','minimum':0,'default':0},
                'max':{'type':'integer','maximum':100}}},
              'mode':{'type':'string','enum':['spot','ondemand'],'default':'ondemand'},
              'types':{'type':'array','maxItems':3,'items':{'type':'string','minLength':1}},
              'zones':{'type':'array','x-kubernetes-list-type':'set','items':{'type':'string'}},
              'ports':{'type':'array','x-kubernetes-list-type':'map',
                'x-kubernetes-list-map-keys':['port'],'items':{'type':'object',
                  'required':['port'],'properties':{'port':{'type':'integer'},
                  'name':{'type':'string'},'weight':{'type':'integer'}}}},
              'selector':{'type':'object','x-kubernetes-map-type':'atomic',
                'additionalProperties':{'type':'string'}},
              'any':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}},
            'status':{'type':'object','properties':{'state':{'type':'string'}}}}}}},
          {'name':'v1beta1','served':true,'storage':false,
           'schema':{'openAPIV3Schema':{'type':'object',
             'x-kubernetes-preserve-unknown-fields':true}}}]}})"));
  }

  /// Where objects of that kind are made, or one of them is.
  Target at(std::string_view api_version, std::string_view plural, std::string name = {},
            std::string space = {}) const {
    const auto slash = api_version.find('/');
    const auto group = slash == std::string_view::npos ? "" : api_version.substr(0, slash);
    const auto version =
        slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
    return {*state.types().find(group, version, plural), std::move(space), std::move(name)};
  }
  Target group(std::string name = {}) const {
    return at("example.org/v1", "groups", std::move(name));
  }
  Target secret(std::string name = {}) const {
    return at("v1", "secrets", std::move(name), "default");
  }

  Document make(std::string_view api_version, std::string_view plural, Document object) {
    return state.create(at(api_version, plural), std::move(object), by("maker"))->object;
  }
  Outcome<Written> apply(const Target& target, const std::string& config, WriteOptions options) {
    return state.patch(target, PatchKind::apply, doc(config), options);
  }
};

}  // namespace embedded::test
}  // namespace mainstay::clusters
