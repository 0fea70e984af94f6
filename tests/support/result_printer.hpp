#pragma once

#include <webhookd/error.hpp>

#include <catch2/catch.hpp>

#include <string>

/// A result in an assertion shows its failure in full, and needs no operator<< for its value.
template <class T>
struct Catch::StringMaker<webhookd::result<T>> {
    static std::string convert(const webhookd::result<T>& r) { return r ? "a value" : to_string(r.error()); }
};
