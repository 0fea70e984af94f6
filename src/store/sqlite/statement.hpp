#pragma once

#include <webhookd/error.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

/// The SQLite engine's own parts. Nothing outside src/store/sqlite includes these headers, except its tests.
namespace webhookd::store::sqlite {

/// Which of our failures a (plain or extended) SQLite result code is. `system_error` is the errno behind it,
/// if any: a disk or quota that ran out is store_full even where SQLite only says I/O error.
[[nodiscard]] errc to_errc(int code, int system_error) noexcept;

/// The failure of a call on `db` (may be null), worded from fixed texts only: what was tried, SQLite's name
/// for the code, the errno. It never contains bound values, because they are other people's data.
[[nodiscard]] failure make_failure(sqlite3* db, int code, std::string_view what);

/// Bytes, as opposed to text.
struct blob {
    std::string_view bytes;
};

/// One prepared statement. Owned beside its connection and not longer than it; one thread at a time.
/// Bound texts and blobs are not copied: they must live until the statement is reset, which `run`, the last
/// `step` and every failure do.
class statement {
public:
    statement() = default;
    /// Takes over `handle`; `what` (a literal) is how failures name the purpose.
    statement(sqlite3_stmt* handle, const char* what) noexcept
        : handle_(handle)
        , what_(what) {}

    /// Binds all parameters, in order. A value that SQLite refuses (too big, no memory) fails the next
    /// `step`.
    template <class... Values>
    statement& bind(const Values&... values) {
        bound_ = SQLITE_OK;
        int position = 0;
        (note(put(++position, values)), ...);
        return *this;
    }

    /// The same, of as many values as there are: std::variants of what can be bound.
    template <class Values>
    statement& bind_each(const Values& values) {
        bound_ = SQLITE_OK;
        int position = 0;
        for (const auto& each : values)
            note(put(++position, each));
        return *this;
    }

    /// True: there is a row. False: there are no more, and the statement is reset.
    result<bool> step();
    /// For statements without rows.
    result<void> run();
    /// Ends reading early, and with it the read transaction.
    void reset() noexcept { sqlite3_reset(handle_.get()); }

    // The row's columns, from 0. Views live until the next step or reset; NULL reads as 0 or as empty.
    [[nodiscard]] std::int64_t integer(int column) const {
        return sqlite3_column_int64(handle_.get(), column);
    }
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string_view bytes(int column) const;
    [[nodiscard]] bool is_null(int column) const {
        return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
    }

private:
    int put(int position, std::int64_t value) { return sqlite3_bind_int64(handle_.get(), position, value); }
    int put(int position, std::string_view value);
    int put(int position, blob value);
    int put(int position, std::monostate) { return sqlite3_bind_null(handle_.get(), position); }
    template <class Value>
    int put(int position, const std::optional<Value>& value) {
        return value ? put(position, *value) : sqlite3_bind_null(handle_.get(), position);
    }
    template <class... Kinds>
    int put(int position, const std::variant<Kinds...>& value) {
        return std::visit([&](const auto& held) { return put(position, held); }, value);
    }
    void note(int code) noexcept {
        if (bound_ == SQLITE_OK) bound_ = code;
    }

    struct finalizer {
        void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
    };
    std::unique_ptr<sqlite3_stmt, finalizer> handle_;
    const char* what_ = "";
    int bound_ = SQLITE_OK;
};

/// Resets a statement at the end of the scope that reads its rows.
class statement_reset {
public:
    explicit statement_reset(statement& s) noexcept
        : statement_(s) {}
    ~statement_reset() { statement_.reset(); }
    statement_reset(const statement_reset&) = delete;
    statement_reset& operator=(const statement_reset&) = delete;

private:
    statement& statement_;
};

} // namespace webhookd::store::sqlite
