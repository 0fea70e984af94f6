#pragma once

#include <cstddef>
#include <span>

/// What a store consists of, as every engine can read and write it. The names are those of the tables and
/// columns, but for what an engine keeps otherwise. What can be counted again, claims and duties are no part.
namespace webhookd::store::transfer {

enum class column_type { integer, boolean, text, bytes };

struct column {
    const char* name;
    column_type type = column_type::integer;
    /// The table of names and their numbers, where an engine keeps what repeats once.
    const char* names = nullptr;
};

/// What the first column of a part is: by it one sees how much of the part there is still to do.
enum class part_scale { unknown, offsets, deliveries };

struct part {
    const char* name;
    std::size_t key; ///< so many of the columns, from the first, identify a row
    part_scale scale;
    std::span<const column> columns;
};

/// In an order in which no row comes before another that it refers to.
[[nodiscard]] std::span<const part> all_parts() noexcept;

/// One of them, by its name.
[[nodiscard]] const part& part_named(const char* name);

} // namespace webhookd::store::transfer
