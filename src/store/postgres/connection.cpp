#include "store/postgres/connection.hpp"

#include "store/postgres/errors.hpp"
#include "store/postgres/url.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

namespace webhookd::store::postgres {
namespace {

/// What the URL does not say. A peer that is silently gone is noticed within half a minute, whatever the
/// system's own settings are.
struct keyword {
    const char* name;
    const char* value;
};
constexpr std::array<keyword, 5> defaults{{{"keepalives_idle", "10"},
                                           {"keepalives_interval", "5"},
                                           {"keepalives_count", "3"},
                                           {"tcp_user_timeout", "15000"},
                                           {"fallback_application_name", "universign-webhookd"}}};

/// The last one of a name counts.
PGconn* connect(const access& to) {
    std::vector<const char*> names;
    std::vector<const char*> values;
    const auto add = [&](const char* name, const char* value) {
        names.push_back(name);
        values.push_back(value);
    };
    for (const auto& each : defaults)
        add(each.name, each.value);
    add("connect_timeout", to.connect_timeout);
    add("dbname", to.url.c_str());
    if (!to.password.empty()) add("password", to.password.c_str());
    add("client_encoding", "UTF8");
    add(nullptr, nullptr);
    return PQconnectdbParams(names.data(), values.data(), 1);
}

std::string session_settings(const access& to) {
    auto all =
        fmt::format("SET search_path = {0}; SET statement_timeout = {1}; SET lock_timeout = {1}; "
                    "SET idle_in_transaction_session_timeout = {1}; SET jit = off; SET work_mem = '32MB'; "
                    "SET default_transaction_isolation = 'read committed'; SET client_min_messages = warning",
                    schema_name, to.statement_timeout.count());
    if (to.fixed_plans)
        all += "; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
               "SET enable_bitmapscan = off";
    return all;
}

} // namespace

result<std::unique_ptr<connection>> connection::open(const access& to) {
    std::unique_ptr<connection> opened{new connection{connect(to), to}};
    if (opened->handle_ == nullptr) return failure{errc::store_io, "no memory for a connection"};
    if (PQstatus(opened->handle_.get()) != CONNECTION_OK)
        return failure{errc::store_io, connect_failure_text(opened->handle_.get())};
    if (auto ready = opened->set_up(to); !ready) return ready.error();
    return opened;
}

result<void> connection::set_up(const access& to) {
    PQsetNoticeReceiver(handle_.get(), hear_notice, this);
    PQsetnonblocking(handle_.get(), 1);
    return run_script(session_settings(to).c_str(), "set a session up");
}

/// Where the wait for a synchronous standby is cut short (pg_cancel_backend), PostgreSQL commits
/// nevertheless, and only a warning tells that a failover may lose it. That has no SQLSTATE of its own.
void connection::hear_notice(void* self, const PGresult* notice) {
    const char* from = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);
    if (from != nullptr && std::string_view{from} == "SyncRepWaitForLSN")
        static_cast<connection*>(self)->standby_lacks_it_ = true;
}

result<std::vector<rows>> connection::run(std::vector<command> all) {
    groups one;
    one.push_back(std::move(all));
    return run_groups(one);
}

result<std::vector<rows>> connection::run_groups(const groups& all,
                                                 const std::function<std::vector<command>()>& more) {
    exchange with;
    const auto until = begin();
    if (!until || !std::all_of(all.begin(), all.end(), [&](const auto& group) { return send(group, with); }))
        return lost("a statement could not be sent");
    if (more) {
        if (auto done = receive(with, all.front().size(), *until); !done) return done.error();
        if (!with.failed && !send(more(), with)) return lost("a statement could not be sent");
    }
    return end(std::move(with), *until);
}

/// When all of what is sent now must be answered; none: the connection is closed.
std::optional<connection::deadline> connection::begin() {
    may_try_again_ = was_canceled_ = standby_lacks_it_ = false;
    if (broken_ || PQenterPipelineMode(handle_.get()) == 0) return std::nullopt;
    return std::chrono::steady_clock::now() + answer_timeout_;
}

result<std::vector<rows>> connection::end(exchange with, deadline until) {
    if (auto done = receive(with, std::nullopt, until); !done) return done.error();
    PQexitPipelineMode(handle_.get());
    if (with.failed) {
        roll_back();
        return *with.failed;
    }
    if (standby_lacks_it_)
        return failure{errc::store_io, "the database: it has committed without its synchronous standby"};
    return std::move(with.answers);
}

result<rows> connection::run_one(const statement& s, parameters given) {
    std::vector<command> one;
    one.push_back({&s, std::move(given)});
    auto answers = run(std::move(one));
    if (!answers) return answers.error();
    return std::move(answers->front());
}

result<void> connection::run_script(const char* sql, const char* what) {
    const auto until = std::chrono::steady_clock::now() + answer_timeout_;
    if (broken_ || PQsendQuery(handle_.get(), sql) == 0) return lost("the connection is closed");
    result<void> outcome;
    for (;;) {
        auto answer = next_answer(until);
        if (!answer) return answer.error();
        if (*answer == nullptr) return outcome;
        const rows owner{*answer};
        if (PQresultStatus(*answer) == PGRES_FATAL_ERROR && outcome) outcome = note(*answer, what);
        if (broken_) return outcome;
    }
}

bool connection::in_transaction() const noexcept {
    return !broken_ && PQtransactionStatus(handle_.get()) != PQTRANS_IDLE;
}

void connection::roll_back() noexcept {
    if (!in_transaction()) return;
    if (!run_script(roll_back_transaction.sql, roll_back_transaction.what)) broken_ = true;
}

bool connection::usable() {
    if (broken_) return false;
    pollfd peer{PQsocket(handle_.get()), POLLIN, 0};
    if (poll(&peer, 1, 0) > 0 && PQconsumeInput(handle_.get()) == 0) broken_ = true;
    if (PQstatus(handle_.get()) != CONNECTION_OK) broken_ = true;
    return !broken_;
}

void connection::wait(int wake, std::chrono::milliseconds bound) {
    std::array<pollfd, 2> both{{{PQsocket(handle_.get()), POLLIN, 0}, {wake, POLLIN, 0}}};
    poll(both.data(), both.size(), static_cast<int>(bound.count()));
    static_cast<void>(usable()); // takes in what has come
}

void connection::take_notifications(const notification_handler& each) {
    struct freer {
        void operator()(PGnotify* n) const noexcept { PQfreemem(n); }
    };
    while (const std::unique_ptr<PGnotify, freer> next{PQnotifies(handle_.get())})
        each(next->extra);
}

bool connection::send(const std::vector<command>& group, exchange& with) {
    ++with.groups;
    return std::all_of(group.begin(), group.end(), [&](const command& c) { return send(c, with); }) &&
           PQpipelineSync(handle_.get()) != 0;
}

bool connection::send(const command& c, exchange& with) {
    const auto& s = *c.of;
    const auto& p = c.given;
    auto* db = handle_.get();
    with.sent.push_back(&s);
    if (!s.prepared)
        return PQsendQueryParams(db, s.sql, p.count(), nullptr, p.values(), p.lengths(), p.formats(), 1) != 0;
    auto known = prepared_.find(s.sql);
    if (known == prepared_.end()) {
        known = prepared_.emplace(s.sql, "s" + std::to_string(++last_name_)).first;
        with.parsed.push_back(&s);
        if (PQsendPrepare(db, known->second.c_str(), s.sql, 0, nullptr) == 0) return false;
    }
    return PQsendQueryPrepared(db, known->second.c_str(), p.count(), p.values(), p.lengths(), p.formats(),
                               1) != 0;
}

result<void> connection::receive(exchange& with, std::optional<std::size_t> many, deadline until) {
    while (!many || (with.answers.size() < *many && !with.failed)) {
        auto answer = next_answer(until);
        if (!answer) return answer.error();
        if (*answer == nullptr) { // the end of one command's
            if (std::exchange(with.ended, true)) return lost("answers are missing");
            continue;
        }
        with.ended = false;
        rows owned{*answer};
        const auto status = PQresultStatus(*answer);
        if (status == PGRES_PIPELINE_SYNC) {
            if (--with.groups == 0) return {};
            continue;
        }
        const auto at = with.answers.size();
        if (at == with.sent.size()) return lost("an answer came that nobody asked for");
        // The answer to a preparation comes before that of its statement.
        const auto& parsed = with.parsed;
        with.parsing =
            !with.parsing && with.prepared < parsed.size() && parsed[with.prepared] == with.sent[at];
        if (with.parsing) ++with.prepared;
        if (status == PGRES_FATAL_ERROR && !with.failed) with.failed = note(*answer, with.sent[at]->what);
        if (broken_) return *with.failed;
        if (with.parsing) {
            // What was not prepared must be prepared under a new name.
            if (status != PGRES_COMMAND_OK) prepared_.erase(with.sent[at]->sql);
            continue;
        }
        with.answers.push_back(std::move(owned));
    }
    return {};
}

result<PGresult*> connection::next_answer(deadline until) {
    if (auto done = flush(until); !done) return done.error();
    while (PQisBusy(handle_.get()) != 0) {
        if (auto ready = wait_for(POLLIN, until); !ready) return ready.error();
        if (PQconsumeInput(handle_.get()) == 0) return lost("the connection was lost");
    }
    return PQgetResult(handle_.get());
}

result<void> connection::flush(deadline until) {
    for (;;) {
        const int left = PQflush(handle_.get());
        if (left == 0) return {};
        if (left < 0) return lost("the connection was lost");
        if (auto ready = wait_for(POLLIN | POLLOUT, until); !ready) return ready.error();
        if (PQconsumeInput(handle_.get()) == 0) return lost("the connection was lost");
    }
}

result<void> connection::wait_for(short events, deadline until) {
    pollfd peer{PQsocket(handle_.get()), events, 0};
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return lost("it did not answer in time");
        if (poll(&peer, 1, static_cast<int>(left.count())) > 0) return {};
    }
}

failure connection::note(const PGresult* answer, std::string_view what) {
    const char* text = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const std::string_view state{text != nullptr ? text : ""};
    may_try_again_ = is_transient(state);
    was_canceled_ = state == "57014";
    if (state.empty() || ends_connection(state) || PQstatus(handle_.get()) != CONNECTION_OK) broken_ = true;
    return make_failure(answer, what);
}

failure connection::lost(std::string_view why) {
    broken_ = true;
    return {errc::store_io, "the database: " + std::string{why}};
}

} // namespace webhookd::store::postgres
