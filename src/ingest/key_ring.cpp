#include <webhookd/files/file.hpp>
#include <webhookd/ingest/key_ring.hpp>
#include <webhookd/runtime/log.hpp>
#include <webhookd/runtime/secrets.hpp>
#include <webhookd/runtime/task.hpp>
#include <webhookd/runtime/this_thread.hpp>
#include <webhookd/text/sha256.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <variant>

namespace webhookd::ingest {

using runtime::task;
using signature::key_set;

namespace {

/// How a kept set begins: a member more, which binds it to its source.
std::string source_mark(const key_source& source) {
    return "{\"source_sha256\":\"" + text::sha256_hex(source.identity()) + "\",";
}

/// The member after that: when the set was fetched.
constexpr std::string_view fetched_begin = "\"fetched\":\"";
constexpr std::string_view fetched_end = "\",";

/// Takes that member from the rest of a kept set; nullopt: a version before this one has kept it.
std::optional<timestamp> take_fetched(std::string& members) {
    if (!members.starts_with(fetched_begin)) return std::nullopt;
    const auto end = members.find(fetched_end, fetched_begin.size());
    if (end == std::string::npos) return std::nullopt;
    const auto value = std::string_view(members).substr(fetched_begin.size(), end - fetched_begin.size());
    const auto fetched = parse_rfc3339(value);
    if (fetched) members.erase(0, end + fetched_end.size());
    return fetched;
}

} // namespace

unknown_key_action decide_on_unknown_key(const key_ring_state& state,
                                         std::chrono::steady_clock::time_point now,
                                         std::chrono::milliseconds cooldown) {
    if (state.refreshing || !state.last_attempt || now - *state.last_attempt >= cooldown)
        return unknown_key_action::refresh;
    return state.last_attempt_failed ? unknown_key_action::unavailable : unknown_key_action::refuse;
}

key_ring::key_ring(std::unique_ptr<key_source> source, options opts)
    : source_(std::move(source))
    , options_(std::move(opts)) {
    load_cache();
}

key_ring::~key_ring() {
    stop();
}

void key_ring::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void key_ring::stop() {
    {
        // Unless a fetch under way says otherwise, nothing can be said about unknown keys from here on.
        const std::lock_guard lock{mutex_};
        state_.last_attempt_failed = true;
        stopping_ = true;
    }
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void key_ring::load_cache() {
    if (options_.cache.empty()) return;
    std::ifstream in(options_.cache, std::ios::binary);
    if (!in) return;
    const std::string kept(std::istreambuf_iterator<char>(in), {});
    const auto mark = source_mark(*source_);
    if (!kept.starts_with(mark)) {
        // Another source, or a version that did not record its source: the origin of these keys is not known.
        log::warning("the kept key set is of another source and is not trusted",
                     {{"endpoint", options_.endpoint}, {"file", options_.cache.string()}});
        return;
    }
    auto members = kept.substr(mark.size());
    const auto fetched = take_fetched(members);
    auto json = '{' + members;
    auto parsed = json.size() <= max_key_set_bytes ? key_set::parse(json)
                                                   : failure{errc::key_set_malformed, "too large"};
    if (!parsed) {
        log::warning("the kept key set is not usable and is ignored",
                     {{"endpoint", options_.endpoint},
                      {"file", options_.cache.string()},
                      {"reason", to_string(parsed.error())}});
        return;
    }
    keys_ = keys_of(*parsed, fetched);
    cached_json_ = std::move(json);
}

timestamp key_ring::wall_time() const {
    return options_.clock != nullptr ? options_.clock->now() : runtime::system_clock().now();
}

std::shared_ptr<const key_ring::key_map> key_ring::keys_of(const key_set& set,
                                                           std::optional<timestamp> fetched) const {
    std::optional<store::key_origin> origin;
    if (fetched) origin = store::key_origin{source_->describe(), *fetched};
    const auto keys = std::make_shared<key_map>();
    for (const auto& kid : set.kids()) {
        auto key = set.find(kid);
        store::key_text text{kid, key->jwk(), origin};
        keys->emplace(kid, std::make_shared<const ring_key>(ring_key{std::move(key), std::move(text)}));
    }
    return keys;
}

void key_ring::run(const std::stop_token& stop) {
    runtime::name_this_thread("keys");
    while (!stop.stop_requested()) {
        refresh_once(stop);
        std::unique_lock lock{mutex_};
        const auto pause =
            state_.last_attempt_failed ? std::min(options_.cooldown, options_.refresh) : options_.refresh;
        wake_.wait_for(lock, stop, pause, [this] { return wanted_; });
    }
    // No call may wait for a refresh that will never come.
    std::unique_lock lock{mutex_};
    const auto waiters = std::exchange(waiters_, {});
    lock.unlock();
    for (const auto& resume : waiters)
        resume();
}

void key_ring::refresh_once(const std::stop_token& stop) {
    {
        const std::lock_guard lock{mutex_};
        wanted_ = false;
        state_.refreshing = true;
    }
    const auto json = source_->fetch(stop);
    auto parsed = json ? key_set::parse(*json) : result<key_set>(json.error());
    const auto fetched = wall_time();
    const auto fresh = parsed ? keys_of(*parsed, fetched) : nullptr;

    std::vector<std::function<void()>> waiters;
    std::shared_ptr<const key_map> before;
    bool changed = false;
    {
        // Under one lock: nobody may see that the attempt is over without seeing its result.
        const std::lock_guard lock{mutex_};
        state_ = {false, steady_clock::now(), fresh == nullptr};
        last_error_ = fresh ? std::string() : secrets::masked(to_string(parsed.error()));
        ++refreshes_;
        if (!fresh) ++failures_;
        before = keys_;
        if (fresh) {
            keys_ = fresh;
            confirmed_ = state_.last_attempt;
            changed = std::exchange(cached_json_, *json) != *json;
        }
        waiters = std::exchange(waiters_, {});
    }
    for (const auto& resume : waiters)
        resume();
    if (changed) {
        report_change(before ? *before : key_map(), *fresh, parsed->skipped());
        keep(*json, fetched);
    } else if (!fresh && !stop.stop_requested()) {
        log::warning("the key set could not be had; the last good one stays in use",
                     {{"endpoint", options_.endpoint},
                      {"source", source_->describe()},
                      {"reason", to_string(parsed.error())},
                      {"keys", before ? before->size() : 0}});
    }
}

void key_ring::report_change(const key_map& before, const key_map& fresh,
                             const std::vector<std::string>& skipped) const {
    for (const auto& [kid, key] : fresh) {
        const auto former = before.find(kid);
        if (former == before.end())
            log::info("a key was added", {{"endpoint", options_.endpoint}, {"kid", kid}});
        else if (former->second->text.jwk != key->text.jwk)
            log::warning("a key was replaced by another of the same name",
                         {{"endpoint", options_.endpoint}, {"kid", kid}});
    }
    for (const auto& [kid, key] : before)
        if (!fresh.contains(kid))
            log::warning("a key was retired", {{"endpoint", options_.endpoint}, {"kid", kid}});
    for (const auto& why : skipped)
        log::warning("a key of the set is not usable", {{"endpoint", options_.endpoint}, {"reason", why}});
}

void key_ring::keep(const std::string& json, timestamp fetched) const {
    if (options_.cache.empty()) return;
    const auto bound = source_mark(*source_) + std::string(fetched_begin) + to_rfc3339(fetched) +
                       std::string(fetched_end) + json.substr(json.find('{') + 1);
    std::error_code ignored; // then it cannot be written, which says why
    std::filesystem::create_directories(options_.cache.parent_path(), ignored);
    if (auto written = files::write_file(options_.cache, bound, {.mode = 0640, .replace = true}); !written)
        log::warning("the key set could not be kept for the next start",
                     {{"endpoint", options_.endpoint}, {"reason", to_string(written.error())}});
}

key_ring::lookup_result key_ring::look_up(std::string_view kid) const {
    const std::lock_guard lock{mutex_};
    lookup_result seen{nullptr, state_};
    if (keys_)
        if (const auto found = keys_->find(kid); found != keys_->end()) seen.key = found->second;
    return seen;
}

void key_ring::wait_for_refresh(const key_ring_state& seen, std::function<void()> resume) {
    {
        const std::lock_guard lock{mutex_};
        // A refresh that has ended since then was the one to wait for.
        if (!stopping_ && state_.last_attempt == seen.last_attempt) {
            wanted_ = wanted_ || !state_.refreshing;
            waiters_.push_back(std::move(resume));
            wake_.notify_all();
            return;
        }
    }
    resume();
}

task<result<std::shared_ptr<const ring_key>>> key_ring::find(std::string kid) {
    const auto before = look_up(kid);
    if (before.key) co_return before.key;
    auto action = decide_on_unknown_key(before.state, steady_clock::now(), options_.cooldown);
    if (action == unknown_key_action::refresh) {
        auto wait = [this, &before](auto resume) {
            wait_for_refresh(before.state, [resume] { resume(std::monostate()); });
        };
        co_await runtime::await_callback<std::monostate>(wait);
        const auto after = look_up(kid);
        if (after.key) co_return after.key;
        action =
            after.state.last_attempt_failed ? unknown_key_action::unavailable : unknown_key_action::refuse;
    }
    co_return unusable(action);
}

std::optional<failure> key_ring::refuses(std::string_view kid) const {
    const auto now = look_up(kid);
    if (now.key) return std::nullopt;
    const auto action = decide_on_unknown_key(now.state, steady_clock::now(), options_.cooldown);
    if (action == unknown_key_action::refresh) return std::nullopt;
    return unusable(action);
}

failure key_ring::unusable(unknown_key_action why) const {
    if (why == unknown_key_action::unavailable)
        return {errc::keys_unavailable, "the key set of endpoint " + options_.endpoint + " could not be had"};
    return {errc::key_unknown, "no key of endpoint " + options_.endpoint + " is named so"};
}

task<std::shared_ptr<const ring_key>> key_ring::find_replacement(std::shared_ptr<const ring_key> failed) {
    const auto replaces = [&failed](const lookup_result& s) {
        return s.key && s.key->text.jwk != failed->text.jwk;
    };
    auto seen = look_up(failed->text.kid);
    if (!replaces(seen) && decide_on_unknown_key(seen.state, steady_clock::now(), options_.cooldown) ==
                               unknown_key_action::refresh) {
        auto wait = [this, &seen](auto resume) {
            wait_for_refresh(seen.state, [resume] { resume(std::monostate()); });
        };
        co_await runtime::await_callback<std::monostate>(wait);
        seen = look_up(failed->text.kid);
    }
    co_return replaces(seen) ? seen.key : nullptr;
}

void key_ring::refresh_now() {
    const std::lock_guard lock{mutex_};
    wanted_ = true;
    wake_.notify_all();
}

std::optional<std::chrono::seconds> key_ring::age_of(const store::key_text& key) const {
    const std::lock_guard lock{mutex_};
    if (!keys_ || !confirmed_) return std::nullopt;
    const auto found = keys_->find(key.kid);
    if (found == keys_->end() || found->second->text.jwk != key.jwk) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - *confirmed_);
}

key_ring::status key_ring::current_status() const {
    const std::lock_guard lock{mutex_};
    status s;
    s.keys = keys_ ? keys_->size() : 0;
    if (confirmed_)
        s.age = std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - *confirmed_);
    s.from_cache = keys_ && !confirmed_;
    s.last_error = last_error_;
    s.refreshes = refreshes_;
    s.failures = failures_;
    return s;
}

} // namespace webhookd::ingest
