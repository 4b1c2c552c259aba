#include "commands/commands.hpp"
#include "modules.hpp"

/// What the program is called; what it consists of stands in modules.hpp, the rest is Mainstay's.
int main(int argc, char** argv) {
  mainstay::Product product;
  product.name = "@{name}";
  product.title = "@{title}";
  product.version = MAINSTAY_PROJECT_VERSION;  // of CMakeLists.txt
  product.summary = "@{title}.";
  product.modules = @{name}::modules();
  return mainstay::commands::run(argc, argv, product);
}
