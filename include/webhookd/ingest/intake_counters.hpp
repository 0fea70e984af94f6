#pragma once

#include <webhookd/error.hpp>
#include <webhookd/runtime/histogram.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace webhookd::ingest {

/// Why a request was not accepted, as the metrics name it.
struct refusal {
    std::string_view name;
    bool deferral = false;    ///< 503: the sender should come again
    std::optional<errc> code; ///< nullopt: refused by its headers alone
};

/// Those that the headers decide; their indices in `refusals`.
enum class header_refusal : std::size_t { method, source, content, backlog };

/// Every reason: the only label values. The last one counts failures without a reason of their own.
inline constexpr std::array refusals{
    refusal{"method-not-allowed", false, {}},
    refusal{"source-not-allowed", false, {}},
    refusal{"content-not-accepted", false, {}},
    refusal{"backlog-full", true, {}},
    refusal{"signature-missing", false, errc::signature_missing},
    refusal{"signature-repeated", false, errc::signature_repeated},
    refusal{"signature-malformed", false, errc::signature_malformed},
    refusal{"header-not-accepted", false, errc::header_not_accepted},
    refusal{"algorithm-not-accepted", false, errc::algorithm_not_accepted},
    refusal{"key-unknown", false, errc::key_unknown},
    refusal{"key-unusable", false, errc::key_unusable},
    refusal{"signature-mismatch", false, errc::signature_mismatch},
    refusal{"not-json", false, errc::not_json},
    refusal{"json-too-large", false, errc::json_too_large},
    refusal{"envelope-incomplete", false, errc::envelope_incomplete},
    refusal{"keys-unavailable", true, errc::keys_unavailable},
    refusal{"queue-full", true, errc::queue_full},
    refusal{"shutting-down", true, errc::shutting_down},
    refusal{"store-full", true, errc::store_full},
    refusal{"store-io", true, errc::store_io},
    refusal{"store-busy", true, errc::store_busy},
    refusal{"store-corrupt", true, errc::store_corrupt},
    refusal{"other", false, {}},
};

/// Why an authentic event was acknowledged and not kept, because the endpoint takes the events of certain
/// workspaces only; their indices in `ignored_names`.
enum class ignored_reason : std::size_t { foreign_workspace, workspace_missing };

/// As the log and the metrics name them.
inline constexpr std::array<std::string_view, 2> ignored_names{"foreign-workspace", "workspace-missing"};

[[nodiscard]] constexpr std::string_view to_string(ignored_reason why) noexcept {
    return ignored_names[static_cast<std::size_t>(why)];
}

inline constexpr auto verify_bounds = [] {
    using namespace std::chrono_literals;
    return runtime::duration_bounds(50us, 100us, 150us, 250us, 500us, 1ms, 2500us, 5ms, 10ms, 50ms, 250ms, 1s,
                                    10s);
}();
inline constexpr auto acknowledge_bounds = [] {
    using namespace std::chrono_literals;
    return runtime::duration_bounds(100us, 250us, 500us, 1ms, 2500us, 5ms, 10ms, 25ms, 50ms, 100ms, 250ms,
                                    500ms, 1s, 2500ms, 10s);
}();

/// The counts of an endpoint's requests.
struct intake_counts {
    std::uint64_t received = 0; ///< requests whose body was read
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::array<std::uint64_t, refusals.size()> refused{};      ///< as `refusals`
    std::array<std::uint64_t, ignored_names.size()> ignored{}; ///< as `ignored_names`
    runtime::histogram_snapshot verified;                      ///< nanoseconds
    runtime::histogram_snapshot acknowledged;                  ///< nanoseconds
};

/// Counts one endpoint's requests. Any thread; each loop counts on its own cache lines.
class intake_counters {
public:
    void received() noexcept { count(mine().received); }
    /// From the start of the verification to its end, a wait for the key set included.
    void verified(std::chrono::nanoseconds took) noexcept { mine().verified.add(took); }
    /// From the body's last byte to the answer.
    void acknowledged(bool is_new, std::chrono::nanoseconds took) noexcept {
        count(is_new ? mine().accepted : mine().duplicates);
        mine().acknowledged.add(took);
    }
    void refused(header_refusal why) noexcept { count(mine().refused[static_cast<std::size_t>(why)]); }
    void refused(errc why) noexcept;
    void ignored(ignored_reason why) noexcept { count(mine().ignored[static_cast<std::size_t>(why)]); }

    [[nodiscard]] intake_counts read() const;

private:
    using counter = std::atomic<std::uint64_t>;
    struct counters {
        counter received{0};
        counter accepted{0};
        counter duplicates{0};
        std::array<counter, refusals.size()> refused{};
        std::array<counter, ignored_names.size()> ignored{};
        runtime::histogram<verify_bounds> verified;
        runtime::histogram<acknowledge_bounds> acknowledged;
    };

    static void count(counter& c) noexcept { c.fetch_add(1, std::memory_order_relaxed); }
    counters& mine() noexcept { return threads_.mine(); }

    runtime::per_thread<counters> threads_;
};

} // namespace webhookd::ingest
