#include <webhookd/event/document.hpp>
#include <webhookd/event/event_type.hpp>
#include <webhookd/event/redaction.hpp>
#include <webhookd/event/sample.hpp>
#include <webhookd/runtime/secrets.hpp>

#include "support/paths.hpp"
#include "support/process.hpp"

#include <catch2/catch.hpp>
#include <rapidjson/document.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace webhookd;
using event::redacted;
using event::redaction;

namespace {

constexpr redaction links{.signing_links = true};
constexpr redaction tokens{.api_tokens = true};

using rows = std::vector<std::pair<std::string, std::string>>;

void check_each(const rows& texts, redaction what) {
    for (const auto& [text, wanted] : texts) {
        CHECK(redacted(text, what) == wanted);
        CHECK(redacted(wanted, what) == wanted);
    }
}

void check_unchanged(const std::vector<std::string>& texts, redaction what = event::redact_all) {
    for (const auto& text : texts)
        CHECK(redacted(text, what) == text);
}

} // namespace

TEST_CASE("API tokens are redacted wherever they stand", "[redaction]") {
    check_each(
        {
            {R"({"payload":{"object":{"object":"apikey","id":"apk_1","token":"apikey_live","name":"crm"}}})",
             R"({"payload":{"object":{"object":"apikey","id":"apk_1","token":"***","name":"crm"}}})"},
            {R"({"token":"another form"})", R"({"token":"***"})"},
            {R"({"api_token":"x","apiToken":"x","Token":"x"})",
             R"({"api_token":"***","apiToken":"***","Token":"***"})"},
            {R"({"token":{"value":"x","until":7},"tokens":["x",["y"]]})",
             R"({"token":{"value":"***","until":7},"tokens":["***",["***"]]})"},
            {R"({"note":"it is apikey_live, keep it","l":[1,"apikey_a",["APIKEY_b"]]})",
             R"({"note":"***","l":[1,"***",["***"]]})"},
            {R"({"metadata":{"owner":"apikey_live"}})", R"({"metadata":{"owner":"***"}})"},
            {R"("apikey_live")", R"("***")"},
        },
        tokens);
    check_unchanged(
        {R"({"type":"apikey.created","object":"apikey","id":"apk_1","api_key_name":"crm","apikey":"x"})",
         R"({"token":null,"api_token":5,"tokenized":"x","broken":"x","token_type":"x"})", R"({"token":""})"},
        tokens);
}

TEST_CASE("signing links are redacted in actions, registrations and identity validations", "[redaction]") {
    check_each(
        {
            {R"({"actions":[{"id":"act_1","url":"https://sign.example/a"},{"id":"act_2","url":null}]})",
             R"({"actions":[{"id":"act_1","url":"***"},{"id":"act_2","url":null}]})"},
            {R"({"actions":[{"access":{"page":["HTTPS://sign.example/a","x"]}}]})",
             R"({"actions":[{"access":{"page":["***","x"]}}]})"},
            {R"({"actions":[{"url":"/relative","link":"sign.example/a","name":"x"}]})",
             R"({"actions":[{"url":"***","link":"***","name":"x"}]})"},
            // The members of an object come in any order.
            {R"({"page":"http://a.example","deep":{"page":"http://b.example"},"id":"act_1","more":"http://c.example"})",
             R"({"page":"***","deep":{"page":"***"},"id":"act_1","more":"***"})"},
            {R"({"object":"registration","id":"x","access":{"page":"see https://id.example/r"}})",
             R"({"object":"registration","id":"x","access":{"page":"***"}})"},
            {R"([{"id":"reg_1","a":"https://id.example"},{"id":"tx_1","a":"https://id.example"}])",
             R"([{"id":"reg_1","a":"***"},{"id":"tx_1","a":"https://id.example"}])"},
            {R"({"payload":{"object":{"page":"https://sign.example"}},"type":"action.opened"})",
             R"({"payload":{"object":{"page":"***"}},"type":"action.opened"})"},
            {R"({"type":"registration.identity.verified","payload":["https://id.example"]})",
             R"({"type":"registration.identity.verified","payload":["***"]})"},
            {R"({"type":"identity-validation.processed","page":"https://id.example"})",
             R"({"type":"identity-validation.processed","page":"***"})"},
            {R"({"action_id":"act_1","page":"https://id.example"})", R"({"action_id":"act_1","page":"***"})"},
            // And whatever is called so, but what customers call so.
            {R"({"url":"https://a.example","signing_url":"https://a.example","accessUrl":"https://a.example"})",
             R"({"url":"***","signing_url":"***","accessUrl":"***"})"},
            {R"({"link":{"fr":"https://a.example","n":1},"urls":["https://a.example"]})",
             R"({"link":{"fr":"***","n":1},"urls":["***"]})"},
            {R"({"metadata":{"url":"https://crm.example/1"},"url":"https://a.example"})",
             R"({"metadata":{"url":"https://crm.example/1"},"url":"***"})"},
            {R"({"metadata":{"url":"https://crm.example/1"},"id":"act_1"})",
             R"({"metadata":{"url":"***"},"id":"act_1"})"},
        },
        links);
    check_unchanged(
        {R"({"type":"transaction.lifecycle.completed","name":"https://shop.example","id":"tx_1"})",
         R"({"url":"none","curl":"https://a.example","actions":["act_1",{"state":"open","n":1}]})",
         R"({"id":["act_1"],"page":"https://a.example"})",
         R"({"a":{"id":"act_1"},"page":"https://a.example"})", R"({"actions":[{"url":""}]})",
         R"({"type":"actionable","page":"https://a.example"})"},
        links);
}

TEST_CASE("escapes hide no secret", "[redaction]") {
    check_each(
        {
            {R"({"n":"\u0061pikey_live","m":"ap\u0069key\u005flive"})", R"({"n":"***","m":"***"})"},
            {R"({"t\u006fken":"x","\u0074oken":{"a":"y"}})",
             R"({"t\u006fken":"***","\u0074oken":{"a":"***"}})"},
            {R"({"token" : "a\"b\\"})", R"({"token" : "***"})"},
            {R"({"\u0061ctions":[{"p":"https:\/\/sign.example"}]})", R"({"\u0061ctions":[{"p":"***"}]})"},
            {R"({"i\u0064":"\u0061ct_1","p":"\u0068ttps\u003a//sign.example"})",
             R"({"i\u0064":"\u0061ct_1","p":"***"})"},
            {R"({"a":"\\","token":"x","b":"\"apikey_","c":"\\\\"})",
             R"({"a":"\\","token":"***","b":"***","c":"\\\\"})"},
        },
        event::redact_all);
}

TEST_CASE("each kind is redacted by itself, and no kind changes nothing", "[redaction]") {
    const std::string body = R"({"token":"apikey_x","actions":[{"url":"https://sign.example"}]})";
    CHECK(redacted(body, links) == R"({"token":"apikey_x","actions":[{"url":"***"}]})");
    CHECK(redacted(body, tokens) == R"({"token":"***","actions":[{"url":"https://sign.example"}]})");
    CHECK(redacted(body) == R"({"token":"***","actions":[{"url":"***"}]})");
    CHECK(redacted(body, {}) == body);
    CHECK(event::redaction_mask == secrets::mask);
}

TEST_CASE("all else of a body stays as it came, byte for byte", "[redaction]") {
    const std::string before =
        "\t{ \"n\" : [1.10, 12345678901234567890123, 1e400, -0, 0.000],\r\n \"n\":null, "
        "\"e\":\"\\u00e9\\ud83d \\/\", \"\xc3\xa9\":[[],{ }], \"token\" :\n";
    const std::string after = " , \"actions\":[ { \"url\" : ";
    const std::string end = " } ] }\n ";
    CHECK(redacted(before + "\"x\"" + after + "\"https://a.example/?a=1&b=\\\"\"" + end) ==
          before + "\"***\"" + after + "\"***\"" + end);
    check_unchanged({"", "{}", "7", "\"x\"", "null", " "});
}

TEST_CASE("a text that is no JSON is read to its end", "[redaction]") {
    check_unchanged(
        {"}}]]", "{\"a\":\"", "\"\\", "\"\\u00", "{\"a\\", "]{", ":::,,", "\"a\":", std::string("\0\"", 2)});
    CHECK(redacted("{\"token\":\"apikey_cut") == "{\"token\":\"***");
    CHECK(redacted("]}{\"token\":\"x\"") == "]}{\"token\":\"***\"");
}

TEST_CASE("what nests beyond the depth that is looked at is judged as if it was an action", "[redaction]") {
    const auto nested = [](std::size_t levels, const std::string& inside) {
        std::string text;
        for (std::size_t i = 0; i < levels; ++i)
            text += "{\"a\":[";
        text += inside;
        for (std::size_t i = 0; i < levels; ++i)
            text += "]}";
        return text;
    };
    const std::string page = R"("https://a.example")", mask = R"("***")";
    CHECK(redacted(nested(10, page)) == nested(10, page));
    CHECK(redacted(nested(50, page)) == nested(50, mask));
    CHECK(redacted(nested(100'000, page)) == nested(100'000, mask));
    // And after it all is as before it.
    CHECK(redacted("[" + nested(100, "1") + "," + page + "]") == "[" + nested(100, "1") + "," + page + "]");
}

TEST_CASE("a body of 8 MiB is redacted whole", "[redaction]") {
    std::string body = R"({"id":"evt_1","payload":{"object":{"actions":[)", wanted = body;
    while (body.size() < 8 * 1024 * 1024) {
        const std::string start = R"({"id":"act_)" + std::to_string(body.size()) + R"(","n":1.2500,"url":)";
        body += start + R"("https://sign.example/)" + std::string(200, 'x') + "\"},";
        wanted += start + R"("***"},)";
    }
    CHECK((redacted(body + "{}]}}}") == wanted + "{}]}}}")); // not printed when they differ
    // What is expensive to read ends, too.
    const std::size_t size = 8 * 1024 * 1024;
    std::string deep, candidates = "[";
    while (deep.size() < size)
        deep += R"({"id":"act_1","a":)";
    while (candidates.size() < size)
        candidates += R"("http://",)";
    for (const auto& text : {std::string(size, '['), std::string(size, '"'),
                             "\"" + std::string(size, '_') + '"', deep, candidates + "0]"})
        CHECK((redacted(text) == text));
    CHECK(redacted(R"({"a":)" + candidates + R"(0],"id":"act_1"})").size() < size);
}

namespace {

/// Random JSON, in which secrets are as frequent as anything else.
class json_maker {
public:
    explicit json_maker(unsigned seed)
        : random_(seed) {}

    std::string value(int depth = 0) {
        static const std::vector<std::string> scalars{"null",
                                                      "true",
                                                      "0",
                                                      "-0",
                                                      "1.10",
                                                      "1e300",
                                                      "12345678901234567890123",
                                                      R"("")",
                                                      R"("plain")",
                                                      R"("https://sign.example/x")",
                                                      R"("http:\/\/a.example")",
                                                      R"("apikey_x")",
                                                      R"("\u0061pikey_y")",
                                                      R"("act_1")",
                                                      R"("reg_1")",
                                                      R"("action.opened")",
                                                      R"("\"\\\n")",
                                                      R"("\ud83d\ude42")"};
        const auto kind = depth > 5 ? 0 : random_() % 4;
        if (kind < 2) return scalars[random_() % scalars.size()];
        std::string text = kind == 2 ? "[" : "{";
        const auto members = random_() % 5;
        for (std::size_t i = 0; i < members; ++i) {
            if (i > 0) text += random_() % 2 == 0 ? "," : " ,\n";
            if (kind == 3) text += name() + (random_() % 2 == 0 ? ":" : "\t: ");
            text += value(depth + 1);
        }
        return text + (kind == 2 ? "]" : "}");
    }

private:
    std::string name() {
        static const std::vector<std::string> names{R"("id")",       R"("url")",       R"("token")",
                                                    R"("actions")",  R"("x")",         R"("type")",
                                                    R"("metadata")", R"("l\u0069nk")", R"("object")"};
        return names[random_() % names.size()];
    }

    std::mt19937 random_;
};

rapidjson::Document parsed(const std::string& json) {
    rapidjson::Document d;
    d.Parse<rapidjson::kParseNumbersAsStringsFlag>(json.data(), json.size());
    REQUIRE_FALSE(d.HasParseError());
    return d;
}

bool differ_in_masks_only(const rapidjson::Value& before, const rapidjson::Value& after) {
    if (before.GetType() != after.GetType()) return false;
    if (before.IsArray()) {
        if (before.Size() != after.Size()) return false;
        for (rapidjson::SizeType i = 0; i < before.Size(); ++i)
            if (!differ_in_masks_only(before[i], after[i])) return false;
    } else if (before.IsObject()) {
        if (before.MemberCount() != after.MemberCount()) return false;
        for (auto b = before.MemberBegin(), a = after.MemberBegin(); b != before.MemberEnd(); ++b, ++a)
            if (std::string(b->name.GetString()) != a->name.GetString() ||
                !differ_in_masks_only(b->value, a->value))
                return false;
    } else if (before.IsString()) {
        const std::string text = after.GetString();
        return text == "***" || (text == before.GetString() && text.find("apikey_") == std::string::npos);
    }
    return true;
}

} // namespace

TEST_CASE("of any JSON only strings change, to masks, and no API token is left", "[redaction]") {
    for (unsigned seed = 0; seed < 3000; ++seed) {
        const auto body = json_maker(seed).value();
        const auto shown = redacted(body);
        CAPTURE(seed, body, shown);
        REQUIRE(differ_in_masks_only(parsed(body), parsed(shown)));
        REQUIRE(redacted(shown) == shown);
    }
}

TEST_CASE("every sample can be read when it is redacted, and tells the same envelope", "[redaction]") {
    for (const auto& type : event::catalogue()) {
        CAPTURE(type.name);
        const auto body = event::make_sample(type.name, {.seed = 1}).value();
        const auto whole = event::parse_envelope(body).value();
        const auto shown = event::parse_envelope(redacted(body)).value();
        CHECK(shown.id == whole.id);
        CHECK(shown.type == whole.type);
        CHECK(shown.object_id == whole.object_id);
        CHECK(shown.transaction_id == whole.transaction_id);
        CHECK(shown.created == whole.created);
    }
}

TEST_CASE("no text of an envelope is an API token", "[redaction]") {
    const std::string token = "apikey_live";
    auto e = event::parse_envelope(R"({"id":"evt_1","type":"apikey.created","user_id":")" + token +
                                   R"(","trace":"apk_1","api_key":")" + token +
                                   R"(","payload":{"object":{"id":")" + token + R"(","state":")" + token +
                                   R"("}}})")
                 .value();
    CHECK(e.api_key == token);
    event::hide_api_tokens(e);
    CHECK(e.id == "evt_1");
    CHECK(e.type == "apikey.created");
    CHECK(e.trace_id == "apk_1");
    for (const auto* text : {&e.user_id, &e.api_key, &e.object_id, &e.state})
        CHECK(*text == "***");
}

TEST_CASE("API tokens are masked in any text", "[redaction]") {
    using event::without_api_tokens;
    CHECK(without_api_tokens("got apikey_a-B_9.x, and \"APIKEY_x\"; apikey_") == "got ***, and \"***\"; ***");
    CHECK(without_api_tokens("apikey.created of apk_1 by x_apikey") == "apikey.created of apk_1 by x_apikey");
    CHECK(without_api_tokens(R"(echo: {"a":"\u0061pikey_x","token":"y","b":1.0})") ==
          R"(echo: {"a":"***","token":"***","b":1.0})");
    CHECK(without_api_tokens("").empty());
}

TEST_CASE("the rule is the page's too: both are held to the same vectors", "[redaction]") {
    rapidjson::Document vectors;
    vectors.Parse(test::read_text(test::source_folder() + "/tests/vectors/redaction.json").c_str());
    REQUIRE(vectors.IsArray());
    CHECK(vectors.Size() > 30);
    for (const auto& each : vectors.GetArray())
        CHECK(redacted(each["body"].GetString()) == each["redacted"].GetString());
}
