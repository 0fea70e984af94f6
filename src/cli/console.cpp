#include "cli/console.hpp"

#include <iostream>

namespace webhookd::cli {

console console::standard() {
    return {std::cin, std::cout, std::cerr};
}

} // namespace webhookd::cli
