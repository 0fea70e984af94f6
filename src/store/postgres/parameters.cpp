#include "store/postgres/parameters.hpp"

#include "store/postgres/stored_text.hpp"

#include <boost/endian/conversion.hpp>

#include <utility>

namespace webhookd::store::postgres {
namespace {

template <class Integer>
void append_number(std::string& to, Integer value) {
    const auto big = boost::endian::native_to_big(value);
    to.append(reinterpret_cast<const char*>(&big), sizeof big);
}

template <class Integer>
void replace_number(std::string& in, std::size_t position, Integer value) {
    const auto big = boost::endian::native_to_big(value);
    in.replace(position, sizeof big, reinterpret_cast<const char*>(&big), sizeof big);
}

/// From PostgreSQL's catalogue pg_type; these never change.
std::int32_t element_type(array::of type) {
    switch (type) {
    case array::of::integers:
        return 20;
    case array::of::texts:
        return 25;
    case array::of::bytes:
        return 17;
    case array::of::booleans:
        return 16;
    }
    return 0;
}

// Of an array's header: number of dimensions, whether there are NULLs, type, then size and lower bound.
constexpr std::size_t has_null_at = 4;
constexpr std::size_t size_at = 12;

} // namespace

array::array(of type) {
    for (const std::int32_t each : {1, 0, element_type(type), 0, 1})
        append_number(data_, each);
}

void array::put(std::string_view value) {
    append_number(data_, static_cast<std::int32_t>(value.size()));
    data_ += value;
    ++size_;
}

void array::push(std::int64_t value) {
    std::string number;
    append_number(number, value);
    put(number);
}

void array::push(bool value) {
    put(std::string_view{value ? "\1" : "\0", 1});
}

void array::push(std::string_view text) {
    const auto stored = to_stored_text(text);
    put(stored ? std::string_view{*stored} : text);
}

void array::push(std::nullopt_t) {
    append_number(data_, std::int32_t{-1});
    has_null_ = true;
    ++size_;
}

std::string array::take() {
    replace_number(data_, has_null_at, std::int32_t{has_null_});
    replace_number(data_, size_at, size_);
    return std::move(data_);
}

parameters& parameters::add(std::int64_t value) {
    std::string number;
    append_number(number, value);
    return keep(std::move(number));
}

parameters& parameters::add(bool value) {
    return keep(std::string(1, value ? '\1' : '\0'));
}

parameters& parameters::add(std::string_view text) {
    auto stored = to_stored_text(text);
    return stored ? keep(std::move(*stored)) : refer(text);
}

parameters& parameters::add(bytes value) {
    return refer(value.value);
}

parameters& parameters::add(array&& values) {
    return keep(values.take());
}

parameters& parameters::add(std::nullopt_t) {
    values_.push_back(nullptr);
    lengths_.push_back(0);
    formats_.push_back(1);
    return *this;
}

parameters& parameters::keep(std::string value) {
    return refer(kept_.emplace_back(std::move(value)));
}

parameters& parameters::refer(std::string_view value) {
    values_.push_back(value.data() != nullptr ? value.data() : ""); // null would be NULL
    lengths_.push_back(static_cast<int>(value.size()));
    formats_.push_back(1);
    return *this;
}

} // namespace webhookd::store::postgres
