#pragma once

#include <webhookd/error.hpp>

#include <catch2/catch.hpp>

#include <string>

/// Lets `CHECK(f())` take a result whose value cannot be printed, and shows the failure.
template <class T>
struct Catch::StringMaker<boost::system::result<T, webhookd::failure>> {
    static std::string convert(const boost::system::result<T, webhookd::failure>& r) {
        return r ? "a value" : to_string(r.error());
    }
};
