#pragma once

#include <webhookd/error.hpp>

#include "store/postgres/parameters.hpp"
#include "store/postgres/rows.hpp"

#include <postgresql/libpq-fe.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace webhookd::store::postgres {

/// Where the database is, and how patient we are with it.
struct access {
    std::string url;                                     ///< as libpq takes it
    std::string password = {};                           ///< empty: that of the URL, of PGPASSFILE, or none
    std::chrono::milliseconds statement_timeout{10'000}; ///< of each statement, by the server
    /// By us, for all that is sent together: a server that does not answer keeps nobody longer.
    std::chrono::milliseconds answer_timeout{15'000};
    const char* connect_timeout = "5"; ///< seconds, of each host, where the URL names none
    /// How long anybody waits for all hosts and their name servers.
    std::chrono::milliseconds connect_bound{5000};
    /// For statements whose plan must not follow the statistics of tables that were small a minute ago.
    bool fixed_plans = false;
};

/// An SQL text whose parameters are $1, $2, …
struct statement {
    const char* sql;
    const char* what;     ///< how failures name the purpose
    bool prepared = true; ///< once for each connection, by the address of the text
};

inline constexpr statement begin_transaction{"BEGIN", "begin a transaction"};
inline constexpr statement commit_transaction{"COMMIT", "commit a transaction"};
inline constexpr statement roll_back_transaction{"ROLLBACK", "roll a transaction back"};

/// A statement with the values of its parameters.
struct command {
    const statement* of;
    parameters given = {};
};

/// A text that another session of the database has sent to all that listen.
using notification_handler = std::function<void(std::string_view text)>;

/// One connection. One thread at a time. Nothing waits longer than `access` says: then the connection is
/// broken, as it is after a failover or a restart of the server, and must be replaced.
class connection {
public:
    /// Connects and sets the session up. Blocks for at most some seconds for each host of the URL.
    /// Errors: store_io, store_busy (too many connections), store_bad_url.
    static result<std::unique_ptr<connection>> open(const access& to);

    /// Carries out all in one round trip, in one transaction: the one that is open, or its own. The answers
    /// are in the order of the commands. After a failure everything since the last COMMIT is undone, unless
    /// the connection was lost while it committed: then nobody knows. It is a failure, too, when the database
    /// has committed without its synchronous standby, because somebody told it to wait no longer.
    result<std::vector<rows>> run(std::vector<command> all);
    result<rows> run_one(const statement& s, parameters given = {});
    /// The same in groups, of which the first begins a transaction and takes a lock for which others wait,
    /// and the last ends it. They wait no longer for a daemon that stands still between two groups than a
    /// statement may take. `more`: is asked for the last group as soon as the first one is answered, unless
    /// that failed.
    using groups = std::vector<std::vector<command>>;
    result<std::vector<rows>> run_groups(const groups& all,
                                         const std::function<std::vector<command>()>& more = nullptr);
    /// Statements without parameters, separated by semicolons.
    result<void> run_script(const char* sql, const char* what);
    [[nodiscard]] bool in_transaction() const noexcept;
    /// Undoes a transaction that is still open.
    void roll_back() noexcept;

    /// Whether it is of use. Looks, without waiting, whether the server has closed it.
    [[nodiscard]] bool usable();
    /// The last failure was a deadlock or the like: the same transaction may succeed now.
    [[nodiscard]] bool may_try_again() const noexcept { return may_try_again_; }
    /// The last failure was a statement that took longer than it may.
    [[nodiscard]] bool was_canceled() const noexcept { return was_canceled_; }

    /// Waits until something has come, or `wake` (a descriptor) is readable, or the time is over.
    void wait(int wake, std::chrono::milliseconds bound);
    /// What has come of NOTIFY since the last call.
    void take_notifications(const notification_handler& each);

private:
    using deadline = std::chrono::steady_clock::time_point;
    struct closer {
        void operator()(PGconn* c) const noexcept { PQfinish(c); }
    };

    connection(PGconn* owned, const access& to)
        : handle_(owned)
        , answer_timeout_(to.answer_timeout) {}
    result<void> set_up(const access& to);
    static void hear_notice(void* self, const PGresult* notice);

    /// What was sent together, and what of it is answered.
    struct exchange {
        std::vector<const statement*> sent;
        std::vector<const statement*> parsed; ///< those that were prepared with it
        std::vector<rows> answers;
        std::optional<failure> failed;
        std::size_t prepared = 0; ///< of `parsed`: answered
        std::size_t groups = 0;   ///< whose end is not answered
        bool parsing = false;
        bool ended = false;
    };
    std::optional<deadline> begin();
    bool send(const std::vector<command>& group, exchange& with);
    bool send(const command& c, exchange& with);
    /// Takes in answers until there are so many, or to the end. Errors: the connection is lost.
    result<void> receive(exchange& with, std::optional<std::size_t> many, deadline until);
    result<std::vector<rows>> end(exchange with, deadline until);
    /// The next answer; null: there is none. Errors also for one that is late.
    result<PGresult*> next_answer(deadline until);
    result<void> flush(deadline until);
    result<void> wait_for(short events, deadline until);
    failure note(const PGresult* answer, std::string_view what);
    failure lost(std::string_view why);

    std::unique_ptr<PGconn, closer> handle_;
    std::chrono::milliseconds answer_timeout_;
    std::unordered_map<const char*, std::string> prepared_; ///< the names of statements
    std::size_t last_name_ = 0;
    bool broken_ = false;
    bool may_try_again_ = false;
    bool was_canceled_ = false;
    bool standby_lacks_it_ = false; ///< the last commit, as far as the database knows
};

} // namespace webhookd::store::postgres
