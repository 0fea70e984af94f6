#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The PostgreSQL engine's own parts. Nothing outside src/store/postgres includes these headers, except its
/// tests.
namespace webhookd::store::postgres {

/// Bytes, as opposed to text.
struct bytes {
    std::string_view value;
};

/// An array of PostgreSQL's, in its binary form. A column of a batch.
class array {
public:
    enum class of { integers, texts, bytes, booleans };
    explicit array(of type);

    void push(std::int64_t value);
    void push(bool value);
    void push(std::string_view text);
    void push(bytes value) { put(value.value); }
    void push(std::nullopt_t);
    template <class Value>
    void push(const std::optional<Value>& value) {
        if (value)
            push(*value);
        else
            push(std::nullopt);
    }
    void push(const char*) = delete; // would be a boolean

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// Ends it.
    [[nodiscard]] std::string take();

private:
    void put(std::string_view value);

    std::string data_;
    std::int32_t size_ = 0;
    bool has_null_ = false;
};

[[nodiscard]] array integers(const auto& values) {
    array all{array::of::integers};
    for (const std::int64_t each : values)
        all.push(each);
    return all;
}

/// The values of a statement's parameters ($1, $2, …), in binary form. Bytes and texts that are not copied
/// must live until the statement has run.
class parameters {
public:
    parameters() = default;
    template <class... Values>
    explicit parameters(Values&&... values) {
        (add(std::forward<Values>(values)), ...);
    }

    parameters& add(std::int64_t value);
    parameters& add(bool value);
    parameters& add(std::string_view text);
    parameters& add(const std::string& text) { return add(std::string_view{text}); }
    parameters& add(bytes value);
    parameters& add(array&& values);
    parameters& add(std::nullopt_t);
    template <class Value>
    parameters& add(const std::optional<Value>& value) {
        return value ? add(*value) : add(std::nullopt);
    }
    parameters& add(const char*) = delete; // would be a boolean

    // As libpq takes them.
    [[nodiscard]] int count() const noexcept { return static_cast<int>(values_.size()); }
    [[nodiscard]] const char* const* values() const noexcept { return values_.data(); }
    [[nodiscard]] const int* lengths() const noexcept { return lengths_.data(); }
    [[nodiscard]] const int* formats() const noexcept { return formats_.data(); }

private:
    parameters& keep(std::string value);
    parameters& refer(std::string_view value);

    std::list<std::string> kept_; ///< their addresses stay
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

} // namespace webhookd::store::postgres
