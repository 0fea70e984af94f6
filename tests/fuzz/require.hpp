#pragma once

#include <cstdlib>

/// An assertion that is there in every build: libFuzzer reports the abort with its input.
inline void require(bool holds) {
    if (!holds) std::abort();
}
