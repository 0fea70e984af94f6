#include <webhookd/signature/explain.hpp>
#include <webhookd/text/encoding.hpp>

#include "support/paths.hpp"
#include "support/result_printer.hpp"
#include "support/run_tool.hpp"
#include "support/signature_keys.hpp"

#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <filesystem>

using namespace webhookd;
namespace fs = std::filesystem;

namespace {

/// The folder with the script and the package it needs, fetched once for each build tree.
fs::path installed_script() {
    const auto source = fs::path{test::source_folder()} / "tests" / "integration" / "signature";
    const auto folder = fs::path{test::build_folder()} / "jose";
    fs::create_directories(folder);
    for (const char* name : {"package.json", "package-lock.json", "sign_with_jose.mjs"})
        fs::copy_file(source / name, folder / name, fs::copy_options::overwrite_existing);
    // npm writes this file last, from the lock file that it followed.
    const auto done = folder / "node_modules" / ".package-lock.json";
    if (!fs::exists(done) || fs::last_write_time(done) < fs::last_write_time(source / "package-lock.json"))
        (void)test::run_tool(
            {"npm", "ci", "--prefix", folder.string(), "--ignore-scripts", "--no-audit", "--no-fund"});
    return folder / "sign_with_jose.mjs";
}

std::string text_of(const rapidjson::Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

} // namespace

TEST_CASE("events signed by the jose package hold, and what must not hold is refused",
          "[signature][interop]") {
    rapidjson::Document printed;
    printed.Parse(test::run_tool({"node", installed_script().string()}));
    REQUIRE(printed.IsObject());
    const auto keys = signature::key_set::parse(text_of(printed["jwks"]));
    REQUIRE(keys);
    REQUIRE(keys->size() == 2);

    int accepted = 0;
    int refused = 0;
    for (const auto& each : printed["signatures"].GetArray()) {
        const std::string name = each["name"].GetString();
        const std::string value = each["value"].GetString();
        auto body = text::decode_base64(each["body"].GetString()).value();
        CAPTURE(name);
        const auto held = test::check_signature(*keys, value, body);
        if (each["accepted"].GetBool()) {
            ++accepted;
            CHECK(held);
            CHECK_FALSE(test::check_signature(*keys, value, body + ' '));
            if (!body.empty()) body[body.size() / 2] ^= 1;
            CHECK(test::check_signature(*keys, value, body).has_value() ==
                  (each["body"].GetStringLength() == 0));
        } else {
            ++refused;
            CHECK_FALSE(held);
            CHECK_FALSE(signature::explain(*keys, value, body).findings.empty());
        }
    }
    CHECK(accepted == 11);
    CHECK(refused == 16);
}
