#include "demo/hostile.hpp"

#include <webhookd/text/json_writer.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string_view>

namespace webhookd::demo {
namespace {

using namespace std::chrono;
using text::json_writer;

constexpr std::string_view markup =
    R"(<img src=x onerror="document.title='broken'"><script>alert(1)</script>)";
/// An override from right to left, isolates, a space without width, a bell.
constexpr std::string_view directions = "\u202egnp.exe\u202c \u2066hidden\u2069 \u200b zero\a";

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    while (times-- > 0)
        all += text;
    return all;
}

class collection {
public:
    explicit collection(timestamp first)
        : at_(first) {}

    template <class Object>
    void add(std::string_view id, std::string_view type, Object write_object) {
        json_writer out;
        out.begin_object();
        out.text("object", "event");
        out.text("id", id);
        out.text("type", type);
        out.number("createdAt", duration_cast<seconds>(at_.time_since_epoch()).count());
        out.text("user_id", markup);
        out.text("trace_id", directions);
        out.text("api_key_id", fmt::format("apk_{}", markup));
        out.key("payload");
        out.begin_object();
        out.key("object");
        out.begin_object();
        out.text("object", "transaction");
        write_object(out);
        out.end_object();
        out.end_object();
        out.end_object();
        webhooks_.push_back({at_, at_ + milliseconds(300), std::string(type), std::string(out.view())});
        at_ += seconds(1);
    }

    [[nodiscard]] std::vector<webhook> take() { return std::move(webhooks_); }

private:
    timestamp at_;
    std::vector<webhook> webhooks_;
};

} // namespace

std::vector<webhook> make_hostile_events(timestamp until) {
    collection all(until - seconds(10));
    const auto* const started = "transaction.lifecycle.started";
    all.add("evt_<b>bold</b>&amp;'\"", "transaction.<i>odd</i>.created", [](json_writer& out) {
        out.text("id", fmt::format("tx_{}", markup));
        out.text("state", markup);
        out.text("name", directions);
        out.key("metadata");
        out.begin_object();
        out.text(markup, markup);
        out.text("=cmd|' /C calc'!A0", "=1+1");
        out.end_object();
    });
    all.add(fmt::format("evt_{:L<251}", ""), fmt::format("long.{}", repeated("type", 60)),
            [](json_writer& out) {
                out.text("id", fmt::format("tx_{:x<20000}", ""));
                out.text("state", fmt::format("{:s<3000}", ""));
                out.raw("metadata", fmt::format(R"({{"note":"{}"}})", repeated("é", 200)));
            });
    all.add("evt_direction", "transaction.lifecycle.created", [](json_writer& out) {
        out.text("id", "tx_direction");
        out.text("state", directions);
        out.text("name", fmt::format("{} {}", directions, repeated("\u0301", 50)));
        out.key("participants");
        out.begin_array();
        out.begin_object();
        out.text("email", fmt::format("{}@example.com", markup));
        out.text("full_name", "Ziad \u202eevil");
        out.end_object();
        out.end_array();
    });
    all.add("evt_numbers", started, [](json_writer& out) {
        out.text("id", "tx_numbers");
        out.raw("amount", "123456789012345678901234567890.123456789012345678");
        out.raw("tiny", "1e-400");
        out.number("a", 1);
        out.number("a", 2);
        out.text("state", "started");
    });
    all.add("evt_deep", started, [](json_writer& out) {
        out.text("id", "tx_deep");
        out.raw("deep", repeated("[", 5000) + repeated("]", 5000));
    });
    all.add("evt_large", started, [](json_writer& out) {
        out.text("id", "tx_large");
        out.text("state", "started");
        out.text("blob", fmt::format("{:A<300000}", ""));
        out.key("list");
        out.begin_array();
        for (int i = 0; i < 3000; ++i) {
            out.begin_object();
            out.number("n", i);
            out.text("email", fmt::format("p{}@example.com", i));
            out.end_object();
        }
        out.end_array();
    });
    all.add("evt_long_id", started, [](json_writer& out) {
        out.text("id", fmt::format("tx_{:i<204800}", ""));
        out.text("state", "started");
    });
    return all.take();
}

} // namespace webhookd::demo
