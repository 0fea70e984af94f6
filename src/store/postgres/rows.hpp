#pragma once

#include <postgresql/libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace webhookd::store::postgres {

/// What a statement answered: rows, or how many it has changed. Integers, booleans, texts and bytes come in
/// binary form; other types must be cast in the SQL.
class rows {
public:
    explicit rows(PGresult* owned) noexcept
        : result_(owned) {}

    /// One row, for the templates of event_row.hpp. Lives no longer than its rows.
    class row {
    public:
        row(const PGresult* from, int number) noexcept
            : result_(from)
            , number_(number) {}

        // From 0; NULL reads as 0 or as empty.
        [[nodiscard]] std::int64_t integer(int column) const;
        [[nodiscard]] std::string text(int column) const;
        [[nodiscard]] std::string_view bytes(int column) const;
        [[nodiscard]] bool is_null(int column) const { return PQgetisnull(result_, number_, column) != 0; }

    private:
        const PGresult* result_;
        int number_;
    };

    [[nodiscard]] int size() const noexcept { return PQntuples(result_.get()); }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] row at(int number) const noexcept { return {result_.get(), number}; }
    /// Rows that an INSERT, UPDATE or DELETE has changed.
    [[nodiscard]] std::int64_t changed() const;

    class iterator {
    public:
        iterator(const PGresult* from, int number) noexcept
            : result_(from)
            , number_(number) {}
        row operator*() const noexcept { return {result_, number_}; }
        iterator& operator++() noexcept {
            ++number_;
            return *this;
        }
        friend bool operator==(const iterator&, const iterator&) = default;

    private:
        const PGresult* result_;
        int number_;
    };
    [[nodiscard]] iterator begin() const noexcept { return {result_.get(), 0}; }
    [[nodiscard]] iterator end() const noexcept { return {result_.get(), size()}; }

private:
    struct clearer {
        void operator()(PGresult* r) const noexcept { PQclear(r); }
    };
    std::unique_ptr<PGresult, clearer> result_;
};

} // namespace webhookd::store::postgres
