#pragma once

#include <webhookd/store/event_query.hpp>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/delivery_reader.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhookd::store::sqlite {

/// One connection that reads, with its statements. One thread at a time. What the calls promise stands
/// with the ports.
class reader {
public:
    static result<std::unique_ptr<reader>> open(const std::filesystem::path& file, const std::string& vfs);

    result<std::vector<stored_event>> read_after(event_offset offset, std::size_t limit,
                                                 std::size_t max_bytes, projection of);
    result<stored_event> find(std::string_view endpoint, std::string_view event_id);
    result<kept_key> verification_key(event_offset offset);
    result<std::int64_t> count();
    [[nodiscard]] connection& database() noexcept { return db_; }
    [[nodiscard]] delivery_reader& deliveries() noexcept { return deliveries_; }
    result<std::vector<delivery_record>> list(const delivery_filter& filter,
                                              std::optional<delivery_id> before, std::size_t limit) {
        return delivery_reader::list(db_, filter, before, limit);
    }

private:
    explicit reader(connection db)
        : db_(std::move(db)) {}

    connection db_;
    statement select_after_;
    statement select_envelopes_after_;
    statement select_one_;
    statement select_key_;
    statement select_count_;
    delivery_reader deliveries_;
};

/// A fixed number of readers for any number of threads. Connections open when they are first needed, and one
/// that met a failure is replaced before it is used again.
class reader_pool {
public:
    /// `may_open` is asked before a connection is opened.
    reader_pool(std::filesystem::path file, std::string vfs, std::size_t size,
                std::function<result<void>()> may_open);

    /// All slots taken and their connections closed, for as long as this lives: nobody reads meanwhile.
    class closed {
    public:
        explicit closed(reader_pool& from)
            : pool_(from) {}
        closed(closed&& other) noexcept
            : pool_(other.pool_)
            , held_(std::exchange(other.held_, 0)) {}
        closed& operator=(closed&&) = delete;
        ~closed() {
            while (held_ > 0) {
                --held_;
                pool_.give_back(nullptr);
            }
        }

    private:
        friend class reader_pool;
        reader_pool& pool_;
        std::size_t held_ = 0;
    };
    /// Waits for readers under way. Errors: store_busy when they do not end within the bound.
    result<closed> close(std::chrono::milliseconds bound);

    /// Calls `use(reader&)`, which returns a result, with a free reader; waits while all are taken.
    template <class Use>
    auto with(Use use) -> decltype(use(std::declval<reader&>())) {
        lease mine{*this};
        if (!mine.held) {
            if (auto may = may_open_(); !may) return may.error();
            auto opened = reader::open(file_, vfs_);
            if (!opened) return opened.error();
            mine.held = std::move(*opened);
        }
        auto answer = use(*mine.held);
        if (!answer && answer.error().code != errc::store_not_found &&
            answer.error().code != errc::query_timeout)
            mine.held.reset();
        return answer;
    }

private:
    struct lease {
        explicit lease(reader_pool& from)
            : pool(from)
            , held(pool.take()) {}
        ~lease() { pool.give_back(std::move(held)); }
        lease(const lease&) = delete;
        lease& operator=(const lease&) = delete;

        reader_pool& pool;
        std::unique_ptr<reader> held; ///< null: a slot whose connection is not open
    };
    std::unique_ptr<reader> take();
    void give_back(std::unique_ptr<reader> returned);

    const std::filesystem::path file_;
    const std::string vfs_;
    const std::size_t size_;
    const std::function<result<void>()> may_open_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<reader>> idle_;
};

} // namespace webhookd::store::sqlite
