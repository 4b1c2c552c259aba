#pragma once

namespace mainstay {
struct Product;
}

namespace mainstay::commands {

/// The whole of a program: parses the command line, runs the command, says on standard error what
/// went wrong and what to do next. What main() returns.
int run(int argc, char** argv, const Product& product);

}  // namespace mainstay::commands
